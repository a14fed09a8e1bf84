"""Where a record came from and what became of it."""

from __future__ import annotations

from typing import Any

from warehouse.connections import connect_memory, connect_warehouse
from warehouse.settings import Settings

STAGED = """
    select column_name from information_schema.columns
    where table_schema = 'staging' and table_name = ? and column_name = 'row_key'
"""


def trace(settings: Settings, key: str) -> list[tuple[Any, ...]]:
    """Rows of staging whose key is `key`, or a part of it before a '|', latest first.

    Each: dataset, source file, sheet, row, batch, verdict, rules failed, table it is in.
    Raises WarehouseError when nothing has been built yet.
    """
    failing = settings.results / "failing_rows.parquet"
    with connect_warehouse(settings.warehouse) as connection:
        tables = [
            str(row[0])
            for row in connection.execute(
                "select table_name from information_schema.columns where table_schema = 'staging'"
                " and column_name = 'row_key' and table_name like 'stg\\_%' escape '\\' order by 1"
            ).fetchall()
        ]
        found: list[tuple[Any, ...]] = []
        for table in tables:
            found += connection.execute(
                f"""
                select dataset, source_file, sheet, row_number, batch_id, row_verdict, row_key
                from staging.{table}
                where row_key = ? or upper(replace(row_key, ' ', '')) = upper(replace(?, ' ', ''))
                order by batch_id desc, row_number
                """,
                [key, key],
            ).fetchall()
        flags = _flags(connection, key)
    rules = _rules(str(failing), key) if failing.is_file() else {}
    traced = []
    for dataset, file, sheet, row, batch, verdict, row_key in found:
        failed = [*rules.get((dataset, row_key), []), *flags]
        table = "" if verdict != "kept" else f"shared.{'dossiers' if flags or _is_dossier(settings, key) else dataset}"
        traced.append((dataset, file, sheet, row, batch, verdict, ", ".join(failed), table))
    return traced


def _rules(path: str, key: str) -> dict[tuple[str, str], list[str]]:
    with connect_memory() as connection:
        rows = connection.execute(
            "select dataset, row_key, list(distinct rule_id order by rule_id) from read_parquet(?)"
            " where upper(replace(row_key, ' ', '')) = upper(replace(?, ' ', '')) group by all",
            [path, key],
        ).fetchall()
    return {(dataset, row_key): rules for dataset, row_key, rules in rows}


def _flags(connection: Any, key: str) -> list[str]:
    rows = connection.execute(
        "select distinct rule from metrics.dossier_flags where dossier_code = upper(replace(?, ' ', '')) order by 1",
        [key],
    ).fetchall()
    return [str(row[0]) for row in rows]


def _is_dossier(settings: Settings, key: str) -> bool:
    with connect_warehouse(settings.warehouse) as connection:
        found = connection.execute(
            "select 1 from shared.dossiers where dossier_code = upper(replace(?, ' ', ''))", [key]
        ).fetchone()
    return found is not None
