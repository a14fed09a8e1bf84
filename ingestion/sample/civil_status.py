"""Civil status: births and deaths, each with the faults its contract must find."""

from __future__ import annotations

import datetime as dt
import random

from ingestion.sample.people import Person, other_year
from ingestion.sample.province import Commune
from ingestion.sample.tables import Context, Record, Table, day_first, iso, read_day

SOURCE = "sectors/civil_status.sqlite"
ETHNIC = ("Kinh", "Cơ Tu", "Xơ Đăng", "Gié Triêng", "Co", "Hoa")
BIRTH_COLUMNS = (
    "soDangKy", "quyenSo", "trangSo", "ngayDangKy", "ndkksMaXa", "nksHoTen", "nksGioiTinh", "nksNgaySinh", "nksNoiSinh",
    "nksQueQuan", "nksDanToc", "nksQuocTich", "soDinhDanh", "meHoTen", "meNgaySinh", "meSoGiayTo", "chaHoTen",
    "chaSoGiayTo", "maGCS", "ngayCapNhat",
)  # fmt: skip
DEATH_COLUMNS = (
    "soDangKy", "quyenSo", "ngayDangKy", "ndkktMaXa", "nktHoTen", "nktGioiTinh", "nktNgaySinh", "nktSoGiayTo",
    "nktNgayChet", "nktGioPhutChet", "nktNoiChet", "nktNguyenNhanChet", "maGBT", "ngayCapNhat",
)  # fmt: skip
STALE_COMMUNES = 2
SHORT_COMMUNES = 3
# births_commune_stale allows 92 days
STALE_AFTER_DAYS = 120


def make_births(context: Context, rows: int) -> tuple[Table, list[tuple[str, int]]]:
    """Births of the ten months, and the control total of each commune."""
    table = Table("births", "khai_sinh", BIRTH_COLUMNS, ("ndkksMaXa", "quyenSo", "soDangKy"), "ndkksMaXa", context)
    communes, _ = context.communes("births", 3)
    stale = context.rng.sample(communes, STALE_COMMUNES)
    first, last = context.months[0][0], context.months[-1][1]
    recent = context.months[-1][0]
    old = context.as_of - dt.timedelta(days=STALE_AFTER_DAYS)
    everyday, lately, earlier = (context.clock.worked(*span) for span in ((first, last), (recent, last), (first, old)))
    for number, (commune, pinned) in enumerate(context.places(communes, rows), start=1):
        days = earlier if commune in stale else lately if pinned else everyday
        _birth(table, commune, number, context.rng.choice(days)).pinned = pinned
    _spoil_births(table, recent)
    for commune in stale:
        context.truth.plant_known(
            "stale", "births", "births_commune_stale", commune_code=commune.code, note="không có đăng ký mới"
        )
    return table, _control_totals(table, [c.code for c in communes], [c.code for c in stale])


def _birth(table: Table, commune: Commune, number: int, registered: dt.date) -> Record:
    context = table.context
    rng = context.rng
    born = registered - dt.timedelta(days=rng.randint(2, 50))
    child, mother, father = context.people.person(born), context.people.adult(born), context.people.adult(born)
    return table.add(
        soDangKy=str(number),
        quyenSo=f"01/{registered.year}",
        trangSo=str(number % 200 + 1),
        ngayDangKy=iso(registered),
        ndkksMaXa=commune.code,
        nksHoTen=child.name,
        nksGioiTinh=child.sex_text,
        nksNgaySinh=iso(born),
        nksNoiSinh=f"Trạm y tế {commune.name}",
        nksQueQuan=commune.name,
        nksDanToc=rng.choices(ETHNIC, (90, 4, 2, 2, 1, 1))[0],
        nksQuocTich="Việt Nam",
        soDinhDanh=child.number,
        meHoTen=mother.name,
        meNgaySinh=iso(mother.born_on),
        meSoGiayTo=mother.number,
        chaHoTen=father.name,
        chaSoGiayTo=father.number,
        maGCS=f"GCS{number:07d}",
        ngayCapNhat=iso(registered),
    )


