"""Real PostgreSQL and MariaDB servers for tests: each test has tables of its own, dropped in the end."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.contracts import make_contract
from warehouse.connections import connect_memory, load_extension
from warehouse.contracts import Contract


@dataclasses.dataclass
class Server:
    """One server, spoken to as its administrator through a connection of its own."""

    kind: str
    parts: dict[str, str]
    connection: Any
    tables: list[str] = dataclasses.field(default_factory=list)

    @property
    def user(self) -> str:
        return self.parts["user"]

    def run(self, sql: str) -> None:
        """Run statements of the server's own SQL, one a call for MariaDB."""
        call = "postgres_execute" if self.kind == "postgresql" else "mysql_execute"
        self.connection.execute(f"call {call}('admin', {quote(sql)})")

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query in the server's own SQL."""
        call = "postgres_query" if self.kind == "postgresql" else "mysql_query"
        return self.connection.execute(f"select * from {call}('admin', {quote(sql)})").fetchall()

    def name(self, identifier: str) -> str:
        """An identifier as the server quotes it."""
        if self.kind == "postgresql":
            return '"' + identifier.replace('"', '""') + '"'
        return "`" + identifier.replace("`", "``") + "`"

    def table(self, columns: str, rows: str = "", name: str = "kho_test") -> str:
        """A new table with a name that no other has; `rows` is what follows `insert into <table>`."""
        table = f"{name}_{uuid.uuid4().hex[:8]}"
        self.tables.append(table)
        engine = " engine = InnoDB default charset = utf8mb4" if self.kind == "mysql" else ""
        self.run(f"create table {self.name(table)} ({columns}){engine}")
        if rows:
            self.run(f"insert into {self.name(table)} {rows}")
        return table

    def entry(self, **options: Any) -> dict[str, Any]:
        """The contract's server entry."""
        entry: dict[str, Any] = {
            "server": "db",
            "type": self.kind,
            "host": self.parts["host"],
            "port": int(self.parts["port"]),
            "database": self.parts.get("dbname") or self.parts["database"],
            "customProperties": [{"property": k, "value": v} for k, v in options.items()],
        }
        return entry | ({"schema": "public"} if self.kind == "postgresql" else {})

    def contract(
        self, folder: Path, table: str, columns: dict[str, Any], *, options: Any = None, **more: Any
    ) -> Contract:
        """A contract for a table of this server; the first column is the key."""
        more.setdefault("keys", (next(iter(columns)),))
        contract = make_contract(folder, columns=columns, server=self.entry(**(options or {})), **more)
        return dataclasses.replace(contract, table=table)


def quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def server(kind: str, text: str) -> Iterator[Server]:
    """The server at a connection text."""
    parts = dict(p.split("=", 1) for p in text.split())
    extension, name = ("postgres_scanner", "postgres") if kind == "postgresql" else ("mysql_scanner", "mysql")
    with connect_memory() as connection:
        load_extension(connection, extension)
        connection.execute(f"attach '{text}' as admin (type {name})")
        made = Server(kind, parts, connection)
        try:
            yield made
        finally:
            for table in made.tables:
                made.run(f"drop table if exists {made.name(table)}")
