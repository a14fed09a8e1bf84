"""The steps that the departments' software keeps: one CSV file a month, each step with its own time."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ingestion.sample.dossiers import Dossier, DossierMaker
from ingestion.sample.truth import GroundTruth, Totals

STEPS = "one_stop_steps"
HEADER = ("Mã hồ sơ", "Bước", "Thời điểm xử lý", "Thao tác", "Trạng thái", "Ngày hẹn trả", "Cơ quan nhận chuyển")
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
HANDED_ON = dt.timedelta(minutes=3)


class Step(NamedTuple):
    """What was done when, and what it changed: the status it leads to, the promised time it sets, who got the dossier.

    `action` is said where the status does not tell it.
    """

    at: dt.datetime
    status: int | None
    due_at: dt.datetime | None = None
    action: str = ""
    forwarded_to: str = ""


def write_steps(
    folder: Path,
    maker: DossierMaker,
    dossiers: list[Dossier],
    truth: GroundTruth,
    planted: Mapping[str, Sequence[Step]],
) -> list[str]:
    """Write the steps of the departments' dossiers, in the month they were taken.

    Dossiers with a fault have steps only where `planted`, steps besides the usual ones by dossier code, says some.
    """
    (folder / "one_stop" / "steps").mkdir(parents=True)
    ours = [
        d for d in dossiers if d.agency.level == "province" and not d.literal and (not d.faulty or d.code in planted)
    ]
    taken = [
        (d.code, number, step)
        for d in ours
        for number, step in enumerate(
            sorted([*steps_of(d), *planted.get(d.code, ())], key=lambda s: (s.at, s.status or 0)), start=1
        )
    ]
    files = []
    for first, last in maker.months:
        rows = [row for row in sorted(taken, key=lambda r: (r[2].at, *r[:2])) if first <= row[2].at.date() <= last]
        if not rows:
            continue
        name = f"one_stop/steps/qua_trinh_{first:%Y_%m}.csv"
        with (folder / name).open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out, lineterminator="\r\n")
            writer.writerow(HEADER)
            writer.writerows([code, number, *_cells(step)] for code, number, step in rows)
        truth.read(STEPS, name, len(rows) + 1, out_of_scope=1)
        files.append(name)
        truth.totals.setdefault(STEPS, Totals()).kept += len(rows)
    return files


def _cells(step: Step) -> tuple[str, ...]:
    action, status = ACTIONS[step.status] if step.status else ("", "")
    due = f"{step.due_at:%d/%m/%Y %H:%M:%S}" if step.due_at else ""
    return f"{step.at:%d/%m/%Y %H:%M:%S}", step.action or action, status, due, step.forwarded_to


def steps_of(dossier: Dossier) -> Iterator[Step]:
    """The usual steps of a dossier, each with the status that it leads to."""
    if dossier.channel == 2 and dossier.submitted_at != dossier.received_at:
        yield Step(dossier.submitted_at, 1)
    if dossier.received_at is None:
        return
    yield Step(dossier.received_at, 2, dossier.due_before or dossier.due_at)
    asked = dossier.supplement_requested_at
    if dossier.status != 2 and (dossier.finished_at or dossier.due) > dossier.received_at + 2 * HANDED_ON:
        yield Step(dossier.received_at + HANDED_ON, 4)
    if asked is not None:
        status = dossier.status if dossier.status in (5, 6, 8) else 5
        yield Step(asked, status, dossier.due_at if dossier.rounds else None)
    if dossier.finished_at is not None:
        yield Step(dossier.finished_at, 7 if dossier.status == 7 else 9)
    if dossier.returned_at is not None:
        yield Step(dossier.returned_at, 10)
