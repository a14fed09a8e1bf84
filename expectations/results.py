"""The three result tables: gathered in temporary tables, written as Parquet in one move.

They hold keys and places of rows, so the files are readable by their owner alone.
"""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from warehouse.connections import connect_memory

# column and type, in the order of the files; grain of each in docs/quality.md
SCHEMAS: dict[str, dict[str, str]] = {
    "rule_results": {
        "as_of": "date",
        "dataset": "varchar",
        "dataset_title": "varchar",
        "domain": "varchar",
        "owner_key": "varchar",
        "rule_id": "varchar",
        "column_name": "varchar",
        "kind": "varchar",
        "dimension": "varchar",
        "criterion": "varchar",
        "error_group": "bigint",
        "severity": "varchar",
        "weight": "double",
        "sentence": "varchar",
        "how_to_fix": "varchar",
        "legal_basis": "varchar",
        "outcome": "varchar",
        "denominator": "bigint",
        "failing": "bigint",
        "message": "varchar",
    },
    "failing_rows": {
        "dataset": "varchar",
        "rule_id": "varchar",
        "row_key": "varchar",
        "commune_code": "varchar",
        "batch_id": "varchar",
        "source_file": "varchar",
        "sheet": "varchar",
        "row_number": "bigint",
        "detail": "varchar",
    },
    "commune_counts": {
        "dataset": "varchar",
        "rule_id": "varchar",
        "commune_code": "varchar",
        "denominator": "bigint",
        "failing": "bigint",
    },
}


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the three empty temporary tables."""
    for name, columns in SCHEMAS.items():
        described = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        connection.execute(f"create or replace temp table {name} ({described})")


def write_files(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write each temporary table to `<folder>/<name>.parquet`; a reader sees the old file or the new one."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = {name: folder / f".{name}.{os.getpid()}.parquet" for name in SCHEMAS}
    for name, part in parts.items():
        location = str(part).replace("'", "''")
        part.touch(mode=0o600)
        connection.execute(f"copy (select * from {name} order by all) to '{location}' (format parquet)")
        part.chmod(0o600)
    for name, part in parts.items():
        part.replace(folder / f"{name}.parquet")


def ensure_result_files(folder: Path) -> None:
    """Write empty result files where there are none, so that the models that read them can be built."""
    if all((folder / f"{name}.parquet").is_file() for name in SCHEMAS):
        return
    with connect_memory() as connection:
        create_tables(connection)
        write_files(connection, folder)
