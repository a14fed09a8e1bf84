"""Reference data from packages: administrative units before and after 01/7/2025, and public holidays.

Written to `<home>/reference/` as Parquet; dbt makes `shared.administrative_units`,
`shared.administrative_unit_changes` and `shared.calendar_days` of them. No network, no province named.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
from pathlib import Path

import duckdb

from warehouse.connections import connect_memory, load_extension
from warehouse.errors import SettingsError
from warehouse.settings import Settings

# NQ 202/2025/QH15 and QĐ 19/2025/QĐ-TTg: two levels from this day
REFORM_DAY = dt.date(2025, 7, 1)
# the package's earlier list says nothing of when it began; a later generation narrows it
UNKNOWN_START = dt.date(1900, 1, 1)
CALENDAR_YEARS = range(2015, 2031)
HOLIDAYS_COUNTRY = "VN"


def write_reference(settings: Settings) -> dict[str, int]:
    """Write the reference files and return their row counts by name."""
    folder = settings.home / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    with connect_memory() as connection:
        _attach_units(connection)
        _load_successions(connection)
        _load_holidays(connection)
        return {name: _write(connection, name, folder) for name in QUERIES}


QUERIES = {
    "administrative_units": f"""
        with before as (
            select distinct provinceCode as code, province as name, provinceShort as short_name,
                split_part(province, ' ' || provinceShort, 1) as type, 'province' as level,
                cast(null as varchar) as parent_code, provinceCode as province_code
            from units.admin_units_legacy
            union all
            select distinct districtCode, district, districtShort, districtType, 'district', provinceCode, provinceCode
            from units.admin_units_legacy
            union all
            select wardCode, ward, wardShort, wardType, 'commune', districtCode, provinceCode
            from units.admin_units_legacy where wardCode is not null
        ),
        after as (
            select distinct provinceCode as code, province as name, provinceShort as short_name,
                split_part(province, ' ' || provinceShort, 1) as type, 'province' as level,
                cast(null as varchar) as parent_code, provinceCode as province_code
            from units.admin_units
            union all
            select wardCode, ward, wardShort, wardType, 'commune', provinceCode, provinceCode from units.admin_units
        )
        select *, date '{UNKNOWN_START}' as valid_from, date '{REFORM_DAY}' - 1 as valid_to from before
        union all
        select *, date '{REFORM_DAY}', cast(null as date) from after
        order by level, code, valid_from
    """,
    "administrative_unit_changes": f"""
        with pairs as (
            select
                coalesce(old.wardCode, old.districtCode) as old_code,
                new.wardCode as new_code,
                coalesce(old.ward, old.district) = new.ward as same_name,
                count(*) over (partition by old.districtCode, old.wardCode) as successors,
                count(*) over (partition by new.wardCode) as predecessors
            from successions
            inner join units.admin_units_legacy as old
                on successions.old_key = concat(old.provinceKey, '_', old.districtKey, '_', old.wardKey)
            inner join units.admin_units as new
                on successions.new_province_key = new.provinceKey and successions.new_key = new.wardKey
        )
        select
            old_code,
            new_code,
            case
                when successors > 1 then 'split'
                when predecessors > 1 then 'merged_whole'
                when old_code = new_code and same_name then 'unchanged'
                else 'renamed'
            end as change,
            date '{REFORM_DAY}' as effective_on
        from pairs
        order by old_code, new_code
    """,
    "public_holidays": "select * from holiday_list order by day",
}


def _attach_units(connection: duckdb.DuckDBPyConnection) -> None:
    load_extension(connection, "sqlite_scanner")
    connection.execute(f"attach '{_package_file('dataset.db')}' as units (type sqlite, read_only)")


def _load_successions(connection: duckdb.DuckDBPyConnection) -> None:
    """Which old commune went into which new one: whole, or in parts."""
    tables = json.loads(_package_file("converter_2025.json").read_text(encoding="utf-8"))
    whole = [
        (province, new, old)
        for province, wards in tables["DICT_PROVINCE_WARD_NO_DIVIDED"].items()
        for new, olds in wards.items()
        for old in olds
    ]
    parts = [
        (province, part["newWardKey"], old)
        for province, wards in tables["DICT_PROVINCE_WARD_DIVIDED"].items()
        for old, news in wards.items()
        for part in news
    ]
    connection.execute("create table successions (new_province_key varchar, new_key varchar, old_key varchar)")
    connection.executemany("insert into successions values (?, ?, ?)", whole + parts)


def _load_holidays(connection: duckdb.DuckDBPyConnection) -> None:
    """Days off, and Saturdays that are worked instead, as the package knows them."""
    import holidays

    calendar = holidays.country_holidays(HOLIDAYS_COUNTRY, years=CALENDAR_YEARS, language="vi")
    rows = [(day, "NGHI_LE", name) for day, name in sorted(calendar.items())]
    rows += [(day, "LAM_BU", "Làm bù") for day in sorted(getattr(calendar, "weekend_workdays", ()))]
    connection.execute("create table holiday_list (day date, day_type varchar, name varchar)")
    connection.executemany("insert into holiday_list values (?, ?, ?)", rows)


def _write(connection: duckdb.DuckDBPyConnection, name: str, folder: Path) -> int:
    temporary = folder / f"{name}.tmp"
    connection.execute(f"copy ({QUERIES[name]}) to '{temporary}' (format parquet)")
    temporary.replace(folder / f"{name}.parquet")
    row = connection.execute(f"select count(*) from '{folder / name}.parquet'").fetchone()
    return int(row[0]) if row else 0


def _package_file(name: str) -> Path:
    # found without importing the package: that costs a second and reads all of it
    spec = importlib.util.find_spec("vietnamadminunits")
    for folder in spec.submodule_search_locations or [] if spec else []:
        path = Path(folder) / "data" / name
        if path.is_file():
            return path
    raise SettingsError(
        wanted=f"{name} of package vietnamadminunits", found="no such file", where="reference data",
        action="Install the locked packages again.",
    )  # fmt: skip
