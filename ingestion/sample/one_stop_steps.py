"""The steps that the departments' software keeps: one CSV file a month, each step with its own time."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from ingestion.sample.dossiers import Dossier, DossierMaker
from ingestion.sample.truth import GroundTruth, Totals

STEPS = "one_stop_steps"
HEADER = ("Mã hồ sơ", "Bước", "Thời điểm xử lý", "Thao tác", "Trạng thái", "Ngày hẹn trả")
ACTIONS = {
    1: ("Đăng ký trực tuyến", "Mới đăng ký"),
    2: ("Tiếp nhận", "Được tiếp nhận"),
    4: ("Chuyển xử lý", "Đang xử lý"),
    5: ("Yêu cầu bổ sung", "Yêu cầu bổ sung giấy tờ"),
    6: ("Yêu cầu nộp phí", "Yêu cầu thực hiện nghĩa vụ tài chính"),
    7: ("Trả lại theo yêu cầu", "Công dân yêu cầu rút hồ sơ"),
    8: ("Tạm dừng", "Dừng xử lý"),
    9: ("Kết thúc xử lý", "Đã xử lý xong"),
    10: ("Trả kết quả", "Đã trả kết quả"),
}
FORWARDED = dt.timedelta(minutes=3)
# (time, status, promised time that the step sets)
Step = tuple[dt.datetime, int, dt.datetime | None]


def write_steps(folder: Path, maker: DossierMaker, dossiers: list[Dossier], truth: GroundTruth) -> list[str]:
    """Write the steps of the departments' dossiers that no fault was planted in, in the month they were taken."""
    (folder / "one_stop" / "steps").mkdir(parents=True)
    ours = [d for d in dossiers if d.agency.level == "province" and not d.faulty and not d.literal]
    taken = [
        (at, d.code, number, status, due)
        for d in ours
        for number, (at, status, due) in enumerate(sorted(steps_of(d), key=lambda s: s[:2]), start=1)
    ]
    files = []
    for first, last in maker.months:
        rows = [row for row in sorted(taken, key=lambda r: r[:3]) if first <= row[0].date() <= last]
        if not rows:
            continue
        name = f"one_stop/steps/qua_trinh_{first:%Y_%m}.csv"
        with (folder / name).open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out, lineterminator="\r\n")
            writer.writerow(HEADER)
            writer.writerows(
                (code, number, f"{at:%d/%m/%Y %H:%M:%S}", *ACTIONS[status], f"{due:%d/%m/%Y %H:%M:%S}" if due else "")
                for at, code, number, status, due in rows
            )
        truth.read(STEPS, name, len(rows) + 1, out_of_scope=1)
        files.append(name)
        truth.totals.setdefault(STEPS, Totals()).kept += len(rows)
    return files


def steps_of(dossier: Dossier) -> Iterator[Step]:
    """What was done with a dossier, with the status that each step leads to."""
    if dossier.channel == 2 and dossier.submitted_at != dossier.received_at:
        yield dossier.submitted_at, 1, None
    if dossier.received_at is None:
        return
    yield dossier.received_at, 2, dossier.due_before or dossier.due_at
    asked = dossier.supplement_requested_at
    if dossier.status != 2 and (dossier.finished_at or dossier.due) > dossier.received_at + 2 * FORWARDED:
        yield dossier.received_at + FORWARDED, 4, None
    if asked is not None:
        yield asked, dossier.status if dossier.status in (5, 6, 8) else 5, dossier.due_at if dossier.rounds else None
    if dossier.finished_at is not None:
        yield dossier.finished_at, 7 if dossier.status == 7 else 9, None
    if dossier.returned_at is not None:
        yield dossier.returned_at, 10, None
