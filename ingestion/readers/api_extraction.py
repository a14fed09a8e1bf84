"""An API's answer becomes the files of a batch: fetched as JSON lines, then read as a file of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb

from ingestion.batches import DATA, REJECTS
from ingestion.extraction import Extraction
from ingestion.readers import files
from ingestion.readers.api import NAME, fetch
from warehouse.contracts import Contract


def extract(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    folder: Path,
    *,
    batch_id: str,
    since: object | None = None,
) -> Extraction:
    """Fetch all pages of an API into data.parquet and rejects.parquet of `folder` (see `Extraction`).

    No records are an extraction of no rows, not a failure. `since` and the errors are those of
    `ingestion.readers.api.fetch`, and those of `ingestion.readers.files.extract`.
    """
    answer = folder / answer_name(contract)
    fetched = fetch(contract, answer, since)
    if fetched.records:
        # what the server entry says of the answer was for fetching it; its records are one a line now
        lines = replace(contract, server=replace(contract.server, format="ndjson", options={}))
        extraction = files.extract(connection, answer, lines, folder, batch_id=batch_id)
    else:
        _write_nothing(connection, contract, folder)
        extraction = Extraction(reader=NAME, rows_read=0, rows_landed=0)
    answer.unlink()
    return replace(extraction, reader=", ".join(dict.fromkeys((NAME, extraction.reader))))


def answer_name(contract: Contract) -> str:
    """What the records of an answer have for a file name in landing."""
    return f"{contract.dataset}.ndjson"


def _write_nothing(connection: duckdb.DuckDBPyConnection, contract: Contract, folder: Path) -> None:
    def columns(names: list[str]) -> str:
        texts = ", ".join(f'cast(null as varchar) as "{name}"' for name in names)
        return f"select {texts}, cast(null as bigint) as _row_number where false"

    data = columns([*(c.name for c in contract.landed), "_batch_id", "_source_file", "_sheet"])
    rejects = columns(["bucket", "reason", "cells"])
    for query, name in ((data, DATA), (rejects, REJECTS)):
        path = str(folder / name).replace("'", "''")
        connection.execute(f"copy ({query}) to '{path}' (format parquet)")
