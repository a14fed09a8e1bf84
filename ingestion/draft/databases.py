"""Look at a table of a database, opened read-only by the reader that will extract it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import duckdb

from ingestion.draft.look import SAMPLE_ROWS, Look, Seen, refuse_values_as_labels
from ingestion.draft.probe import probe
from ingestion.readers import database
from ingestion.readers.source import NATIVE
from warehouse.errors import SettingsError

SCHEMES = ("postgresql", "postgres", "mysql", "mariadb", "sqlite", "odbc")
PORTS = {"postgresql": 5432, "mysql": 3306}
LOGIN = re.compile(r"(?i)(^|;)\s*(uid|user( ?id| ?name)?|pwd|password)\s*=")


def is_database(source: str) -> bool:
    """Whether a source is the address of a database."""
    return source.partition(":")[0] in SCHEMES


@contextmanager
def table_seen(source: str, table: str | None, prefix: str) -> Iterator[tuple[duckdb.DuckDBPyConnection, Look]]:
    """One table: its columns and their types, its row count, a sample; on the connection that reads it.

    Args:
        source: `postgresql://host:port/database`, `mysql://...`, `sqlite:///path`, each with `?table=` or without,
            or `odbc:` and a connection string.
        table: name of the table, `schema.table` where there are schemas.
        prefix: `<PREFIX>_USER` and `<PREFIX>_PASSWORD` of the environment are the login.

    Raises:
        SettingsError: the address names no table, or holds a login.
        SourceUnreachable: no answer.
        SourceError: no such table.
    """
    if "@" in urlsplit(source).netloc or (source.startswith("odbc:") and LOGIN.search(source[5:])):
        raise SettingsError(
            wanted="an address without user and password",
            found="a login in it",
            where="address of the source",
            action=f"Put them into {prefix.upper()}_USER and {prefix.upper()}_PASSWORD of the environment.",
        )
    table = table or table_in(source)
    if not table:
        raise SettingsError(
            wanted="the name of a table", found="none", where="address of the source", action="Add --table NAME."
        )
    schema, _, name = table.rpartition(".")
    server = _server(source, schema)
    with database.session(probe(server, prefix, name, "draft")) as opened:
        types = opened.columns()
        refuse_values_as_labels(opened.connection, list(types), f"table {table}")
        texts = {f"c{i}": f"cast({opened.value(live)} as varchar)" for i, live in enumerate(types)}
        whole = f"({opened.select(texts, None)})"
        rows = int(opened.connection.execute(f"select count(*) from {whole} as whole").fetchall()[0][0])
        opened.connection.execute(
            f"create or replace temporary table sample as select * from {whole} as whole limit {SAMPLE_ROWS}"
        )
        notes = (f"types and personal data were judged by {SAMPLE_ROWS:,} of {rows:,} rows",)
        yield (
            opened.connection,
            Look(
                server,
                name,
                tuple(Seen(live, physical_type=_told(source, live_type)) for live, live_type in types.items()),
                rows,
                whole,
                notes=notes if rows > SAMPLE_ROWS else (),
            ),
        )


def table_in(source: str) -> str:
    """The table that an address names with `?table=`; empty when it names none."""
    return "" if source.startswith("odbc:") else parse_qs(urlsplit(source).query).get("table", [""])[0]


def _told(source: str, live_type: str) -> str | None:
    """The type to promise. SQLite is read as text; the type of an enumeration would list its values."""
    told = NATIVE.fullmatch(live_type) and not source.startswith("sqlite:")
    return live_type if told else None


def _server(source: str, schema: str) -> dict[str, Any]:
    parts = urlsplit(source)
    if parts.scheme == "odbc":
        options = {"driver": "odbc", "connectionString": source.removeprefix("odbc:")}
        return _custom(options | ({"schema": schema} if schema else {}))
    if parts.scheme == "sqlite":
        return _custom({"driver": "sqlite", "path": unquote(parts.path[1:])})
    return _networked(parts, schema)


def _custom(options: dict[str, str]) -> dict[str, Any]:
    properties = [{"property": name, "value": value} for name, value in options.items()]
    return {"server": "database", "type": "custom", "customProperties": properties}


def _networked(parts: SplitResult, schema: str) -> dict[str, Any]:
    kind = "mysql" if parts.scheme in ("mysql", "mariadb") else "postgresql"
    return {
        "server": "database",
        "type": kind,
        "host": parts.hostname,
        "port": parts.port or PORTS[kind],
        "database": unquote(parts.path.lstrip("/")),
        **({"schema": schema} if schema else {}),
    }
