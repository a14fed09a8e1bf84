"""Files that do harm or are broken, each with the one outcome that docs/hostile-files.md promises."""

from __future__ import annotations

import json
import os
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter

GOOD = "Mã,Tên\n1,một\n"
RECORD = {"Mã": "1", "Tên": "một"}
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY a{i} "{"&a;" if i == 0 else f"&a{i - 1};" * 10}">' for i in range(9))
    + "]>"
)


@dataclass(frozen=True)
class Hostile:
    """One kind: what the file is, how it is made, and how reading it ends."""

    name: str
    what: str
    outcome: str
    make: Callable[[Path], object]
    options: dict[str, Any] = field(default_factory=dict)
    sheets: tuple[str, ...] = ()

    @property
    def format(self) -> str:
        """The contract's format: the name's ending, inside archives CSV."""
        ending = self.name.rsplit(".", 1)[1]
        return (
            ending
            if ending in ("xlsx", "xlsm", "xls", "xlsb", "ods", "csv", "tsv", "json", "ndjson", "parquet")
            else "csv"
        )


def text(content: str | bytes, encoding: str = "utf-8") -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))


def sparse(head: bytes, size: int) -> Callable[[Path], object]:
    def make(path: Path) -> None:
        path.write_bytes(head)
        os.truncate(path, size)

    return make


def repeated(head: bytes, block: bytes, times: int) -> Callable[[Path], object]:
    def make(path: Path) -> None:
        with path.open("wb") as file:
            file.write(head)
            for _ in range(times):
                file.write(block)

    return make


def workbook(rows: list[list[Any]], name: str = "Sổ", **options: Any) -> Callable[[Path], object]:
    def make(path: Path) -> None:
        with xlsxwriter.Workbook(path, options) as book:
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)

    return make


TABLE = [["Mã", "Tên"], ["1", "một"]]


def changed(
    change: Callable[[str, bytes], bytes | None], extra: dict[str, bytes] | None = None, rows: list[list[Any]] = TABLE
) -> Callable[[Path], object]:
    """A workbook with parts changed, left out (None) or added."""

    def make(path: Path) -> None:
        whole = path.with_suffix(".whole")
        workbook(rows)(whole)
        with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                content = change(name, old.read(name))
                if content is not None:
                    new.writestr(name, content)
            for name, content in (extra or {}).items():
                new.writestr(name, content)
        whole.unlink()

    return make


def part(name: str, before: bytes, after: bytes) -> Callable[[Path], object]:
    return changed(lambda n, content: content.replace(before, after) if n.endswith(name) else content)


def cut(make: Callable[[Path], object], share: float) -> Callable[[Path], object]:
    def cutting(path: Path) -> None:
        make(path)
        os.truncate(path, int(path.stat().st_size * share))

    return cutting


def archive(*members: tuple[str | zipfile.ZipInfo, str | bytes], packed: bool = True) -> Callable[[Path], object]:
    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as target:
            for name, content in members:
                target.writestr(name, content)

    return make


def edited(make: Callable[[Path], object], change: Callable[[bytearray], object]) -> Callable[[Path], object]:
    def editing(path: Path) -> None:
        make(path)
        content = bytearray(path.read_bytes())
        change(content)
        path.write_bytes(content)

    return editing


def said_size(name: bytes, size: int) -> Callable[[bytearray], object]:
    """Let the directory of a ZIP file say another size of an entry."""

    def change(content: bytearray) -> None:
        at = content.rindex(name) - 46
        struct.pack_into("<L", content, at + 24, size)

    return change


def flag_encrypted(content: bytearray) -> None:
    content[content.index(b"PK\x03\x04") + 6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1


def share_bytes(content: bytearray) -> None:
    """Let the second entry of the directory point at the first one's bytes."""
    second = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 4)
    struct.pack_into("<L", content, second + 42, 0)


def flip(at: bytes) -> Callable[[bytearray], object]:
    def change(content: bytearray) -> None:
        content[content.index(at)] ^= 0xFF

    return change


def link_entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = 0o120777 << 16
    return entry


def ole(stream: str, content: bytes = b"") -> bytes:
    """A container as old Office writes it, with one empty stream."""

    def entry(name: str, kind: int, child: int) -> bytes:
        encoded = name.encode("utf-16-le")
        head = encoded.ljust(64, b"\0") + struct.pack(
            "<HBBLLL", len(encoded) + 2, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child
        )
        return head + b"\0" * 36 + struct.pack("<LQ", 0xFFFFFFFE, 0)

    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<LLLLLLLLL", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<L", 0) + b"\xff" * (108 * 4)
    fat = struct.pack("<LL", 0xFFFFFFFD, 0xFFFFFFFE).ljust(512, b"\xff")
    directory = entry("Root Entry", 5, 1) + entry(stream, 2, 0xFFFFFFFF)
    return header + fat + directory.ljust(512, b"\0") + content


