"""Reference files beside the sources: agencies, control totals, zero declarations, the inventory of systems."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from ingestion.sample.province import Province
from ingestion.sample.tables import Context, day_first
from ingestion.sample.truth import GroundTruth, Totals

SYSTEMS = (
    ("HT-01", "Hệ thống thông tin giải quyết thủ tục hành chính", "van_phong_ubnd", "API", True, True),
    ("HT-02", "CSDL hộ tịch điện tử", "so_tu_phap", "API", True, True),
    ("HT-03", "CSDL đất đai", "so_nong_nghiep_moi_truong", "API", True, True),
    ("HT-04", "CSDL đăng ký doanh nghiệp", "so_tai_chinh", "API", True, True),
    ("HT-05", "CSDL bảo trợ xã hội", "so_y_te", "Excel", True, True),
    ("HT-06", "CSDL cán bộ, công chức, viên chức", "so_noi_vu", "Excel", True, True),
    ("HT-07", "CSDL cơ sở khám bệnh, chữa bệnh", "so_y_te", "API", True, True),
    ("HT-08", "Hồ sơ quy hoạch xây dựng", "so_nong_nghiep_moi_truong", "PDF quét", True, True),
    ("HT-09", "Sổ công chứng", "so_tu_phap", "PDF quét", True, True),
    ("HT-10", "Phần mềm quản lý đầu tư công", "so_tai_chinh", "Excel", True, False),
    ("HT-11", "Phần mềm quản lý nhiệm vụ khoa học", "so_khoa_hoc_cong_nghe", "API", True, False),
    ("HT-12", "CSDL lao động, việc làm", "so_noi_vu", "Không chia sẻ", False, True),
)
# datasets in which the commune without events declares so
DECLARED = ("births", "deaths", "enterprises", "one_stop_list", "parcels", "recipients")


def write_agencies(folder: Path, province: Province, truth: GroundTruth) -> str:
    """Agencies with the codes of the new scheme."""
    rows = [(a.code, a.name, a.parent_code, a.level, a.commune_code or "") for a in province.agencies]
    return write_rows(
        folder, "agencies", ("Mã định danh", "Tên cơ quan", "Mã cơ quan cấp trên", "Cấp", "Mã xã"), rows, truth
    )


def write_control_totals(
    folder: Path,
    context: Context,
    births: list[tuple[str, int]],
    enterprises: int,
    recipients: int,
    others: list[tuple[str, str, str, str]],
) -> str:
    """How many records an outside count expects; `others` are (dataset, commune or nothing, count, source)."""
    counted = day_first(context.months[-1][1])
    rows = [("births", code, str(expected), counted, "Báo cáo dân số cấp xã") for code, expected in births]
    rows.append(("enterprises", "", str(enterprises), counted, "Thống kê của cơ quan thuế"))
    rows.append(("recipients", "", str(recipients), counted, "Danh sách chi trả trợ cấp"))
    rows += [(dataset, code, expected, counted, source) for dataset, code, expected, source in others]
    header = ("Cơ sở dữ liệu", "Mã xã", "Số bản ghi phải có", "Ngày số liệu", "Nguồn số liệu")
    return write_rows(folder, "control_totals", header, rows, context.truth)


def write_zero_declarations(folder: Path, context: Context, others: list[str]) -> str:
    """The commune where nothing happened says so, for the datasets of DECLARED and `others`."""
    declared = day_first(context.months[-1][1])
    rows = [(dataset, context.province.zero.code, declared, "Chủ tịch UBND") for dataset in (*DECLARED, *others)]
    return write_rows(
        folder, "zero_declarations", ("Cơ sở dữ liệu", "Mã xã", "Ngày khai báo", "Người khai báo"), rows, context.truth
    )


def write_inventory(folder: Path, truth: GroundTruth) -> str:
    """Systems and databases: some shared as scans only, some on one list and not on the other."""
    for code, _, _, form, running, decided in SYSTEMS:
        faults = [("digital_form", "inventory_scans_only")] if form == "PDF quét" else []
        faults += [("not_on_list", "inventory_not_in_decision")] if running and not decided else []
        faults += [("not_on_list", "inventory_not_in_operation")] if decided and not running else []
        for fault, rule in faults:
            truth.plant_known(
                fault, "system_inventory", rule, row_key=code, source_file="reference/system_inventory.csv"
            )
    rows = [(*row[:4], "Có" if row[4] else "Không", "Có" if row[5] else "Không") for row in SYSTEMS]
    header = (
        "Mã hệ thống",
        "Tên hệ thống",
        "Cơ quan chủ quản",
        "Hình thức chia sẻ",
        "Đang vận hành",
        "Có trong quyết định",
    )
    return write_rows(folder, "system_inventory", header, rows, truth)


def write_rows(
    folder: Path,
    dataset: str,
    header: tuple[str, ...],
    rows: Iterable[tuple[str, ...]],
    truth: GroundTruth,
    *,
    quarantined: int = 0,
) -> str:
    """Write `reference/<dataset>.csv`, of whose rows staging quarantines some, and tell the accounts; the file."""
    name = f"reference/{dataset}.csv"
    lines = list(rows)
    with (folder / name).open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(lines)
    truth.read(dataset, name, len(lines) + 1, out_of_scope=1)
    truth.totals[dataset] = Totals(len(lines) - quarantined, 0, quarantined)
    return name
