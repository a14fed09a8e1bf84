"""Workbooks (XLSX, XLSM) through DuckDB. Every cell is text, rows are numbered as the sheet shows them.

What DuckDB cannot tell from text is read by ingestion/readers/typed_cells.py instead: days counted from 1904, and
numbers that a program wrote as 12.0 or 1.2E11.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import duckdb

from ingestion.header import SEARCHED_ROWS
from ingestion.readers import typed_cells
from ingestion.readers.archive import verify
from ingestion.readers.limits import Limits
from ingestion.readers.sheets import chosen_sheets
from ingestion.readers.tables import Table, copy_cells, fault, text
from ingestion.readers.workbook import Sheet, Workbook, column_letters, open_workbook
from warehouse.connections import load_extension
from warehouse.contracts import Contract
from warehouse.errors import SourceDamaged, SourceError, SourceTooLarge

NAME = "duckdb read_xlsx"
# columns searched for the header; a register has some twenty
SEARCHED_COLUMNS = 200
SPARE_CELLS = 2
# a sheet may say that it is wider than its header by so much, and is read as far
STRAY_CELLS = 64


def tables(
    connection: duckdb.DuckDBPyConnection, path: Path, contract: Contract, limits: Limits, place: str
) -> Iterator[Table]:
    """The chosen sheets of a workbook. Raises a SourceError that says what is wrong with it."""
    book = open_workbook(path, contract, limits, place)
    sheets = chosen_sheets(book.sheets, contract, place)
    if book.from_1904 or any(sheet.has_floats for sheet in sheets):
        yield from typed_cells.tables(connection, path, contract, limits, place)
        return
    load_extension(connection, "excel")
    for sheet in sheets:
        table = _table(connection, path, book, sheet, contract, limits, place)
        if table:
            yield table


def _table(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    book: Workbook,
    sheet: Sheet,
    contract: Contract,
    limits: Limits,
    place: str,
) -> Table | None:
    where = f"{place}, sheet {sheet.name}"
    searched = min(max(sheet.columns, SEARCHED_COLUMNS), limits.max_columns + 1)
    # a range with an end would be read to the end of the sheet; a limit stops where it should
    top = f"select * from {_read(path, sheet, f'A:{column_letters(searched)}')} limit {SEARCHED_ROWS + 1}"
    try:
        first = connection.execute(top).fetchall()
    except duckdb.Error as error:
        raise _damaged(contract, where, sheet, error) from error
    width = max((i for row in first for i, cell in enumerate(row, 1) if cell is not None), default=0)
    if width > limits.max_columns:
        raise fault(SourceTooLarge, contract, where, f"at most {limits.max_columns:,} columns", "more")
    if width == 0:
        return None
    last = width + SPARE_CELLS
    if last < sheet.columns <= width + STRAY_CELLS:
        last = sheet.columns
    write = partial(_write, connection, path, book, sheet, last, contract, where)
    return Table(NAME, place, sheet.name, [row[:width] for row in first], write, endless=True)


def _write(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    book: Workbook,
    sheet: Sheet,
    width: int,
    contract: Contract,
    where: str,
    target: Path,
) -> None:
    """Read the cells, while a second thread sees whether the sheet unpacks to what the package says."""
    cells = ", ".join(f'"{column_letters(i + 1)}" as c{i}' for i in range(width))
    query = copy_cells(f"select {cells} from {_read(path, sheet, f'A:{column_letters(width)}')}", target)
    with ThreadPoolExecutor(1) as pool:
        check = pool.submit(verify, path, [book.entries[sheet.part]], contract, where)
        # a sheet that is longer than it says is left at once
        check.add_done_callback(lambda done: connection.interrupt() if done.exception() else None)
        try:
            connection.execute(query)
        except duckdb.Error as error:
            check.result()
            raise _damaged(contract, where, sheet, error) from error
        check.result()


def _read(path: Path, sheet: Sheet, cells: str) -> str:
    return (
        f"read_xlsx({text(str(path))}, sheet = {text(sheet.name)}, header = false, all_varchar = true, "
        f"stop_at_empty = false, range = '{cells}')"
    )


def _damaged(contract: Contract, where: str, sheet: Sheet, error: duckdb.Error) -> SourceError:
    return fault(SourceDamaged, contract, where, f"sheet {sheet.name} of a workbook", str(error).splitlines()[0])
