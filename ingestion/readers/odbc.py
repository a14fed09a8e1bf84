"""SQL Server, Oracle and whatever else has an ODBC driver, through DuckDB's odbc_scanner.

The server runs our SQL, so filters are in its own dialect and only what is asked for travels. What one
session sees as one state is the server's to give: `sessionStatements` of the contract's server say how.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from ingestion.readers.credentials import Login, source_error
from ingestion.readers.source import literal, quoted
from warehouse.connections import load_extension
from warehouse.contracts import Column, Contract
from warehouse.errors import SourceError

NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
HOST = re.compile(r"(?i)(?:^|;)\s*(?:server|servername|host|dbq)\s*=\s*(?:tcp:|//)?([^;,:/]+)(?:[,:](\d+))?")
PORT = re.compile(r"(?i)(?:^|;)\s*port\s*=\s*(\d+)")


@dataclass
class Odbc:
    """A table of a server that is spoken to through an ODBC driver."""

    connection: duckdb.DuckDBPyConnection
    contract: Contract
    login: Login
    handle: int

    @property
    def name(self) -> str:
        """What reads, for the manifest."""
        return "duckdb odbc_scanner"

    def live_columns(self) -> dict[str, str]:
        """Live column to its type, as DuckDB shows it."""
        nothing = f"select * from {self.server_table} where 1 = 0"
        try:
            described = self.connection.execute(f"describe select * from {self.on_server(nothing)}").fetchall()
        except duckdb.Error as error:
            raise source_error(self.contract, self.login, error, f"table {self.contract.table}") from error
        return {str(name): str(kind) for name, kind, *_ in described}

    def inexact(self) -> frozenset[str]:
        """None are known: the driver says which type DuckDB gives a column."""
        return frozenset()

    def rows(self, live: Sequence[str], as_text: frozenset[str], where: Sequence[str]) -> str:  # noqa: ARG002
        """The server's own SELECT of the columns, with the conditions in its dialect."""
        names = ", ".join(self.named(n) for n in live) or "1"
        condition = f" where {' and '.join(where)}" if where else ""
        return self.on_server(f"select {names} from {self.server_table}{condition}")

    def since(self, live: str, live_type: str, column: Column, value: str) -> str:
        """Condition in SQL that every driver understands: ODBC's own notation of days and times."""
        if live_type.startswith("TIMESTAMP"):
            constant = "{ts " + literal(value[:26]) + "}"
        elif live_type == "DATE":
            constant = "{d " + literal(value[:10]) + "}"
        elif live_type.startswith("VARCHAR"):
            constant = literal(value)
        elif NUMBER.fullmatch(value):
            constant = value
        else:
            raise SourceError(
                wanted=f"a watermark that compares with {live_type}",
                found="another kind of text",
                where=f"contract {self.contract.path.name}, column {column.name}",
                action="Choose another watermark column.",
            )
        return f"{self.named(live)} >= {constant}"

    def on_server(self, sql: str) -> str:
        """FROM clause of the result of the server's own SQL."""
        return f"odbc_query({self.handle}::bigint, {literal(sql)})"

    def named(self, name: str) -> str:
        """A name as the server quotes it: backticks for MySQL and MariaDB, else as the standard says."""
        if re.search(r"(?i)mysql|mariadb", self.contract.server.location):
            return "`" + name.replace("`", "``") + "`"
        return quoted(name)

    @property
    def server_table(self) -> str:
        """The table as the server names it."""
        schema = self.contract.server.options.get("schema")
        return ".".join(self.named(str(p)) for p in (schema, self.contract.table) if p)


def _braced(text: str) -> str:
    """A value for a connection string, whatever characters it has."""
    return "{" + text.replace("}", "}}") + "}" if re.search(r"[^\w.@-]", text) else text


def address(contract: Contract) -> tuple[str | None, int | None]:
    """Host and port that the connection string names, as far as it does."""
    host, port = HOST.search(contract.server.location), PORT.search(contract.server.location)
    number = (host and host.group(2)) or (port and port.group(1))
    return host.group(1) if host else None, int(number) if number else None


@contextmanager
def connected(connection: duckdb.DuckDBPyConnection, contract: Contract, login: Login) -> Iterator[Odbc]:
    """Connect through the driver and begin a transaction; it is rolled back in the end.

    Raises SourceUnreachable (transient) or SourceError (login, driver, a session statement).
    """
    load_extension(connection, "odbc_scanner")
    try:
        [(handle,)] = connection.execute(
            "select odbc_connect(?, ?, ?)" if login.user else "select odbc_connect(?)",
            [contract.server.location, *([_braced(login.user), _braced(login.password or "")] if login.user else [])],
        ).fetchall()
    except duckdb.Error as error:
        raise source_error(contract, login, error, "an answer from the database") from error
    try:
        try:
            for statement in contract.server.options.get("sessionStatements", []):
                connection.execute(f"select * from odbc_query({handle}::bigint, {literal(str(statement))})").fetchall()
            connection.execute(f"select odbc_begin_transaction({handle}::bigint)").fetchall()
        except duckdb.Error as error:
            raise source_error(contract, login, error, "a session as sessionStatements say") from error
        yield Odbc(connection, contract, login, handle)
    finally:
        for end in ("odbc_rollback", "odbc_close"):
            # the line may be gone; what matters has its own error by then
            with contextlib.suppress(duckdb.Error):
                connection.execute(f"select {end}({handle}::bigint)").fetchall()
