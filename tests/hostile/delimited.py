"""Hostile files: delimited text."""

from __future__ import annotations

from tests.hostile.makers import GOOD, TABLE, Hostile, repeated, sparse, text, workbook

KINDS = (
    Hostile("empty.csv", "nothing in it", "SourceDamaged", text("")),
    Hostile("only_mark.csv", "only a byte order mark", "SourceDamaged", text("\ufeff")),
    Hostile("only_space.csv", "only spaces and line ends", "SourceDamaged", text(" \n \n\t\n")),
    Hostile("header_only.csv", "a header and no row", "landed 0, rejected 0, out of scope 1", text("Mã,Tên\n")),
    Hostile("other_labels.csv", "labels that the contract does not know", "HeaderMissing", text("A,B\n1,2\n")),
    Hostile("labels_twice.csv", "a label twice", "SourceError", text("Mã,Tên,Tên\n1,a,b\n")),
    Hostile("nul.csv", "NUL bytes between the rows", "SourceDamaged", text(GOOD + "2,h\0ai\n")),
    Hostile("utf16_unmarked.csv", "UTF-16 without its mark", "SourceDamaged", text(GOOD, "utf-16-le")),
    Hostile(
        "utf16_surrogate.csv",
        "UTF-16 with half a character",
        "SourceDamaged",
        text(b"\xff\xfe" + "Mã,Tên\n".encode("utf-16-le") + b"\x00\xd8a\x00"),
    ),
    Hostile("utf16_cut.csv", "UTF-16 cut inside a character", "SourceDamaged", text(GOOD.encode("utf-16")[:-1])),
    Hostile("bad_utf8.csv", "UTF-8 with a byte that is none", "SourceDamaged", text(GOOD.encode() + b"2,\xff\n")),
    Hostile(
        "not_the_encoding.csv",
        "bytes that the contract's encoding does not have",
        "SourceDamaged",
        text(b"M,T\n1,\x8a\n"),
        {"encoding": "cp1258"},
    ),
    Hostile(
        "no_such_encoding.csv",
        "an encoding in the contract that does not exist",
        "ContractError",
        text(GOOD),
        {"encoding": "tieng-viet"},
    ),
    Hostile("open_quote.csv", "a quotation mark that is never closed", "SourceDamaged", text(GOOD + '2,"hai\n3,ba\n')),
    Hostile(
        "open_and_stray_quote.csv",
        "an open quotation mark after a stray one",
        "SourceDamaged",
        text(GOOD + '2,5" ống\n3,"ba\n4,bốn\n'),
    ),
    Hostile(
        "text_after_quote.csv",
        "a value that goes on behind its quotation mark",
        "SourceDamaged",
        text(GOOD + '2,"hai" thêm\n'),
    ),
    Hostile(
        "stray_quotes.csv",
        "quotation marks inside plain values",
        "landed 3, rejected 0, out of scope 1",
        text(GOOD + '2,ống 5"\n3,Cty "A" B\n'),
    ),
    Hostile(
        "mixed_ends.csv",
        "CR, LF and CR LF in one file",
        "landed 4, rejected 0, out of scope 1",
        text(b"M\xc3\xa3,T\xc3\xaan\r\n1,a\r2,b\n3,c\r\n4,d"),
    ),
    Hostile("delimiters.csv", "10,000 delimiters in a row", "SourceTooLarge", text(GOOD + "2," + "," * 10_000 + "\n")),
    Hostile(
        "too_many_cells.csv",
        "a row with 100 cells more than the header",
        "landed 1, rejected 1, out of scope 1",
        text(GOOD + "2" + ",x" * 101 + "\n"),
    ),
    Hostile("columns.csv", "16,000 columns", "SourceTooLarge", text(",".join(f"c{i}" for i in range(16_000)) + "\n")),
    Hostile(
        "blank_lines.csv",
        "a million blank lines",
        "landed 2, rejected 0, out of scope 1",
        text(GOOD + "\n" * 1_000_000 + "2,hai\n"),
    ),
    Hostile("no_line_end.csv", "64 MB without a line end", "SourceTooLarge", repeated(GOOD.encode(), b"x" * 2**20, 64)),
    Hostile("cell_1gb.csv", "a cell of 1 GB", "SourceTooLarge", repeated(GOOD.encode() + b"2,", b"x" * 2**20, 1024)),
    Hostile(
        "cell_1gb_quoted.csv",
        "a cell of 1 GB with line ends, in quotation marks",
        "SourceTooLarge",
        repeated(GOOD.encode() + b'2,"', b"x\n" * 2**19, 1024),
    ),
    Hostile("hole_1gb.csv", "1 GB of nothing behind good rows", "SourceDamaged", sparse(GOOD.encode(), 2**30)),
    Hostile(
        "sql.csv",
        "SQL in cells and labels' neighbours",
        "landed 2, rejected 0, out of scope 1",
        text(GOOD + "2,'; drop table things; --\n"),
    ),
    Hostile(
        "formula.csv",
        "formulas in cells",
        "landed 3, rejected 0, out of scope 1",
        text(GOOD + "2,=cmd|' /c calc'!A0\n3,@SUM(1)\n"),
    ),
    Hostile(
        "control.csv",
        "control characters and zero-width text",
        "landed 2, rejected 0, out of scope 1",
        text(GOOD + "2,\x01\x1b[31m\u200b\u202e\n"),
    ),
    Hostile("long_label.csv", "a label of 1 MB", "SourceError", text("Mã,Tên," + "x" * 2**20 + "\n1,a,b\n")),
    Hostile("is_xlsx.csv", "a workbook under the name of CSV", "WrongFormat", workbook(TABLE)),
    Hostile(
        "is_html.csv",
        "a web page under the name of CSV",
        "WrongFormat",
        text("<html><table><tr><td>Mã</td></tr></table></html>"),
    ),
    Hostile("is_pdf.csv", "a PDF under the name of CSV", "WrongFormat", text(b"%PDF-1.7\n")),
    Hostile(
        "is_gzip.csv", "a gzip archive under the name of CSV", "WrongFormat", text(b"\x1f\x8b\x08\x00" + b"\0" * 20)
    ),
)
