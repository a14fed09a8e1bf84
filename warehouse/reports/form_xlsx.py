"""Form 06 as a workbook, in the layout of the form: A4 landscape, heading rows on every page, sums as values."""

from __future__ import annotations

from typing import Any

from warehouse.reports import form_words as words
from warehouse.reports.form import Form
from warehouse.reports.look import COUNT, Book, lines_of

WIDTHS = (6, 38, 9, 9, 11, 9, 9, 8, 8, 8, 9, 8, 8)
LAST = len(WIDTHS) - 1
HEAD_ROW = 6


def form_workbook(form: Form) -> bytes:
    """The XLSX file of a form. The same rows give the same bytes."""
    book = Book(f"{words.NUMBERS[form.kind]}, {form.scope.period.title}", form.scope.counted_until)
    sheet = book.sheet(f"Biểu {form.kind}")
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width, book.format())
    _top(book, sheet, form)
    _head(book, sheet)
    last = _rows(book, sheet, form)
    _foot(book, sheet, form, last + 2)
    sheet.repeat_rows(HEAD_ROW, HEAD_ROW + 3)
    sheet.freeze_panes(HEAD_ROW + 4, 2)
    return book.bytes()


def _top(book: Book, sheet: Any, form: Form) -> None:
    bold, plain = {"bold": True, "text_wrap": True}, {"text_wrap": True, "valign": "top"}
    title = {"bold": True, "font_size": 13, "align": "center", "valign": "vcenter", "text_wrap": True}
    centre = {"align": "center", "valign": "vcenter"}
    reports, receives = words.units_of(form)
    sheet.merge_range(0, 0, 0, 1, words.NUMBERS[form.kind], book.format(**bold))
    sheet.merge_range(1, 0, 2, 1, words.CIRCULAR, book.format(**plain, italic=True))
    sheet.merge_range(0, 2, 1, 9, words.TITLES[form.kind], book.format(**title))
    sheet.merge_range(2, 2, 2, 9, words.period_of(form), book.format(**centre))
    sheet.merge_range(3, 2, 3, 9, f"Cách tính: {form.scope.variant_title}", book.format(**centre, italic=True))
    sheet.merge_range(0, 10, 1, LAST, reports, book.format(**plain))
    sheet.merge_range(2, 10, 3, LAST, receives, book.format(**plain))
    sheet.merge_range(5, 9, 5, LAST, words.UNIT, book.format(italic=True, align="right"))
    for row in range(4):
        sheet.set_row(row, 15 * max(1.4, lines_of(reports if row < 2 else receives, sum(WIDTHS[10:])) / 2))


def _head(book: Book, sheet: Any) -> None:
    head = book.format(bold=True, align="center", valign="vcenter", text_wrap=True, border=1)
    for depth, headings in enumerate(words.HEADINGS):
        for text, first, last, rows in headings:
            top, bottom = HEAD_ROW + depth, HEAD_ROW + depth + rows - 1
            if (top, first) == (bottom, last):
                sheet.write_string(top, first, text, head)
            else:
                sheet.merge_range(top, first, bottom, last, text, head)
    numbers = book.format(
        italic=True, font_size=8, align="center", valign="vcenter", text_wrap=True, border=1, bg_color="#f2f2f2"
    )
    for column, text in enumerate(words.COLUMN_NUMBERS):
        sheet.write_string(HEAD_ROW + 3, column, text, numbers)
    for row, height in enumerate((20, 20, 48, 24)):
        sheet.set_row(HEAD_ROW + row, height)


def _rows(book: Book, sheet: Any, form: Form) -> int:
    looks: dict[str, dict[str, Any]] = {
        "level": {"bold": True, "bg_color": "#dfe7ee"},
        "unit": {"bold": True} if form.kind == "06a" else {},
        "field": {},
        "total": {"bold": True, "bg_color": "#dfe7ee", "top": 2},
    }
    place = HEAD_ROW + 3
    for place, row in enumerate(form.rows, start=HEAD_ROW + 4):
        look = {"border": 1, "valign": "vcenter", **looks[row.kind]}
        indent = 1 if row.kind == "field" else 0
        sheet.write_string(place, 0, row.number, book.format(**look, align="center"))
        sheet.write_string(place, 1, row.label, book.format(**look, text_wrap=True, indent=indent))
        for column, value in enumerate(row.figures, start=2):
            sheet.write_number(place, column, value, book.format(**look, num_format=COUNT, align="right"))
        lines = lines_of(row.label, WIDTHS[1] * (0.85 if look.get("bold") else 0.95) - indent)
        sheet.set_row(place, 4 + 14 * lines)
    return place


def _foot(book: Book, sheet: Any, form: Form, top: int) -> None:
    small = book.format(font_size=10, text_wrap=True, valign="top")
    sheet.write_string(top, 0, "Ghi chú:", book.format(font_size=10, bold=True))
    row = top
    for row, note in enumerate(words.notes_of(form), start=top + 1):
        sheet.merge_range(row, 0, row, LAST, f"{row - top}. {note}", small)
        sheet.set_row(row, 3 + 13 * lines_of(note, sum(WIDTHS) * 1.05))
    centre = {"align": "center", "valign": "top", "text_wrap": True}
    sheet.merge_range(row + 2, 7, row + 2, LAST, words.SIGNED_ON, book.format(**centre, italic=True))
    for (who, how), (first, last) in zip(words.SIGNATURES, ((0, 1), (7, LAST)), strict=True):
        sheet.merge_range(row + 3, first, row + 3, last, who, book.format(**centre, bold=True))
        sheet.merge_range(row + 4, first, row + 4, last, how, book.format(**centre, italic=True))
