"""ZIP archives and packages (XLSX, XLSB, ODS): seen to be harmless before anything in them is unpacked."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from ingestion.readers.limits import Limits
from ingestion.readers.tables import fault
from warehouse.contracts import Contract
from warehouse.errors import SourceDamaged, SourceEncrypted, SourceError, SourceTooLarge, SourceUnsafe

DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    NotImplementedError,
    struct.error,
)
# packed so small that no ratio matters
RATIO_FROM_BYTES = 10 * 2**20
END_RECORD, END_RECORD_64 = b"PK\x05\x06", b"PK\x06\x06"
# room for one entry of the directory: a name and its extra fields
ENTRY_BYTES = 512
BLOCK = 2**20
ENCRYPTED = 0x1
ARCHIVES = (".zip", ".rar", ".7z", ".gz", ".tar", ".tgz", ".bz2", ".xz", ".zst")
# what systems leave in archives
LITTER = (".DS_Store", "Thumbs.db", "desktop.ini")
REFUSED = "Do not open it; ask the sender what it is."


def check_package(path: Path, contract: Contract, limits: Limits, place: str) -> list[zipfile.ZipInfo]:
    """Entries of a ZIP file that pass every check on its directory; nothing is unpacked.

    Raises:
        SourceUnsafe, SourceTooLarge: too many or too large entries, a bomb's ratio, overlapping or repeated
            entries, names or links that lead out of the archive.
        SourceEncrypted: entries that open only with a password.
        SourceDamaged: the archive is cut or broken.
    """
    try:
        _check_directory(path, contract, limits, place)
        with zipfile.ZipFile(path) as package:
            entries = package.infolist()
    except DAMAGES as error:
        raise fault(SourceDamaged, contract, place, "a whole archive", f"a damaged one ({error})") from error
    problem = _many(entries, limits) or _names(entries) or _sizes(entries, limits) or _overlap(entries)
    if problem:
        kind, wanted, found = problem
        raise fault(kind, contract, place, wanted, found, REFUSED)
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        action = "Ask the sender to pack it without a password."
        found = "one that is locked with a password"
        raise fault(SourceEncrypted, contract, place, "an archive that opens", found, action)
    return entries


def unpack(path: Path, entry: zipfile.ZipInfo, target: Path, contract: Contract, place: str) -> None:
    """Write one entry to a file. Raises SourceDamaged when its bytes are not what the directory says."""
    try:
        with zipfile.ZipFile(path) as package, package.open(entry) as source, target.open("wb") as file:
            # reading stops at the size that the directory says, and compares the checksum there
            while block := source.read(BLOCK):
                file.write(block)
    except DAMAGES as error:
        raise fault(SourceDamaged, contract, place, "a whole entry", f"a damaged one ({error})") from error


def members(path: Path, work: Path, contract: Contract, limits: Limits, place: str) -> Iterator[tuple[Path, str]]:
    """The files of an archive that the contract's format names, unpacked one after the other, and their places.

    Raises SourceError for a file of another format while the contract freezes its tables, SourceUnsafe for an
    archive inside the archive, and what `check_package` does.
    """
    wanted = f".{contract.server.format}"
    for number, entry in enumerate(check_package(path, contract, limits, place)):
        name = PurePosixPath(entry.filename)
        if entry.is_dir() or name.name in LITTER or name.parts[0] == "__MACOSX":
            continue
        where = f"{place}/{entry.filename}"
        if name.suffix.casefold() in ARCHIVES:
            raise fault(SourceUnsafe, contract, where, "tables in the archive", "an archive inside it", REFUSED)
        if name.suffix.casefold() != wanted:
            if contract.drift.tables == "freeze":
                raise fault(SourceError, contract, where, f"only {wanted} files in the archive", "another file")
            continue
        target = work / f"member-{number}{wanted}"
        unpack(path, entry, target, contract, where)
        yield target, where
        target.unlink()


def verify(path: Path, entries: Iterable[zipfile.ZipInfo], contract: Contract, place: str) -> None:
    """Unpack entries to nowhere. Raises SourceDamaged when their sizes or checksums are not as the directory says."""
    try:
        with zipfile.ZipFile(path) as package:
            for entry in entries:
                with package.open(entry) as source:
                    while source.read(BLOCK):
                        pass
    except DAMAGES as error:
        raise fault(SourceDamaged, contract, place, "a whole file", f"a damaged entry ({error})") from error


def _check_directory(path: Path, contract: Contract, limits: Limits, place: str) -> None:
    """Refuse a directory too long to be read into memory."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 65_600))
        tail = file.read()
    at = tail.rfind(END_RECORD)
    if at < 0:
        raise zipfile.BadZipFile("no directory at its end")
    _, _, _, _, count, length = struct.unpack("<4s4H L", tail[at : at + 16])
    wide = tail.rfind(END_RECORD_64, 0, at)
    if wide >= 0:
        count, length = struct.unpack("<QQ", tail[wide + 32 : wide + 48])
    if count > limits.max_entries or length > limits.max_entries * ENTRY_BYTES:
        raise fault(
            SourceTooLarge,
            contract,
            place,
            f"at most {limits.max_entries:,} entries",
            f"{count:,} in {length:,} bytes of directory",
            REFUSED,
        )


Problem = tuple[type[SourceError], str, str]


def _many(entries: list[zipfile.ZipInfo], limits: Limits) -> Problem | None:
    if len(entries) > limits.max_entries:
        return SourceTooLarge, f"at most {limits.max_entries:,} entries", f"{len(entries):,}"
    return None


def _names(entries: list[zipfile.ZipInfo]) -> Problem | None:
    seen: set[str] = set()
    for entry in entries:
        # zipfile cuts a name at a NUL byte; the name as written is in orig_filename
        name = entry.orig_filename.replace("\\", "/")
        parts = PurePosixPath(name).parts
        if name.startswith("/") or ".." in parts or "\x00" in name or name[1:2] == ":":
            return SourceUnsafe, "names inside the archive", "a name that leads out of it"
        if stat.S_ISLNK(entry.external_attr >> 16):
            return SourceUnsafe, "files in the archive", "a symbolic link"
        if name in seen:
            return SourceUnsafe, "every name once", "two entries of one name"
        seen.add(name)
    return None


def _sizes(entries: list[zipfile.ZipInfo], limits: Limits) -> Problem | None:
    total = sum(entry.file_size for entry in entries)
    if total > limits.max_expanded_bytes:
        return SourceTooLarge, f"at most {limits.max_expanded_bytes:,} bytes when unpacked", f"{total:,}"
    for entry in entries:
        if entry.file_size > RATIO_FROM_BYTES and entry.file_size > limits.max_ratio * max(entry.compress_size, 1):
            found = f"one of {entry.file_size // max(entry.compress_size, 1):,} times"
            return SourceTooLarge, f"entries that unpack to at most {limits.max_ratio} times their size", found
    return None


def _overlap(entries: list[zipfile.ZipInfo]) -> Problem | None:
    """Bombs without nesting let many entries share the same packed bytes."""
    end = 0
    for entry in sorted(entries, key=lambda e: e.header_offset):
        if entry.header_offset < end:
            return SourceUnsafe, "entries beside each other", "entries that share their bytes"
        end = entry.header_offset + entry.compress_size
    return None
