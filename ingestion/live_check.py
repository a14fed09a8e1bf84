"""Hold a contract against its live source: what would be refused, and what would be counted as wrong.

The source is opened and read by the readers that extract it, into a folder that is thrown away; of a table or an
API only a sample. Nothing lands.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import duckdb

from ingestion.batches import DATA
from ingestion.candidates import source_files
from ingestion.readers import api_extraction, database, files
from warehouse.assembly import placeholders
from warehouse.connections import connect_memory
from warehouse.contracts import Column, Contract
from warehouse.engine_sql import engine_sql
from warehouse.errors import KhoError

SAMPLE_ROWS = 50_000
# the newest files of a folder are read whole, the others not
NEWEST_FILES = 3
# texts that no value map knows, shown for each column
SHOWN_TEXTS = 5

Result = Literal["ok", "look", "refused"]


@dataclass(frozen=True)
class Finding:
    """One line of the check: `refused` would stop the dataset from landing, `look` is for a person to judge."""

    result: Result
    what: str
    detail: str


def check_live(contract: Contract) -> list[Finding]:
    """What a contract says and its source does not, or the reverse. Never raises for a fault of the source."""
    findings: list[Finding] = []
    with connect_memory() as connection, tempfile.TemporaryDirectory() as folder:
        try:
            for place, data in _samples(connection, contract, Path(folder), findings):
                findings += _judge(connection, contract, data, place)
        except KhoError as error:
            findings.append(_refused(error))
    return findings


def _samples(
    connection: duckdb.DuckDBPyConnection, contract: Contract, folder: Path, findings: list[Finding]
) -> Iterator[tuple[str, Path]]:
    """Parquet files of the contract's columns as text, each with the place that it was read from."""
    if contract.server.kind == "files":
        yield from _file_samples(connection, contract, folder, findings)
    elif contract.server.kind == "api":
        options = {**contract.server.options, "pagination": {"type": "none"}}
        first = replace(contract, server=replace(contract.server, options=options))
        extraction = api_extraction.extract(connection, first, folder, batch_id="check")
        result: Result = "ok" if extraction.rows_landed else "look"
        findings.append(Finding(result, "first page: rows", f"{extraction.rows_landed:,}"))
        findings += _columns(contract, "first page", extraction.missing_columns, extraction.new_columns)
        yield "first page", folder / DATA
    else:
        yield contract.table, _table_sample(contract, folder, findings)


def _file_samples(
    connection: duckdb.DuckDBPyConnection, contract: Contract, folder: Path, findings: list[Finding]
) -> Iterator[tuple[str, Path]]:
    paths = source_files(contract)
    newest = sorted(paths, key=lambda path: path.stat().st_mtime)[-NEWEST_FILES:]
    findings.append(Finding("ok", "files", f"{len(paths)} match; read: {', '.join(p.name for p in newest)}"))
    for number, path in enumerate(newest):
        target = folder / str(number)
        target.mkdir()
        try:
            extraction = files.extract(connection, path, contract, target, batch_id="check")
        except KhoError as error:
            findings.append(_refused(error))
            continue
        rejected = f", {extraction.rows_rejected:,} rejected" if extraction.rows_rejected else ""
        scope = "".join(f", {count:,} {kind}" for kind, count in extraction.out_of_scope.items())
        result: Result = "look" if extraction.rows_rejected or not extraction.rows_landed else "ok"
        findings.append(Finding(result, f"{path.name}: rows", f"{extraction.rows_landed:,} of data{rejected}{scope}"))
        findings += _columns(contract, path.name, extraction.missing_columns, extraction.new_columns)
        yield path.name, target / DATA


def _table_sample(contract: Contract, folder: Path, findings: list[Finding]) -> Path:
    data = folder / DATA
    with database.session(contract) as source:
        met = source.check()
        query = source.query()
        rows = int(source.connection.execute(f"select count(*) from ({query})").fetchall()[0][0])
        source.connection.execute(f"copy (select * from ({query}) limit {SAMPLE_ROWS}) to '{data}' (format parquet)")
    seen = f", the first {SAMPLE_ROWS:,} were read" if rows > SAMPLE_ROWS else ""
    findings.append(Finding("ok" if rows else "look", f"{contract.table}: rows", f"{rows:,}{seen}"))
    discarded = [*met.unknown, *met.retyped]
    findings.extend(_columns(contract, contract.table, met.missing, tuple(met.new), discarded))
    return data


