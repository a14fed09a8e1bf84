"""Delimited text: CSV, TSV, semicolons, pipes. Every cell is text, every record is numbered.

DuckDB reads in its strict mode, where it says what it cannot read; outside of it, it drops cells and text in
silence. What strict mode refuses and people send all the same (rows of unequal length, mixed line ends, old
encodings) is made readable here and read again.
"""

from __future__ import annotations

import codecs
import csv
import io
import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from ingestion.header import SEARCHED_ROWS, label_key
from ingestion.readers.limits import Limits
from ingestion.readers.tables import Table, copy_cells, fault, text
from ingestion.readers.text_bytes import TextFile, carried, prepare, with_line_feeds
from warehouse.contracts import Contract
from warehouse.errors import SourceDamaged, SourceError, SourceTooLarge

NAME = "duckdb read_csv"
DELIMITERS = ",;\t|"
# room for cells beyond the header, so that a row that is too long is kept and rejected, not lost
SPARE_CELLS = 4
# how DuckDB says what it met
TOO_MANY_CELLS, NOT_UTF8, LINE_ENDS_INSIDE = "Expected Number of Columns", "Invalid unicode", "quoted new lines"
TOO_LONG = "Maximum line size"


@dataclass(frozen=True)
class Reading:
    """One way to read a delimited file: `padded` fills up short rows."""

    connection: duckdb.DuckDBPyConnection
    file: TextFile
    work: Path
    contract: Contract
    limits: Limits
    place: str
    delimiter: str
    width: int
    padded: bool = False

    def query(self, *, strict: bool = True, parallel: bool = True) -> str:
        """DuckDB's reading of the file."""
        columns = ", ".join(f"'c{i}': 'varchar'" for i in range(self.width))
        line = self.limits.max_line_bytes
        buffer = max(8 * 2**20, 4 * line)
        return f"""read_csv(
            {text(str(self.file.path))}, columns = {{{columns}}}, auto_detect = false, header = false,
            delim = {text(self.delimiter)}, quote = '"', escape = '"', null_padding = {self.padded or not strict},
            strict_mode = {strict}, parallel = {parallel}, max_line_size = {line}, buffer_size = {buffer}
        )"""


def tables(
    connection: duckdb.DuckDBPyConnection, path: Path, work: Path, contract: Contract, limits: Limits, place: str
) -> Iterator[Table]:
    """The one table of a delimited file. Raises a SourceError for what is not text or not whole."""
    file = prepare(path, work, contract, limits, place)
    if not file.sample().strip("\ufeff \t\r\n"):
        action = "Ask the sender for the file again."
        raise fault(SourceDamaged, contract, place, "rows", "an empty file", action)
    reading = _reading(connection, file, work, contract, limits, place)
    try:
        first = _first(reading)
    except duckdb.Error as error:
        if NOT_UTF8 not in str(error):
            raise _damaged(reading, error) from error
        reading = _carried(reading)
        first = _first(reading)
    yield Table(NAME, place, None, first, lambda target: _write(reading, target))


def _reading(
    connection: duckdb.DuckDBPyConnection, file: TextFile, work: Path, contract: Contract, limits: Limits, place: str
) -> Reading:
    if file.line_ends > 1:
        file = replace(file, path=with_line_feeds(file, work), line_ends=1)
    sample = file.sample()
    delimiter = contract.server.delimiter or ("\t" if contract.server.format == "tsv" else _delimiter(sample, contract))
    width = max((len(row) for row in _records(sample, delimiter)), default=1)
    if width > limits.max_columns:
        raise fault(SourceTooLarge, contract, place, f"at most {limits.max_columns:,} columns", f"{width:,}")
    return Reading(connection, file, work, contract, limits, place, delimiter, width)


def _carried(reading: Reading) -> Reading:
    """The same file once more, its bytes carried as characters."""
    file = carried(reading.file, reading.work, reading.contract, reading.limits, reading.place)
    return _reading(reading.connection, file, reading.work, reading.contract, reading.limits, reading.place)


