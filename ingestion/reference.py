"""Reference data from packages: administrative units and their succession, public holidays.

Written to `<home>/reference/` as Parquet, which dbt reads as sources. No network, no province named.

Units come from `vietnamadminunits`: its earlier list is the country on 30/6/2025 (63 provinces), its
current one that from 01/7/2025 (34 provinces, no districts). Public holidays come from `holidays`;
what that package lacks is the seed `calendar_overrides`.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.connections import connect_memory, load_extension
from warehouse.errors import SettingsError
from warehouse.settings import Settings

# two levels of government from this day, NQ 202/2025/QH15
REFORM_DAY = dt.date(2025, 7, 1)
# the earlier list does not say since when a unit was as it is; a generation known by its dates narrows this
UNKNOWN_START = dt.date(1900, 1, 1)
FIRST_YEAR, LAST_YEAR = 2015, 2030
PACKAGE = "vietnamadminunits"


@dataclass(frozen=True)
class ReferenceReport:
    """What was written: rows by file name (without suffix)."""

    folder: Path
    rows: dict[str, int]


def write_reference(settings: Settings) -> ReferenceReport:
    """Write the reference files of a data home, each swapped in whole; the same packages give the same bytes.

    - `administrative_units`: code, name, short_name, type, level (province, district, commune), parent_code,
      province_code, valid_from, valid_to (null: still valid). One row per unit and generation.
    - `administrative_unit_changes`: old_code, new_code, change, effective_on. One row per pair.
    - `public_holidays`: day, day_type (NGHI_LE, NGHI_BU, HOAN_DOI, LAM_BU), name. One row per day.

    Raises SettingsError when a package or DuckDB's SQLite extension is not installed as locked.
    """
    folder = settings.home / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    with connect_memory(settings) as connection:
        load_extension(connection, "sqlite_scanner")
        connection.execute(f"attach '{package_file('dataset.db')}' as package (type sqlite, read_only)")
        _load_successions(connection)
        _load_holidays(connection)
        rows = {name: _write(connection, query, folder / f"{name}.parquet") for name, query in QUERIES.items()}
    return ReferenceReport(folder, rows)


UNITS = f"""
    with

    units_before as (
        select distinct
            provinceCode as code, province as name, provinceShort as short_name,
            trim(replace(province, provinceShort, '')) as type,
            'province' as level, cast(null as varchar) as parent_code, provinceCode as province_code
        from package.admin_units_legacy
        union all
        select distinct districtCode, district, districtShort, districtType, 'district', provinceCode, provinceCode
        from package.admin_units_legacy
        union all
        select wardCode, ward, wardShort, wardType, 'commune', districtCode, provinceCode
        from package.admin_units_legacy
        where wardCode is not null
    ),

    units_after as (
        select distinct
            provinceCode as code, province as name, provinceShort as short_name,
            trim(replace(province, provinceShort, '')) as type,
            'province' as level, cast(null as varchar) as parent_code, provinceCode as province_code
        from package.admin_units
        union all
        select wardCode, ward, wardShort, wardType, 'commune', provinceCode, provinceCode
        from package.admin_units
    )

    select *, date '{UNKNOWN_START}' as valid_from, date '{REFORM_DAY - dt.timedelta(days=1)}' as valid_to
    from units_before
    union all
    select *, date '{REFORM_DAY}' as valid_from, cast(null as date) as valid_to
    from units_after
    order by code, valid_from
"""

# island districts without communes became communes: their district code is the old code
CHANGES = f"""
    with

    pairs as (
        select
            coalesce(before.wardCode, before.districtCode) as old_code,
            after.wardCode as new_code,
            coalesce(before.ward, before.district) = after.ward as is_same_name,
            count(*) over (partition by coalesce(before.wardCode, before.districtCode)) as successors,
            count(*) over (partition by after.wardCode) as predecessors
        from successions
        inner join package.admin_units_legacy as before
            on successions.old_key
            = concat_ws('_', before.provinceKey, before.districtKey, coalesce(before.wardKey, ''))
        inner join package.admin_units as after
            on successions.new_province_key = after.provinceKey and successions.new_key = after.wardKey
    )

    select
        old_code,
        new_code,
        case
            when successors > 1 and predecessors > 1 then 'merged_in_part'
            when successors > 1 then 'split'
            when predecessors > 1 then 'merged_whole'
            when old_code = new_code and is_same_name then 'unchanged'
            else 'renamed'
        end as change,
        date '{REFORM_DAY}' as effective_on
    from pairs
    order by old_code, new_code
"""

QUERIES = {
    "administrative_units": UNITS,
    "administrative_unit_changes": CHANGES,
    "public_holidays": "select day, day_type, name from listed_holidays order by day",
}


def _load_successions(connection: duckdb.DuckDBPyConnection) -> None:
    """Table `successions`: which old commune went into which new one, whole or in part, by the package's keys."""
    converter = json.loads(package_file("converter_2025.json").read_text(encoding="utf-8"))
    whole = [
        (province, new, old)
        for province, communes in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items()
        for new, predecessors in communes.items()
        for old in predecessors
    ]
    parts = [
        (province, part["newWardKey"], old)
        for province, communes in converter["DICT_PROVINCE_WARD_DIVIDED"].items()
        for old, successors in communes.items()
        for part in successors
    ]
    pairs = json.dumps([{"province": p, "new": new, "old": old} for p, new, old in whole + parts])
    connection.execute(
        """
        create table successions as
        select pair.province as new_province_key, pair.new as new_key, pair.old as old_key
        from (select unnest(from_json(?, '[{"province": "varchar", "new": "varchar", "old": "varchar"}]')) as pair)
        """,
        [pairs],
    )


def _load_holidays(connection: duckdb.DuckDBPyConnection) -> None:
    """Table `listed_holidays`; whether a year is complete is judged in dbt, with the overrides."""
    import holidays

    years = range(FIRST_YEAR, LAST_YEAR + 1)
    proper = holidays.country_holidays("VN", years=years, language="vi", observed=False)
    listed = holidays.country_holidays("VN", years=years, language="vi")
    swapped = listed.substituted_label.split("%s")[0]

    def day_type(day: dt.date, name: str) -> str:
        if name.startswith(swapped):
            return "HOAN_DOI"
        return "NGHI_LE" if day in proper else "NGHI_BU"

    days = [(day, day_type(day, name), name) for day, name in listed.items()]
    days += [(day, "LAM_BU", "Ngày làm bù") for day in listed.weekend_workdays if day.year in years]
    connection.execute("create table listed_holidays (day date, day_type varchar, name varchar)")
    connection.executemany("insert into listed_holidays values (?, ?, ?)", days)


def _write(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    """Write the query's rows to `path` by way of a neighbour that replaces it, and return their number."""
    partial = path.with_suffix(".tmp")
    written = connection.execute(f"copy ({query}) to '{partial}' (format parquet, compression zstd)").fetchone()
    partial.replace(path)
    return int(written[0]) if written else 0


def package_file(name: str) -> Path:
    """A data file of the package of administrative units. Raises SettingsError when it is not there."""
    # found without importing the package: importing it takes a second and reads everything
    spec = importlib.util.find_spec(PACKAGE)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / "data" / name
        if path.is_file():
            return path
    raise SettingsError(
        wanted=f"{name} of package {PACKAGE}",
        found="no such file" if spec else "the package is not installed",
        where="reference data",
        action="Install the packages of the lock file.",
    )
