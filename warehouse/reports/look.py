"""How a printed workbook looks: font, borders, number formats, page set-up. The same content gives the same bytes."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import xlsxwriter

FONT = "Times New Roman"
# a text stays text, whatever it looks like: a name that begins with `=` is no formula (OWASP, CSV injection)
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
# 1.234.567 as in Vietnamese, in an office program of any language
COUNT = '[>=1000000]0"."000"."000;[>=1000]0"."000;0'
# the sections of COUNT would show a negative number without its sign
NEGATIVE = "#,##0"
DECIMALS = "0.00"
DAY = "dd/mm/yyyy"
A4 = 9
INK = "#12324f"


class Book:
    """A workbook in memory with the formats that reports share."""

    def __init__(self, title: str, day: dt.date) -> None:
        self.buffer = io.BytesIO()
        self.file: Any = xlsxwriter.Workbook(self.buffer, OPTIONS)
        self.file.set_properties({"title": title, "created": dt.datetime.combine(day, dt.time(8))})
        self._formats: dict[tuple[tuple[str, object], ...], Any] = {}

    def format(self, **properties: object) -> Any:
        """A format of the house's font; asked for twice it is the same one."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.file.add_format({"font_name": FONT, "font_size": 11, **properties})
        return self._formats[key]

    def sheet(self, name: str, landscape: bool = True) -> Any:
        """A sheet that prints on A4, as wide as the page, with page numbers."""
        sheet = self.file.add_worksheet(name)
        sheet.set_paper(A4)
        if landscape:
            sheet.set_landscape()
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.center_horizontally()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f'&C&"{FONT},Regular"&9Trang &P/&N')
        sheet.hide_gridlines(2)
        return sheet

    def bytes(self) -> bytes:
        """Close it; what is to be written to the file."""
        self.file.close()
        return self.buffer.getvalue()


def lines_of(text: str, width: float) -> int:
    """How many lines a text takes in a cell so many characters wide: a merged cell does not grow by itself."""
    return sum(max(1, -(-len(line) // max(int(width), 1))) for line in text.split("\n"))
