"""From cells to a batch: data.parquet with the dataset's columns, rejects.parquet with every other row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingestion.batches import DATA, REJECTS
from ingestion.judgement import Piece, cell_of, judged, misfit, typed_columns
from ingestion.readers.tables import identifier, text
from warehouse.contracts import Contract
from warehouse.errors import ContractError


@dataclass(frozen=True)
class Counts:
    """Rows of one file by bucket; `out_of_scope` by kind. `values_discarded` counts values, not rows."""

    read: int
    landed: int
    rejected: int
    out_of_scope: dict[str, int]
    values_discarded: int


def tabulate(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    pieces: Sequence[Piece],
    folder: Path,
    *,
    batch_id: str,
) -> Counts:
    """Write data.parquet and rejects.parquet of a batch from the pieces of a file.

    data: the contract's columns and the new ones as text, exactly as read, and _batch_id, _source_file, _sheet,
    _row_number. rejects: bucket, reason, _row_number and the cells of every other row, or the one value that was
    discarded. Raises ContractError when an outOfScope condition is not valid SQL.
    """
    new = tuple(dict.fromkeys(name for p in pieces if p.header for name in p.header.new))
    data = " union all ".join(_data(contract, piece, new, batch_id) for piece in pieces if piece.header)
    rejects = " union all ".join(part for piece in pieces for part in _rejects(contract, piece, len(pieces) > 1))
    try:
        landed = _copy(connection, data, folder / DATA)
        _copy(connection, rejects, folder / REJECTS)
    except (duckdb.BinderException, duckdb.ParserException) as error:
        raise ContractError(
            wanted="outOfScope conditions in SQL over the contract's columns",
            found=str(error).splitlines()[0],
            where=f"contract {contract.path.name}, outOfScope",
            action="Correct `when`; it sees the columns as text.",
        ) from error
    rows = connection.execute(
        f"select bucket, reason, count(*) from {text(str(folder / REJECTS))} group by all order by all"
    ).fetchall()
    out_of_scope = {reason: count for bucket, reason, count in rows if bucket == "out_of_scope"}
    rejected = sum(count for bucket, _, count in rows if bucket == "rejected")
    return Counts(
        read=landed + rejected + sum(out_of_scope.values()),
        landed=landed,
        rejected=rejected,
        out_of_scope=out_of_scope,
        values_discarded=sum(count for bucket, _, count in rows if bucket == "discarded_value"),
    )


def _copy(connection: duckdb.DuckDBPyConnection, select: str, target: Path) -> int:
    """Write a query to Parquet, in the order of its rows, and return how many there were."""
    row = connection.execute(f"copy ({select}) to {text(str(target))} (format parquet, compression zstd)").fetchone()
    return int(row[0]) if row else 0


def _data(contract: Contract, piece: Piece, new: tuple[str, ...], batch_id: str) -> str:
    header = piece.header
    assert header is not None  # noqa: S101 - pieces without a header hold no data
    discarding = contract.drift.types == "discard_value"
    misfits = {c.name: misfit(c) for c in typed_columns(contract, header)} if discarding else {}

    def value(name: str) -> str:
        cell = cell_of(header, name)
        return f"case when not {misfits[name]} then {cell} end" if name in misfits else cell

    columns = ", ".join(f"{value(name)} as {identifier(name)}" for name in (*(c.name for c in contract.landed), *new))
    return f"""
        select {columns}, {text(batch_id)} as _batch_id, {text(piece.source_file)} as _source_file,
            cast({text(piece.sheet) if piece.sheet else "null"} as varchar) as _sheet, _row_number
        from ({judged(contract, piece)})
        where bucket = 'data'"""


def _rejects(contract: Contract, piece: Piece, many: bool) -> list[str]:
    """SELECTs of what a piece puts into rejects.parquet; with `many` tables the cells say which one."""
    place = {"_source_file": piece.source_file, "_sheet": piece.sheet} if many else {}
    fields = [f"{name} := {text(value)}" for name, value in place.items() if value]
    cells = [f"c{i} := cell_{i}" for i in range(piece.width)]
    rows = judged(contract, piece)
    parts = [
        f"select bucket, reason, _row_number, to_json(struct_pack({', '.join([*fields, *cells])})) as cells "
        f"from ({rows}) where bucket <> 'data'"
    ]
    header = piece.header
    if header is None:
        return parts
    discarded = [
        (f"cell_{i}", f"trim(cell_{i}) <> ''", f"unknown column {label}")
        for label, i in header.discarded.items()
        if contract.drift.columns == "discard_value"
    ] + [
        (cell_of(header, c.name), misfit(c), f"{c.name} is no {c.logical_type}")
        for c in typed_columns(contract, header)
        if contract.drift.types == "discard_value"
    ]
    for cell, condition, reason in discarded:
        value = ", ".join([*fields, f"{cell.replace('cell_', 'c')} := {cell}"])
        parts.append(
            f"select 'discarded_value' as bucket, {text(reason)} as reason, _row_number, "
            f"to_json(struct_pack({value})) as cells from ({rows}) where bucket = 'data' and {condition}"
        )
    return parts
