"""Workbooks as packages (XLSX, XLSM): which sheets there are, and whether their markup is harmless."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

from ingestion.readers.archive import DAMAGES, check_package, verify
from ingestion.readers.limits import Limits
from ingestion.readers.tables import fault
from warehouse.contracts import Contract
from warehouse.errors import SourceDamaged, SourceTooLarge, SourceUnsafe

WORKBOOK, RELATIONS, SHARED = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml"
PROLOGUE_BYTES = 64 * 1024
SMALL_PART_BYTES = 4 * 2**20
SNIFFED_BYTES = 4 * 2**20
DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
DIMENSION = re.compile(rb'<(?:\w+:)?dimension\b[^>]*\bref="[A-Z]+\d+:([A-Z]+)\d+"')


@dataclass(frozen=True)
class Sheet:
    """A worksheet: its name, its part of the package, and the last column that it says it has (0: unknown).

    `has_floats`: whole numbers stand in its beginning with a decimal point; programs in Java write them so.
    """

    name: str
    visible: bool
    part: str
    columns: int
    has_floats: bool


@dataclass(frozen=True)
class Workbook:
    """What a workbook says of itself; `from_1904`: its days count from 1904, as on old Macintoshes."""

    sheets: tuple[Sheet, ...]
    from_1904: bool
    entries: dict[str, zipfile.ZipInfo]


def open_workbook(path: Path, contract: Contract, limits: Limits, place: str) -> Workbook:
    """Look at a workbook without reading its cells.

    Raises:
        SourceUnsafe, SourceTooLarge, SourceEncrypted: see `check_package`; also markup with a document type.
        SourceDamaged: a part is missing or is no XML.
    """
    entries = {entry.filename: entry for entry in check_package(path, contract, limits, place)}
    try:
        with zipfile.ZipFile(path) as package:
            _refuse_document_types(package, entries, contract, place)
            _refuse_large_texts(package, entries, contract, limits, place)
            book = _parsed(package, WORKBOOK)
            parts = dict(_worksheets(_parsed(package, RELATIONS)))
            sheets = tuple(_sheets(package, book, parts))
    except (*DAMAGES, KeyError, ElementTree.ParseError) as error:
        raise fault(SourceDamaged, contract, place, "a workbook", f"a damaged one ({error})") from error
    properties = book.find("{*}workbookPr")
    from_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    return Workbook(sheets, from_1904, entries)


def _refuse_document_types(
    package: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], contract: Contract, place: str
) -> None:
    """A document type, the way to entities that expand, stands before the first element; no workbook has one."""
    for name in entries:
        if not name.casefold().endswith((".xml", ".rels", ".vml")):
            continue
        with package.open(name) as part:
            head = part.read(PROLOGUE_BYTES).replace(b"\x00", b"")
        root = re.search(rb"<[A-Za-z_]", head)
        if DOCTYPE.search(head) or (root is None and len(head) >= PROLOGUE_BYTES // 2):
            raise fault(
                SourceUnsafe,
                contract,
                place,
                "markup of a workbook",
                f"a document type in {PurePosixPath(name).name}",
                "Do not open it; ask the sender what it is.",
            )


def _refuse_large_texts(
    package: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], contract: Contract, limits: Limits, place: str
) -> None:
    """Shared texts and small parts are held in memory: their sizes must be true and within bounds."""
    for name, limit in ((SHARED, limits.max_shared_bytes), (WORKBOOK, SMALL_PART_BYTES), (RELATIONS, SMALL_PART_BYTES)):
        entry = entries.get(name)
        if entry and entry.file_size > limit:
            raise fault(SourceTooLarge, contract, place, f"at most {limit:,} bytes of {name}", f"{entry.file_size:,}")
    if SHARED in entries:
        verify(Path(str(package.filename)), [entries[SHARED]], contract, place)


def _parsed(package: zipfile.ZipFile, name: str) -> ElementTree.Element:
    # parts with a document type were refused above
    return ElementTree.fromstring(package.read(name))  # noqa: S314


def _worksheets(relations: ElementTree.Element) -> Iterator[tuple[str, str]]:
    """Id and part of every relation to a worksheet; charts and macros are sheets of other types."""
    for relation in relations.findall("{*}Relationship"):
        if relation.get("Type", "").endswith("/worksheet"):
            target = relation.get("Target", "")
            yield relation.get("Id", ""), target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _sheets(package: zipfile.ZipFile, book: ElementTree.Element, parts: dict[str, str]) -> Iterator[Sheet]:
    for sheet in book.findall(".//{*}sheet"):
        identifier = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")
        if identifier not in parts:
            continue
        part = parts[identifier]
        with package.open(part) as file:
            head = file.read(SNIFFED_BYTES)
        dimension = DIMENSION.search(head, 0, PROLOGUE_BYTES)
        columns = column_number(dimension.group(1).decode()) if dimension else 0
        visible = sheet.get("state", "visible") == "visible"
        yield Sheet(sheet.get("name", ""), visible, part, columns, b".0</v>" in head)


def column_number(letters: str) -> int:
    """Number of a column from its letters: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letters(number: int) -> str:
    """Letters of a column: 1 is A, 27 is AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
