"""Text files as bytes: their encoding, whether they are whole, and a UTF-8 copy where one is needed."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ingestion.readers.limits import Limits
from ingestion.readers.tables import fault
from warehouse.contracts import Contract
from warehouse.errors import ContractError, SourceDamaged, SourceError, SourceTooLarge

BLOCK = 2**20
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
# each byte becomes the character of its number: nothing is lost, and what the bytes meant can be told later
CARRIER = "latin-1"


@dataclass(frozen=True)
class TextFile:
    """A file that was read through once: its text is UTF-8, unless DuckDB finds that it is not.

    `line_ends` counts the kinds of line end in it: CR LF, LF, CR. `is_given`: the encoding is known, not supposed.
    """

    path: Path
    encoding: str
    is_given: bool
    line_ends: int
    has_quotes: bool

    def sample(self, size: int = 256 * 1024) -> str:
        """The beginning of the text."""
        with self.path.open("rb") as file:
            return file.read(size).decode("utf-8-sig", "ignore")


def prepare(
    path: Path, work: Path, contract: Contract, limits: Limits, place: str, *, has_lines: bool = True
) -> TextFile:
    """A UTF-8 text file with the content of `path`: itself, or a copy in the folder `work`.

    The server's option `encoding` counts first, then a byte order mark; without either it is taken for UTF-8, and
    `carried` makes the copy when that turns out wrong. Text that `has_lines` may have none that is too long.

    Raises:
        SourceDamaged: NUL bytes, text broken off, bytes that the encoding does not have.
        SourceTooLarge: a line longer than the limit.
        ContractError: the option names no encoding.
    """
    with path.open("rb") as file:
        head = file.read(4)
    marked = next((name for mark, name in MARKS.items() if head.startswith(mark)), None)
    option = contract.server.options.get("encoding")
    encoding = str(option or marked or "utf-8")
    if encoding.casefold().replace("_", "-") not in ("utf-8", "utf8", "utf-8-sig"):
        path = _recode(path, work, encoding, contract, place)
    longest = limits.max_line_bytes if has_lines else limits.max_file_bytes
    return _scan(path, encoding, bool(option or marked), contract, longest, place)


def carried(file: TextFile, work: Path, contract: Contract, limits: Limits, place: str) -> TextFile:
    """A copy of a file that is not UTF-8: each byte becomes the character of its number (latin-1).

    TCVN3, VNI, VISCII and Windows files do not say what they are: the text step tells by the words of each column.
    Raises SourceDamaged when most of the file is UTF-8, or when its encoding was given.
    """
    if file.is_given or _is_damaged_utf8(file.path):
        raise _undecodable(file.path, contract, place)
    return _scan(
        _recode(file.path, work, CARRIER, contract, place), CARRIER, True, contract, limits.max_line_bytes, place
    )


def _scan(path: Path, encoding: str, is_given: bool, contract: Contract, longest: int, place: str) -> TextFile:
    """Read a file through once, looking for what no text file has."""
    returns = feeds = both = line = 0
    has_quotes = False
    last = b""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            if b"\x00" in block:
                action = "The copying broke off, or it is UTF-16 without its mark: ask the sender to save it as UTF-8."
                raise fault(SourceDamaged, contract, place, "text", "NUL bytes", action)
            line = _line_length(block, line)
            if line > longest:
                found = f"more than {longest:,} bytes without a line end"
                raise fault(SourceTooLarge, contract, place, "lines of text", found)
            has_quotes = has_quotes or b'"' in block
            feeds += block.count(b"\n")
            if b"\r" in block or last == b"\r":
                returns += block.count(b"\r")
                both += block.count(b"\r\n") + (last == b"\r" and block.startswith(b"\n"))
            last = block[-1:]
    return TextFile(path, encoding, is_given, (both > 0) + (feeds > both) + (returns > both), has_quotes)


def _line_length(block: bytes, before: int) -> int:
    """Bytes since the last line end after a block, or the longest line in it when that is very long."""
    first, last = block.find(b"\n"), block.rfind(b"\n")
    if first < 0:
        first, last = block.find(b"\r"), block.rfind(b"\r")
    if first < 0:
        return before + len(block)
    return max(len(block) - last - 1, before + first if before + first > len(block) else 0)


def _recode(path: Path, work: Path, encoding: str, contract: Contract, place: str) -> Path:
    """Write the text of a file again, in UTF-8."""
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
    except LookupError as error:
        raise ContractError(
            wanted="an encoding that Python knows",
            found=encoding,
            where=f"contract {contract.path.name}, server {contract.server.name}",
            action="Correct `encoding`: utf-8, utf-16, cp1258, latin-1, …",
        ) from error
    target = work / f"{path.name[-40:]}.{encoding}.utf8"
    try:
        with path.open("rb") as source, target.open("wb") as file:
            while block := source.read(BLOCK):
                file.write(decoder.decode(block).encode("utf-8"))
            file.write(decoder.decode(b"", final=True).encode("utf-8"))
    except UnicodeError as error:
        found = f"bytes that it does not have ({getattr(error, 'reason', error)})"
        raise fault(SourceDamaged, contract, place, f"text in {encoding}", found, "Save it as UTF-8.") from error
    return target


def _is_damaged_utf8(path: Path) -> bool:
    """Whether a file that is not UTF-8 throughout is mostly so: old one-byte text seldom looks like UTF-8."""
    good = bad = 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            text = block.decode("utf-8", "replace")
            bad += text.count("\ufffd")
            good += len(re.findall(r"[^\x00-\x7f\ufffd]", text))
    return good >= bad


def _undecodable(path: Path, contract: Contract, place: str) -> SourceError:
    """The error that names the first byte that is not UTF-8."""
    line, found = 1, "text that breaks off"
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            try:
                decoder.decode(block)
            except UnicodeDecodeError as problem:
                line += problem.object[: problem.start].count(b"\n")
                found = f"byte {problem.object[problem.start]:#04x} that is not"
                break
            line += block.count(b"\n")
    action = "Save the file as CSV UTF-8 and send it again."
    return fault(SourceDamaged, contract, f"{place}, line {line}", "text in UTF-8", found, action)


def with_line_feeds(file: TextFile, work: Path) -> Path:
    """A copy in which every line end outside quotation marks is one line feed; those inside stay."""
    target = work / f"{file.path.name[-40:]}.lines"
    with file.path.open("rb") as source, target.open("wb") as copy:
        copy.writelines(_normalised(source.read))
    return target


LINE_ENDS = re.compile(rb"\r\n?")


def _normalised(read: Callable[[int], bytes]) -> Iterator[bytes]:
    inside = False
    held = b""
    while block := read(BLOCK):
        block = held + block
        # a pair may be cut by the end of a block
        block, held = (block[:-1], b"\r") if block.endswith(b"\r") else (block, b"")
        parts = block.split(b'"')
        for number in range(int(inside), len(parts), 2):
            parts[number] = LINE_ENDS.sub(b"\n", parts[number])
        inside ^= len(parts) % 2 == 0
        yield b'"'.join(parts)
    yield b"\n" if held else b""
