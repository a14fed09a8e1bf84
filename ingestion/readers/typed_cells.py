"""Workbooks through calamine (XLS, XLSB, ODS, and XLSX that DuckDB would misread): typed cells become text.

Slower than DuckDB's own reader, and the whole sheet is held in memory: their sizes are bounded by
`Limits.max_memory_bytes`.
"""

from __future__ import annotations

import csv
import datetime as dt
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from ingestion.header import SEARCHED_ROWS
from ingestion.readers.archive import check_package, verify
from ingestion.readers.limits import Limits
from ingestion.readers.sheets import chosen_sheets
from ingestion.readers.tables import Table, copy_cells, fault, text
from warehouse.contracts import Contract
from warehouse.errors import SourceDamaged, SourceEncrypted, SourceTooLarge

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

NAME = "calamine"
LOCKED = ("password", "encrypt", "protected")


@dataclass(frozen=True)
class Sheet:
    """A sheet as calamine lists it."""

    name: str
    visible: bool


def tables(
    connection: duckdb.DuckDBPyConnection, path: Path, contract: Contract, limits: Limits, place: str
) -> Iterator[Table]:
    """The chosen sheets of a workbook. Raises a SourceError that says what is wrong with it."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    _check_size(path, contract, limits, place)
    try:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            sheets = [
                Sheet(s.name, s.visible == SheetVisibleEnum.Visible)
                for s in workbook.sheets_metadata
                if s.typ == SheetTypeEnum.WorkSheet
            ]
            for sheet in chosen_sheets(sheets, contract, place):
                table = _table(connection, workbook, sheet.name, contract, limits, place)
                if table:
                    yield table
    except (CalamineError, OSError, ValueError) as error:
        locked = any(word in str(error).casefold() for word in LOCKED)
        raise fault(
            SourceEncrypted if locked else SourceDamaged,
            contract,
            place,
            "a workbook",
            "one that is locked with a password" if locked else f"a file that does not open as one ({error})",
        ) from error


def _check_size(path: Path, contract: Contract, limits: Limits, place: str) -> None:
    size = path.stat().st_size
    if contract.server.format != "xls":
        entries = check_package(path, contract, limits, place)
        verify(path, entries, contract, place)
        size = sum(entry.file_size for entry in entries)
    if size > limits.max_memory_bytes:
        raise fault(
            SourceTooLarge,
            contract,
            place,
            f"at most {limits.max_memory_bytes:,} bytes of a format that is held in memory",
            f"{size:,}",
            "Ask for XLSX or CSV, or for smaller files.",
        )


def _table(
    connection: duckdb.DuckDBPyConnection,
    workbook: CalamineWorkbook,
    name: str,
    contract: Contract,
    limits: Limits,
    place: str,
) -> Table | None:
    sheet = workbook.get_sheet_by_name(name)
    width = sheet.width
    if width > limits.max_columns:
        raise fault(
            SourceTooLarge, contract, f"{place}, sheet {name}", f"at most {limits.max_columns:,} columns", f"{width:,}"
        )
    if sheet.height == 0 or width == 0:
        return None
    first = [list(map(cell_text, row)) for row in itertools.islice(rows(sheet), SEARCHED_ROWS + 1)]
    write = partial(_write, connection, sheet, width)
    return Table(NAME, place, name, first, write, endless=True)


def rows(sheet: CalamineSheet) -> Iterable[list[Any]]:
    """All rows from the sheet's first one on, empty ones too."""
    return sheet.to_python(skip_empty_area=False)


def cell_text(value: Any) -> str | None:
    """A cell as people would type it: no `.0`, no exponent, days as YYYY-MM-DD; an empty one is nothing."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e22 else repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ") if value.time() != dt.time() else value.date().isoformat()
    return str(value)


def _write(connection: duckdb.DuckDBPyConnection, sheet: CalamineSheet, width: int, target: Path) -> None:
    """Cells to a CSV file beside the target, and from there to Parquet: no other way from Python is as quick."""
    passage = target.with_suffix(".csv")
    with passage.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerows(["" if v is None else v for v in map(cell_text, row)] for row in rows(sheet))
    columns = ", ".join(f"'c{i}': 'varchar'" for i in range(width))
    connection.execute(
        copy_cells(
            f"""select * from read_csv({text(str(passage))}, columns = {{{columns}}}, auto_detect = false,
                header = false, delim = ',', quote = '"', escape = '"', parallel = false, nullstr = '',
                allow_quoted_nulls = true, max_line_size = 33554432)""",
            target,
        )
    )
    passage.unlink()