def _spoil_births(table: Table, recent: dt.date) -> None:
    people, rng = table.context.people, table.context.rng
    count = table.count
    year = table.context.as_of.year
    table.spoil("field_missing", "births_child_name_missing", "nksHoTen", "")
    table.spoil("placeholder", "births_child_name_missing", "nksHoTen", "không rõ", "N/A")
    table.spoil("field_missing", "births_child_number_missing", "soDinhDanh", "")
    table.spoil("placeholder", "births_child_number_missing", "soDinhDanh", "000000001")
    table.spoil("placeholder", "births_born_on_missing", "nksNgaySinh", "01/01/1900")
    table.spoil("unreadable_date", "births_born_on_unreadable", "nksNgaySinh", f"{year}-02-30", f"31/02/{year}")
    table.spoil("field_missing", "births_ethnicity_missing", "nksDanToc", "", "-")
    for row in table.take(count):
        row["soDinhDanh"] = people.old_card()
        table.plant("linkage", "births_child_number_invalid", row, "không đủ 12 chữ số")
    for row in table.take(count):
        row["soDinhDanh"] = _other_year(row["soDinhDanh"])
        table.plant("linkage", "births_child_number_mismatch", row, "năm sinh trong số khác ngày sinh")
    for row in table.take(count):
        row["ngayDangKy"] = iso(dt.date.fromisoformat(row["nksNgaySinh"]) - dt.timedelta(days=rng.randint(1, 9)))
        table.plant("cross_field", "births_registered_before_born", row, "đăng ký trước khi sinh")
    pairs = list(table.take(2 * (count // 2)))
    for pair in zip(pairs[::2], pairs[1::2], strict=True):
        one, other = sorted(pair, key=lambda row: row["ngayDangKy"])
        for column in ("soDinhDanh", "nksNgaySinh", "nksGioiTinh"):
            other[column] = one[column]
        for row in (one, other):
            table.plant("duplicate", "births_child_number_duplicate", row, "một số định danh, hai lần khai sinh")
    table.plant_foreign_communes("births_commune_current", table.take(count, lambda r: r["ngayDangKy"] >= iso(recent)))
    table.spoil("missing_key", "births_book_number_missing", "quyenSo", "")


def _other_year(number: str) -> str:
    return other_year(Person("", 0, dt.date(2000, 1, 1), number)).number


def _control_totals(table: Table, communes: list[str], stale: list[str]) -> list[tuple[str, int]]:
    """Births counted outside, by commune: equal to the rows but for a few communes that entered too few."""
    kept = table.kept_by_commune()
    truth = table.context.truth
    short = table.context.rng.sample([c for c in communes if c not in stale], SHORT_COMMUNES)
    for code in short:
        truth.plant_known(
            "records_missing", "births", "births_rows_missing", commune_code=code, note="ít hơn số đối chiếu"
        )
    return [(code, kept[code] + (max(3, kept[code] // 4) if code in short else 0)) for code in communes]


def make_deaths(context: Context, rows: int) -> Table:
    """Deaths of the ten months."""
    table = Table("deaths", "khai_tu", DEATH_COLUMNS, ("ndkktMaXa", "quyenSo", "soDangKy"), "ndkktMaXa", context)
    communes, _ = context.communes("deaths", 2)
    first, last = context.months[0][0], context.months[-1][1]
    days = context.clock.worked(first, last)
    for number, (commune, pinned) in enumerate(context.places(communes, rows), start=1):
        registered = context.rng.choice(days)
        died = registered - dt.timedelta(days=context.rng.randint(0, 20))
        person = context.people.adult(died)
        row = table.add(
            soDangKy=str(number),
            quyenSo=f"01/{registered.year}",
            ngayDangKy=day_first(registered),
            ndkktMaXa=commune.code,
            nktHoTen=person.name,
            nktGioiTinh=person.sex_text,
            nktNgaySinh=day_first(person.born_on),
            nktSoGiayTo=person.number,
            nktNgayChet=day_first(died),
            nktGioPhutChet=f"{context.rng.randrange(24):02d}:{context.rng.randrange(60):02d}",
            nktNoiChet=commune.name,
            nktNguyenNhanChet=context.rng.choice(("Tuổi già", "Bệnh", "Tai nạn")),
            maGBT=f"GBT{number:07d}",
            ngayCapNhat=day_first(registered),
        )
        row.pinned = pinned
    _spoil_deaths(table, context.rng)
    return table


def _spoil_deaths(table: Table, rng: random.Random) -> None:
    people, count, year = table.context.people, table.count, table.context.as_of.year
    table.spoil("placeholder", "deaths_name_missing", "nktHoTen", "không rõ", "")
    table.spoil("field_missing", "deaths_number_missing", "nktSoGiayTo", "")
    table.spoil("placeholder", "deaths_number_missing", "nktSoGiayTo", "000000001")
    table.spoil("field_missing", "deaths_place_missing", "nktNoiChet", "", ".")
    table.spoil("unreadable_date", "deaths_died_on_unreadable", "nktNgayChet", f"31/02/{year}", f"30/02/{year}")
    for row in table.take(count):
        row["nktSoGiayTo"] = people.old_card()
        table.plant("linkage", "deaths_number_invalid", row, "không đủ 12 chữ số")
    for row in table.take(count):
        died = read_day(row["nktNgayChet"])
        row["ngayDangKy"] = day_first(died - dt.timedelta(days=rng.randint(1, 9)))
        table.plant("cross_field", "deaths_registered_before_died", row, "đăng ký trước ngày chết")
    pairs = list(table.take(2 * (count // 2)))
    for one, other in zip(pairs[::2], pairs[1::2], strict=True):
        other["nktSoGiayTo"] = one["nktSoGiayTo"]
        for row in (one, other):
            table.plant("duplicate", "deaths_number_duplicate", row, "một người, hai lần khai tử")
    table.plant_foreign_communes("deaths_commune_current", table.take(count))
    table.spoil("missing_key", "deaths_book_number_missing", "quyenSo", "")
