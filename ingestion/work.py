"""The work on one batch: what it needs, what was written, and the manifest that says so."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from ingestion import batches
from ingestion.arrival import Beginning, reasons_to_hold
from ingestion.batches import DATA, Manifest
from ingestion.current import has_news, keys_in, write_missing
from ingestion.extraction import Extraction
from ingestion.history import History
from ingestion.inspection import days_of, rows_by_slice, watermark_column, watermark_in
from ingestion.text import Conversion
from warehouse.contracts import Contract
from warehouse.settings import Settings


@dataclass(frozen=True)
class Work:
    """What writing one batch needs: a database to work in, an empty folder, what landed before, how this began."""

    settings: Settings
    connection: duckdb.DuckDBPyConnection
    history: History
    folder: Path
    attempt: Beginning


def is_new(work: Work, contract: Contract, extraction: Extraction) -> bool:
    """Whether rows that were read say anything that is not known: rows of the overlap that did not change do not."""
    if _is_repeated(work, contract, extraction):
        return False
    if not work.history.committed or contract.mode in ("full", "compare"):
        return True
    if contract.mode == "append":
        return work.connection.execute(f"select 1 from '{work.folder / DATA}' limit 1").fetchone() is not None
    return has_news(work.connection, contract, work.history, work.folder / DATA)


def _is_repeated(work: Work, contract: Contract, extraction: Extraction) -> bool:
    """Whether a batch that is in force, held or rejected has the same rows; only one with as many is read."""
    fingerprint = batches.extraction_fingerprint(contract)
    as_many = [
        batch
        for batch in work.history.standing
        if (batch.manifest.extraction, batch.manifest.rows_landed) == (fingerprint, extraction.rows_landed)
        and batch.manifest.new_columns == list(extraction.new_columns)
    ]
    if not as_many:
        return False
    rows = batches.sum_of_rows(work.connection, work.folder / DATA)
    return any(batches.sum_of_rows(work.connection, batch.folder / DATA) == rows for batch in as_many)


@dataclass(frozen=True)
class Written:
    """A batch whose rows are on disk, before it has a manifest."""

    batch_id: str
    source_file: str
    slice: str
    extraction: Extraction
    conversions: tuple[Conversion, ...]
    started: float
    content_hash: str | None = None
    missing: int = 0
    total: int | None = None


def finish(work: Work, contract: Contract, written: Written) -> Manifest:
    """Find rows that are gone, and write down what the batch holds and why it should wait."""
    connection, history, folder = work.connection, work.history, work.folder
    extraction, data = written.extraction, folder / DATA
    slices = rows_by_slice(connection, contract, data, written.slice, extraction.rows_landed)
    missing = written.missing
    if contract.mode == "compare" and contract.detect_missing and history.committed:
        present = keys_in(contract, history, data)
        missing = write_missing(connection, contract, history, present, folder, written.batch_id)
    days = days_of(connection, contract, data, work.settings.day)
    reasons = reasons_to_hold(
        contract,
        history,
        slices=slices,
        rows_total=written.total,
        newest_on=days.newest_on,
        future_rows=days.future_rows,
        as_of=work.settings.day,
        source_file=written.source_file,
        attempt=work.attempt,
    )
    return Manifest(
        batch_id=written.batch_id,
        dataset=contract.dataset,
        source=contract.source,
        contract=contract.path.name,
        contract_version=contract.version,
        extraction=batches.extraction_fingerprint(contract),
        mode=contract.mode,
        slices=slices,
        source_file=written.source_file,
        content_hash=written.content_hash,
        rows_read=extraction.rows_read,
        rows_landed=extraction.rows_landed,
        rows_rejected=extraction.rows_rejected,
        rows_out_of_scope=sum(extraction.out_of_scope.values()),
        out_of_scope=extraction.out_of_scope,
        missing_columns=list(extraction.missing_columns),
        new_columns=list(extraction.new_columns),
        values_discarded=extraction.values_discarded,
        rows_missing=missing,
        rows_total=written.total if contract.mode == "incremental" and history.committed else extraction.rows_landed,
        watermark=watermark_in(connection, contract, data),
        newest_on=days.newest_on.isoformat() if days.newest_on else None,
        conversions=[asdict(c) for c in written.conversions],
        reader=extraction.reader,
        seconds=round(time.monotonic() - written.started, 3),
        landed_at=batches.now(),
        hold_reasons=reasons,
    )


def default_slice(contract: Contract, batch_id: str) -> str:
    """What a later batch of a table replaces: itself alone where rows are added, else everything."""
    return batch_id if contract.mode in ("append", "incremental") else "*"


def lower_bound(contract: Contract, history: History) -> dt.date | str | None:
    """The watermark from which rows are read again: the greatest landed, less the overlap. None: from the start."""
    seen, column = history.watermark, watermark_column(contract)
    if seen is None or column is None or contract.watermark is None:
        return None
    overlap = dt.timedelta(seconds=contract.watermark.overlap_seconds)
    if column.logical_type == "date":
        return dt.date.fromisoformat(seen) - overlap
    if column.logical_type == "timestamp":
        return dt.datetime.fromisoformat(seen) - overlap
    return seen
