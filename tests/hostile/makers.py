"""Kinds of hostile files and how they are made."""

from __future__ import annotations

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
