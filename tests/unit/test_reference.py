"""Reference files from packages, against what is known of the units and the calendar."""

from __future__ import annotations

import datetime as dt
import hashlib

import duckdb
import pytest

from ingestion import reference
from ingestion.reference import write_reference
from warehouse.errors import SettingsError
from warehouse.settings import Settings

BEFORE, AFTER = dt.date(2024, 5, 1), dt.date(2026, 5, 1)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write_reference(Settings(home=tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="module")
def ask(written):
    """Rows of a query over the reference files."""
    connection = duckdb.connect()
    for name in written.rows:
        connection.execute(f"create view {name} as select * from '{written.folder / name}.parquet'")

    def rows(query, *values):
        return connection.execute(query, list(values)).fetchall()

    return rows


def test_each_generation_has_the_units_that_the_law_made(ask):
    counted = ask(
        "select level, valid_to is null, count(*), count(distinct code) from administrative_units group by all"
    )
    assert {(level, is_current): rows for level, is_current, rows, _ in counted} == {
        ("province", False): 63,
        ("district", False): 696,
        ("commune", False): 10_035,
        ("province", True): 34,
        ("commune", True): 3_321,
    }
    assert all(rows == codes for *_, rows, codes in counted)


def test_da_nang_has_94_communes_of_three_types(ask):
    types = dict(
        ask(
            "select type, count(*) from administrative_units"
            " where level = 'commune' and province_code = '48' and valid_to is null group by type"
        )
    )
    assert types == {"Phường": 23, "Xã": 70, "Đặc khu": 1}


@pytest.mark.parametrize(
    ("code", "day", "name", "province"),
    [
        ("20335", BEFORE, "Phường Tân Thạnh", "49"),
        ("20335", AFTER, "Phường Bàn Thạch", "48"),
        ("20935", BEFORE, "Xã Trà Leng", "49"),
        ("20938", AFTER, "Xã Trà Leng", "48"),
        ("509", BEFORE, "Huyện Quế Sơn", "49"),
    ],
)
def test_a_code_means_one_unit_on_one_day(ask, code, day, name, province):
    found = ask(
        "select name, province_code from administrative_units"
        " where code = $1 and $2 between valid_from and coalesce(valid_to, date '9999-12-31')",
        code,
        day,
    )
    assert found == [(name, province)]


def test_every_unit_lies_in_one_of_its_own_generation(ask):
    orphans = ask(
        """
        select code from administrative_units as below
        where parent_code is not null and not exists (
            select 1 from administrative_units as above
            where above.code = below.parent_code and above.valid_from = below.valid_from
        )
        """
    )
    assert orphans == []


def test_every_old_commune_goes_somewhere_and_every_new_one_comes_from_somewhere(ask):
    lost = ask(
        "select code from administrative_units where level = 'commune' and valid_to is not null"
        " and code not in (select old_code from administrative_unit_changes)"
    )
    made_of_nothing = ask(
        "select code from administrative_units where level = 'commune' and valid_to is null"
        " and code not in (select new_code from administrative_unit_changes)"
    )
    assert (lost, made_of_nothing) == ([], [])


def test_hoa_lien_is_the_only_divided_commune_of_da_nang(ask):
    divided = ask(
        """
        select old_code, list(new_code order by new_code), list(distinct change) from administrative_unit_changes
        where new_code in (select code from administrative_units where province_code = '48' and valid_to is null)
        group by old_code having count(*) > 1
        """
    )
    assert divided == [("20296", ["20194", "20197"], ["merged_in_part"])]


def test_the_map_of_da_nang_settled_by_hand_agrees_in_every_row(ask, shared_data):
    counted = ask(
        """
        with settled as (
            select coalesce(old_commune_code, old_district_code) as old_code, new_commune_code as new_code
            from read_csv($1, all_varchar = true)
        )
        select count(*), count(changes.old_code) from settled
        left join administrative_unit_changes as changes using (old_code, new_code)
        """,
        str(shared_data / "dn_commune_map_2025.csv"),
    )
    assert counted == [(282, 282)]


def test_the_same_packages_give_the_same_bytes(written):
    def digests():
        return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in written.folder.iterdir()}

    first = digests()
    write_reference(Settings(home=written.folder.parent))
    assert digests() == first
    assert set(first) == {f"{name}.parquet" for name in written.rows}


def test_a_missing_package_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(reference, "PACKAGE", "no_such_package_of_units")
    with pytest.raises(SettingsError, match=r"no_such_package_of_units.*Install the packages of the lock file"):
        write_reference(Settings(home=tmp_path))
