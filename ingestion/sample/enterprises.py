"""Enterprises of two former systems in one table, with the faults their contract must find."""

from __future__ import annotations

import datetime as dt

from ingestion.sample.people import wrong_check_digit
from ingestion.sample.province import Commune
from ingestion.sample.tables import Context, Record, Table, day_first, read_day

SOURCE = "sectors/enterprises.sqlite"
COLUMNS = (
    "MaSoDN", "HeThong", "TenDN", "LoaiDN", "DiaChi", "MaXa", "TrangThai", "NgayCap", "NguoiDaiDien",
    "SoDinhDanhNguoiDaiDien", "VonDieuLe", "NganhNgheChinh", "NgayThayDoi", "NgayCapNhat",
)  # fmt: skip
KINDS = ("Công ty TNHH", "Công ty cổ phần", "Doanh nghiệp tư nhân", "Hợp tác xã")
TRADES = ("Thương mại", "Xây dựng", "Vận tải", "Du lịch", "Chế biến thủy sản", "Dệt may", "Phần mềm")
SECTORS = ("4711", "4101", "4933", "5510", "1020", "1410", "6201")
STATES = ("Đang hoạt động", "Tạm ngừng hoạt động", "Đã giải thể")
# control totals allow 5 %; the enterprises must be short by more
SHORT_BY = 1.12


def make_enterprises(context: Context, rows: int) -> tuple[Table, int]:
    """Enterprises, and the control total of the province."""
    table = Table("enterprises", "doanh_nghiep", COLUMNS, ("MaSoDN", "HeThong"), "MaXa", context)
    communes, _ = context.communes("enterprises", 2)
    for commune, pinned in context.places(communes, rows):
        _enterprise(table, commune).pinned = pinned
    _spoil(table)
    kept = sum(table.kept_by_commune().values())
    context.truth.plant_known(
        "records_missing", "enterprises", "enterprises_rows_missing", note="ít hơn số đối chiếu của toàn tỉnh"
    )
    return table, int(kept * SHORT_BY) + 1


def former_system(context: Context, commune: Commune) -> tuple[str, str]:
    """The registration system a commune used before the merger, and the other one."""
    codes = sorted({c.former_province for c in context.province.communes})
    # where nothing merged, the second system is the districts' own list
    names = [f"DKKD-{code}" for code in codes] if len(codes) > 1 else [f"DKKD-{codes[0]}", f"HKD-{codes[0]}"]
    own = codes.index(commune.former_province)
    return names[own], names[1 - own]


def _enterprise(table: Table, commune: Commune) -> Record:
    context = table.context
    rng = context.rng
    issued = context.as_of - dt.timedelta(days=rng.randint(60, 6000))
    changed = issued + dt.timedelta(days=rng.randint(0, (context.as_of - issued).days - 1))
    person = context.people.adult(issued)
    trade = rng.randrange(len(TRADES))
    return table.add(
        MaSoDN=context.people.tax_number(),
        HeThong=former_system(context, commune)[0],
        TenDN=f"{TRADES[trade]} {person.name.split()[-1]} {rng.randint(1, 999)}",
        LoaiDN=rng.choice(KINDS),
        DiaChi=f"Thôn {rng.randint(1, 12)}, {commune.name}",
        MaXa=commune.code,
        TrangThai=rng.choices(STATES, (85, 10, 5))[0],
        NgayCap=day_first(issued),
        NguoiDaiDien=person.name,
        SoDinhDanhNguoiDaiDien=person.number,
        VonDieuLe=str(rng.randint(1, 500) * 100_000_000),
        NganhNgheChinh=SECTORS[trade],
        NgayThayDoi=day_first(changed),
        NgayCapNhat=day_first(context.as_of - dt.timedelta(days=rng.randint(3, 60))),
    )


def _spoil(table: Table) -> None:
    context, count = table.context, table.count
    year = context.as_of.year
    systems = {c.code: former_system(context, c)[1] for c in context.province.communes}
    table.spoil("placeholder", "enterprises_name_missing", "TenDN", "chưa xác định", "")
    table.spoil("field_missing", "enterprises_sector_missing", "NganhNgheChinh", "", "N/A")
    table.spoil("format", "enterprises_sector_invalid", "NganhNgheChinh", "bán lẻ", "47")
    table.spoil("code_list", "enterprises_kind_invalid", "LoaiDN", "Cty", "TNHH 1TV")
    table.spoil("code_list", "enterprises_state_invalid", "TrangThai", "Khóa", "NNT")
    table.spoil("outlier", "enterprises_capital_out_of_range", "VonDieuLe", "0", "-1")
    table.spoil(
        "unreadable_date", "enterprises_issued_on_unreadable", "NgayCap", f"31/02/{year - 1}", f"30/02/{year - 2}"
    )
    for row in table.take(count):
        row["MaSoDN"] = wrong_check_digit(row["MaSoDN"])
        table.plant("linkage", "enterprises_code_invalid", row, "sai số kiểm tra của mã số thuế")
    for row in table.take(count):
        row["SoDinhDanhNguoiDaiDien"] = context.people.old_card()
        table.plant("linkage", "enterprises_representative_number_invalid", row, "không đủ 12 chữ số")
    for row in table.take(count):
        issued = read_day(row["NgayCap"])
        row["NgayThayDoi"] = day_first(issued - dt.timedelta(days=30))
        table.plant("cross_field", "enterprises_changed_before_issued", row, "thay đổi trước khi cấp")
    for row in list(table.take(count)):
        twin = table.add(**{**row, "HeThong": systems[row["MaXa"]], "TenDN": row["TenDN"].upper()})
        twin.faulty = True
        for one in (row, twin):
            table.plant("duplicate_after_merger", "enterprises_code_duplicate", one, "một mã số ở hai hệ thống cũ")
    table.plant_foreign_communes("enterprises_commune_current", table.take(count))
    table.spoil("missing_key", "enterprises_code_missing", "MaSoDN", "")
