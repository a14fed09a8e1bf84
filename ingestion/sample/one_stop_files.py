"""The two one-stop exports: the software's monthly list (CSV) and the communes' monthly register (XLSX)."""

from __future__ import annotations

import csv
import datetime as dt
import random
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import xlsxwriter

from ingestion.sample.dossiers import MONTHS, Dossier, DossierMaker
from ingestion.sample.habits import happens
from ingestion.sample.one_stop_faults import LIST, REGISTER, register_file
from ingestion.sample.truth import GroundTruth, Totals

STATUS = {
    1: ("Mới đăng ký",),
    2: ("Được tiếp nhận", "Đã tiếp nhận"),
    3: ("Không được tiếp nhận", "Từ chối tiếp nhận"),
    4: ("Đang xử lý", "Đang giải quyết"),
    5: ("Yêu cầu bổ sung giấy tờ", "Chờ bổ sung"),
    6: ("Yêu cầu thực hiện nghĩa vụ tài chính", "Chờ nộp phí"),
    7: ("Công dân yêu cầu rút hồ sơ", "Rút hồ sơ", "Trả lại"),
    8: ("Dừng xử lý", "Tạm dừng"),
    9: ("Đã xử lý xong", "Đã có kết quả"),
    10: ("Đã trả kết quả", "Đã trả KQ"),
}
CHANNEL = {1: "Trực tiếp", 2: "Trực tuyến", 3: "Bưu chính công ích"}
SERVICE_LEVEL = {2: "Cung cấp thông tin", 3: "Một phần", 4: "Toàn trình"}
APPLICANT_KIND = {1: "Công dân", 2: "Doanh nghiệp", 3: "Tổ chức nhà nước", 4: "Tổ chức khác"}


def _time(value: dt.datetime | None) -> str:
    return f"{value:%d/%m/%Y %H:%M:%S}" if value else ""


def _date(value: dt.date | None) -> str:
    return f"{value:%d/%m/%Y}" if value else ""


def _number(dossier: Dossier) -> int:
    """A number that stays with the dossier, to vary its texts."""
    return sum(dossier.code.encode())


def _agency_text(d: Dossier) -> str:
    # one export in twenty gives the code; a few names come decomposed, as some keyboards type them
    number = _number(d) % 20
    return (
        d.agency.code if number == 0 else unicodedata.normalize("NFD", d.agency.name) if number == 1 else d.agency.name
    )


def _status_text(d: Dossier) -> str:
    variants = STATUS[d.status]
    return variants[_number(d) % len(variants)]


def _yes(value: bool) -> str:
    return "Có" if value else "Không"


def _paid_online(d: Dossier) -> bool:
    return d.channel == 2 and d.procedure.fee > 0 and happens(d.code, "paid online", d.habits.paid_online)


def _input_digitised(d: Dossier) -> bool:
    return d.channel == 2 or happens(d.code, "input", d.habits.input_digitised)


def _reused(d: Dossier) -> bool:
    return _input_digitised(d) and happens(d.code, "reused", d.habits.reused)


