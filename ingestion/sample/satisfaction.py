"""What applicants said when their results were handed over, and ratings at the counter without a dossier."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections import Counter
from pathlib import Path

from ingestion.sample.dossiers import Dossier, DossierMaker
from ingestion.sample.truth import GroundTruth, Totals

RATINGS = "satisfaction_ratings"
FILE = "one_stop/ratings/danh_gia_hai_long.csv"
HEADER = ("Mã đánh giá", "Mã hồ sơ", "Đơn vị được đánh giá", "Thời gian đánh giá", "Mức đánh giá")
PLEASED, CONTENT, DISPLEASED = "Rất hài lòng", "Hài lòng", "Không hài lòng"
RATED_ONLINE, RATED_AT_THE_COUNTER = 0.45, 0.25
# a late result displeases so many more
LATE = 0.35
WITHOUT_DOSSIER = 0.02
# place of a cell in a row
CODE, DOSSIER, TIME, RATING = 0, 1, 3, 4


def write_ratings(
    folder: Path, maker: DossierMaker, dossiers: list[Dossier], truth: GroundTruth, rng: random.Random
) -> str:
    """Write the ratings of dossiers that no fault was planted in, with faults of their own; the file."""
    rows = [_rating(d, maker, rng) for d in dossiers if _may_be_rated(d, maker) and _is_rated(d, rng)]
    rows.sort(key=lambda row: row[1])
    cells = [
        ["", d.code if rng.random() > WITHOUT_DOSSIER else "", d.agency.name, f"{at:%d/%m/%Y %H:%M:%S}", text]
        for d, at, text in rows
    ]
    for number, row in enumerate(cells, start=1):
        row[CODE] = f"DG-{maker.as_of.year}-{number:06d}"
    received = {d.code: d.received for d, _, _ in rows}
    _plant(cells, received, truth, rng)
    path = folder / FILE
    path.parent.mkdir(parents=True)
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(HEADER)
        writer.writerows(cells)
    truth.read(RATINGS, FILE, len(cells) + 1, out_of_scope=1)
    truth.totals[RATINGS] = Totals(kept=len(cells))
    return FILE


def _may_be_rated(d: Dossier, maker: DossierMaker) -> bool:
    return bool(d.status == 10 and d.returned_at and d.returned_at <= maker.now and not d.faulty and not d.literal)


def _is_rated(d: Dossier, rng: random.Random) -> bool:
    return rng.random() < (RATED_ONLINE if d.channel == 2 else RATED_AT_THE_COUNTER)


def _rating(d: Dossier, maker: DossierMaker, rng: random.Random) -> tuple[Dossier, dt.datetime, str]:
    returned = d.returned_at or d.received
    at = min(returned + dt.timedelta(minutes=rng.randint(2, 2_880 if d.channel == 2 else 20)), maker.now)
    satisfied = d.habits.satisfied - (LATE if d.apology_on else 0)
    if rng.random() >= satisfied:
        return d, at, DISPLEASED
    return d, at, PLEASED if rng.random() < 0.7 else CONTENT


def _plant(cells: list[list[str]], received: dict[str, dt.datetime], truth: GroundTruth, rng: random.Random) -> None:
    """Spoil a few ratings of each kind, in rows of their own."""
    count = max(2, len(cells) * 5 // 1000)
    of_dossiers = [row for row in cells if row[DOSSIER]]
    taken = iter(rng.sample(of_dossiers, 4 * count))
    numbers = Counter[str]()

    def record(fault: str, rule: str, row: list[str], note: str) -> None:
        truth.plant_known(fault, RATINGS, rule, row_key=row[CODE], source_file=FILE, note=note)

    for _ in range(count):
        row = next(taken)
        unit = row[DOSSIER].rsplit("-", 1)[0]
        numbers[unit] += 1
        row[DOSSIER] = f"{unit}-9{numbers[unit]:03d}"
        record("linkage", "satisfaction_dossier_unknown", row, "mã hồ sơ không có trong kho")
        row = next(taken)
        row[TIME] = ""
        record("field_missing", "satisfaction_rated_at_missing", row, "không ghi thời điểm")
        row = next(taken)
        row[TIME] = f"{received[row[DOSSIER]] - dt.timedelta(days=1):%d/%m/%Y %H:%M:%S}"
        record("cross_field", "satisfaction_rated_before_reception", row, "đánh giá trước khi tiếp nhận")
        row = next(taken)
        row[RATING] = "Bình thường"
        record("code_list", "satisfaction_rating_unknown", row, "mức không có trong danh mục")
