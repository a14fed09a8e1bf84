"""One open table as files: checked, ordered by its key, written as Parquet, CSV and a DuckDB table."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.catalogue import SCHEMA, OpenTable
from warehouse.connections import literal
from warehouse.errors import ReleaseError
from warehouse.personal_data import find_personal_values, quoted

# DuckDB type -> Data Package type; what is not here has no plain form in CSV
FIELD_TYPES = {
    "VARCHAR": "string",
    "BOOLEAN": "boolean",
    "TINYINT": "integer",
    "SMALLINT": "integer",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "HUGEINT": "integer",
    "FLOAT": "number",
    "DOUBLE": "number",
    "DECIMAL": "number",
    "DATE": "date",
    "TIMESTAMP": "datetime",
}
# a spreadsheet runs a text cell that begins so
FORMULA = r"^[=+\-@\t\r]"
BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True)
class ReleasedFile:
    """One file of a release; `sha256` in hexadecimal."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class WrittenTable:
    """A table as it was written; `types` leads from column to Data Package type."""

    table: OpenTable
    rows: int
    types: dict[str, str]
    csv: ReleasedFile
    parquet: ReleasedFile


def write_table(connection: duckdb.DuckDBPyConnection, table: OpenTable, folder: Path) -> WrittenTable:
    """Write one table from `warehouse` into `open_data` and, beside it, into Parquet and CSV.

    Both databases are attached to the connection under those names. CSV is UTF-8 with a byte order mark and
    CRLF (RFC 4180); a text that a spreadsheet would run as a formula gets a ' before it there, and only there.

    Raises:
        ReleaseError: a column is missing or has no plain form, the key is empty or repeated,
            values look personal, or a file does not hold all rows.
    """
    types = _types(connection, table)
    source = f"warehouse.{SCHEMA}.{quoted(table.name)}"
    _check_key(connection, table, source)
    _check_values(connection, table, source, types)

    target = f"open_data.main.{quoted(table.name)}"
    key = ", ".join(quoted(name) for name in table.primary_key)
    columns = ", ".join(quoted(column.name) for column in table.columns)
    connection.execute(f"create table {target} as select {columns} from {source} order by {key}")
    _comment(connection, table, target)
    parquet, csv = folder / f"{table.name}.parquet", folder / f"{table.name}.csv"
    connection.execute(f"copy (from {target} order by {key}) to {literal(parquet)} (format parquet, compression zstd)")
    connection.execute(
        f"copy (select {_csv_columns(table, types)} from {target} order by {key}) to {literal(csv)} "
        "(format csv, header, new_line '\\r\\n', timestampformat '%Y-%m-%dT%H:%M:%S')"
    )
    files = {"Parquet": f"read_parquet({literal(parquet)})", "CSV": _read_csv(csv)}
    rows = _same_rows(connection, table, target, files)
    return WrittenTable(table, rows, types, describe_file(csv), describe_file(parquet))


def describe_file(path: Path) -> ReleasedFile:
    """Name, size and SHA-256 of a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return ReleasedFile(path.name, path.stat().st_size, digest)


def _types(connection: duckdb.DuckDBPyConnection, table: OpenTable) -> dict[str, str]:
    found = dict(
        connection.execute(
            "select column_name, data_type from duckdb_columns() "
            "where database_name = 'warehouse' and schema_name = ? and table_name = ?",
            [SCHEMA, table.name],
        ).fetchall()
    )
    types: dict[str, str] = {}
    for column in table.columns:
        engine_type = found.get(column.name, "no such column")
        plain = FIELD_TYPES.get(engine_type.split("(")[0])
        if plain is None:
            raise ReleaseError(
                wanted="a column of text, number, boolean, date or local time",
                found=engine_type,
                where=f"open table {table.name}, column {column.name}",
                action="Build again, or cast it in the model.",
            )
        types[column.name] = plain
    return types


def _check_key(connection: duckdb.DuckDBPyConnection, table: OpenTable, source: str) -> None:
    names = [quoted(name) for name in table.primary_key]
    empty, repeated = connection.execute(
        f"select count(*) filter (where {' or '.join(f'{name} is null' for name in names)}), "
        f"count(*) - count(distinct row({', '.join(names)})) from {source}"
    ).fetchone() or (0, 0)
    if empty or repeated:
        raise ReleaseError(
            wanted="one row for each value of the key, none of them empty",
            found=f"{empty} rows with an empty key, {repeated} rows too many",
            where=f"open table {table.name}, key {', '.join(table.primary_key)}",
            action="Correct the model or its primary_key.",
        )


def _check_values(connection: duckdb.DuckDBPyConnection, table: OpenTable, source: str, types: dict[str, str]) -> None:
    texts = [name for name, plain in types.items() if plain == "string"]
    excused = {column.name: set(column.not_personal) for column in table.columns}
    findings = find_personal_values(connection, source, texts, excused)
    if findings:
        raise ReleaseError(
            wanted="no personal data in an open table",
            found="; ".join(f"{f.values} values like {f.pattern} in column {f.column}" for f in findings),
            where=f"open table {table.name}",
            action="Take the column out; if the values mean something else, say so with its reason under not_personal.",
        )


def _csv_columns(table: OpenTable, types: dict[str, str]) -> str:
    parts = []
    for position, column in enumerate(table.columns):
        name = quoted(column.name)
        value = name
        if types[column.name] == "string":
            value = f"case when regexp_matches({name}, '{FORMULA}') then '''' || {name} else {name} end"
        # the mark is put before the first header, which is where the file begins
        header = quoted(BYTE_ORDER_MARK + column.name) if position == 0 else name
        parts.append(f"{value} as {header}")
    return ", ".join(parts)


def _comment(connection: duckdb.DuckDBPyConnection, table: OpenTable, target: str) -> None:
    connection.execute(f"comment on table {target} is {literal(table.title)}")
    for column in table.columns:
        connection.execute(f"comment on column {target}.{quoted(column.name)} is {literal(column.title)}")


def _same_rows(connection: duckdb.DuckDBPyConnection, table: OpenTable, target: str, files: dict[str, str]) -> int:
    (rows,) = connection.execute(f"select count(*) from {target}").fetchone() or (0,)
    for form, reader in files.items():
        (written,) = connection.execute(f"select count(*) from {reader}").fetchone() or (0,)
        if written != rows:
            raise ReleaseError(
                wanted=f"{rows} rows in the {form} file",
                found=f"{written}",
                where=f"open table {table.name}",
                action="Release again; if it stays so, the file system loses writes.",
            )
    return int(rows)


def _read_csv(path: Path) -> str:
    return f"read_csv({literal(path)}, header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"')"
