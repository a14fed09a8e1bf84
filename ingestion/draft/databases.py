"""Look at a table of a database, opened read-only by the reader that will extract it."""

from __future__ import annotations

from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import duckdb

from ingestion.draft.files import as_text
from ingestion.draft.look import SAMPLE_ROWS, Look, Seen, refuse_values_as_labels
from ingestion.draft.probe import probe
from ingestion.readers import database
from warehouse.errors import SettingsError, SourceError

SCHEMES = ("postgresql", "postgres", "mysql", "mariadb", "sqlite")
PORTS = {"postgresql": 5432, "mysql": 3306}


def is_database(source: str) -> bool:
    """Whether a source is the address of a database."""
    return urlsplit(source).scheme in SCHEMES


def look_at_table(connection: duckdb.DuckDBPyConnection, source: str, table: str | None, prefix: str) -> Look:
    """See one table: its columns and their types, its row count, a sample of its rows.

    Args:
        connection: gets the table `sample` and the attached database `source`.
        source: `postgresql://host:port/database`, `mysql://...` or `sqlite:///path`, with `?table=` or without.
        table: name of the table, `schema.table` where there are schemas.
        prefix: `<PREFIX>_USER` and `<PREFIX>_PASSWORD` of the environment are the login.

    Raises:
        SettingsError: the address names no table, or holds a login.
        SourceUnreachable: no answer.
        SourceError: no such table.
    """
    parts = urlsplit(source)
    if "@" in parts.netloc:
        raise SettingsError(
            wanted="an address without user and password",
            found="a login in it",
            where="address of the source",
            action=f"Put them into {prefix.upper()}_USER and {prefix.upper()}_PASSWORD of the environment.",
        )
    table = table or parse_qs(parts.query).get("table", [""])[0]
    if not table:
        raise SettingsError(
            wanted="the name of a table", found="none", where="address of the source", action="Add --table NAME."
        )
    schema, _, name = table.rpartition(".")
    server = _server(parts, schema)
    contract = probe(server, prefix, name, "draft")
    database.attach(connection, contract)
    relation = ".".join(f'"{p.replace(chr(34), chr(34) * 2)}"' for p in ("source", schema, name) if p)
    try:
        described = connection.execute(f"describe {relation}").fetchall()
        rows = int(connection.execute(f"select count(*) from {relation}").fetchall()[0][0])
        labels = [str(row[0]) for row in described]
        refuse_values_as_labels(connection, labels, f"table {table}")
        whole = as_text(relation, labels)
        connection.execute(f"create or replace temporary table sample as select * from {whole} limit {SAMPLE_ROWS}")
    except duckdb.Error as error:
        raise SourceError(
            wanted=f"table {table}",
            found=type(error).__name__,
            where=f"server {server['type']}",
            action="Check the name with its schema, and what the account may read.",
        ) from None
    notes = (f"types and personal data were judged by {SAMPLE_ROWS:,} of {rows:,} rows",) if rows > SAMPLE_ROWS else ()
    # a file of SQLite is read as text: its types are the texts' own
    typed = parts.scheme != "sqlite"
    columns = tuple(Seen(str(row[0]), physical_type=str(row[1]) if typed else None) for row in described)
    return Look(server, name, columns, rows, whole, notes=notes)


def _server(parts: SplitResult, schema: str) -> dict[str, Any]:
    if parts.scheme == "sqlite":
        properties = [{"property": "driver", "value": "sqlite"}, {"property": "path", "value": unquote(parts.path[1:])}]
        return {"server": "database", "type": "custom", "customProperties": properties}
    kind = "mysql" if parts.scheme in ("mysql", "mariadb") else "postgresql"
    return {
        "server": "database",
        "type": kind,
        "host": parts.hostname,
        "port": parts.port or PORTS[kind],
        "database": unquote(parts.path.lstrip("/")),
        **({"schema": schema} if schema else {}),
    }
