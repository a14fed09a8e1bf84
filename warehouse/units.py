"""Which unit of the country a code or a name is on a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import duckdb

from warehouse.connections import connect_warehouse
from warehouse.engine_sql import macro_sql
from warehouse.settings import Settings

UNITS, NAMES = "shared.administrative_units", "staging.int_unit_names"
LEVELS = ["commune", "district", "province"]

DESCRIBED = f"""
    select u.code, u.name, u.level, p.name as parent, v.name as province, u.valid_from, u.valid_to
    from {UNITS} as u
    left join {UNITS} as p on u.parent_code = p.code and {macro_sql("is_valid_on", "p", "u.valid_from")}
    left join {UNITS} as v on u.province_code = v.code and {macro_sql("is_valid_on", "v", "u.valid_from")}
"""


@dataclass(frozen=True)
class Unit:
    """A unit as it stands on the days from `valid_from` to `valid_to` (none: still), with the units above it."""

    code: str
    name: str
    level: str
    parent: str | None
    province: str | None
    valid_from: dt.date
    valid_to: dt.date | None


@dataclass(frozen=True)
class Answer:
    """What a lookup found.

    `status` is as the macros unit_by_code and unit_by_name say it. `units` holds the one unit that was found, or the
    candidates of a status that leaves the choice to a person.
    """

    status: str
    units: tuple[Unit, ...]


def find_unit(settings: Settings, text: str, day: dt.date, within: str | None = None) -> Answer:
    """Look a code or a name up as it was on a day.

    Args:
        settings: names the warehouse.
        text: a code, or a name with or without its type word, with or without marks.
        day: the day.
        within: code of the province or district that a name lies in; anywhere without it.

    Raises:
        WarehouseError: nothing has been built yet.
    """
    with connect_warehouse(settings.warehouse) as connection:
        connection.execute(
            f"""
            create temp table asked as
            select text as unit_code, text as unit_name, cast(? as date) as on_day, cast(? as varchar) as within_code
            from (select {macro_sql("clean_text", "typed")} as text from (select cast(? as varchar) as typed))
            """,
            [day, within, text],
        )
        return _by_code(connection, day) if text.strip().isdecimal() else _by_name(connection, day)


def _by_code(connection: duckdb.DuckDBPyConnection, day: dt.date) -> Answer:
    found = macro_sql("unit_by_code", "asked", units=UNITS)
    [(status, code)] = connection.execute(f"select status, unit_code from ({found})").fetchall()
    return Answer(status, _described(connection, [code], day if status == "found" else None))


def _by_name(connection: duckdb.DuckDBPyConnection, day: dt.date) -> Answer:
    found = macro_sql("unit_by_name", "asked", levels=LEVELS, names=NAMES)
    [(status, candidates)] = connection.execute(f"select status, candidates from ({found})").fetchall()
    codes = candidates.split(", ") if candidates else []
    return Answer(status, _described(connection, codes, None if status == "wrong_generation" else day))


def _described(connection: duckdb.DuckDBPyConnection, codes: list[str], day: dt.date | None) -> tuple[Unit, ...]:
    """The rows of these codes that stand on the day; all of them without a day."""
    on_day = macro_sql("is_valid_on", "u", "cast($day as date)")
    rows = connection.execute(
        f"{DESCRIBED} where list_contains($codes, u.code) and ($day is null or {on_day}) order by u.valid_from, u.code",
        {"codes": codes, "day": day},
    ).fetchall()
    return tuple(Unit(*row) for row in rows)
