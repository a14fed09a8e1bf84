"""Delimited text: CSV, TSV, semicolons. Every cell is text, every record is numbered."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path

import duckdb

from ingestion.header import SEARCHED_ROWS
from warehouse.contracts import Contract
from warehouse.errors import SourceError

NAME = "duckdb read_csv"
DELIMITERS = ",;\t|"
# room for cells beyond the header, so that a row that is too long is kept and rejected, not lost
SPARE_CELLS = 4
SAMPLE_BYTES = 256 * 1024


def read_cells(connection: duckdb.DuckDBPyConnection, path: Path, contract: Contract) -> list[tuple[str | None, ...]]:
    """Fill `cells` from a delimited file and return its first rows.

    Raises SourceError for an empty file or one that is not UTF-8.
    """
    sample = _sample(path, contract)
    delimiter = contract.server.delimiter or _delimiter(sample)
    first = list(csv.reader(io.StringIO(sample), delimiter=delimiter))[:SEARCHED_ROWS]
    width = max((len(row) for row in first), default=0) + SPARE_CELLS
    columns = ", ".join(f"'c{i}': 'varchar'" for i in range(width))
    # row_number() numbers records as they come: the reader must keep their order
    connection.execute(
        f"""
        create or replace temporary table cells as
        select row_number() over () as _row_number, *
        from read_csv(
            ?, columns = {{{columns}}}, auto_detect = false, header = false, delim = ?, quote = '"', escape = '"',
            null_padding = true, strict_mode = false, parallel = false, max_line_size = 33554432
        )
        """,
        [str(path), delimiter],
    )
    return connection.execute(
        f"select * exclude (_row_number) from cells order by _row_number limit {SEARCHED_ROWS + 1}"
    ).fetchall()


def _sample(path: Path, contract: Contract) -> str:
    """The file's beginning, after the whole of it was seen to be UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    sample = ""
    line = 1
    with path.open("rb") as file:
        while block := file.read(SAMPLE_BYTES):
            try:
                text = decoder.decode(block)
            except UnicodeDecodeError as error:
                bad = line + block[: error.start].count(b"\n")
                raise SourceError(
                    wanted="text in UTF-8",
                    found=f"byte {block[error.start]:#04x} that is not",
                    where=f"contract {contract.path.name}, {path.name}, line {bad}",
                    action="Save the file as CSV UTF-8 and send it again.",
                ) from error
            sample = sample or text
            line += block.count(b"\n")
    if not sample.strip():
        raise SourceError(
            wanted="rows",
            found="an empty file",
            where=f"contract {contract.path.name}, {path.name}",
            action="Ask the sender for the file again.",
        )
    return sample


def _delimiter(sample: str) -> str:
    lines = sample.splitlines()[:SEARCHED_ROWS]
    return max(DELIMITERS, key=lambda mark: sum(line.count(mark) for line in lines))
