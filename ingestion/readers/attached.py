"""PostgreSQL, MySQL/MariaDB and SQLite through DuckDB's scanners, attached read-only in one transaction."""

from __future__ import annotations

import contextlib
import re
import socket
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from ingestion.readers.credentials import Login, source_error
from ingestion.readers.source import literal, quoted
from warehouse.connections import load_extension
from warehouse.contracts import Column, Contract
from warehouse.errors import SourceError, SourceMissing, SourceUnreachable

EXTENSIONS = {"sqlite": "sqlite_scanner", "postgresql": "postgres_scanner", "mysql": "mysql_scanner"}
TYPES = {"sqlite": "sqlite", "postgresql": "postgres", "mysql": "mysql"}
PORTS = {"postgresql": 5432, "mysql": 3306}
# what a contract's server may say of the connection besides host, port and database
PASSED_ON = {
    "postgresql": ("sslmode", "sslrootcert", "sslcert", "sslkey", "target_session_attrs"),
    "mysql": ("ssl_mode", "ssl_ca", "ssl_capath", "ssl_cert", "ssl_key", "compression"),
}
# mysql_scanner asks for compression, which costs the server four times what reading costs it; a slow line may want it
DEFAULTS = {"mysql": {"compression": "DISABLED"}}
SETTINGS = {
    # PostgreSQL writes an array better than DuckDB does, and has arrays of mixed depth
    "postgresql": ["pg_array_as_varchar = true"],
    # tinyint(1) often holds codes; incomplete dates are found afterwards, see `doubts`; TIMESTAMP is shown local
    "mysql": [
        "mysql_tinyint1_as_boolean = false",
        "mysql_incomplete_dates_as_nulls = true",
        "mysql_session_time_zone = '+07:00'",
        "mysql_query_timeout_enabled = false",
        # mysql_scanner 1.5.5 fails on some counts when it sends them to the server
        "mysql_aggregate_pushdown_enabled = false",
        "mysql_order_pushdown_enabled = false",
    ],
    "sqlite": ["sqlite_all_varchar = true"],
}