def parquet(select: str) -> Callable[[Path], object]:
    return lambda path: duckdb.execute(f"copy ({select}) to '{path}' (format parquet)")


def linked(path: Path) -> None:
    outside = path.parent.parent / "outside.csv"
    outside.write_text(GOOD, encoding="utf-8")
    path.symlink_to(outside)


def beside(name: str) -> Callable[[Path], object]:
    def make(path: Path) -> None:
        path.write_text(GOOD, encoding="utf-8")
        (path.parent / name.format(path.name)).write_bytes(b"")

    return make


def forbidden(path: Path) -> None:
    path.write_text(GOOD, encoding="utf-8")
    path.chmod(0)


def blank_rows(name: str, content: bytes) -> bytes:
    """A million rows that hold only a style."""
    if not name.endswith("sheet1.xml"):
        return content
    rows = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (n, n) for n in range(3, 1_000_001))
    return content.replace(b"</sheetData>", rows + b"</sheetData>")


MANY = [(f"{i}.csv", "") for i in range(10_001)]

KINDS = (
    # ---------- delimited text
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
    # ---------- workbooks
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
    # ---------- JSON and Parquet
    Hostile("cut.json", "JSON that breaks off", "SourceDamaged", text(json.dumps([RECORD] * 3)[:-20])),
    Hostile("unclosed.json", "an array that is never closed", "SourceDamaged", text(json.dumps([RECORD])[:-1])),
    Hostile("more_behind.json", "text behind the array", "SourceDamaged", text(json.dumps([RECORD]) + " x")),
    Hostile(
        "deep.json",
        "100,000 brackets inside each other",
        "landed 1, rejected 0, out of scope 0",
        text('[{"Mã": ' + "[" * 100_000 + "]" * 100_000 + "}]"),
    ),
    Hostile(
        "numbers.json",
        "NaN, Infinity and integers of 400 digits",
        "landed 3, rejected 0, out of scope 0",
        text('[{"Mã": NaN, "Tên": -Infinity}, {"Mã": ' + "9" * 400 + ', "Tên": 1e999}, {"Mã": 0.10, "Tên": null}]'),
    ),
    Hostile("values.json", "an array of numbers", "WrongFormat", text("[1, 2, 3]")),
    Hostile("no_records.json", "an empty array", "WrongFormat", text("[]")),
    Hostile(
        "keys_twice.json",
        "a key twice in a record",
        "landed 1, rejected 0, out of scope 0",
        text('[{"Mã": 1, "Mã": 2, "Tên": "a"}]'),
    ),
    Hostile(
        "surrogate.json", "half a character as an escape", "SourceDamaged", text('[{"Mã": "\\ud800", "Tên": "a"}]')
    ),
    Hostile(
        "no_path.json",
        "nothing under the contract's recordsPath",
        "WrongFormat",
        text(json.dumps({"data": {}})),
        {"recordsPath": "data.items"},
    ),
    Hostile(
        "record_8mb.json",
        "a record of 8 MB",
        "SourceTooLarge",
        text(json.dumps([{**RECORD, "Tên": "x" * (8 * 2**20)}])),
    ),
    Hostile(
        "many_keys.json",
        "3,000 keys",
        "SourceTooLarge",
        text(json.dumps([{**RECORD, **{f"k{i}": i for i in range(3000)}}])),
    ),
    Hostile(
        "broken_line.ndjson",
        "a line that is no JSON",
        "SourceDamaged",
        text(json.dumps(RECORD) + "\n{\n" + json.dumps(RECORD)),
    ),
    Hostile(
        "cut.parquet",
        "a Parquet file cut in the middle",
        "SourceDamaged",
        cut(parquet("select '1' as \"Mã\", 'a' as \"Tên\""), 0.6),
    ),
    Hostile("only_magic.parquet", "only the first letters of Parquet", "SourceDamaged", text(b"PAR1" * 4)),
    Hostile("locked.parquet", "an encrypted Parquet file", "WrongFormat", text(b"PARE" + b"\0" * 20 + b"PARE")),
    Hostile(
        "other_types.parquet",
        "numbers, lists and days where text was meant",
        "landed 1, rejected 0, out of scope 0",
        parquet('select 1.50::decimal(9,2) as "Mã", [date \'2026-01-01\'] as "Tên"'),
    ),
    Hostile(
        "many_rows.parquet",
        "more rows than the limit",
        "SourceTooLarge",
        parquet('select i as "Mã", i as "Tên" from range(2000) t(i)'),
        {"maxRows": 1000},
    ),
    # ---------- archives
    Hostile("nested.zip", "an archive in the archive", "SourceUnsafe", archive(("a.zip", b"PK\x05\x06" + b"\0" * 18))),
    Hostile(
        "nested_hidden.zip",
        "an archive in the archive, under the name of CSV",
        "SourceUnsafe",
        lambda p: (archive(("x", "y"))(p), archive(("a.csv", p.read_bytes()))(p)),
    ),
    Hostile(
        "locked.zip",
        "a member locked with a password",
        "SourceEncrypted",
        edited(archive(("a.csv", GOOD)), flag_encrypted),
    ),
    Hostile("climbs.zip", "a member named ../a.csv", "SourceUnsafe", archive(("../a.csv", GOOD))),
    Hostile("backslash.zip", "a member named ..\\a.csv", "SourceUnsafe", archive(("..\\a.csv", GOOD))),
    Hostile("absolute.zip", "a member with an absolute name", "SourceUnsafe", archive(("/tmp/a.csv", GOOD))),
    Hostile("drive.zip", "a member on a drive", "SourceUnsafe", archive(("C:/a.csv", GOOD))),
    Hostile(
        "link.zip", "a member that is a symbolic link", "SourceUnsafe", archive((link_entry("a.csv"), "/etc/hostname"))
    ),
    Hostile(
        "names_twice.zip",
        "two members of one name",
        "SourceUnsafe",
        edited(
            archive(("a.csv", GOOD), ("b.csv", GOOD)),
            lambda c: c.__setitem__(slice(None), c.replace(b"b.csv", b"a.csv")),
        ),
    ),
    Hostile(
        "overlap.zip",
        "members that share their bytes",
        "SourceUnsafe",
        edited(archive(("a.csv", GOOD), ("b.csv", GOOD)), share_bytes),
    ),
    Hostile(
        "bomb.zip",
        "a member that unpacks to 1,000 times its size",
        "SourceTooLarge",
        archive(("a.csv", b" " * (32 * 2**20))),
    ),
    Hostile(
        "liar.zip",
        "a member larger than the directory says",
        "SourceDamaged",
        edited(archive(("a.csv", GOOD * 100)), said_size(b"a.csv", 10)),
    ),
    Hostile(
        "liar_64.zip",
        "a member that claims 4 GB",
        "SourceTooLarge",
        edited(archive(("a.csv", GOOD)), said_size(b"a.csv", 2**32 - 2)),
    ),
    Hostile(
        "checksum.zip",
        "a member whose bytes changed on the way",
        "SourceDamaged",
        edited(archive(("a.csv", GOOD), packed=False), flip(b"1,m")),
    ),
    Hostile("many.zip", "more than 10,000 members", "SourceTooLarge", archive(*MANY)),
    Hostile("cut.zip", "an archive cut in the middle", "SourceDamaged", cut(archive(("a.csv", GOOD * 100)), 0.5)),
    Hostile("empty.zip", "an archive with nothing", "WrongFormat", archive()),
    Hostile("other_file.zip", "a document beside the table", "SourceError", archive(("a.csv", GOOD), ("b.docx", "x"))),
    # ---------- the file system
    Hostile("missing.csv", "a file that went away", "SourceMissing", lambda _: None),
    Hostile("pipe.csv", "a pipe", "SourceForbidden", os.mkfifo),
    Hostile("folder.csv", "a folder", "SourceForbidden", Path.mkdir),
    Hostile("device.csv", "a link to a device", "SourceUnsafe", lambda path: path.symlink_to("/dev/zero")),
    Hostile("link.csv", "a link that leads out of the folder", "SourceUnsafe", linked),
    Hostile("dangling.csv", "a link to nothing", "SourceMissing", lambda path: path.symlink_to("nothing.csv")),
    Hostile("forbidden.csv", "a file that may not be read", "SourceForbidden", forbidden),
    Hostile("~$open.xlsx", "what Excel lays beside an open workbook", "SourceIncomplete", text(b"\x05user")),
    Hostile("half.csv.part", "a file that a program is still fetching", "SourceIncomplete", text(GOOD)),
    Hostile("open.csv", "a file that LibreOffice has open", "SourceIncomplete", beside(".~lock.{}#")),
    Hostile("young.csv", "a file that changed a moment ago", "SourceIncomplete", text(GOOD), {"settleSeconds": 60}),
    Hostile("large.csv", "a file larger than the limit", "SourceTooLarge", text(GOOD), {"maxFileBytes": 10}),
    Hostile(
        "wrong_limit.csv", "a limit in the contract that is no number", "ContractError", text(GOOD), {"maxRows": "many"}
    ),
)
