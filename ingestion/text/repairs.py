"""Convert the legacy columns of a landed batch: data.parquet is written anew, each change listed in repairs.parquet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingestion.batches import DATA
from ingestion.text.detection import detect
from ingestion.text.encodings import ENCODINGS, UNICODE, Encoding
from ingestion.text.values import find_repairs
from ingestion.text.words import literal, load_syllables
from warehouse.contracts import Contract
from warehouse.errors import ContractError

REPAIRS = "repairs.parquet"


@dataclass(frozen=True)
class Conversion:
    """One column that was converted: from which encoding, and how many rows changed."""

    column: str
    encoding: str
    rows: int


def convert(connection: duckdb.DuckDBPyConnection, folder: Path, contract: Contract) -> tuple[Conversion, ...]:
    """Bring the legacy text of a batch to Unicode.

    Each text column is decided by itself: by the contract's `encoding`, or by detection. In a decided column
    a value is changed only where it testifies to the encoding; one that reads as Vietnamese both ways follows
    its column when nothing in the column is Unicode. Where nothing changes, no file is written.

    Args:
        connection: a database to work in; its temporary tables named kho_* are this function's.
        folder: the batch, with data.parquet. It is replaced, and repairs.parquet holds one row per changed value:
            column_name, _batch_id, _source_file, _sheet, _row_number, kind, original, converted.
        contract: what the columns are.

    Raises:
        ContractError: a column's `encoding` is not one that kho knows.
    """
    data = folder / DATA
    given = _given_encodings(contract)
    landed = _text_columns(connection, data)
    open_to_doubt = [
        c.name for c in contract.landed if c.encoding is None and c.logical_type == "string" and c.name in landed
    ]
    decided = {name: encoding for name, encoding in given.items() if name in landed}
    decided |= detect(connection, data, open_to_doubt)
    if not decided:
        return ()
    load_syllables(connection)
    columns = ", ".join(f"{name} varchar" for name in ("column_name", "kind", "original", "converted"))
    connection.execute(f"create or replace temp table kho_repairs ({columns})")
    for column, encoding in decided.items():
        find_repairs(connection, data, column, encoding, is_given=column in given)
    conversions = _rewrite(connection, folder, decided)
    connection.execute("drop table kho_repairs")
    return conversions


def _given_encodings(contract: Contract) -> dict[str, Encoding]:
    given = {}
    for column in contract.landed:
        if column.encoding in (None, UNICODE):
            continue
        if column.encoding not in ENCODINGS:
            raise ContractError(
                wanted=f"encoding one of {', '.join((*ENCODINGS, UNICODE))}",
                found=str(column.encoding),
                where=f"contract {contract.path.name}, column {column.name}",
                action="Correct the encoding, or leave it out to have it detected.",
            )
        given[column.name] = ENCODINGS[column.encoding]
    return given


def _text_columns(connection: duckdb.DuckDBPyConnection, data: Path) -> set[str]:
    described = connection.execute(f"describe select * from read_parquet({literal(str(data))})").fetchall()
    return {name for name, type_, *_ in described if type_ == "VARCHAR"}


def _rewrite(
    connection: duckdb.DuckDBPyConnection, folder: Path, decided: dict[str, Encoding]
) -> tuple[Conversion, ...]:
    """Put what kho_repairs says into data.parquet, and list it by row."""
    data = folder / DATA
    # a table's rows have their place in the file for a number: they keep it when they are written anew
    rows = f"""(
        select * exclude (file_row_number) replace (coalesce(_row_number, file_row_number + 1) as _row_number)
        from read_parquet({literal(str(data))}, file_row_number = true)
    )"""
    changed = [name for (name,) in connection.execute("select distinct column_name from kho_repairs").fetchall()]
    if not changed:
        return ()
    listed = []
    joins, replaced = "", []
    for number, name in enumerate(changed):
        repair = f"repair_{number}"
        joins += f" left join kho_repairs as {repair} on {repair}.column_name = {literal(name)}"
        joins += f' and {repair}.original = landed."{name}"'
        replaced.append(f'coalesce({repair}.converted, landed."{name}") as "{name}"')
        listed.append(
            f"""
            select column_name, _batch_id, _source_file, _sheet, _row_number, kind, original, converted
            from {rows} as landed
            inner join kho_repairs on column_name = {literal(name)} and original = landed."{name}"
            """
        )
    _write(connection, " union all ".join(listed), folder / REPAIRS)
    _write(connection, f"select landed.* replace ({', '.join(replaced)}) from {rows} as landed{joins}", data)
    counted = connection.execute(
        f"select column_name, count(*) from read_parquet({literal(str(folder / REPAIRS))}) group by all order by all"
    ).fetchall()
    return tuple(Conversion(name, decided[name].name, count) for name, count in counted)


def _write(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    temporary = path.with_suffix(".tmp")
    connection.execute(f"copy ({query}) to {literal(str(temporary))} (format parquet, compression zstd)")
    temporary.replace(path)