LIST_COLUMNS: dict[str, Callable[[Dossier], str]] = {
    "Đơn vị tiếp nhận": _agency_text,
    "Tên thủ tục hành chính": lambda d: d.procedure.name,
    "Mã hồ sơ": lambda d: d.code,
    "Trạng thái": _status_text,
    "Địa chỉ": lambda d: f"Thôn {_number(d) % 12 + 1}",
    "Người nộp": lambda d: d.applicant.name,
    "Chủ hồ sơ": lambda d: d.applicant.name,
    "Ngày nộp hồ sơ": lambda d: _time(d.submitted_at),
    "Ngày nhận": lambda d: _time(d.received_at),
    "Ngày hẹn trả": lambda d: _time(d.due_at),
    "Ngày kết thúc xử lý": lambda d: _time(d.finished_at),
    "Mã TTHC": lambda d: d.procedure.code,
    "Lĩnh vực": lambda d: d.procedure.field_name,
    "Kênh thực hiện": lambda d: CHANNEL[d.channel],
    "Mức độ": lambda d: SERVICE_LEVEL[d.procedure.service_level],
    "Mã xã địa bàn": lambda d: d.commune_code,
    "Ngày trả": lambda d: _time(d.returned_at),
    "Hạn tiếp nhận": lambda d: _time(d.receive_by_at),
    "Ngày yêu cầu bổ sung": lambda d: _time(d.supplement_requested_at),
    "Số lần bổ sung": lambda d: str(d.rounds),
    "Lý do dừng/bổ sung/từ chối": lambda d: d.pause_reason or "",
    "Ngày văn bản xin lỗi": lambda d: _date(d.apology_on),
    "Ngày xóa": lambda d: _time(d.deleted_at),
    "Số ký hiệu kết quả": lambda d: d.result_number or "",
    "Ngày ban hành kết quả": lambda d: _date(d.result_issued_on),
    "Tệp kết quả": lambda d: d.result_file or "",
    "Tệp đầu vào": lambda d: d.input_file or "",
    "Mã hồ sơ khác": lambda d: d.alias or "",
    "Loại đối tượng": lambda d: APPLICANT_KIND[d.applicant_kind],
    "Số định danh chủ hồ sơ": lambda d: d.applicant.number if d.applicant_kind == 1 else "",
    "Phí lệ phí": lambda d: str(d.procedure.fee),
    "Thanh toán trực tuyến": lambda d: _yes(_paid_online(d)),
    "Số hóa đầu vào": lambda d: _yes(_input_digitised(d)),
    "Số hóa kết quả": lambda d: _yes(d.status in (9, 10) and happens(d.code, "result", d.habits.result_digitised)),
    "Tái sử dụng dữ liệu": lambda d: _yes(_reused(d)),
    "Lấy từ kho dữ liệu quốc gia": lambda d: _yes(
        _reused(d) and happens(d.code, "national store", d.habits.from_national_store)
    ),
    "Dùng dữ liệu dân cư": lambda d: _yes(
        d.applicant_kind == 1 and happens(d.code, "population data", d.habits.population_data)
    ),
    "Đồng bộ Cổng DVCQG": lambda d: _yes(
        d.received_at is not None and happens(d.code, "synchronised", d.habits.synchronised)
    ),
}
REGISTER_TITLE_ROWS = 4
REGISTER_LABELS = (
    "TT",
    "Mã hồ sơ",
    "Tên TTHC",
    "Số lượng hồ sơ (bộ)",
    "Tên cá nhân, tổ chức",
    "Địa chỉ, số điện thoại",
    "Cơ quan chủ trì giải quyết",
)
REGISTER_DATES = ("Nhận hồ sơ", "Hẹn trả kết quả", "Trả kết quả")
REGISTER_TAIL = ("Phương thức nhận kết quả", "Ký nhận")


def state_at(dossier: Dossier, month: int, end: dt.date) -> Dossier:
    """The dossier as the export of a month showed it."""
    if month >= dossier.last_month:
        return dossier
    now = dt.datetime.combine(end, dt.time(23, 59, 59))
    received = dossier.received_at if dossier.received_at and dossier.received_at <= now else None
    finished = dossier.finished_at if received and dossier.finished_at and dossier.finished_at <= now else None
    asked = dossier.supplement_requested_at is not None and dossier.supplement_requested_at <= now
    moved = dossier.due_moved_at is None or dossier.due_moved_at <= now
    return replace(
        dossier,
        status=9 if finished else 4 if received else 1,
        received_at=received,
        due_at=(dossier.due_at if moved else dossier.due_before) if received else None,
        finished_at=finished,
        returned_at=None,
        supplement_requested_at=dossier.supplement_requested_at if asked else None,
        rounds=dossier.rounds if asked else 0,
        pause_reason=dossier.pause_reason if asked else None,
        apology_on=dossier.apology_on if dossier.apology_on and dossier.apology_on <= end else None,
        deleted_at=None,
        result_number=dossier.result_number if finished else None,
        result_issued_on=dossier.result_issued_on if finished else None,
        result_file=dossier.result_file if finished else None,
        literal={},
    )


def write_list(folder: Path, maker: DossierMaker, dossiers: list[Dossier], truth: GroundTruth) -> list[str]:
    """One CSV file a month: what was filed in it, and what was still open when it began."""
    files = []
    kept = {d.code for d in dossiers if d.code}
    written = quarantined = 0
    for month, (first, last) in enumerate(maker.months):
        name = f"one_stop/danh_sach_ho_so_{first:%Y_%m}.csv"
        rows = [state_at(d, month, last) for d in dossiers if d.first_month <= month <= d.last_month]
        # one line in which somebody typed a comma without quotes: it cannot be read
        broken = 1 if month % 4 == 1 else 0
        with (folder / name).open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out, lineterminator="\r\n")
            writer.writerow(LIST_COLUMNS)
            writer.writerows([d.literal.get(header, cell(d)) for header, cell in LIST_COLUMNS.items()] for d in rows)
            if broken:
                writer.writerow([*_broken(rows[0], month), "thừa một ô"])
                truth.plant_known(
                    "unreadable_row", LIST, "rejected", source_file=name, note=f"dòng {len(rows) + 2}: thừa một ô"
                )
        truth.read(LIST, name, len(rows) + 1 + broken, out_of_scope=1, rejected=broken)
        written += len(rows)
        quarantined += sum(not d.code for d in rows)
        files.append(name)
    truth.totals[LIST] = Totals(len(kept), written - len(kept) - quarantined, quarantined)
    return files


