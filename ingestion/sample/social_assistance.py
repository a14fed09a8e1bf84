"""Social assistance: recipients with the faults their contract must find."""

from __future__ import annotations

import datetime as dt

from ingestion.sample.people import Person, other_year
from ingestion.sample.tables import Context, Table, day_first, read_day

SOURCE = "sectors/social_assistance.sqlite"
COLUMNS = (
    "MaHoSo", "SoQuyetDinh", "NgayBanHanh", "HoVaTen", "NgaySinh", "GioiTinh", "SoDinhDanh", "NOHT_MaXa", "SoTaiKhoan",
    "NganHang", "MucDoKhuyetTat", "HoNgheo", "BHYT", "btxhSoTien", "btxhNgayHuong", "NgayCapNhat",
)  # fmt: skip


def make_recipients(context: Context, rows: int, deaths: Table) -> tuple[Table, int]:
    """Recipients, and the control total of the province, which they meet."""
    table = Table("recipients", "doi_tuong_btxh", COLUMNS, ("MaHoSo",), "NOHT_MaXa", context)
    rng, as_of = context.rng, context.as_of
    communes, _ = context.communes("recipients", 3)
    for number, (commune, pinned) in enumerate(context.places(communes, rows), start=1):
        decided = as_of - dt.timedelta(days=rng.randint(90, 3000))
        born = as_of - dt.timedelta(days=rng.randint(9 * 365, 90 * 365))
        person = context.people.person(min(born, decided - dt.timedelta(days=365)))
        row = table.add(
            MaHoSo=f"BTXH.{number:06d}",
            SoQuyetDinh=f"{number % 900 + 1}/QĐ-UBND",
            NgayBanHanh=day_first(decided),
            HoVaTen=person.name,
            NgaySinh=day_first(person.born_on),
            GioiTinh=person.sex_text,
            SoDinhDanh=person.number,
            NOHT_MaXa=commune.code,
            # account numbers of a bank that does not exist
            SoTaiKhoan=f"0000{number:08d}",
            NganHang="Ngân hàng Mẫu",
            MucDoKhuyetTat=rng.choice(("Nhẹ", "Nặng", "Đặc biệt nặng", "Không")),
            HoNgheo=rng.choice(("0", "1")),
            BHYT=rng.choice(("0", "1", "1", "1")),
            btxhSoTien=str(rng.choice((500_000, 750_000, 1_000_000, 1_250_000))),
            btxhNgayHuong=day_first(decided + dt.timedelta(days=rng.randint(0, 31))),
            NgayCapNhat=day_first(as_of - dt.timedelta(days=rng.randint(5, 80))),
        )
        row.pinned = pinned
    _spoil(table, deaths)
    return table, sum(table.kept_by_commune().values())


def _spoil(table: Table, deaths: Table) -> None:
    context, count, year = table.context, table.count, table.context.as_of.year
    table.spoil("field_missing", "recipients_decision_missing", "SoQuyetDinh", "")
    table.spoil("field_missing", "recipients_number_missing", "SoDinhDanh", "")
    table.spoil("placeholder", "recipients_number_missing", "SoDinhDanh", "000000001")
    table.spoil("placeholder", "recipients_account_missing", "SoTaiKhoan", ".", "không rõ")
    table.spoil("outlier", "recipients_amount_out_of_range", "btxhSoTien", "0", "-500000", "990000000")
    table.spoil(
        "unreadable_date", "recipients_born_on_unreadable", "NgaySinh", f"31/02/{year - 60}", f"30/02/{year - 40}"
    )
    for row in table.take(count):
        row["SoDinhDanh"] = context.people.old_card()
        table.plant("linkage", "recipients_number_invalid", row, "không đủ 12 chữ số")
    for row in table.take(count):
        row["SoDinhDanh"] = other_year(Person("", 0, dt.date(2000, 1, 1), row["SoDinhDanh"])).number
        table.plant("linkage", "recipients_number_mismatch", row, "năm sinh trong số khác ngày sinh")
    for row in table.take(count):
        decided = read_day(row["NgayBanHanh"])
        row["btxhNgayHuong"] = day_first(decided - dt.timedelta(days=400))
        table.plant("cross_field", "recipients_paid_before_decision", row, "hưởng hơn một năm trước quyết định")
    for row, death in zip(list(table.take(count)), list(deaths.take(count)), strict=True):
        for mine, theirs in (
            ("SoDinhDanh", "nktSoGiayTo"),
            ("HoVaTen", "nktHoTen"),
            ("NgaySinh", "nktNgaySinh"),
            ("GioiTinh", "nktGioiTinh"),
        ):
            row[mine] = death[theirs]
        for broken in ("recipients_dead_still_paid", "benefit_paid_after_death"):
            table.plant("linkage", broken, row, "đã khai tử, vẫn hưởng")
    pairs = list(table.take(2 * (count // 2)))
    for one, other in zip(pairs[::2], pairs[1::2], strict=True):
        for column in ("SoDinhDanh", "HoVaTen", "NgaySinh", "GioiTinh"):
            other[column] = one[column]
        for row in (one, other):
            table.plant("duplicate", "recipients_number_duplicate", row, "một người, hai hồ sơ hưởng")
    table.plant_foreign_communes("recipients_commune_current", table.take(count))
    table.spoil("missing_key", "recipients_code_missing", "MaHoSo", "")
