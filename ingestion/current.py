"""What landing holds of a dataset now: the newest version of each key, without the rows that are gone."""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingestion.batches import DATA, MISSING
from ingestion.history import History, read_history
from warehouse.contracts import Contract
from warehouse.settings import Settings


def current_rows(settings: Settings, contract: Contract) -> str:
    """SQL of the current rows of a dataset with a key: landed columns as text and where each row came from.

    Grain: one row per key. Valid until the next batch lands.
    """
    return current_query(contract, read_history(settings, contract))


def current_query(contract: Contract, history: History, among: str | None = None) -> str:
    """SQL of the current rows as `history` knows them; see `current_rows`.

    `among` is SQL of keys as text: only their rows are looked for, which spares sorting all others.
    """
    keys = key_list(contract)
    wanted = f"semi join ({among}) as among using ({keys})" if among else ""
    newest = f"""
        select * exclude (file_row_number)
        from ({landed_rows(contract, history, [b.folder / DATA for b in history.in_force])}) as landed {wanted}
        qualify row_number() over (partition by {keys} order by _batch_id desc, file_row_number desc) = 1
    """
    gone = [b.folder / MISSING for b in history.committed if (b.folder / MISSING).is_file()]
    if not gone:
        return newest
    same = " and ".join(f'newest."{c.name}" is not distinct from gone."{c.name}"' for c in contract.key)
    return f"""
        select newest.* from ({newest}) as newest
        left join (
            select {keys}, max(_batch_id) as _batch_id from ({landed_rows(contract, history, gone)}) group by all
        ) as gone on {same}
        where gone._batch_id is null or gone._batch_id < newest._batch_id
    """


def landed_rows(contract: Contract, history: History, files: list[Path]) -> str:
    """SQL of the rows of landing files, every column of the contract as text, whatever type it has in each file.

    Rows of a table have their place in the file for a number; `file_row_number` is that place, from 0.
    """
    columns = ", ".join(f'"{c.name}"' for c in contract.landed)
    listed = ", ".join("'" + str(p).replace("'", "''") + "'" for p in [history.columns_file, *files])
    return (
        f"select {columns}, _batch_id, _source_file, _sheet, "
        "coalesce(_row_number, file_row_number + 1) as _row_number, file_row_number "
        f"from read_parquet([{listed}], union_by_name = true, file_row_number = true)"
    )


def keys_in(contract: Contract, history: History, data: Path) -> str:
    """SQL of the keys of a landing file, as text."""
    return f"select {key_list(contract)} from ({landed_rows(contract, history, [data])})"


def write_missing(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    history: History,
    present: str,
    folder: Path,
    batch_id: str,
) -> int:
    """Write missing.parquet of a batch: current rows whose key is not among those of the query `present`.

    The rows are as they were last seen, under the batch that missed them; `present` gives keys as text.
    Returns how many there are; without any there is no file.
    """
    same = " and ".join(f'present."{c.name}" is not distinct from seen."{c.name}"' for c in contract.key)
    target = folder / MISSING
    connection.execute(
        f"""
        copy (
            select seen.* replace (? as _batch_id) from ({current_query(contract, history)}) as seen
            anti join ({present}) as present on {same}
        ) to '{target}' (format parquet, compression zstd)
        """,
        [batch_id],
    )
    [[count]] = connection.execute(f"select count(*) from '{target}'").fetchall()
    if not count:
        target.unlink()
    return int(count)


def has_news(connection: duckdb.DuckDBPyConnection, contract: Contract, history: History, data: Path) -> bool:
    """Whether any row of data.parquet differs from the current row of its key."""
    columns = ", ".join(f'"{c.name}"' for c in contract.landed)
    read = f"select {columns} from ({landed_rows(contract, history, [data])})"
    current = current_query(contract, history, keys_in(contract, history, data))
    news = f"{read} except select {columns} from ({current})"
    return connection.execute(f"select 1 from ({news}) limit 1").fetchone() is not None


def key_list(contract: Contract) -> str:
    """The key columns of a contract, quoted."""
    return ", ".join(f'"{c.name}"' for c in contract.key)