def _columns(
    contract: Contract, place: str, missing: Sequence[str], new: Sequence[str], discarded: Sequence[str] = ()
) -> list[Finding]:
    """What the drift policies of the contract let pass; what they refuse was raised by the reader."""
    titles = {c.name: c.header for c in contract.columns}
    said = [
        *(f"not in the source: {titles[name]} ({name})" for name in missing),
        *(f"in the source alone: {name}; drift policy evolve lets it in" for name in new),
        *(f"not as the contract says: {name}; its drift policy keeps the values in rejects" for name in discarded),
    ]
    what = f"{place}: columns"
    return [Finding("look", what, line) for line in said] or [
        Finding("ok", what, f"all {len(contract.landed)} are there")
    ]


def _judge(connection: duckdb.DuckDBPyConnection, contract: Contract, data: Path, place: str) -> list[Finding]:
    landed = {row[0] for row in connection.execute("describe select * from read_parquet(?)", [str(data)]).fetchall()}
    columns = [c for c in contract.landed if c.name in landed]
    cleaned = ", ".join(f"{_clean(c)} as {c.name}" for c in columns)
    connection.execute(f"create or replace temporary table judged as select {cleaned} from read_parquet('{data}')")
    found = [finding for column in columns for finding in _judge_column(connection, column, place)]
    return found + _judge_key(connection, [c for c in columns if c.key], place)


def _judge_column(connection: duckdb.DuckDBPyConnection, column: Column, place: str) -> Iterator[Finding]:
    if column.value_map:
        known = [text.lower() for code, texts in column.value_map.items() for text in (code, *texts)]
        rows = connection.execute(
            f"select {column.name}, count(*) from judged where {column.name} is not null "
            f"and not list_contains(?::varchar[], lower({column.name})) group by all order by 2 desc, 1",
            [known],
        ).fetchall()
        if rows:
            shown = "" if column.personal else "; " + ", ".join(f"“{text}” ({n:,})" for text, n in rows[:SHOWN_TEXTS])
            yield Finding("look", f"{place}: {column.name}", f"texts in no value map: {len(rows)}{shown}")
    elif column.logical_type != "string":
        parsed = engine_sql(f"parse_{column.logical_type}('{column.name}')")
        filled, read = connection.execute(f"select count({column.name}), count({parsed}) from judged").fetchall()[0]
        if read < filled:
            detail = f"{filled - read:,} of {filled:,} texts cannot be read as {column.logical_type}"
            yield Finding("look", f"{place}: {column.name}", detail)
    if column.required or column.key:
        empty = connection.execute(f"select count(*) from judged where {column.name} is null").fetchall()[0][0]
        if empty:
            yield Finding("look", f"{place}: {column.name}", f"{empty:,} rows have no value, and it is required")


def _judge_key(connection: duckdb.DuckDBPyConnection, key: list[Column], place: str) -> list[Finding]:
    if not key:
        return [Finding("look", f"{place}: key", "none in the contract: every row counts as a record of its own")]
    names = ", ".join(c.name for c in key)
    whole = " and ".join(f"{c.name} is not null" for c in key)
    query = f"select count(*), count(distinct ({names})) from judged where {whole}"
    rows, distinct = connection.execute(query).fetchall()[0]
    if distinct < rows:
        return [Finding("look", f"{place}: key", f"{rows - distinct:,} of {rows:,} rows repeat a key ({names})")]
    return [Finding("ok", f"{place}: key", f"{names} is different in all {rows:,} rows")]


def _clean(column: Column) -> str:
    return engine_sql(f"clean_text('{column.name}', {placeholders(column)})")


def _refused(error: KhoError) -> Finding:
    return Finding("refused", error.where, f"wanted {error.wanted}; found {error.found}. {error.action}")
