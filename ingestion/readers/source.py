"""What a database hands to landing, whichever way it is reached."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import duckdb

from ingestion.readers.credentials import Login
from ingestion.readers.drift import Fit, fit
from warehouse.contracts import Column, Contract

# these types read back from Parquet as they were, beside any other type of the column in other batches
NATIVE = re.compile(
    r"VARCHAR|BOOLEAN|U?(TINY|SMALL|BIG)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(\d+,\d+\)|DATE|TIMESTAMP( WITH TIME ZONE)?"
)


class Reach(Protocol):
    """One way to a server: what differs between scanners and ODBC."""

    @property
    def name(self) -> str:
        """What reads, for the manifest."""

    def live_columns(self) -> dict[str, str]:
        """Live column to its type, as DuckDB shows it. Raises SourceError or SourceUnreachable."""

    def inexact(self) -> frozenset[str]:
        """Live columns that DuckDB's own type would change: they are fetched as the server's text."""

    def rows(self, live: Sequence[str], as_text: frozenset[str], where: Sequence[str]) -> str:
        """FROM clause of the rows with the live columns needed, those `as_text` as text of the server's making."""

    def since(self, live: str, live_type: str, column: Column, value: str) -> str:
        """Condition that keeps the rows whose column is at least `value`."""


@dataclass
class Source:
    """A table of a source, open in one session. See `ingestion.readers.database.session`."""

    connection: duckdb.DuckDBPyConnection
    contract: Contract
    reach: Reach
    login: Login
    _live: dict[str, str] | None = field(default=None, repr=False)
    _fit: Fit | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """What reads, for the manifest."""
        return self.reach.name

    def columns(self) -> dict[str, str]:
        """Live column to its type, as DuckDB shows it.

        Raises SourceError when there is no such table or no right to read it, SourceUnreachable when the
        server does not answer.
        """
        if self._live is None:
            self._live = self.reach.live_columns()
        return self._live

    def check(self, contract: Contract | None = None) -> Fit:
        """How the live table meets its contract. Raises SourceError when it drifted more than the contract allows."""
        if self._fit is None:
            self._fit = fit(contract or self.contract, self.columns(), self.connection)
        return self._fit

    def since(self, column: Column, value: str) -> str:
        """Condition for `query` that keeps the rows whose `column` is at least `value`, as landing holds it.

        Rows whose value cannot be compared are kept: they are read again rather than lost.
        """
        live = self.check().found[column.name]
        return self.reach.since(live, self.columns()[live], column, value)

    def query(
        self,
        where: str | None = None,
        columns: Sequence[Column] | None = None,
        *,
        as_text: frozenset[str] = frozenset(),
        kept: Sequence[str] = (),
        replaced: Mapping[str, str] | None = None,
    ) -> str:
        """SQL for DuckDB: the landed columns named as in the contract; `evolve`d ones after them.

        Args:
            where: a condition over the source's own column names, beside the contract's `filter`: DuckDB's SQL
                for PostgreSQL, MySQL and SQLite, the server's own SQL for ODBC. See `since`.
            columns: only these of the contract's columns; all when left out.
            as_text: names of live columns to fetch as text of the server's making.
            kept: conditions in DuckDB's SQL over live columns, whatever the source.
            replaced: expressions over live columns that land instead of the columns of these names.
        """
        met = self.check()
        named = {c.name: met.found.get(c.name) for c in (columns or self.contract.landed)}
        named |= {} if columns else dict(met.new)
        values = {name: self.value(live, as_text) for name, live in named.items()}
        return self.select(values | {n: e for n, e in (replaced or {}).items() if n in values}, where, as_text, kept)

    def select(
        self,
        named: Mapping[str, str],
        where: str | None,
        as_text: frozenset[str] = frozenset(),
        kept: Sequence[str] = (),
    ) -> str:
        """SELECT of expressions by name over the table's rows, with the contract's filter, `where` and `kept`.

        The expressions and `kept` are DuckDB's SQL over live columns in every case.
        """
        used = " ".join([*named.values(), *kept])
        live = [n for n in self.columns() if quoted(n) in used or quoted(f"{n}::text") in used]
        wheres = [f"({w})" for w in (self.contract.filter, where) if w]
        rows = self.reach.rows(live, as_text | self.reach.inexact(), wheres)
        rows = f"(select * from {rows}) as rows where {' and '.join(kept)}" if kept else rows
        return "select " + ", ".join(f"{e} as {quoted(n)}" for n, e in named.items()) + f" from {rows}"

    def value(self, live: str | None, as_text: frozenset[str] = frozenset()) -> str:
        """Expression of a live column as it lands: its own type where that reads back, else text."""
        if live is None:
            return "cast(null as varchar)"
        if live in as_text | self.reach.inexact():
            return quoted(f"{live}::text")
        live_type = self.columns()[live]
        if NATIVE.fullmatch(live_type):
            return quoted(live)
        return f"hex({quoted(live)})" if live_type == "BLOB" else f"cast({quoted(live)} as varchar)"


def quoted(name: str) -> str:
    """A name as DuckDB, PostgreSQL, SQLite, Oracle and SQL Server quote it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL quotes it."""
    return "'" + text.replace("'", "''") + "'"
