"""One source file, of any format, becomes the files of a batch."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import duckdb

from ingestion.extraction import Extraction
from ingestion.header import Header, find_header
from ingestion.judgement import Piece
from ingestion.readers import delimited, json_text, parquet, spreadsheet, typed_cells
from ingestion.readers.archive import REFUSED, members
from ingestion.readers.guards import check_path, check_unchanged
from ingestion.readers.kinds import check_kind
from ingestion.readers.labels import readings
from ingestion.readers.limits import Limits
from ingestion.readers.tables import Table, fault
from ingestion.tabulate import tabulate
from warehouse.contracts import Contract
from warehouse.errors import HeaderMissing, SourceDamaged, SourceUnsafe


def check(path: Path, contract: Contract) -> None:
    """Refuse a path that is no whole, regular file, before a byte of it is read. See `check_path` for the errors."""
    check_path(path, contract, Limits.of(contract))


def extract(
    connection: duckdb.DuckDBPyConnection, path: Path, contract: Contract, folder: Path, *, batch_id: str
) -> Extraction:
    """Read one source file into data.parquet and rejects.parquet of `folder` (see `Extraction`).

    Every row of every chosen sheet, and of every member of a ZIP archive, ends in exactly one bucket.

    Raises:
        SourceError: one of its kinds, saying what is wrong with the file; `transient` when it may be right later.
        ContractError: an option or an outOfScope condition of the contract is wrong.
    """
    limits = Limits.of(contract)
    stamp = check_path(path, contract, limits)
    with tempfile.TemporaryDirectory(prefix="reading-", dir=folder) as name:
        work = Path(name)
        pieces: list[Piece] = []
        readers: list[str] = []
        for table in _tables(connection, path, work, contract, limits, path.name):
            pieces.append(_piece(connection, table, work / f"{len(pieces)}.parquet", contract))
            readers.append(table.reader)
        if not any(piece.header for piece in pieces):
            raise fault(SourceDamaged, contract, path.name, "rows", "none")
        counts = tabulate(connection, contract, pieces, folder, batch_id=batch_id)
    check_unchanged(path, contract, stamp)
    headers = [piece.header for piece in pieces if piece.header]
    return Extraction(
        reader=", ".join(dict.fromkeys(readers)),
        rows_read=counts.read,
        rows_landed=counts.landed,
        rows_rejected=counts.rejected,
        out_of_scope=counts.out_of_scope,
        values_discarded=counts.values_discarded,
        missing_columns=tuple(dict.fromkeys(name for header in headers for name in header.missing)),
        new_columns=tuple(dict.fromkeys(name for header in headers for name in header.new)),
        sheets=tuple(dict.fromkeys(piece.sheet for piece in pieces if piece.sheet)),
    )


def _tables(
    connection: duckdb.DuckDBPyConnection, path: Path, work: Path, contract: Contract, limits: Limits, place: str
) -> Iterator[Table]:
    kind = check_kind(path, contract, place)
    if kind == "zip":
        if place != path.name:
            raise fault(SourceUnsafe, contract, place, "a table", "an archive inside the archive", REFUSED)
        for member, where in members(path, work, contract, limits, place):
            yield from _tables(connection, member, work, contract, limits, where)
        return
    match contract.server.format:
        case "xlsx" | "xlsm":
            yield from spreadsheet.tables(connection, path, contract, limits, place)
        case "xls" | "xlsb" | "ods":
            yield from typed_cells.tables(connection, path, contract, limits, place)
        case "json" | "ndjson":
            yield from json_text.tables(connection, path, work, contract, limits, place)
        case "parquet":
            yield from parquet.tables(connection, path, contract, limits, place)
        case _:
            yield from delimited.tables(connection, path, work, contract, limits, place)


def _header(table: Table, contract: Contract) -> Header:
    """The header of a table, its labels read in whatever encoding the contract's labels appear in."""
    missing: HeaderMissing | None = None
    for rows in readings(table.first):
        try:
            return find_header(rows, contract, table.place, named=table.named)
        except HeaderMissing as error:
            missing = missing or error
    assert missing is not None  # noqa: S101 - there is always one reading
    raise missing


def _piece(connection: duckdb.DuckDBPyConnection, table: Table, target: Path, contract: Contract) -> Piece:
    header: Header | None = None
    other: Literal["rejected", "out_of_scope"] = "out_of_scope"
    try:
        header = _header(table, contract)
    except HeaderMissing:
        if contract.drift.tables == "freeze":
            raise
        other = "out_of_scope" if contract.drift.tables == "evolve" else "rejected"
    table.write(target)
    width = len(connection.execute("select * from read_parquet(?) limit 0", [str(target)]).description)
    return Piece(
        cells=target,
        width=width,
        rows=_rows(connection, target, width, table.endless),
        source_file=table.source_file,
        sheet=table.sheet,
        header=header,
        other_bucket=other,
    )


def _rows(connection: duckdb.DuckDBPyConnection, cells: Path, width: int, endless: bool) -> int:
    """How many rows a table has: all, or up to the last with a cell when empty ones go on behind it."""
    used = f"coalesce({', '.join(f'c{i}' for i in range(width))}) is not null" if endless else "true"
    row = connection.execute(
        f"select coalesce(max(file_row_number) + 1, 0) from read_parquet(?, file_row_number = true) where {used}",
        [str(cells)],
    ).fetchone()
    return int(row[0]) if row else 0
