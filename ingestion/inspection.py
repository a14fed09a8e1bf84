"""What a written batch holds: rows by slice, days, watermark. Asked of data.parquet, never of the source again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.contracts import Column, Contract
from warehouse.engine_sql import engine_sql

# rows looked at to tell how new a batch is
SAMPLED_ROWS = 20_000


@dataclass(frozen=True)
class Days:
    """Days of a batch: the newest, and the share of dated rows that lie further ahead than allowed."""

    newest_on: dt.date | None
    future_rows: float


def rows_by_slice(
    connection: duckdb.DuckDBPyConnection, contract: Contract, data: Path, name: str, rows: int
) -> dict[str, int]:
    """Data rows by slice: all under `name`, or by the period that a column says."""
    period = contract.period.expression if contract.period else None
    if period is None or not rows:
        return {name: rows}
    found = connection.execute(f"select {period}, count(*) from '{data}' group by 1 order by 1").fetchall()
    return {str(period): int(count) for period, count in found}


def days_of(connection: duckdb.DuckDBPyConnection, contract: Contract, data: Path, as_of: dt.date) -> Days:
    """Days of the column with role updated_on, or recorded_on, over a bounded sample of the rows."""
    column = contract.column_with("updated_on") or contract.column_with("recorded_on")
    if column is None or column not in contract.landed:
        return Days(None, 0.0)
    limit = as_of + dt.timedelta(days=contract.arrival.future_days or 0)
    [[newest, future]] = connection.execute(
        f"""
        select max(day) filter (day <= ?), coalesce(avg(cast(day > ? as integer)), 0)
        from (
            select {engine_sql("parse_date('value')")} as day
            from (
                select trim(cast("{column.name}" as varchar)) as value
                from '{data}' using sample reservoir({SAMPLED_ROWS} rows) repeatable (1)
            )
        )
        """,
        [limit, limit],
    ).fetchall()
    return Days(newest, float(future))


def watermark_in(connection: duckdb.DuckDBPyConnection, contract: Contract, data: Path) -> str | None:
    """Greatest value of the watermark column, as text that sorts (days and times) or as a number."""
    column = watermark_column(contract)
    if column is None:
        return None
    value = f'"{column.name}"'
    native = connection.execute(f"select {value} from '{data}' limit 0").description[0][1]
    if str(native) == "VARCHAR" and column.logical_type in ("date", "timestamp", "integer", "number"):
        value = engine_sql(f"parse_{column.logical_type}({f'trim({value})'!r})")
    if column.logical_type == "timestamp":
        text = f"strftime(max(cast({value} as timestamp)), '%Y-%m-%d %H:%M:%S.%f')"
    else:
        text = f"max(cast({value} as {column.sql_type}))"
    [[greatest]] = connection.execute(f"select cast({text} as varchar) from '{data}'").fetchall()
    return greatest if greatest is None else str(greatest)


def watermark_column(contract: Contract) -> Column | None:
    """The contract's column that tells what is new, if it has one."""
    if contract.watermark is None:
        return None
    return next(c for c in contract.columns if c.name == contract.watermark.column)
