"""From cells to the dataset's columns: every row gets its bucket, data, reject or out of scope."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingestion.batches import DATA, REJECTS
from ingestion.header import Header
from warehouse.contracts import Contract
from warehouse.errors import ContractError


@dataclass(frozen=True)
class Counts:
    """Rows of one file by bucket; `out_of_scope` by kind."""

    read: int
    landed: int
    rejected: int
    out_of_scope: dict[str, int]


def tabulate(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    header: Header,
    folder: Path,
    *,
    batch_id: str,
    source_file: str,
    sheet: str | None,
) -> Counts:
    """Write data.parquet and rejects.parquet of a batch from `cells`.

    data: the contract's columns as text, exactly as read, and _batch_id, _source_file, _sheet, _row_number.
    rejects: bucket, reason, _row_number and the cells of every other row. Raises ContractError when an
    outOfScope condition is not valid SQL.
    """
    _judge(connection, contract, header)
    columns = ", ".join(_as_read(header, c.name) for c in contract.landed)
    connection.execute(
        f"""
        copy (
            select {columns}, ? as _batch_id, ? as _source_file, cast(? as varchar) as _sheet, _row_number
            from judged where bucket = 'data' order by _row_number
        ) to '{folder / DATA}' (format parquet, compression zstd)
        """,
        [batch_id, source_file, sheet],
    )
    connection.execute(
        f"""
        copy (
            select bucket, reason, _row_number, to_json(cells) as cells
            from (
                select bucket, reason, _row_number, columns(c -> regexp_full_match(c, 'c[0-9]+'))
                from judged where bucket <> 'data'
            ) as cells
            order by _row_number
        ) to '{folder / REJECTS}' (format parquet, compression zstd)
        """
    )
    rows = connection.execute("select bucket, reason, count(*) from judged group by all").fetchall()
    by_bucket: dict[str, int] = {}
    for bucket, _, count in rows:
        by_bucket[bucket] = by_bucket.get(bucket, 0) + count
    return Counts(
        read=sum(by_bucket.values()),
        landed=by_bucket.get("data", 0),
        rejected=by_bucket.get("rejected", 0),
        out_of_scope={reason: count for bucket, reason, count in rows if bucket == "out_of_scope"},
    )


def _judge(connection: duckdb.DuckDBPyConnection, contract: Contract, header: Header) -> None:
    width = len(connection.execute("select * from cells limit 0").description) - 1
    named = ", ".join(f"nullif(trim({_cell(header, c.name)}), '') as \"{c.name}\"" for c in contract.landed)
    spare = [i for i in range(width) if i not in (*header.positions.values(), *header.ignored)]
    too_many = " or ".join(f"c{i} is not null" for i in spare) or "false"
    out_of_scope = " ".join(f"when ({o.when}) then '{o.kind}'" for o in contract.out_of_scope)
    empty = " and ".join(f"nullif(trim(c{i}), '') is null" for i in range(width))
    try:
        connection.execute(
            f"""
            create or replace temporary table judged as
            with named as (select *, {named} from cells),
            reasons as (
                select *,
                    case
                        when _row_number < {header.row} then 'title'
                        when _row_number < {header.first_data_row} then 'header'
                        when {empty} then 'empty'
                        {out_of_scope}
                    end as scope_reason,
                    case when {too_many} then 'more cells than the header' end as reject_reason
                from named
            )
            select * exclude (scope_reason, reject_reason),
                coalesce(scope_reason, reject_reason) as reason,
                case when scope_reason is not null then 'out_of_scope'
                    when reject_reason is not null then 'rejected' else 'data' end as bucket
            from reasons
            """
        )
    except (duckdb.BinderException, duckdb.ParserException) as error:
        raise ContractError(
            wanted="outOfScope conditions in SQL over the contract's columns",
            found=str(error).splitlines()[0],
            where=f"contract {contract.path.name}, outOfScope",
            action="Correct `when`; it sees the columns as text.",
        ) from error


def _cell(header: Header, name: str) -> str:
    return f"c{header.positions[name]}" if name in header.positions else "cast(null as varchar)"


def _as_read(header: Header, name: str) -> str:
    return f'{_cell(header, name)} as "{name}"'
