"""Workbooks of the formats that no current library writes: XLSB, record by record, and XLS through xlwt."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
BINARY = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
# records of [MS-XLSB], section 2.3
ROW, NUMBER, TEXT, SHEET, END_SHEETS, END_BOOK = 0, 5, 6, 156, 144, 132
BEGIN_SHEET_DATA, END_SHEET_DATA, DIMENSION = 145, 146, 148


def record(kind: int, data: bytes = b"") -> bytes:
    """One record: its type and size as numbers of seven bits a byte, then its data."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, parts = len(data), []
    while True:
        parts.append(size & 0x7F | (0x80 if size > 0x7F else 0))
        size >>= 7
        if not size:
            return head + bytes(parts) + data


def wide(text: str) -> bytes:
    """A text with its length before it, UTF-16."""
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def cell(column: int, value: str | float) -> bytes:
    """A cell of text or of a number."""
    place = struct.pack("<II", column, 0)
    return (
        record(TEXT, place + wide(value))
        if isinstance(value, str)
        else record(NUMBER, place + struct.pack("<d", value))
    )


def write_xlsb(path: Path, sheet: str, rows: list[list[str | float | None]]) -> None:
    """A binary workbook of one sheet."""
    width = max(len(row) for row in rows)
    data = record(DIMENSION, struct.pack("<IIII", 0, len(rows) - 1, 0, width - 1)) + record(BEGIN_SHEET_DATA)
    for number, row in enumerate(rows):
        data += record(ROW, struct.pack("<I", number) + bytes(13))
        data += b"".join(cell(column, value) for column, value in enumerate(row) if value is not None)
    data += record(END_SHEET_DATA)
    book = record(SHEET, struct.pack("<II", 0, 1) + wide("rId1") + wide(sheet)) + record(END_SHEETS) + record(END_BOOK)
    relation = '<Relationships xmlns="{}"><Relationship Id="rId1" Type="{}/{}" Target="{}"/></Relationships>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{TYPES}"><Default Extension="bin" ContentType="{BINARY}"/></Types>',
        )
        package.writestr("_rels/.rels", relation.format(RELATIONS, OFFICE, "officeDocument", "xl/workbook.bin"))
        package.writestr("xl/workbook.bin", book)
        package.writestr(
            "xl/_rels/workbook.bin.rels", relation.format(RELATIONS, OFFICE, "worksheet", "worksheets/sheet1.bin")
        )
        package.writestr("xl/worksheets/sheet1.bin", data)


def write_xls(path: Path, sheet: str, rows: list[list[str | float | None]]) -> None:
    """A workbook of Excel 97 to 2003 of one sheet."""
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet(sheet)
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                page.write(number, column, value)
    book.save(str(path))
