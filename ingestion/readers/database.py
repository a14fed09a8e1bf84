"""Databases through DuckDB's scanners, attached read-only; only the contract's columns are read."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingestion.extraction import Extraction
from warehouse.connections import connect_memory, load_extension
from warehouse.contracts import Column, Contract
from warehouse.errors import SourceError, SourceMissing, SourceUnreachable

EXTENSIONS = {"sqlite": "sqlite_scanner", "postgresql": "postgres_scanner", "mysql": "mysql_scanner"}
TYPES = {"sqlite": "sqlite", "postgresql": "postgres", "mysql": "mysql"}


def reader_name(contract: Contract) -> str:
    """What read the batch, for its manifest."""
    return f"duckdb {EXTENSIONS[contract.server.kind]}"


def attach(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """Attach the source as `source`, read-only.

    User and password come from `<SOURCE>_USER` and `<SOURCE>_PASSWORD` in the environment, through a
    DuckDB secret, so that no message can show them. Raises SourceMissing or SourceUnreachable.
    """
    kind = contract.server.kind
    load_extension(connection, EXTENSIONS[kind])
    if kind == "sqlite":
        path = Path(contract.server.location)
        if not path.is_file():
            raise SourceMissing(
                wanted=f"database file {path.name}",
                found="no such file",
                where=f"contract {contract.path.name}, server {contract.server.name}",
                action="Check the path in the contract, or whether the file has arrived.",
            )
        connection.execute("set sqlite_all_varchar = true")
        target = f"'{path}'"
        options = "type sqlite, read_only"
    else:
        _create_secret(connection, contract)
        target, options = "''", f"type {TYPES[kind]}, secret source_login, read_only"
    try:
        connection.execute(f"attach {target} as source ({options})")
    except duckdb.Error as error:
        raise _unreachable(contract, error) from error


def select(connection: duckdb.DuckDBPyConnection, contract: Contract) -> str:
    """SQL for the contract's columns of the attached table, named as in the contract.

    Raises SourceError naming missing columns and what is near them.
    """
    table = _table(contract)
    try:
        present = [str(row[0]) for row in connection.execute(f"describe {table}").fetchall()]
    except duckdb.IOException as error:
        raise _unreachable(contract, error) from error
    except duckdb.Error as error:
        raise SourceError(
            wanted=f"table {contract.table}",
            found=str(error).splitlines()[0],
            where=f"contract {contract.path.name}, server {contract.server.name}",
            action="Check physicalName of the object, and what the account may read.",
        ) from error
    missing = [c.header for c in contract.landed if c.header not in present]
    if missing:
        near = [f"{m} ~ {n}" for m in missing for n in difflib.get_close_matches(m, present, n=1)]
        raise SourceError(
            wanted="the columns of the contract",
            found=f"missing: {', '.join(missing)}" + (f"; near: {', '.join(near)}" if near else ""),
            where=f"contract {contract.path.name}, table {contract.table}",
            action="Correct physicalName of the columns, or ask the database's owner what changed.",
        )
    columns = ", ".join(f'"{_quoted(c.header)}" as "{c.name}"' for c in contract.landed)
    return f"select {columns} from {table}"


def _table(contract: Contract) -> str:
    schema = contract.server.options.get("schema")
    parts = ["source", *([str(schema)] if schema else []), contract.table]
    return ".".join(f'"{_quoted(p)}"' for p in parts)


def _quoted(name: str) -> str:
    return name.replace('"', '""')


def _create_secret(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    parts = dict(p.split("=", 1) for p in contract.server.location.split() if "=" in p)
    prefix = contract.source.upper()
    settings = {
        "host": parts.get("host"),
        "port": parts.get("port"),
        "database": parts.get("dbname"),
        "user": os.environ.get(f"{prefix}_USER"),
        "password": os.environ.get(f"{prefix}_PASSWORD"),
    }
    given = {name: value for name, value in settings.items() if value}
    options = ", ".join(f"{name} ?" for name in given)
    connection.execute(
        f"create or replace temporary secret source_login (type {TYPES[contract.server.kind]}, {options})",
        list(given.values()),
    )


def _unreachable(contract: Contract, error: duckdb.Error) -> SourceUnreachable:
    return SourceUnreachable(
        wanted="an answer from the database",
        found=type(error).__name__,
        where=f"contract {contract.path.name}, server {contract.server.name}",
        action="It is tried again at the next run; if it stays so, ask who operates the database.",
    )


@dataclass
class Source:
    """An attached source."""

    connection: duckdb.DuckDBPyConnection
    contract: Contract

    def check(self, contract: Contract) -> None:
        """Refuse drift."""
        select(self.connection, contract)

    def query(self, where: str | None = None, columns: Sequence[Column] | None = None) -> str:
        """SELECT of the contract's columns."""
        chosen = columns or self.contract.landed
        names = ", ".join(f'"{_quoted(c.header)}" as "{c.name}"' for c in chosen)
        return f"select {names} from {_table(self.contract)}" + (f" where {where}" if where else "")

    def since(self, column: Column, bound: object) -> str:
        """Condition for rows whose `column` is at least `bound`."""
        return f"\"{_quoted(column.header)}\" >= '{bound}'"


@contextmanager
def session(contract: Contract) -> Iterator[Source]:
    """The source attached in one snapshot."""
    with connect_memory() as connection:
        attach(connection, contract)
        connection.execute("begin")
        yield Source(connection, contract)


def extract(source: Source, contract: Contract, folder: Path, *, batch_id: str, where: str | None) -> Extraction:
    """Write data.parquet."""
    data = folder / "data.parquet"
    source.connection.execute(
        f"copy (select *, '{batch_id}' as _batch_id, ? as _source_file, cast(null as varchar) as _sheet, "
        f"row_number() over () as _row_number from ({source.query(where)}))"
        f" to '{data}' (format parquet, compression zstd)",
        [contract.table],
    )
    [[rows]] = source.connection.execute(f"select count(*) from '{data}'").fetchall()
    return Extraction(reader_name(contract), rows, rows)
