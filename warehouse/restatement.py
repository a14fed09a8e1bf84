"""Figures by unit, put on the map of another day; totals are conserved to the unit."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

import duckdb

from warehouse.connections import connect_warehouse
from warehouse.engine_sql import macro_sql
from warehouse.errors import SourceError, SourceMissing
from warehouse.settings import Settings

RESTATEMENTS = "shared.administrative_unit_restatements"
READERS = {".csv": "read_csv({}, all_varchar = true)", ".parquet": "read_parquet({})"}
# figures are added as whole numbers; more than this and a share of one would no longer be exact
LARGEST = 10**15


@dataclass(frozen=True)
class Figures:
    """Figures to restate.

    Attributes:
        source: a CSV or Parquet file, or a table of the warehouse such as `metrics.settlement`.
        commune: column with the code of the unit.
        value: column with the figure: 12, -3 or 12.5, as computers write numbers.
        by: columns that are kept, such as the year.
        on_day: the day whose map the codes are of, when it is one for all.
        on_column: column with that day, when each row has its own.
    """

    source: str
    commune: str
    value: str
    by: tuple[str, ...] = ()
    on_day: dt.date | None = None
    on_column: str | None = None


@dataclass(frozen=True)
class Restated:
    """Figures on the asked map: rows under `columns`, their total, and how much of it no unit could be given."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    total: Decimal
    undetermined: Decimal

    def write(self, stream: TextIO) -> None:
        """Write them as CSV, nothing for an empty cell."""
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(self.rows)


def restate(settings: Settings, figures: Figures, to_day: dt.date) -> Restated:
    """Put figures on the map of `to_day`.

    Columns of the result: those of `by`, the commune column with codes of that map (empty where not known), `name`,
    `undetermined_code` (the code as it was) and `reason`, and the value column.

    Raises:
        WarehouseError: nothing has been built yet.
        SourceMissing: there is no such file or table.
        SourceError: a column is missing, or a figure is not a number.
    """
    with connect_warehouse(settings.warehouse) as connection:
        digits = _load(connection, figures)
        kept = [f"by_{number}" for number in range(len(figures.by))]
        day = f"date '{to_day}'"
        restated = macro_sql(
            "restate", "facts", "unit_code", "amount", "facts.on_day", day, by=kept, restatements=RESTATEMENTS
        )
        rows = connection.execute(
            f"""
            select {"".join(f"r.{name}, " for name in kept)} r.code, u.name, r.undetermined_code, r.reason, r.amount
            from ({restated}) as r
            left join shared.administrative_units as u on r.code = u.code and {macro_sql("is_valid_on", "u", day)}
            order by all
            """
        ).fetchall()
    rows = [(*row[:-1], Decimal(row[-1]).scaleb(-digits)) for row in rows]
    columns = (*figures.by, figures.commune, "name", "undetermined_code", "reason", figures.value)
    code = len(figures.by)
    return Restated(
        columns,
        rows,
        total=sum((row[-1] for row in rows), Decimal(0)),
        undetermined=sum((row[-1] for row in rows if row[code] is None), Decimal(0)),
    )


def _load(connection: duckdb.DuckDBPyConnection, figures: Figures) -> int:
    """Table `facts` with whole amounts; the decimal digits that they were multiplied for."""
    relation = _relation(connection, figures)
    columns = (*figures.by, figures.commune, figures.value, *([figures.on_column] if figures.on_column else []))
    present = [row[0] for row in connection.execute(f"describe select * from {relation}").fetchall()]
    missing = [column for column in columns if column not in present]
    if missing:
        raise SourceError(
            wanted=f"columns {', '.join(columns)}",
            found=f"no {', '.join(missing)} among {', '.join(present)}",
            where=figures.source,
            action="Name the columns as the file does.",
        )
    value = f"trim(cast({_quoted(figures.value)} as varchar))"
    _refuse_what_is_no_number(connection, figures, relation, value)
    decimals = f"regexp_extract({value}, '[.]([0-9]+)$', 1)"
    [(digits,)] = connection.execute(f"select coalesce(max(length({decimals})), 0) from {relation}").fetchall()
    day = macro_sql("parse_date", f"cast({_quoted(figures.on_column)} as varchar)") if figures.on_column else "?"
    kept = "".join(f"{_quoted(column)} as by_{number}, " for number, column in enumerate(figures.by))
    connection.execute(
        f"""
        create temp table facts as
        select {kept} nullif(trim(cast({_quoted(figures.commune)} as varchar)), '') as unit_code,
            cast({day} as date) as on_day,
            cast(cast(nullif({value}, '') as decimal(38, {digits})) * {10**digits} as bigint) as amount
        from {relation}
        """,
        [] if figures.on_column else [figures.on_day],
    )
    return int(digits)


def _relation(connection: duckdb.DuckDBPyConnection, figures: Figures) -> str:
    path = Path(figures.source)
    if path.suffix.lower() in READERS and path.is_file():
        return READERS[path.suffix.lower()].format("'" + str(path).replace("'", "''") + "'")
    tables = connection.execute(
        "select table_schema, table_name from information_schema.tables where table_schema || '.' || table_name = ?",
        [figures.source],
    ).fetchall()
    if tables:
        return ".".join(_quoted(name) for name in tables[0])
    raise SourceMissing(
        wanted="a CSV or Parquet file, or a table of the warehouse",
        found="neither",
        where=figures.source,
        action="Give the path of a file, or a name such as metrics.settlement.",
    )


def _refuse_what_is_no_number(
    connection: duckdb.DuckDBPyConnection, figures: Figures, relation: str, value: str
) -> None:
    [(wrong, largest)] = connection.execute(
        f"""
        select count(*) filter (value <> '' and not regexp_full_match(value, '-?[0-9]{{1,18}}([.][0-9]{{1,6}})?')),
            coalesce(sum(abs(coalesce(try_cast(value as decimal(38, 6)), 0))), 0)
        from (select {value} as value from {relation})
        """
    ).fetchall()
    if wrong or largest >= LARGEST:
        raise SourceError(
            wanted="figures such as 12, -3 or 12.5, of less than 10^15 together",
            found=f"{wrong} that are not" if wrong else f"{largest:,.0f} together",
            where=f"{figures.source}, column {figures.value}",
            action="Write them without thousands separators and with a decimal point.",
        )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
