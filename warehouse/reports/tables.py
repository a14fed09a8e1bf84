"""What a report is made of: tables, charts over their columns, notes; workbook and page are drawn from the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

# a whole number is a count, one with a fraction a percentage or points; None is a dash
Value = str | int | float | dt.date | None
ChartKind = Literal["stacked_bars", "bars", "line"]


@dataclass(frozen=True)
class Table:
    """Rows under headings.

    Attributes:
        columns: heading and width in characters of each column.
        rows: cells in the order of the columns.
        total: a last row that sums the others up.
        note: what a reader must know to read it.
    """

    title: str
    columns: tuple[tuple[str, int], ...]
    rows: tuple[tuple[Value, ...], ...]
    total: tuple[Value, ...] | None = None
    note: str = ""

    def column(self, heading: str) -> int:
        """Place of a column. Raises ValueError when there is none of that heading."""
        return [name for name, _ in self.columns].index(heading)


@dataclass(frozen=True)
class Chart:
    """Columns of a table drawn against one of labels.

    Attributes:
        title: what it shows.
        table: where its numbers stand; the chart draws its first `most` rows.
        labels: heading of the column with the labels.
        series: heading and colour of each column drawn.
        unit: what the numbers count.
    """

    kind: ChartKind
    title: str
    table: Table
    labels: str
    series: tuple[tuple[str, str], ...]
    unit: str
    most: int = 15

    @property
    def drawn(self) -> Sequence[tuple[Value, ...]]:
        """The rows that are drawn."""
        return self.table.rows[: self.most]


@dataclass(frozen=True)
class Section:
    """One sheet of the workbook, one part of the page; `missing` says what the store does not have."""

    name: str
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """Title, lines below it, sections."""

    title: str
    lines: tuple[str, ...]
    sections: tuple[Section, ...]