def _broken(like: Dossier, month: int) -> list[str]:
    lost = replace(like, code=f"{like.agency.code}-{like.submitted_at:%y%m%d}-9{month:03d}")
    return [cell(lost) for cell in LIST_COLUMNS.values()]


def write_register(
    folder: Path, maker: DossierMaker, dossiers: list[Dossier], truth: GroundTruth, rng: random.Random
) -> list[str]:
    """One workbook a month: title rows, a header of two rows, data, a total, signatures."""
    files = []
    for month in range(MONTHS):
        rows = [d for d in dossiers if d.first_month == month]
        if not rows:
            continue
        name = register_file(maker, rows[0])
        used = _workbook(folder / name, maker, month, rows, rng)
        truth.read(REGISTER, name, used, out_of_scope=used - len(rows))
        files.append(name)
    quarantined = sum(not d.code for d in dossiers)
    truth.totals[REGISTER] = Totals(len(dossiers) - quarantined, 0, quarantined)
    return files


def _workbook(path: Path, maker: DossierMaker, month: int, rows: list[Dossier], rng: random.Random) -> int:
    """Write one register and return the number of its last used row."""
    first, last = maker.months[month]
    with xlsxwriter.Workbook(str(path)) as book:
        # a fixed moment keeps the bytes of the file equal from run to run
        book.set_properties({"title": "Sổ theo dõi hồ sơ", "created": dt.datetime.combine(last, dt.time(17))})
        bold = book.add_format({"bold": True, "align": "center", "valign": "vcenter", "text_wrap": True, "border": 1})
        clock = book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"})
        sheet = book.add_worksheet("So theo doi")
        sheet.set_column(1, 10, 20)
        sheet.write_string(0, 0, f"ỦY BAN NHÂN DÂN {maker.province.name.upper()}")
        sheet.write_string(1, 3, "SỔ THEO DÕI HỒ SƠ")
        sheet.write_string(2, 3, f"Từ ngày {_date(first)} đến ngày {_date(last)}")
        _header(sheet, bold)
        at = REGISTER_TITLE_ROWS + 2
        for d in rows:
            # half of the rows carry real dates, the other half text that looks like one
            _row(sheet, clock, at, d, rng.random() < 0.5 and "text_dates" not in d.literal)
            at += 1
        sheet.write_string(at, 0, "Tổng cộng", bold)
        sheet.write_number(at, 3, len(rows), bold)
        sheet.write_string(at + 2, 7, f"Ngày {last.day:02d} tháng {last.month:02d} năm {last.year}")
        sheet.write_string(at + 3, 1, "NGƯỜI LẬP SỔ", bold)
        sheet.write_string(at + 3, 8, "THỦ TRƯỞNG ĐƠN VỊ", bold)
        sheet.write_string(at + 4, 1, "(Ký, ghi rõ họ tên)")
        sheet.write_string(at + 4, 8, "(Ký, đóng dấu)")
    return at + 5


def _header(sheet: Any, bold: Any) -> None:
    upper, lower = REGISTER_TITLE_ROWS, REGISTER_TITLE_ROWS + 1
    labels = [*enumerate(REGISTER_LABELS), *enumerate(REGISTER_TAIL, start=len(REGISTER_LABELS) + 3)]
    for column, label in labels:
        sheet.merge_range(upper, column, lower, column, label, bold)
    start = len(REGISTER_LABELS)
    sheet.merge_range(upper, start, upper, start + 2, "Ngày, tháng, năm", bold)
    for offset, label in enumerate(REGISTER_DATES):
        sheet.write_string(lower, start + offset, label, bold)


def _row(sheet: Any, clock: Any, at: int, d: Dossier, as_date: bool) -> None:
    sheet.write_number(at, 0, at - REGISTER_TITLE_ROWS - 1)
    _text(sheet, at, 1, d.code)
    _text(sheet, at, 2, d.literal.get("Tên TTHC", d.procedure.name))
    sheet.write_number(at, 3, int(d.literal.get("Số lượng hồ sơ (bộ)", "1")))
    _text(sheet, at, 4, d.applicant.name)
    # no operator owns numbers that begin with 0000
    _text(sheet, at, 5, f"Thôn {_number(d) % 12 + 1}, 0000{_number(d) % 1000000:06d}")
    _text(sheet, at, 6, d.agency.name)
    for column, value in enumerate((d.received_at, d.due_at, d.returned_at), start=7):
        literal = d.literal.get(REGISTER_DATES[column - 7])
        if literal is not None:
            _text(sheet, at, column, literal)
        elif value and as_date:
            sheet.write_datetime(at, column, value, clock)
        elif value:
            _text(sheet, at, column, _time(value))
    _text(sheet, at, 10, "Trả tại Bộ phận Một cửa")


def _text(sheet: Any, row: int, column: int, text: str) -> None:
    if text:
        sheet.write_string(row, column, text)
