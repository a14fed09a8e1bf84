"""The evaluation as a workbook: a sheet a section, tables below each other, native charts beside their numbers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from warehouse.reports.look import COUNT, DAY, DECIMALS, INK, NEGATIVE, Book, lines_of
from warehouse.reports.tables import Chart, ChartKind, Report, Section, Table, Value

KINDS: dict[ChartKind, dict[str, str]] = {
    "stacked_bars": {"type": "bar", "subtype": "stacked"},
    "bars": {"type": "bar"},
    "line": {"type": "line"},
}
CHART_WIDTH, ROW_PIXELS = 760, 20


def evaluation_workbook(report: Report, day: dt.date) -> bytes:
    """The XLSX file of an evaluation. The same report gives the same bytes."""
    book = Book(report.title, day)
    for number, section in enumerate(report.sections):
        _Sheet(book, section).write(report if number == 0 else None)
    return book.bytes()


def _columns(section: Section) -> list[list[int]]:
    """Widths asked for each column of a sheet, by its tables."""
    widths = [[width for _, width in table.columns] for table in section.tables]
    most = max(map(len, widths), default=0)
    return [[one[place] for one in widths if place < len(one)] for place in range(most)]


class _Sheet:
    """One section: lines, notes, tables, charts, from top to bottom."""

    def __init__(self, book: Book, section: Section) -> None:
        self.book, self.section = book, section
        self.sheet = book.sheet(section.name)
        self.row = 0
        self.widths = [max(known) for known in _columns(section)] or [30] * 4
        for column, width in enumerate(self.widths):
            self.sheet.set_column(column, column, width, book.format())
        self.placed: dict[int, int] = {}

    def write(self, report: Report | None) -> None:
        """Write all of it; the first sheet begins with the report's title."""
        if report is not None:
            self._line(report.title.upper(), bold=True, font_size=14, font_color=INK)
            for line in report.lines:
                self._line(line)
            self.row += 1
        else:
            self._line(self.section.name, bold=True, font_size=14, font_color=INK)
        for note in (*self.section.notes, *self.section.missing):
            self._line(note, italic=True)
        self.row += 1
        for table in self.section.tables:
            self._table(table)
            for chart in self.section.charts:
                if chart.table.title == table.title:
                    self._chart(chart, self.placed[id(table)])
        if len(self.section.tables) == 1:
            top = self.placed[id(self.section.tables[0])]
            self.sheet.repeat_rows(top)
            self.sheet.freeze_panes(top + 1, 0)

    def _line(self, text: str, **look: object) -> None:
        last = max(min(len(self.widths), 8) - 1, 1)
        width = sum(self.widths[: last + 1]) if len(self.widths) > 1 else 90
        look = {"text_wrap": True, "valign": "top", **look}
        self.sheet.merge_range(self.row, 0, self.row, last, text, self.book.format(**look))
        size = int(str(look.get("font_size", 11)))
        self.sheet.set_row(self.row, (size + 4) * lines_of(text, width * 11 / size) + 2)
        self.row += 1

    def _table(self, table: Table) -> None:
        self._line(table.title, bold=True, font_size=12, font_color=INK)
        if table.note:
            self._line(table.note, italic=True, font_size=10)
        head = self.book.format(
            bold=True, font_color="#ffffff", bg_color=INK, text_wrap=True, align="center", valign="vcenter", border=1
        )
        self.placed[id(table)] = self.row
        for column, (heading, _) in enumerate(table.columns):
            self.sheet.write_string(self.row, column, heading, head)
        lines = max(lines_of(heading, self.widths[i] * 0.8) for i, (heading, _) in enumerate(table.columns))
        self.sheet.set_row(self.row, 6 + 15 * lines)
        self.row += 1
        for cells in table.rows:
            self._cells(cells, {})
        if table.total is not None and table.rows:
            self._cells(table.total, {"bold": True, "bg_color": "#dfe7ee"})
        self.row += 1

    def _cells(self, cells: tuple[Value, ...], look: dict[str, object]) -> None:
        look = {"border": 1, "valign": "top", "border_color": "#9aa7b3", **look}
        lines = 1
        for column, value in enumerate(cells):
            if value is None or value == "":
                self.sheet.write_blank(self.row, column, None, self.book.format(**look))
            elif isinstance(value, int):
                number = COUNT if value >= 0 else NEGATIVE
                self.sheet.write_number(self.row, column, value, self.book.format(**look, num_format=number))
            elif isinstance(value, float):
                self.sheet.write_number(self.row, column, value, self.book.format(**look, num_format=DECIMALS))
            elif isinstance(value, dt.date):
                self.sheet.write_datetime(self.row, column, value, self.book.format(**look, num_format=DAY))
            else:
                lines = max(lines, lines_of(value, self.widths[column] * 0.95))
                self.sheet.write_string(self.row, column, value, self.book.format(**look, text_wrap=True))
        self.sheet.set_row(self.row, 3 + 14 * lines)
        self.row += 1

    def _chart(self, chart: Chart, head: int) -> None:
        drawn = self.book.file.add_chart(KINDS[chart.kind])
        first, last = head + 1, head + len(chart.drawn)
        labels = chart.table.column(chart.labels)
        for name, colour in chart.series:
            place = chart.table.column(name)
            series: dict[str, Any] = {
                "name": [self.section.name, head, place],
                "categories": [self.section.name, first, labels, last, labels],
                "values": [self.section.name, first, place, last, place],
                "fill": {"color": colour},
                "gap": 45,
            }
            if chart.kind == "line":
                series |= {
                    "line": {"color": colour, "width": 2.25},
                    "marker": {"type": "circle", "size": 6, "fill": {"color": colour}, "border": {"color": colour}},
                    "data_labels": {"value": True, "position": "above", "num_format": "0.0"},
                }
            elif chart.kind == "bars":
                series["data_labels"] = {"value": True}
            drawn.add_series(series)
        drawn.set_title({"name": chart.title, "name_font": {"size": 12, "color": INK}, "overlay": False})
        legend: dict[str, object] = {"none": True} if len(chart.series) == 1 else {"position": "bottom"}
        drawn.set_legend(legend)
        if chart.kind == "line":
            drawn.set_y_axis(
                {"name": chart.unit, "max": 100, "major_gridlines": {"visible": True, "line": {"color": "#d9dfe6"}}}
            )
        else:
            # the first row stands on top, as in the table
            drawn.set_y_axis({"reverse": True, "crossing": "max"})
            drawn.set_x_axis({"name": chart.unit, "major_gridlines": {"visible": True, "line": {"color": "#d9dfe6"}}})
        height = 300 if chart.kind == "line" else 170 + 26 * len(chart.drawn)
        drawn.set_size({"width": CHART_WIDTH, "height": height})
        self.sheet.insert_chart(self.row, 0, drawn, {"description": chart.title, "object_position": 1})
        self.row += height // ROW_PIXELS + 2
