"""The queries of a freeze: rows of one period as Parquet, and figures as CSV that is the same for the same figures."""

from __future__ import annotations

from pathlib import Path

import duckdb

from warehouse.connections import literal
from warehouse.freezable import FACTS, FILES, PLACEMENTS, Freezable
from warehouse.periods import Period

FIGURES = """
    with dossiers as (
        select agency_code, field_code, variant, count(*) as dossier_count
        from staging.int_settlement_dossiers where {period}
        group by all
    ),
    figures as (select * from metrics.settlement where {period})
    select
        count(figures.total_received),
        count(*) filter (figures.total_received is distinct from dossiers.dossier_count)
    from figures full outer join dossiers using (agency_code, field_code, variant)
"""


def figures_of(connection: duckdb.DuckDBPyConnection, period: Period) -> tuple[int, int]:
    """Rows of Form 06 of a period, and those that are not the number of their dossiers."""
    [(rows, wrong)] = connection.execute(FIGURES.format(period=period.condition)).fetchall()
    return rows, wrong


def copy_placements(connection: duckdb.DuckDBPyConnection, period: Period, target: Path) -> int:
    """Write where each dossier is counted, with what is known of it; the number of dossiers."""
    of_dossier = ["procedure_code", *FACTS]
    columns = ", ".join(
        f"cast({'dossiers' if name in of_dossier else 'placed'}.{name} as {sql_type}) as {name}"
        for name, sql_type in FILES[PLACEMENTS].items()
    )
    connection.execute(
        f"""
        copy (
            select {columns}
            from (select * from staging.int_settlement_dossiers where {period.condition}) as placed
            left join shared.dossiers as dossiers on placed.dossier_code = dossiers.dossier_code
            order by placed.variant, placed.dossier_code
        ) to {literal(target)} (format parquet, compression zstd)
        """
    )
    [(count,)] = connection.execute(f"select count(distinct dossier_code) from {literal(target)}").fetchall()
    return int(count)


def copy_rows(connection: duckdb.DuckDBPyConnection, table: Freezable, period: Period, target: Path) -> int:
    """Write the rows of a table in a period; their number."""
    columns = ", ".join(f'cast("{name}" as {sql_type}) as "{name}"' for name, sql_type in table.columns.items())
    connection.execute(
        f"copy (select {columns} from {table.relation} where {period.condition} order by all)"
        f" to {literal(target)} (format parquet, compression zstd)"
    )
    [(count,)] = connection.execute(f"select count(*) from {literal(target)}").fetchall()
    return int(count)


def copy_table(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    period: Period,
    target: Path,
    columns: list[str] | None = None,
) -> list[str]:
    """Write the rows of a table in a period as CSV, ordered by all columns; the columns written.

    `columns` are those of an earlier file: a column that was added since does not make the figures others.
    """
    if columns is None:
        columns = [str(name) for name, *_ in connection.execute(f"select * from {relation} limit 0").description]
    names = ", ".join(f'"{name}"' for name in columns)
    connection.execute(
        f"copy (select {names} from {relation} where {period.condition} order by all)"
        f" to {literal(target)} (format csv, header, new_line '\\n', timestampformat '%Y-%m-%dT%H:%M:%S')"
    )
    return columns