@dataclass
class Attached:
    """A table of an attached database."""

    connection: duckdb.DuckDBPyConnection
    contract: Contract
    login: Login
    _inexact: frozenset[str] | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """What reads, for the manifest."""
        return f"duckdb {EXTENSIONS[self.contract.server.kind]}"

    @property
    def table(self) -> str:
        """The table as DuckDB names it."""
        schema = self.contract.server.options.get("schema")
        parts = ["source", *([str(schema)] if schema else []), self.contract.table]
        return ".".join(quoted(p) for p in parts)

    def live_columns(self) -> dict[str, str]:
        """Live column to its type, as DuckDB shows it."""
        try:
            described = self.connection.execute(f"describe {self.table}").fetchall()
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise SourceError(
                wanted=f"table {self.contract.table}",
                found="no table of this name that the account may see",
                where=f"contract {self.contract.path.name}, server {self.contract.server.name}",
                action="Check physicalName of the object, the schema, and what the account may read.",
            ) from error
        except duckdb.Error as error:
            raise source_error(self.contract, self.login, error, f"table {self.contract.table}") from error
        return {str(name): str(kind) for name, kind, *_ in described}

    def inexact(self) -> frozenset[str]:
        """Decimals that the server keeps with more digits than DuckDB has: it would read them as DOUBLE."""
        if self._inexact is None:
            doubles = [n for n, t in self.live_columns().items() if t == "DOUBLE"]
            decimals = self._declared("data_type in ('numeric', 'decimal')") if doubles else frozenset()
            self._inexact = decimals & frozenset(doubles)
        return self._inexact

    def passes(self, as_text: frozenset[str]) -> bool:
        """Whether the rows must come from the server's own SELECT and not from the scanner.

        With MySQL and MariaDB that SELECT is a statement of its own, outside the session's snapshot.
        """
        # mysql_scanner 1.5.5 writes a backtick or backslash within a name as MySQL does not read it
        names = "".join([self.contract.table, *self.live_columns()])
        return bool(as_text) or (self.contract.server.kind == "mysql" and ("`" in names or "\\" in names))

    def rows(self, live: Sequence[str], as_text: frozenset[str], where: Sequence[str]) -> str:
        """The table itself, or what the server makes of it when it must write some columns as text."""
        condition = f" where {' and '.join(where)}" if where else ""
        texts = [n for n in live if n in as_text]
        if self.contract.server.kind == "sqlite" or not self.passes(frozenset(texts)):
            return self.table + condition
        kind = "varchar" if self.contract.server.kind == "postgresql" else "char"
        # a query of our own gets no help from pg_array_as_varchar, and shows text of a binary collation as bytes
        if self.contract.server.kind == "postgresql":
            retyped = self._declared("data_type = 'ARRAY'")
        else:
            retyped = frozenset(n for n, t in self.live_columns().items() if t == "VARCHAR")
        every = [
            f"cast({self.named(n)} as {kind}) as {self.named(n)}" if n in retyped else self.named(n)
            for n in self.live_columns()
        ]
        every += [f"cast({self.named(n)} as {kind}) as {self.named(f'{n}::text')}" for n in texts]
        return self._pass(f"select {', '.join(every)} from {self.server_table}") + condition

    def since(self, live: str, live_type: str, column: Column, value: str) -> str:
        """Condition in DuckDB's SQL, which the scanner sends to the server."""
        if not live_type.startswith("VARCHAR"):
            return f"{quoted(live)} >= cast({literal(value)} as {live_type})"
        if column.logical_type == "string":
            return f"{quoted(live)} >= {literal(value)}"
        typed = f"try_cast({quoted(live)} as {column.sql_type})"
        unread = f"({quoted(live)} is not null and {typed} is null)"
        return f"({typed} >= cast({literal(value)} as {column.sql_type}) or {unread})"

    def doubts(self, live_types: dict[str, str]) -> dict[str, tuple[str, str | None]]:
        """Live columns whose landed values may not be the server's, with two conditions.

        The first, over the value as it landed (`{0}`), says which values are in doubt; the second, in the
        server's SQL, which of its values are not told truly. None: each value in doubt is wrong.

        postgres_scanner 1.5.5 reads a numeric NaN as 0 and wraps timestamps after the year 294246;
        mysql_scanner reads 1950-00-00 as null when told so, and fails on it otherwise.
        """
        found: dict[str, tuple[str, str | None]] = {}
        for name, kind in live_types.items():
            if self.contract.server.kind == "mysql" and (kind == "DATE" or kind.startswith("TIMESTAMP")):
                here = self.named(name)
                found[name] = "{0} is null", f"{here} is not null and (month({here}) = 0 or dayofmonth({here}) = 0)"
            if self.contract.server.kind == "postgresql" and kind.startswith("DECIMAL"):
                found[name] = "{0} = 0", f"{self.named(name)} = 'NaN'"
            if self.contract.server.kind == "postgresql" and kind.startswith("TIMESTAMP"):
                found[name] = f"{{0}} < '4800-01-01 (BC)'::{kind} and {{0}} > '-infinity'::{kind}", None
        return found

    def confirmed(self, conditions: dict[str, str]) -> frozenset[str]:
        """Of columns with conditions in the server's SQL, those that hold for some row of this snapshot."""
        if not conditions:
            return frozenset()
        marks = ", ".join(f"max(case when {c} then 1 else 0 end) as c{i}" for i, c in enumerate(conditions.values()))
        [row] = self.on_server(f"select {marks} from {self.server_table}").fetchall()
        return frozenset(name for name, held in zip(conditions, row, strict=True) if held)

    def on_server(self, sql: str) -> duckdb.DuckDBPyConnection:
        """Result of the server's own SQL, in this snapshot."""
        try:
            return self.connection.execute(f"select * from {self._pass(sql)}")
        except duckdb.Error as error:
            raise source_error(self.contract, self.login, error, f"table {self.contract.table}") from error

    def named(self, name: str) -> str:
        """A name as the server quotes it."""
        return quoted(name) if self.contract.server.kind == "postgresql" else "`" + name.replace("`", "``") + "`"

    @property
    def server_table(self) -> str:
        """The table as the server names it."""
        schema = self.contract.server.options.get("schema")
        return ".".join(self.named(str(p)) for p in (schema, self.contract.table) if p)

    def _pass(self, sql: str) -> str:
        if self.contract.server.kind == "postgresql":
            return f"postgres_query('source', {literal(sql)})"
        return f"mysql_query('source', {literal(sql)}, stream_results = true)"

    def _declared(self, condition: str) -> frozenset[str]:
        """Columns of the table as the server declares them, by a condition over information_schema.columns."""
        own = "current_schema()" if self.contract.server.kind == "postgresql" else "database()"
        schema = self.contract.server.options.get("schema")
        within = literal(str(schema)) if schema else own
        table = literal(self.contract.table)
        table = table.replace("\\", "\\\\") if self.contract.server.kind == "mysql" else table
        rows = self.on_server(
            "select column_name from information_schema.columns"
            f" where table_schema = {within} and table_name = {table} and {condition}"
        )
        return frozenset(str(name) for (name,) in rows.fetchall())


def address(contract: Contract) -> tuple[str, int]:
    """Host and port of a PostgreSQL or MySQL server."""
    parts = dict(p.split("=", 1) for p in contract.server.location.split() if "=" in p)
    return parts.get("host") or "127.0.0.1", int(parts.get("port") or PORTS[contract.server.kind])


