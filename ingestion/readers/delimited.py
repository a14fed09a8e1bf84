"""Delimited text: CSV, TSV, semicolons, pipes. Every cell is text, every record is numbered.

DuckDB reads in its strict mode: outside of it, it drops cells and text in silence. What strict mode refuses and
people send all the same (rows with too many cells, mixed line ends) is dealt with here.
"""

from __future__ import annotations

import csv
import io
import mmap
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import duckdb

from ingestion.header import SEARCHED_ROWS, label_key
from ingestion.readers.limits import Limits
from ingestion.readers.tables import Table, copy_cells, fault, text
from ingestion.readers.text_bytes import TextFile, prepare, with_line_feeds
from warehouse.contracts import Contract
from warehouse.errors import SourceDamaged, SourceTooLarge

NAME = "duckdb read_csv"
DELIMITERS = ",;\t|"
# room for cells beyond the header, so that a row that is too long is kept and rejected, not lost
SPARE_CELLS = 4
TOO_MANY_CELLS = "Expected Number of Columns"


def tables(
    connection: duckdb.DuckDBPyConnection, path: Path, work: Path, contract: Contract, limits: Limits, place: str
) -> Iterator[Table]:
    """The one table of a delimited file. Raises a SourceError for what is not text or not whole."""
    file = prepare(path, work, contract, limits, place)
    sample = file.sample()
    if not sample.strip("\ufeff \t\r\n"):
        action = "Ask the sender for the file again."
        raise fault(SourceDamaged, contract, place, "rows", "an empty file", action)
    delimiter = contract.server.delimiter or ("\t" if contract.server.format == "tsv" else _delimiter(sample, contract))
    if file.is_odd:
        _check_quotes(file.path, delimiter, contract, place)
    source = with_line_feeds(file, work) if file.line_ends > 1 else file.path
    width = max((len(row) for row in _records(sample, delimiter)), default=0) + SPARE_CELLS
    if width > limits.max_columns + SPARE_CELLS:
        raise fault(SourceTooLarge, contract, place, f"at most {limits.max_columns:,} columns", f"{width:,}")
    reading = partial(_read, source, delimiter, file, limits)
    try:
        first = connection.execute(f"select * from {reading(width, strict=False)} limit {SEARCHED_ROWS + 1}").fetchall()
    except duckdb.Error as error:
        raise _damaged(contract, place, error) from error
    write = partial(_write, connection, reading, width, contract, limits, place)
    yield Table(NAME, place, None, first, write)


def _write(
    connection: duckdb.DuckDBPyConnection,
    reading: partial[str],
    width: int,
    contract: Contract,
    limits: Limits,
    place: str,
    target: Path,
) -> None:
    """Read all records; a row wider than all before makes the table wider, until the limit."""
    while True:
        try:
            connection.execute(copy_cells(f"select * from {reading(width)}", target))
        except duckdb.Error as error:
            if TOO_MANY_CELLS not in str(error):
                raise _damaged(contract, place, error) from error
            if width > limits.max_columns:
                wanted = f"at most {limits.max_columns:,} cells in a row"
                raise fault(SourceTooLarge, contract, place, wanted, _first_line(error)) from error
            width *= 4
        else:
            return


def _read(source: Path, delimiter: str, file: TextFile, limits: Limits, width: int, *, strict: bool = True) -> str:
    columns = ", ".join(f"'c{i}': 'varchar'" for i in range(width))
    # a quoted value may hold line ends, and threads would begin in the midst of it
    parallel = strict and not file.quotes
    return f"""read_csv(
        {text(str(source))}, columns = {{{columns}}}, auto_detect = false, header = false, delim = {text(delimiter)},
        quote = '"', escape = '"', null_padding = true, strict_mode = {str(strict).lower()},
        parallel = {str(parallel).lower()}, max_line_size = {limits.max_line_bytes},
        buffer_size = {max(8 * 2**20, 4 * limits.max_line_bytes)}
    )"""


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


def _check_quotes(path: Path, delimiter: str, contract: Contract, place: str) -> None:
    """Raise SourceDamaged where a quotation mark is left open or a value goes on behind it.

    One match over the whole file, with nothing kept (possessive repeats), ends where the grammar is broken.
    """
    mark = re.escape(delimiter.encode())
    record = rb'(?:(?:"(?:[^"]++|"")*+"|[^"%s\r\n][^%s\r\n]*+|)(?:%s|\r\n|\n|\r))*+' % (mark, mark, mark)
    last = rb'(?:"(?:[^"]++|"")*+"|[^"%s\r\n][^%s\r\n]*+|)' % (mark, mark)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        start = 3 if content[:3] == b"\xef\xbb\xbf" else 0
        match = re.compile(record + last).match(content, start)
        end = match.end() if match else 0
        if end == len(content):
            return
        line = 1
        content.seek(0)
        while content.tell() < end and content.readline():
            line += content.tell() <= end
    found = "one that is never closed, or a value that goes on behind it"
    action = "Ask the sender to export the file again; a quotation mark inside a value is written twice."
    raise fault(SourceDamaged, contract, f"{place}, line {line}", "quotation marks in pairs", found, action)


def _first_line(error: duckdb.Error) -> str:
    """The engine's message without the lines of the file that it quotes."""
    return str(error).splitlines()[0]


def _damaged(contract: Contract, place: str, error: duckdb.Error) -> Exception:
    if "Maximum line size" in str(error):
        return fault(SourceTooLarge, contract, place, "records of a sensible length", _first_line(error))
    return fault(SourceDamaged, contract, place, "delimited text", _first_line(error))
