"""Files: one file of a source into a batch folder."""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingestion.extraction import Extraction
from ingestion.header import find_header
from ingestion.readers import delimited, spreadsheet
from ingestion.tabulate import tabulate
from warehouse.contracts import Contract


def check(path: Path, contract: Contract) -> None:
    """Refuse a path that is not a plain file at rest."""


def extract(
    connection: duckdb.DuckDBPyConnection, path: Path, contract: Contract, folder: Path, *, batch_id: str
) -> Extraction:
    """Write data.parquet and rejects.parquet of one file."""
    if contract.server.format == "xlsx":
        sheet: str | None = spreadsheet.sheet_name(path, contract)
        first = spreadsheet.read_cells(connection, path, str(sheet), contract)
        reader = spreadsheet.NAME
    else:
        sheet = None
        first = delimited.read_cells(connection, path, contract)
        reader = delimited.NAME
    header = find_header(first, contract, f"{path.name}" + (f", sheet {sheet}" if sheet else ""))
    counts = tabulate(connection, contract, header, folder, batch_id=batch_id, source_file=path.name, sheet=sheet)
    return Extraction(
        reader, counts.read, counts.landed, counts.rejected, counts.out_of_scope, missing_columns=header.missing
    )