def _first(reading: Reading) -> list[tuple[str | None, ...]]:
    """The first records; here it does no harm that DuckDB drops cells beyond the width."""
    query = f"select * from {reading.query(strict=False, parallel=False)} limit {SEARCHED_ROWS + 1}"
    return reading.connection.execute(query).fetchall()


def _write(reading: Reading, target: Path) -> None:
    """Write all records, in the first way in which DuckDB can read them without losing anything."""
    while True:
        try:
            _copy(reading, target)
        except duckdb.Error as error:
            reading = _next_way(reading, error)
        else:
            return


def _copy(reading: Reading, target: Path) -> None:
    try:
        reading.connection.execute(copy_cells(f"select * from {reading.query()}", target))
    except duckdb.Error as error:
        if LINE_ENDS_INSIDE not in str(error):
            raise
        # several threads would begin in the midst of a value; one that is told to stay alone keeps nothing back
        ((threads,),) = reading.connection.execute("select current_setting('threads')").fetchall()
        reading.connection.execute("set threads = 1")
        try:
            reading.connection.execute(copy_cells(f"select * from {reading.query(parallel=False)}", target))
        finally:
            reading.connection.execute(f"set threads = {threads}")


def _next_way(reading: Reading, error: duckdb.Error) -> Reading:
    """How to read a file that could not be read in one way; raises when there is no other."""
    if NOT_UTF8 in str(error):
        return replace(_carried(reading), width=reading.width, padded=reading.padded)
    if not reading.padded:
        if reading.file.has_quotes:
            _check_quotes(reading)
        return replace(reading, width=reading.width + SPARE_CELLS, padded=True)
    if TOO_MANY_CELLS in str(error) and reading.width <= reading.limits.max_columns:
        return replace(reading, width=reading.width * 4)
    raise _damaged(reading, error) from error


def _records(sample: str, delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter))[:SEARCHED_ROWS]
    except csv.Error:
        # one value longer than the sample
        return [sample.splitlines()[0].split(delimiter)]


def _delimiter(sample: str, contract: Contract) -> str:
    """The mark that makes most of the contract's labels appear, else the most frequent one."""
    known = {part for c in contract.landed for label in c.labels for part in (label_key(label), *_parts(label))}

    def score(mark: str) -> tuple[int, int]:
        rows = _records(sample, mark)
        labels = max((len(known & {label_key(cell) for cell in row}) for row in rows), default=0)
        return labels, sum(len(row) - 1 for row in rows)

    return max(DELIMITERS, key=score)


def _parts(label: str) -> list[str]:
    return label_key(label).split(" / ")


def _check_quotes(reading: Reading) -> None:
    """Raise SourceDamaged where a quotation mark is left open or a value goes on behind it.

    One match over the whole file, with nothing kept (possessive repeats), ends where the grammar is broken.
    """
    mark = re.escape(reading.delimiter.encode())
    value = rb'(?:"(?:[^"]++|"")*+"|[^"%s\r\n][^%s\r\n]*+|)' % (mark, mark)
    grammar = re.compile(rb"(?:%s(?:%s|\r\n|\n|\r))*+%s" % (value, mark, value))
    with reading.file.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        match = grammar.match(content, 3 if content[:3] == codecs.BOM_UTF8 else 0)
        end = match.end() if match else 0
        if end == len(content):
            return
        line = 1
        while content.readline() and content.tell() <= end:
            line += 1
    found = "one that is never closed, or a value that goes on behind it"
    action = "Ask the sender to export the file again; a quotation mark inside a value is written twice."
    where = f"{reading.place}, line {line}"
    raise fault(SourceDamaged, reading.contract, where, "quotation marks in pairs", found, action)


def _damaged(reading: Reading, error: duckdb.Error) -> SourceError:
    # the engine's further lines quote the file
    found = str(error).splitlines()[0]
    if TOO_LONG in str(error):
        return fault(SourceTooLarge, reading.contract, reading.place, "records of a sensible length", found)
    if TOO_MANY_CELLS in str(error):
        wanted = f"at most {reading.limits.max_columns:,} cells in a row"
        return fault(SourceTooLarge, reading.contract, reading.place, wanted, found)
    return fault(SourceDamaged, reading.contract, reading.place, "delimited text", found)
