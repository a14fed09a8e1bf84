"""Parquet files: every value cast to text by DuckDB; nested values become JSON."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from ingestion.readers.limits import Limits
from ingestion.readers.tables import Table, copy_cells, fault, identifier, text
from warehouse.contracts import Contract
from warehouse.errors import SourceDamaged, SourceError, SourceTooLarge

NAME = "duckdb read_parquet"
NESTED = ("STRUCT", "MAP", "UNION")


def tables(
    connection: duckdb.DuckDBPyConnection, path: Path, contract: Contract, limits: Limits, place: str
) -> Iterator[Table]:
    """The one table of a Parquet file. Raises SourceDamaged or SourceTooLarge."""
    source = text(str(path))
    try:
        columns = connection.execute(f"describe select * from read_parquet({source})").fetchall()
        ((rows,),) = connection.execute(f"select num_rows from parquet_file_metadata({source})").fetchall()
    except duckdb.Error as error:
        raise _damaged(contract, place, error) from error
    if rows > limits.max_rows or len(columns) > limits.max_columns:
        wanted = f"at most {limits.max_rows:,} rows and {limits.max_columns:,} columns"
        raise fault(SourceTooLarge, contract, place, wanted, f"{rows:,} and {len(columns):,}")
    cells = ", ".join(f"{_as_text(name, kind)} as c{i}" for i, (name, kind, *_) in enumerate(columns))

    def write(target: Path) -> None:
        try:
            connection.execute(copy_cells(f"select {cells} from read_parquet({source})", target))
        except duckdb.Error as error:
            raise _damaged(contract, place, error) from error

    yield Table(NAME, place, None, [[str(name) for name, *_ in columns]], write, named=True)


def _as_text(name: str, kind: str) -> str:
    column = identifier(name)
    nested = kind.startswith(NESTED) or kind.endswith("]")
    return f"cast(to_json({column}) as varchar)" if nested else f"cast({column} as varchar)"


def _damaged(contract: Contract, place: str, error: duckdb.Error) -> SourceError:
    return fault(SourceDamaged, contract, place, "a Parquet file", str(error).splitlines()[0].split("'")[0])
