"""Workbooks (XLSX). Every cell is text, rows are numbered as the sheet shows them."""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingestion.header import SEARCHED_ROWS
from warehouse.connections import load_extension
from warehouse.contracts import Contract
from warehouse.errors import SourceError

NAME = "duckdb read_xlsx"
# columns searched for the header; a register has some twenty
SEARCHED_COLUMNS = 200
SPARE_CELLS = 2


def sheet_name(path: Path, contract: Contract) -> str:
    """The sheet to read: the contract's, or the first visible one. Raises SourceError when it cannot be told."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    try:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            sheets = workbook.sheets_metadata
    except (CalamineError, OSError) as error:
        raise _error(contract, path, "a workbook", f"a file that does not open as one ({error})") from error
    if contract.sheets:
        [wanted] = contract.sheets
        if wanted not in [s.name for s in sheets]:
            raise _error(contract, path, f"sheet {wanted}", ", ".join(s.name for s in sheets))
        return wanted
    visible = [s.name for s in sheets if s.visible == SheetVisibleEnum.Visible]
    if not visible:
        raise _error(contract, path, "a visible sheet", "none")
    return visible[0]


def read_cells(
    connection: duckdb.DuckDBPyConnection, path: Path, sheet: str, contract: Contract
) -> list[tuple[str | None, ...]]:
    """Fill `cells` from one sheet and return its first rows. Raises SourceError when it has none."""
    load_extension(connection, "excel")
    read = "read_xlsx(?, sheet = ?, header = false, all_varchar = true, stop_at_empty = false, range = ?)"
    top = f"A1:{_letters(SEARCHED_COLUMNS)}{SEARCHED_ROWS + 1}"
    try:
        first = connection.execute(f"select * from {read}", [str(path), sheet, top]).fetchall()
        width = max((i for row in first for i, cell in enumerate(row, 1) if cell is not None), default=0)
        if width == 0:
            raise _error(contract, path, "rows", f"nothing in the first {SEARCHED_ROWS} rows of sheet {sheet}")
        width += SPARE_CELLS
        names = ", ".join(f'"{_letters(i + 1)}" as c{i}' for i in range(width))
        connection.execute(
            f"""
            create or replace temporary table cells as
            select row_number() over () as _row_number, {names} from {read}
            """,
            [str(path), sheet, f"A:{_letters(width)}"],
        )
    except duckdb.Error as error:
        raise _error(contract, path, f"sheet {sheet} of a workbook", str(error).splitlines()[0]) from error
    _drop_after_last(connection, width)
    return [row[:width] for row in first]


def _drop_after_last(connection: duckdb.DuckDBPyConnection, width: int) -> None:
    """Forget the empty rows below the last used one: a sheet has them without end."""
    used = ", ".join(f"c{i}" for i in range(width))
    connection.execute(
        f"""
        delete from cells where _row_number > (
            select coalesce(max(_row_number), 0) from cells where coalesce({used}) is not null
        )
        """
    )


def _letters(number: int) -> str:
    """Column letters of a sheet: 1 is A, 27 is AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _error(contract: Contract, path: Path, wanted: str, found: str) -> SourceError:
    return SourceError(
        wanted=wanted,
        found=found,
        where=f"contract {contract.path.name}, {path.name}",
        action="Open the file to see whether it is the right one, and ask the sender for it again.",
    )
