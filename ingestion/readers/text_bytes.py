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
from warehouse.errors import ContractError, SourceDamaged, SourceTooLarge

BLOCK = 2**20
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
# each byte becomes the character of its number: nothing is lost, and what the bytes meant can be told later
CARRIER = "latin-1"


@dataclass(frozen=True)
class TextFile:
    """A file of UTF-8 text that was read through once.

    `line_ends` are the kinds of line end in it (\\r\\n, \\n, \\r); `quotes` how many quotation marks;
    `is_odd`: quotation marks do not stand where CSV puts them, perhaps.
    """

    path: Path
    encoding: str
    line_ends: int
    quotes: int
    is_odd: bool

    def sample(self, size: int = 256 * 1024) -> str:
        """The beginning of the text."""
        with self.path.open("rb") as file:
            return file.read(size).decode("utf-8-sig", "ignore")


def prepare(path: Path, work: Path, contract: Contract, limits: Limits, place: str) -> TextFile:
    """A UTF-8 text file with the content of `path`: itself, or a copy in the folder `work`.

    The server's option `encoding` counts first, then a byte order mark, then UTF-8; bytes that are not UTF-8
    are carried as they are, one character each (latin-1), because TCVN3, VNI, VISCII and Windows files do not
    say what they are: the text step tells by the words of each column.

    Raises:
        SourceDamaged: no text, NUL bytes, text broken off or mixed, bytes that the encoding does not have.
        SourceTooLarge: a line longer than the limit.
        ContractError: the option names no encoding.
    """
    with path.open("rb") as file:
        head = file.read(4)
    marked = next((name for mark, name in MARKS.items() if head.startswith(mark)), None)
    option = contract.server.options.get("encoding")
    encoding = str(option) if option else marked or "utf-8"
    if encoding.casefold().replace("_", "-") not in ("utf-8", "utf8", "utf-8-sig"):
        return _scan(_recode(path, work, encoding, contract, place), encoding, contract, limits, place)
    try:
        return _scan(path, "utf-8", contract, limits, place)
    except UnicodeDecodeError as error:
        if option or marked or _is_damaged_utf8(path):
            raise _undecodable(path, contract, place, error) from error
        return _scan(_recode(path, work, CARRIER, contract, place), CARRIER, contract, limits, place)


def _scan(path: Path, encoding: str, contract: Contract, limits: Limits, place: str) -> TextFile:
    """Read a UTF-8 file through once. Raises UnicodeDecodeError besides what `prepare` does."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    quotes = starts = ends = returns = feeds = both = line = 0
    last = b"\n"
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            if b"\x00" in block:
                action = "The copying broke off, or it is UTF-16 without its mark: ask the sender to save it as UTF-8."
                raise fault(SourceDamaged, contract, place, "text", "NUL bytes", action)
            decoder.decode(block)
            line = _line_length(block, line)
            if line > limits.max_line_bytes:
                found = f"more than {limits.max_line_bytes:,} bytes without a line end"
                raise fault(SourceTooLarge, contract, place, "lines of text", found)
            feeds += block.count(b"\n")
            returns += block.count(b"\r")
            both += block.count(b"\r\n") + (last == b"\r" and block[:1] == b"\n")
            if b'"' in block:
                seen = last + block
                quotes += block.count(b'"')
                starts += len(STARTS.findall(seen))
                ends += len(ENDS.findall(seen))
            last = block[-1:]
    decoder.decode(b"", final=True)
    kinds = (both > 0) + (feeds > both) + (returns > both)
    ends += last == b'"'
    return TextFile(path, encoding, kinds, quotes, bool(quotes) and (quotes % 2 == 1 or starts != ends))


# a quotation mark that begins or ends a value, most of the time
STARTS, ENDS = re.compile(rb'[,;\t|\r\n]"'), re.compile(rb'"[,;\t|\r\n]')


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


def _undecodable(path: Path, contract: Contract, place: str, error: UnicodeDecodeError) -> SourceDamaged:
    line, found = 1, error.reason
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
    wanted = "text in UTF-8"
    action = "Save the file as CSV UTF-8 and send it again."
    damage = fault(SourceDamaged, contract, f"{place}, line {line}", wanted, found, action)
    assert isinstance(damage, SourceDamaged)  # noqa: S101 - the type that was asked for
    return damage


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
