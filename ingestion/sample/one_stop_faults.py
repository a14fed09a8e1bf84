"""Faults that the contracts of the two one-stop exports must find."""

from __future__ import annotations

import datetime as dt
import random

from ingestion.sample.dossier_faults import Planter, handed_over, place, settled, source_file
from ingestion.sample.dossiers import Dossier, DossierMaker
from ingestion.sample.province import Province
from ingestion.sample.truth import GroundTruth

LIST, REGISTER = "one_stop_list", "one_stop_register"


def register_file(maker: DossierMaker, dossier: Dossier) -> str:
    """The month's register a dossier is written in."""
    return f"one_stop/so_theo_doi_{maker.months[dossier.first_month][0]:%Y_%m}.xlsx"


def plant_list_faults(planter: Planter, province: Province, silent: list[str]) -> None:
    """Cells of the list that the contract refuses, and communes that entered nothing."""
    maker, truth, count = planter.maker, planter.truth, planter.count

    def record(fault: str, rule: str, dossier: Dossier, note: str = "") -> None:
        truth.plant(fault, LIST, rule, lambda: (dossier.code, place(dossier), source_file(maker, dossier)), note)

    cells = (
        ("unknown_status", "osl_status_unknown", "Trạng thái", "Đang xác minh", settled),
        (
            "unreadable_date",
            "osl_returned_at_unreadable",
            "Ngày trả",
            f"31/02/{maker.as_of.year} 09:00:00",
            handed_over,
        ),
        ("field_missing", "osl_channel_missing", "Kênh thực hiện", "", settled),
        ("field_missing", "osl_procedure_code_missing", "Mã TTHC", "", settled),
        (
            "field_missing",
            "osl_applicant_number_missing",
            "Số định danh chủ hồ sơ",
            "",
            lambda d: settled(d) and d.applicant_kind == 1,
        ),
        (
            "placeholder",
            "osl_applicant_number_missing",
            "Số định danh chủ hồ sơ",
            "000000001",
            lambda d: settled(d) and d.applicant_kind == 1,
        ),
        (
            "linkage",
            "osl_applicant_number_invalid",
            "Số định danh chủ hồ sơ",
            None,
            lambda d: settled(d) and d.applicant_kind == 1,
        ),
        ("code_currency", "osl_commune_code_current", "Mã xã địa bàn", None, settled),
        ("outlier", "osl_fee_out_of_range", "Phí lệ phí", "-50000", settled),
    )
    for fault, rule, header, text, test in cells:
        for d in planter.take(count, test):
            if rule == "osl_applicant_number_invalid":
                d.literal[header] = maker.people.old_card()
            elif rule == "osl_commune_code_current":
                d.literal[header] = planter.rng.choice(province.foreign_codes)
            else:
                d.literal[header] = text or ""
            record(fault, rule, d)
    for d in planter.take(count, lambda d: settled(d) and d.channel == 1):
        d.received_at = None
        d.literal["Ngày nhận"] = f"31/02/{maker.as_of.year} 08:30:00"
        record("unreadable_date", "osl_received_at_unreadable", d)
        planter.flag(d, "S2", "ngày nhận không đọc được")

    for d in planter.take(count, lambda d: settled(d) and d.first_month == d.last_month):
        d.code = d.code.replace("-", "–")
        record("code_format", "osl_dossier_code_format", d, "gạch dài thay gạch nối")
    for d in planter.take(max(count // 4, 2), lambda d: settled(d) and d.first_month == d.last_month):
        d.code = ""
        record("missing_key", "osl_dossier_code_missing", d)
    for code in silent:
        truth.plant_known(
            "coverage_commune", LIST, "one_stop_commune_silent", commune_code=code, note="không có hồ sơ nào"
        )


def plant_register_faults(
    maker: DossierMaker, dossiers: list[Dossier], truth: GroundTruth, rng: random.Random, count: int
) -> None:
    """Faults in the register: cells that cannot be read, and dates that cannot be."""
    pool = [d for d in dossiers if d.returned_at and d.status == 10]
    rng.shuffle(pool)

    def record(fault: str, dataset: str, rules: str, d: Dossier, note: str) -> None:
        for rule in rules.split():
            truth.plant(
                fault if dataset == REGISTER else rule,
                dataset,
                rule,
                lambda: (d.code, "", register_file(maker, d)),
                note,
            )

    for _ in range(count):
        d = pool.pop()
        d.received_at = None
        record("S2", "dossiers", "S2", d, "sổ không ghi ngày nhận")
        d = pool.pop()
        d.returned_at = d.received - dt.timedelta(days=2)
        record("S6", "dossiers", "S6 A10", d, "trả trước khi nhận")
        d = pool.pop()
        d.returned_at = d.received + dt.timedelta(seconds=90)
        record("A5", "dossiers", "A5", d, "nhận và trả trong vài phút")
        d = pool.pop()
        d.due_at = None
        record("A7", "dossiers", "A7", d, "sổ không ghi ngày hẹn trả")
        d = pool.pop()
        d.literal["Hẹn trả kết quả"] = f"30/02/{maker.as_of.year}"
        record("unreadable_date", REGISTER, "osr_due_at_unreadable", d, "ngày không có trong lịch")
        record("A7", "dossiers", "A7", d, "ngày hẹn trả không đọc được")
        d = pool.pop()
        d.literal["Tên TTHC"] = "không rõ"
        record("placeholder", REGISTER, "osr_procedure_name_missing", d, "giá trị giữ chỗ")
        d = pool.pop()
        d.literal["Số lượng hồ sơ (bộ)"] = "0"
        record("outlier", REGISTER, "osr_copies_out_of_range", d, "số bộ hồ sơ bằng 0")
        d = pool.pop()
        d.code = ""
        record("missing_key", REGISTER, "osr_dossier_code_missing", d, "không ghi mã hồ sơ")
