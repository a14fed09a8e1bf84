"""Hostile files: workbooks."""

from __future__ import annotations

import os

from tests.hostile.makers import (
    GOOD,
    LAUGHS,
    TABLE,
    Hostile,
    archive,
    blank_rows,
    changed,
    cut,
    edited,
    ole,
    part,
    said_size,
    text,
    workbook,
)

MANY = [(f"{i}.csv", "") for i in range(10_001)]


def noise() -> bytes:
    """A comment of 16 MB that packs badly, so that no ratio gives it away."""
    return b"<!--" + os.urandom(2**23).hex().encode() + b"-->"


KINDS = (
    Hostile(
        "bomb.xlsx",
        "32 MB of spaces in a sheet, packed to nothing",
        "SourceTooLarge",
        changed(lambda n, c: c + b" " * (32 * 2**20) if n.endswith("sheet1.xml") else c),
    ),
    Hostile(
        "liar.xlsx",
        "a sheet larger than the package says",
        "SourceDamaged",
        edited(workbook(TABLE * 500), said_size(b"xl/worksheets/sheet1.xml", 100)),
    ),
    Hostile(
        "liar_large.xlsx",
        "a sheet of 16 MB that the package says has 10",
        "SourceDamaged",
        edited(
            changed(lambda n, c: c + noise() if n.endswith("sheet1.xml") else c),
            said_size(b"xl/worksheets/sheet1.xml", 10 * 2**20),
        ),
    ),
    Hostile(
        "entries.xlsx", "more than 10,000 parts", "SourceTooLarge", changed(lambda _, c: c, {n: b"" for n, _ in MANY})
    ),
    Hostile("climbs.xlsx", "a part named ../../x", "SourceUnsafe", changed(lambda _, c: c, {"../../x": b""})),
    Hostile("absolute.xlsx", "a part with an absolute name", "SourceUnsafe", changed(lambda _, c: c, {"/etc/x": b""})),
    Hostile(
        "laughs.xlsx",
        "entities that expand, in a sheet",
        "SourceUnsafe",
        part("sheet1.xml", b"<worksheet", LAUGHS.encode() + b"<worksheet"),
    ),
    Hostile(
        "laughs_workbook.xlsx",
        "entities that expand, in the list of sheets",
        "SourceUnsafe",
        part("workbook.xml", b"<workbook ", LAUGHS.encode() + b"<workbook "),
    ),
    Hostile(
        "external.xlsx",
        "an entity that names a file",
        "SourceUnsafe",
        part("sharedStrings.xml", b"<sst", b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><sst'),
    ),
    Hostile(
        "prologue.xlsx",
        "a comment of 1 MB before the markup",
        "SourceUnsafe",
        part("sheet1.xml", b"<worksheet", b"<!--" + b"x" * 2**20 + b"--><worksheet"),
    ),
    Hostile("cut.xlsx", "a workbook cut in the middle", "SourceDamaged", cut(workbook(TABLE), 0.5)),
    Hostile(
        "cut_xml.xlsx",
        "a sheet whose markup breaks off",
        "SourceDamaged",
        changed(lambda n, c: c[: len(c) // 2] if n.endswith("sheet1.xml") else c, rows=TABLE * 50),
    ),
    Hostile(
        "no_sheet.xlsx",
        "a workbook without its sheet's part",
        "SourceDamaged",
        changed(lambda n, c: None if n.endswith("sheet1.xml") else c),
    ),
    Hostile(
        "no_relations.xlsx",
        "a workbook without its relations",
        "SourceDamaged",
        changed(lambda n, c: None if n.endswith("workbook.xml.rels") else c),
    ),
    Hostile(
        "no_such_text.xlsx",
        "a cell that names a text which is not there",
        "SourceDamaged",
        part("sheet1.xml", b"<v>3</v>", b"<v>99</v>"),
    ),
    Hostile(
        "shared_bomb.xlsx",
        "more shared texts than the limit",
        "SourceTooLarge",
        changed(lambda n, c: c + b" " * (32 * 2**20) if n.endswith("sharedStrings.xml") else c),
        {"maxSharedBytes": 2**24, "maxRatio": 2000},
    ),
    Hostile(
        "blank_rows.xlsx",
        "a million rows that hold nothing",
        "landed 1, rejected 0, out of scope 1",
        changed(blank_rows),
    ),
    Hostile("columns.xlsx", "16,000 columns", "SourceTooLarge", workbook([[f"c{i}" for i in range(16_000)]])),
    Hostile(
        "hidden.xlsx",
        "only hidden sheets",
        "SourceError",
        part("workbook.xml", b"<sheet name", b'<sheet state="hidden" name'),
    ),
    Hostile("empty_sheet.xlsx", "a sheet with nothing", "SourceDamaged", workbook([])),
    Hostile(
        "quotes.xlsx",
        "quotation marks in the name of a sheet",
        "landed 1, rejected 0, out of scope 1",
        workbook(TABLE, "a\"b'c;--"),
    ),
    Hostile(
        "no_such_sheet.xlsx", "no sheet of the name in the contract", "SourceError", workbook(TABLE), sheets=("Khác",)
    ),
    Hostile(
        "formula.xlsx",
        "formulas in cells",
        "landed 2, rejected 0, out of scope 1",
        workbook([*TABLE, ["2", '=HYPERLINK("http://x","y")']]),
    ),
    Hostile(
        "long_cell.xlsx",
        "a cell of 4 MB",
        "SourceDamaged",
        part(
            "sheet1.xml",
            b'<c r="B2" t="s"><v>3</v></c>',
            b'<c r="B2" t="inlineStr"><is><t>' + b"x" * (4 * 2**20) + b"</t></is></c>",
        ),
    ),
    Hostile("locked.xlsx", "a workbook locked with a password", "SourceEncrypted", text(ole("EncryptedPackage"))),
    Hostile("is_csv.xlsx", "CSV under the name of a workbook", "WrongFormat", text(GOOD)),
    Hostile(
        "is_html.xlsx",
        "a web page under the name of a workbook",
        "WrongFormat",
        text("\ufeff<!DOCTYPE html><html></html>"),
    ),
    Hostile("is_xls.xlsx", "an old workbook under a new name", "WrongFormat", text(ole("Workbook"))),
    Hostile(
        "is_word.xlsx",
        "a Word document under the name of a workbook",
        "WrongFormat",
        archive(("word/document.xml", "<x/>")),
    ),
    Hostile("is_xml.xlsx", "an XML spreadsheet of 2003", "WrongFormat", text('<?xml version="1.0"?><Workbook/>')),
    Hostile("broken.xls", "an old workbook with a broken stream", "SourceDamaged", text(ole("Workbook"))),
    Hostile("is_xlsx.xls", "a new workbook under an old name", "WrongFormat", workbook(TABLE)),
    Hostile(
        "broken.ods",
        "an OpenDocument sheet without content",
        "SourceDamaged",
        archive(("mimetype", "application/vnd.oasis.opendocument.spreadsheet")),
    ),
    Hostile(
        "broken.xlsb", "a binary workbook without sheets", "SourceDamaged", archive(("xl/workbook.bin", b"\0" * 10))
    ),
)
