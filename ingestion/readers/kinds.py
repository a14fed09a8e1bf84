"""What a file is by its content, whatever its name says."""

from __future__ import annotations

import zipfile
from pathlib import Path

import olefile

from ingestion.readers.tables import fault
from warehouse.contracts import Contract
from warehouse.errors import SourceDamaged, SourceEncrypted, WrongFormat

MAGIC = {
    b"PK\x05\x06": "an empty ZIP archive",
    b"PAR1": "parquet",
    b"PARE": "an encrypted Parquet file",
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"SQLite format 3": "a SQLite database",
    b"\x7fELF": "a program",
    b"MZ": "a program",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"{\\rtf": "a text document (RTF)",
}
HTML = (b"<!doctype html", b"<html", b"<head", b"<meta", b"<table", b"<body", b"<style", b"<div")
# what a contract's format may be inside; text of every kind looks the same
INSIDE = {
    "xlsx": ("xlsx",),
    "xlsm": ("xlsx",),
    "xlsb": ("xlsb",),
    "xls": ("xls",),
    "ods": ("ods",),
    "parquet": ("parquet",),
    "csv": ("text",),
    "tsv": ("text",),
    "json": ("text",),
    "ndjson": ("text",),
}
NAMES = {
    "xlsx": "an Excel workbook (.xlsx)",
    "xlsb": "a binary Excel workbook (.xlsb)",
    "xls": "an old Excel workbook (.xls)",
    "ods": "an OpenDocument sheet (.ods)",
    "parquet": "a Parquet file",
    "zip": "a ZIP archive",
    "text": "plain text",
}


def check_kind(path: Path, contract: Contract, place: str) -> str:
    """The kind of a file: one of INSIDE's, or zip.

    Raises:
        WrongFormat: its content is not what the contract's format says; the message names what it is.
        SourceEncrypted: it opens only with a password.
        SourceDamaged: it begins like an archive or a workbook but is none.
    """
    kind = _kind(path, contract, place)
    wanted = str(contract.server.format)
    if kind not in (*INSIDE[wanted], "zip"):
        raise fault(
            WrongFormat,
            contract,
            place,
            f"a {wanted} file",
            NAMES.get(kind, kind),
            "Ask the sender to save it in the right format; a new name alone changes nothing.",
        )
    return kind


def _kind(path: Path, contract: Contract, place: str) -> str:
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(b"PK\x03\x04"):
        return _packed(path, contract, place)
    if head.startswith(olefile.MAGIC):
        return _ole(path, contract, place)
    # old workbooks without a container: BIFF 2 to 4
    if head[:2] in (b"\x09\x00", b"\x09\x02", b"\x09\x04") and head[3:4] == b"\x00":
        return "xls"
    for magic, kind in MAGIC.items():
        if head.startswith(magic):
            return kind
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith(HTML):
        return "a web page (HTML)"
    if text.startswith(b"<?xml"):
        return "an XML file, perhaps an XML Spreadsheet 2003"
    return "text"


def _packed(path: Path, contract: Contract, place: str) -> str:
    try:
        with zipfile.ZipFile(path) as package:
            names = package.namelist()
            if "mimetype" in names:
                with package.open("mimetype") as file:
                    if b"opendocument.spreadsheet" in file.read(100):
                        return "ods"
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError) as error:
        raise fault(SourceDamaged, contract, place, "a whole file", f"a cut or damaged archive ({error})") from error
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "word/document.xml" in names:
        return "a Word document"
    return "zip"


def _ole(path: Path, contract: Contract, place: str) -> str:
    try:
        with olefile.OleFileIO(path) as container:
            if container.exists("EncryptedPackage") or container.exists("EncryptionInfo"):
                raise fault(
                    SourceEncrypted,
                    contract,
                    place,
                    "a workbook that opens",
                    "one that is locked with a password",
                    "Ask the sender to save it without a password.",
                )
            if container.exists("Workbook") or container.exists("Book"):
                return "xls"
            return "a Word document" if container.exists("WordDocument") else "an old Office file"
    except (OSError, ValueError, IndexError) as error:
        raise fault(SourceDamaged, contract, place, "a whole file", f"a damaged Office file ({error})") from error