@contextmanager
def attached(
    connection: duckdb.DuckDBPyConnection, contract: Contract, login: Login, connect_seconds: float
) -> Iterator[Attached]:
    """Attach the source as `source`, read-only, and begin the transaction that all reading shares.

    PostgreSQL: repeatable read; the scanner's other connections take the exported snapshot of the first.
    MySQL and MariaDB: one connection in a read-only transaction; the snapshot is that of its first scan.
    SQLite: a lock that keeps writers waiting, or with a write-ahead log the snapshot of its first read.

    Raises SourceMissing, SourceUnreachable (transient) or SourceError (login, database).
    """
    kind = contract.server.kind
    load_extension(connection, EXTENSIONS[kind])
    for setting in SETTINGS[kind]:
        connection.execute(f"set {setting}")
    with contextlib.ExitStack() as open_things:
        if kind == "sqlite":
            open_things.enter_context(_sqlite_snapshot(connection, contract))
            target, options = literal(contract.server.location), "type sqlite, read_only"
        else:
            _reach(contract, connect_seconds)
            _create_secret(connection, contract, login)
            given = {k: v for k in PASSED_ON[kind] if (v := contract.server.options.get(k))}
            extra = DEFAULTS.get(kind, {}) | given
            if kind == "postgresql":
                extra |= {"connect_timeout": int(connect_seconds), "application_name": "kho"}
            target = literal(" ".join(f"{k}={v}" for k, v in extra.items()))
            options = f"type {TYPES[kind]}, secret source_login, read_only"
        try:
            connection.execute(f"attach {target} as source ({options})")
            connection.execute("begin")
        except duckdb.Error as error:
            raise source_error(contract, login, error, "an answer from the database") from error
        try:
            yield Attached(connection, contract, login)
        finally:
            # a transaction left open on a line that is gone ends the whole process when the connection closes
            with contextlib.suppress(duckdb.Error):
                connection.execute("rollback")


def one_snapshot(source: Attached) -> bool:
    """Whether all that this session reads shows one state of the source.

    Only a MySQL or MariaDB whose own default is a lower isolation level shows one state a statement.
    """
    if source.contract.server.kind != "mysql":
        return True
    rows = source.on_server(
        "show variables where variable_name in ('tx_isolation', 'transaction_isolation')"
    ).fetchall()
    return all(str(level).upper() in ("REPEATABLE-READ", "SERIALIZABLE") for _, level in rows)


def _reach(contract: Contract, seconds: float) -> None:
    """Knock at the server's door: no driver here is as quick or as plain about a closed one."""
    try:
        socket.create_connection(address(contract), timeout=seconds).close()
    except OSError as error:
        raise SourceUnreachable(
            wanted="an answer from the database",
            found=f"none within {seconds:g} s" if isinstance(error, TimeoutError) else f"{error.strerror or error}",
            where=f"contract {contract.path.name}, server {contract.server.name}",
            action="It is tried again at the next run; if it stays so, ask who operates the database.",
        ) from error


@contextmanager
def _sqlite_snapshot(connection: duckdb.DuckDBPyConnection, contract: Contract) -> Iterator[None]:
    path = Path(contract.server.location)
    where = f"contract {contract.path.name}, server {contract.server.name}"
    if not path.is_file():
        raise SourceMissing(
            wanted=f"database file {path.name}",
            found="no such file",
            where=where,
            action="Check the path in the contract, or whether the file has arrived.",
        )
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=10)) as lock:
            [(journal,)] = lock.execute("pragma journal_mode").fetchall()
            # the scanner's threads open the file once each: a write-ahead log would show each its own state
            connection.execute(f"set sqlite_disable_multithreaded_scans = {str(journal == 'wal').lower()}")
            lock.execute("begin")
            lock.execute("select count(*) from sqlite_master").fetchall()
            yield
    except sqlite3.OperationalError as error:
        raise SourceUnreachable(
            wanted=f"to read {path.name}", found=str(error), where=where, action="Wait until its writer has finished."
        ) from error
    except sqlite3.DatabaseError as error:
        raise SourceError(
            wanted="a SQLite database", found=str(error), where=where, action="Ask the sender for the file again."
        ) from error


def _create_secret(connection: duckdb.DuckDBPyConnection, contract: Contract, login: Login) -> None:
    host, port = address(contract)
    database = re.search(r"dbname=(\S+)", contract.server.location)
    settings = {
        "host": host,
        "port": str(port),
        "database": database and database.group(1),
        "user": login.user,
        "password": login.password,
    }
    given = {name: value for name, value in settings.items() if value}
    options = ", ".join(f"{name} ?" for name in given)
    connection.execute(
        f"create or replace temporary secret source_login (type {TYPES[contract.server.kind]}, {options})",
        list(given.values()),
    )
