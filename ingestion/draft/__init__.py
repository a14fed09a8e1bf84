"""Draft a contract from a live source: what can be seen is written down, and what is guessed says so."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import duckdb

from ingestion.draft import names
from ingestion.draft.api import look_at_api
from ingestion.draft.databases import is_database, table_in, table_seen
from ingestion.draft.files import look_at_file
from ingestion.draft.guess import guess_columns
from ingestion.draft.look import Look
from ingestion.draft.render import render
from ingestion.draft.scope import Scope, set_apart
from warehouse.connections import connect_memory
from warehouse.profile import Profile


@dataclass(frozen=True)
class Wishes:
    """What the caller knows already; what is None is guessed."""

    table: str | None = None
    dataset: str | None = None
    owner: str | None = None
    domain: str | None = None
    source: str | None = None


def draft_contract(source: str, out: Path, profile: Profile, wishes: Wishes) -> str:
    """Text of a draft contract for a file, a table of a database, or an API.

    Args:
        source: a path, `postgresql://host:port/database?table=schema.table`, `mysql://...`, `sqlite:///path`,
            `odbc:` and a connection string, or `http(s)://...`. User, password, token and key come from the
            environment.
        out: where the text will be written; a path in it is relative to its folder.
        profile: gives the first owner when no other is wished.
        wishes: names that are known.

    Raises:
        KhoError: the source cannot be reached or read, or has no labels.
    """
    prefix = wishes.source or wishes.dataset or _dataset(source, wishes.table)
    with _looked(source, out, wishes.table, prefix) as (connection, look):
        named = names.identifiers([seen.label for seen in look.columns])
        sequences = {i for i, seen in enumerate(look.columns) if names.words(seen.label) in names.SEQUENCE}
        ignored = sequences if look.has_footer and len(sequences) < len(named) else set()
        scopes: list[Scope] = []
        if look.has_footer:
            scopes = set_apart(connection, named, ignored)
        else:
            connection.execute("create or replace temporary table data as select * from sample")
        guesses = [g for g in guess_columns(connection, look, named) if g.position not in ignored]
    return render(
        look,
        guesses,
        scopes,
        ignored=[look.columns[i].label for i in sorted(ignored)],
        dataset=wishes.dataset or _dataset(source, wishes.table),
        source=prefix,
        owner=wishes.owner or next(iter(profile.owners)),
        owner_given=wishes.owner is not None,
        domain=wishes.domain,
    )


@contextmanager
def _looked(source: str, out: Path, table: str | None, prefix: str) -> Iterator[tuple[duckdb.DuckDBPyConnection, Look]]:
    if is_database(source):
        with table_seen(source, table, prefix) as seen:
            yield seen
        return
    with connect_memory() as connection, tempfile.TemporaryDirectory() as folder:
        if urlsplit(source).scheme in ("http", "https"):
            yield connection, look_at_api(connection, source, prefix, Path(folder))
        else:
            path = Path(source).resolve()
            written = os.path.relpath(path, out.resolve().parent)
            yield connection, look_at_file(connection, path, written, Path(folder))


def _dataset(source: str, table: str | None) -> str:
    """A name for the dataset: of the table, the file, or the last part of the address."""
    if is_database(source):
        name = (table or table_in(source)).rpartition(".")[2]
    elif urlsplit(source).scheme in ("http", "https"):
        name = urlsplit(source).path.strip("/").rpartition("/")[2]
    else:
        name = Path(source).stem
    return names.identifiers([name])[0]
