"""What a source shows of itself: its server entry, and a bounded sample of it as text in DuckDB."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import duckdb

from ingestion import shapes
from warehouse.errors import SourceError

# rows that are looked at; a file up to this size is seen whole
SAMPLE_ROWS = 50_000
# tables up to this size are counted whole, to prove a key
COUNTED_ROWS = 2_000_000


@dataclass(frozen=True)
class Seen:
    """One column: `label` as the source writes it, other labels under which it may come, its type there."""

    label: str
    aliases: tuple[str, ...] = ()
    physical_type: str | None = None


@dataclass(frozen=True)
class Look:
    """A source as it was seen. Its sample is the table `sample` (c0, c1, …: text), one row a source row.

    `table` is its name at the source, `server` the ODCS entry, `rows` the exact count if it is known,
    `whole` a relation with the same columns over every row (`sample` when that is all), `has_footer` whether rows
    may be no data, as in what people type; `notes` are for the reviewer.
    """

    server: dict[str, Any]
    table: str
    columns: tuple[Seen, ...]
    rows: int | None
    whole: str | None = "sample"
    header_rows: int = 1
    sheet: str | None = None
    has_footer: bool = False
    notes: tuple[str, ...] = field(default=())


def refuse_values_as_labels(connection: duckdb.DuckDBPyConnection, labels: list[str], where: str) -> None:
    """Raise SourceError when labels look like values: a draft must never show one."""
    query = f"select count(*) from (select unnest(?::varchar[]) as x) where {shapes.matches(shapes.VALUE)}"
    found = connection.execute(query, [[label.strip() for label in labels]]).fetchall()[0][0]
    if found:
        raise SourceError(
            wanted="labels of columns",
            found=f"{found} that look like numbers, days or addresses",
            where=where,
            action="Look whether the source has a header; write the contract by hand if it has none.",
        )
