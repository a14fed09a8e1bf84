"""Decisions that publish procedures, made public in time or late; their numbers are invented and say so."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from pathlib import Path

from ingestion.sample.clock import WorkClock
from ingestion.sample.province import DEPARTMENTS
from ingestion.sample.reference_files import write_rows
from ingestion.sample.tables import Context, day_first
from ingestion.sample.truth import GroundTruth

PUBLICATIONS = "procedure_publications"
FILE = f"reference/{PUBLICATIONS}.csv"
HEADER = (
    "Mã TTHC",
    "Tên TTHC",
    "Số quyết định công bố",
    "Ngày quyết định",
    "Cấp công bố",
    "Ngày văn bản QPPL có hiệu lực",
    "Ngày công khai",
    "Ngày cập nhật một cửa",
    "Số bộ phận công khai",
    "Cơ quan tham mưu",
)
# working days that QĐ 766 allows: from the decision to the day of effect at least, to the publication at most
BEFORE_EFFECTIVE = {"ministry": 20, "province": 5}
TO_PUBLIC = {"ministry": 10, "province": 5}
PARTS = 7
# of the decisions of one issuer, how many are late, and how many decisions leave out parts
LATE_EACH, INCOMPLETE = 3, 4
# procedures of the province that no ministry published
LOCAL = (
    ("MẪU-0001", "Thủ tục mẫu: xác nhận tham gia chương trình hỗ trợ khởi nghiệp của địa phương"),
    ("MẪU-0002", "Thủ tục mẫu: hỗ trợ chi phí di dời khỏi vùng sạt lở"),
    ("MẪU-0003", "Thủ tục mẫu: cho phép sử dụng tạm thời hè phố"),
)
OTHERS = DEPARTMENTS[0]
# departments that prepare the decisions of a field; those of any other field are prepared by the one-stop centre
PREPARED_BY = {
    "Sở Tư pháp": ("Hộ tịch", "Chứng thực", "Đăng ký biện pháp bảo đảm", "Luật sư"),
    "Sở Nông nghiệp và Môi trường": ("Đất đai", "Thú y", "Tài nguyên nước", "Giảm nghèo"),
    "Sở Tài chính": (
        "Thành lập và hoạt động doanh nghiệp (hộ kinh doanh)",
        "Thành lập và hoạt động của doanh nghiệp",
        "Hỗ trợ tổ hợp tác, hợp tác xã, liên hiệp hợp tác xã",
    ),
    "Sở Xây dựng": ("Hoạt động xây dựng", "Kiến trúc", "Kinh doanh bất động sản", "Vật liệu xây dựng"),
}
LATE_DECISION, LATE_PUBLICATION, INCOMPLETE_PARTS = "late_decision", "late_publication", "incomplete_parts"
# what a decision can be behind with: facts of metrics, and no faults of the data
BEHIND = (LATE_DECISION, LATE_PUBLICATION, INCOMPLETE_PARTS)


@dataclass
class Publication:
    """One procedure in one decision."""

    code: str
    name: str
    number: str
    issuer: str
    agency: str
    decided: dt.date | None
    effective: dt.date
    published: dt.date | None
    one_stop: dt.date | None
    parts: int = PARTS
    taken: bool = False

    @property
    def row_key(self) -> str:
        """Key as staging writes it."""
        return f"{self.code}|{self.number}" if self.code else ""


def write_publications(folder: Path, context: Context, rng: random.Random) -> str:
    """Write the decisions of the ten months, some late, some incomplete, some badly written down; the file."""
    made = _decisions(context, rng)
    _fall_behind(made, context.clock, context.truth, rng)
    _plant(made, context.truth, rng)
    kind = "thành phố" if context.province.name.startswith("Thành phố") else "tỉnh"
    issuers = {"ministry": "Bộ", "province": f"UBND {kind}"}
    rows = [
        (
            p.code,
            p.name,
            p.number,
            _day(p.decided),
            issuers[p.issuer],
            _day(p.effective),
            _day(p.published),
            _day(p.one_stop),
            str(p.parts),
            p.agency,
        )
        for p in made
    ]
    quarantined = sum(not p.code for p in made)
    return write_rows(folder, PUBLICATIONS, HEADER, rows, context.truth, quarantined=quarantined)


def _decisions(context: Context, rng: random.Random) -> list[Publication]:
    """A ministry's decision for every procedure, the province's for half of them and for its own."""
    # what is made public takes up to six weeks, and all of it lies in the ten months
    days = context.clock.worked(context.months[0][0], context.months[7][1])
    department_of = {field: name for name, fields in PREPARED_BY.items() for field in fields}
    listed = [(p.code, p.name, department_of.get(p.field_name, OTHERS)) for p in context.province.procedures]
    wanted = [(*procedure, "ministry") for procedure in listed]
    wanted += [(*procedure, "province") for procedure in (*listed[::2], *((*local, OTHERS) for local in LOCAL))]
    made = []
    for number, (code, name, department, issuer) in enumerate(wanted, start=1):
        decided = rng.choice(days)
        published = context.clock.shift(decided, rng.randint(1, TO_PUBLIC[issuer] - 2))
        made.append(
            Publication(
                code=code,
                name=name,
                number=f"Quyết định mẫu {number:02d}/{decided.year}",
                issuer=issuer,
                agency=department,
                decided=decided,
                effective=context.clock.shift(decided, BEFORE_EFFECTIVE[issuer] + rng.randint(2, 15)),
                published=published,
                one_stop=context.clock.shift(published, rng.randint(0, 5)),
            )
        )
    return made


def _fall_behind(made: list[Publication], clock: WorkClock, truth: GroundTruth, rng: random.Random) -> None:
    """Let some decisions come late, be made public late or never, or leave out parts."""

    def record(what: str, p: Publication, note: str) -> None:
        truth.plant_known(what, PUBLICATIONS, what, row_key=p.row_key, source_file=FILE, note=note)

    for issuer in BEFORE_EFFECTIVE:
        for number, p in enumerate(_take(made, LATE_EACH, rng, issuer)):
            # one of them after the day of effect; a make-up Saturday more or less changes nothing
            p.effective = clock.shift(_there(p.decided), -4 if number == 0 else rng.randint(0, 3))
            record(LATE_DECISION, p, "công bố chậm so với ngày văn bản có hiệu lực")
        for number, p in enumerate(_take(made, LATE_EACH, rng, issuer)):
            late = clock.shift(_there(p.decided), TO_PUBLIC[issuer] + rng.randint(3, 12))
            p.published = None if number == 0 else late
            p.one_stop = None if number == 0 else clock.shift(late, 1)
            p.parts = 0 if number == 0 else PARTS
            record(LATE_PUBLICATION, p, "chưa công khai" if number == 0 else "công khai chậm")
            if number == 0:
                record(INCOMPLETE_PARTS, p, "chưa công khai")
    for p in _take(made, INCOMPLETE, rng):
        p.parts = rng.randint(4, PARTS - 1)
        record(INCOMPLETE_PARTS, p, "công khai thiếu bộ phận tạo thành")


def _plant(made: list[Publication], truth: GroundTruth, rng: random.Random) -> None:
    """Rows that the contract must find."""

    def record(fault: str, rule: str, p: Publication, note: str) -> None:
        truth.plant_known(fault, PUBLICATIONS, rule, row_key=p.row_key, source_file=FILE, note=note)

    for p in _take(made, 2, rng, "ministry"):
        p.code = ""
        record("missing_key", "publications_procedure_code_missing", p, "không ghi mã thủ tục")
    for p in _take(made, 2, rng):
        p.decided = None
        record("field_missing", "publications_decision_date_missing", p, "không ghi ngày quyết định")
    for p in _take(made, 2, rng):
        p.published = _there(p.decided) - dt.timedelta(days=rng.randint(2, 6))
        record("cross_field", "publications_published_before_decision", p, "công khai trước khi có quyết định")
    for p in _take(made, 2, rng):
        p.parts = PARTS + rng.randint(1, 3)
        record("outlier", "publications_parts_out_of_range", p, "nhiều bộ phận hơn số có thể có")


def _take(made: list[Publication], count: int, rng: random.Random, issuer: str = "") -> list[Publication]:
    """Decisions that are as they should be, at random; each is taken once."""
    found = rng.sample([p for p in made if not p.taken and p.issuer == (issuer or p.issuer)], count)
    for p in found:
        p.taken = True
    return found


def _day(day: dt.date | None) -> str:
    return day_first(day) if day else ""


def _there(day: dt.date | None) -> dt.date:
    if day is None:
        raise ValueError("a decision without a day was taken for one that has it")
    return day
