"""Find the header of a table that no contract describes yet, and put the rows below it into DuckDB."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from ingestion import shapes
from ingestion.draft.look import Seen, refuse_values_as_labels
from ingestion.draft.names import title
from warehouse.errors import SourceError

SEARCHED_ROWS = 30
Row = Sequence[str | None]


@dataclass(frozen=True)
class Table:
    """Columns of a table in a file, rows of its header, and rows below it."""

    columns: tuple[Seen, ...]
    header_rows: int
    rows: int


def find_table(connection: duckdb.DuckDBPyConnection, rows: list[list[str | None]], name: str) -> Table:
    """Make `sample` (c0, c1, … text) of the rows below the header.

    The header is the first row that fills at least half as many cells as the fullest row and holds no value; a
    second row belongs to it when it fills gaps of the first and leaves others. Raises SourceError without one.
    """
    start = _header(rows, name)
    upper = rows[start]
    lower = rows[start + 1] if start + 1 < len(rows) else []
    header_rows = 2 if _is_second_row(upper, lower) else 1
    found = _labels(upper, lower if header_rows == 2 else [])
    refuse_values_as_labels(connection, [seen.label for seen in found.values()], name)
    below = [row for row in rows[start + header_rows :] if any(row)]
    _load(connection, below, list(found))
    return Table(tuple(found.values()), header_rows, len(below))


def _header(rows: list[list[str | None]], name: str) -> int:
    head = rows[:SEARCHED_ROWS]
    fullest = max((_filled(row) for row in head), default=0)
    enough = max(min(2, fullest), (fullest + 1) // 2)
    for index, row in enumerate(head):
        if fullest and _filled(row) >= enough and not _has_values(row):
            return index
    raise SourceError(
        wanted="a row of labels",
        found=f"none among the first {len(head)} rows",
        where=name,
        action="Look whether the file has a header; write the contract by hand if it has none.",
    )


def _is_second_row(upper: Row, lower: Row) -> bool:
    width = len(upper)
    gaps = {i for i in range(1, width) if not upper[i]}
    under = {i for i, cell in enumerate(lower) if cell}
    spanning = {i for i in under if i < width and upper[i] and i + 1 in gaps}
    return bool(under & gaps) and not _has_values(lower) and under - gaps == spanning and len(under) < width


def _labels(upper: Row, lower: Row) -> dict[int, Seen]:
    """Position -> column; two rows are joined as "Upper / Lower", and the lower alone is an alias if it is unique."""
    found: dict[int, Seen] = {}
    unique = [title(cell) for cell in lower if cell]
    spanning = ""
    for position in range(max(len(upper), len(lower))):
        above = title((upper[position] if position < len(upper) else None) or "")
        below = title((lower[position] if position < len(lower) else None) or "")
        spanning = above or (spanning if below else "")
        if below:
            aliases = (below,) if unique.count(below) == 1 else ()
            found[position] = Seen(f"{spanning} / {below}" if spanning else below, aliases)
        elif above:
            found[position] = Seen(above)
    return found


def _load(connection: duckdb.DuckDBPyConnection, rows: list[list[str | None]], positions: list[int]) -> None:
    columns = [[row[p] if p < len(row) else None for row in rows] for p in positions]
    selected = ", ".join(f"unnest(?::varchar[]) as c{i}" for i in range(len(columns)))
    connection.execute(f"create or replace temporary table sample as select {selected}", columns)


def _filled(row: Row) -> int:
    return sum(cell is not None for cell in row)


def _has_values(row: Row) -> bool:
    return any(cell and re.fullmatch(shapes.VALUE, cell.strip()) for cell in row)
