"""Where a record came from and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from warehouse.connections import connect_warehouse
from warehouse.settings import Settings

# the same key however it is typed: no spaces, no case
SAME = "upper(replace({column}, ' ', '')) = upper(replace(?, ' ', ''))"


@dataclass(frozen=True)
class Traced:
    """One row of a source that carries the key: its place, its verdict, the rules it breaks, the table it is in."""

    dataset: str
    source_file: str
    sheet: str | None
    row_number: int
    batch_id: str
    verdict: str
    rules: tuple[str, ...]
    table: str | None


def trace(settings: Settings, key: str) -> list[Traced]:
    """Rows of all sources whose key is `key`, newest batch first.

    Raises WarehouseError when nothing has been built yet.
    """
    with connect_warehouse(settings.warehouse) as connection:
        tables = connection.execute(
            """
            select table_name from information_schema.columns
            where table_schema = 'staging' and column_name = 'row_key' and starts_with(table_name, 'stg_')
            order by table_name
            """
        ).fetchall()
        shared = {
            str(name)
            for (name,) in connection.execute(
                "select table_name from information_schema.tables where table_schema = 'shared'"
            ).fetchall()
        }
        flags = _flags(connection, key)
        return [row for (table,) in tables for row in _rows(connection, str(table), key, flags, shared)]


def _rows(
    connection: duckdb.DuckDBPyConnection, table: str, key: str, flags: tuple[str, ...], shared: set[str]
) -> list[Traced]:
    found = connection.execute(
        f"""
        select dataset, source_file, sheet, row_number, batch_id, row_verdict, row_key from staging.{table}
        where {SAME.format(column="row_key")}
        order by batch_sequence desc, row_number
        """,
        [key],
    ).fetchall()
    traced = []
    for dataset, file, sheet, row, batch, verdict, row_key in found:
        broken = connection.execute(
            "select distinct rule_id from quality.failing_rows where dataset = ? and row_key = ? order by 1",
            [dataset, row_key],
        ).fetchall()
        # a dataset without a table of its own feeds an entity; of those only dossiers carry flags
        name = str(dataset) if dataset in shared else "dossiers" if flags or _is_dossier(connection, key) else None
        rules = (*(str(r) for (r,) in broken), *(flags if name == "dossiers" else ()))
        where = f"shared.{name}" if verdict == "kept" and name else None
        traced.append(Traced(dataset, file, sheet, row, batch, verdict, rules, where))
    return traced


def _flags(connection: duckdb.DuckDBPyConnection, key: str) -> tuple[str, ...]:
    rows = connection.execute(
        f"select distinct rule from metrics.dossier_flags where {SAME.format(column='dossier_code')} order by 1", [key]
    ).fetchall()
    return tuple(str(rule) for (rule,) in rows)


def _is_dossier(connection: duckdb.DuckDBPyConnection, key: str) -> bool:
    query = f"select 1 from shared.dossiers where {SAME.format(column='dossier_code')} limit 1"
    return connection.execute(query, [key]).fetchone() is not None
