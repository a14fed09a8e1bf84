"""Candidates: pieces of a source that may become a batch each, a file, a table's extraction, an API's answer.

Each writes its batch into a folder and says what it wrote; nothing new in it is None.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import duckdb

from ingestion import batches
from ingestion.arrival import Beginning, reasons_to_hold
from ingestion.batches import DATA, Manifest
from ingestion.current import current_query, has_news, keys_in, write_missing
from ingestion.extraction import Extraction
from ingestion.history import History
from ingestion.inspection import days_of, rows_by_slice, watermark_column, watermark_in
from ingestion.readers import api_extraction, database, files
from ingestion.readers.source import Source
from ingestion.text import convert
from warehouse.contracts import Contract
from warehouse.errors import SourceMissing, SourceRepeated
from warehouse.settings import Settings


class Candidate(Protocol):
    """Something that may become a batch."""

    def write(
        self, connection: duckdb.DuckDBPyConnection, history: History, folder: Path, settings: Settings, attempt: Beginning
    ) -> Manifest | None:
        """Write the batch into `folder`. None when the source has nothing new. Raises KhoError."""
        ...


def file_candidates(contract: Contract) -> Iterator[Candidate]:
    """The files that a contract's path names now, in name order; `*` and `**` as in glob.

    Raises SourceMissing when there are none.
    """
    paths = matching_files(contract)
    if not paths:
        raise SourceMissing(
            wanted=f"files like {Path(contract.server.location).name}",
            found="none",
            where=f"contract {contract.path.name}, server {contract.server.name}",
            action="Check the path in the contract, or whether the sender has sent them.",
        )
    return (FileCandidate(contract, path) for path in paths)


def matching_files(contract: Contract) -> list[Path]:
    """What a contract's path names now, in name order."""
    pattern = Path(contract.server.location)
    return sorted(Path(pattern.anchor).glob(str(pattern.relative_to(pattern.anchor))))


def database_candidates(contract: Contract) -> Iterator[Candidate]:
    """The table or query of a contract."""
    yield TableCandidate(contract)


def api_candidates(contract: Contract) -> Iterator[Candidate]:
    """The answer of a contract's service."""
    yield AnswerCandidate(contract)


@dataclass(frozen=True)
class FileCandidate:
    """One file of a drop folder."""

    contract: Contract
    path: Path

    def write(
        self, connection: duckdb.DuckDBPyConnection, history: History, folder: Path, settings: Settings, attempt: Beginning
    ) -> Manifest | None:
        """See Candidate. Raises SourceRepeated when a file of another period has the same bytes."""
        started = time.monotonic()
        files.check(self.path, self.contract)
        with self.path.open("rb") as file:
            content_hash = hashlib.file_digest(file, "sha256").hexdigest()
        batch_id = batches.new_batch_id()
        slice_name = self._slice(batch_id)
        # which periods a file holds by its column is known only when it was read
        by_column = self.contract.period is not None and self.contract.period.column is not None
        fingerprint = batches.extraction_fingerprint(self.contract)
        known = history.knowing(content_hash, fingerprint, None if by_column else slice_name)
        if known is not None:
            self._refuse_another_period(known.manifest)
            return None
        extraction = files.extract(connection, self.path, self.contract, folder, batch_id=batch_id)
        written = Written(batch_id, self.path.name, content_hash, slice_name, extraction, started)
        return finish(connection, self.contract, history, folder, written, settings.day, attempt)

    def _slice(self, batch_id: str) -> str:
        if self.contract.mode == "full":
            return self._period() or self.path.name
        return default_slice(self.contract, batch_id)

    def _period(self) -> str | None:
        pattern = self.contract.period.file_name if self.contract.period else None
        found = re.search(pattern, self.path.name) if pattern else None
        return found.group(1) if found else None

    def _refuse_another_period(self, known: Manifest) -> None:
        period = self._period()
        if period is None or period in known.slices:
            return
        raise SourceRepeated(
            wanted=f"data of {period}",
            found=f"the same bytes as {known.source_file}, which is {', '.join(known.slices)}",
            where=f"contract {self.contract.path.name}, {self.path.name}",
            action="Ask the sender for the file of this period.",
        )


@dataclass(frozen=True)
class TableCandidate:
    """A table of a database, whole or what is new in it."""

    contract: Contract

    def write(
        self, connection: duckdb.DuckDBPyConnection, history: History, folder: Path, settings: Settings, attempt: Beginning
    ) -> Manifest | None:
        """See Candidate."""
        started = time.monotonic()
        batch_id = batches.new_batch_id()
        with database.session(self.contract, settings) as source:
            source.check(self.contract)
            missing, total, where = self._changes(source, history, folder, batch_id)
            extraction = database.extract(source, self.contract, folder, batch_id=batch_id, where=where)
        content_hash = batches.content_of(extraction, connection, folder / DATA)
        if not missing and not is_new(connection, self.contract, history, folder, content_hash):
            return None
        written = Written(
            batch_id, self.contract.table, content_hash, default_slice(self.contract, batch_id), extraction, started,
            missing, total,
        )  # fmt: skip
        return finish(connection, self.contract, history, folder, written, settings.day, attempt)

    def _changes(
        self, source: Source, history: History, folder: Path, batch_id: str
    ) -> tuple[int, int | None, str | None]:
        """Rows gone, rows at the source, and the condition for what is to be read.

        In mode incremental the keys at the source tell which rows are gone and which came late, with a
        watermark that was passed before; both are seen in the same snapshot as the rows.
        """
        since = lower_bound(self.contract, history)
        if self.contract.mode not in ("incremental", "append"):
            return 0, None, None
        column = watermark_column(self.contract)
        new = source.since(column, str(since)) if column is not None and since is not None else None
        if not self.contract.detect_missing or not history.committed:
            return 0, None, new
        keys = ", ".join(f'"{c.name}"' for c in self.contract.key)
        texts = ", ".join(f'cast("{c.name}" as varchar) as "{c.name}"' for c in self.contract.key)
        source.connection.execute(
            "create or replace temporary table keys_at_source as "
            f"select {texts} from ({source.query(columns=self.contract.key)})"
        )
        missing = write_missing(
            source.connection, self.contract, history, "select * from keys_at_source", folder, batch_id
        )
        [[total]] = source.connection.execute("select count(*) from keys_at_source").fetchall()
        held = f"select {keys} from ({current_query(self.contract, history)})"
        late = source.connection.execute(
            f"select count(*) from (select {keys} from keys_at_source except {held} except select {texts} from "
            f"({source.query(where=new, columns=self.contract.key)}))"
        ).fetchall()[0][0]
        # rows that came late are few or many; either way one reading of the whole table brings them
        return missing, int(total), None if late else new


@dataclass(frozen=True)
class AnswerCandidate:
    """All pages of a service's answer."""

    contract: Contract

    def write(
        self, connection: duckdb.DuckDBPyConnection, history: History, folder: Path, settings: Settings, attempt: Beginning
    ) -> Manifest | None:
        """See Candidate."""
        started = time.monotonic()
        batch_id = batches.new_batch_id()
        since = lower_bound(self.contract, history)
        extraction = api_extraction.extract(connection, self.contract, folder, batch_id=batch_id, since=since)
        content_hash = batches.content_of(extraction, connection, folder / DATA)
        if not is_new(connection, self.contract, history, folder, content_hash):
            return None
        slice_name = default_slice(self.contract, batch_id)
        source_file = api_extraction.answer_name(self.contract)
        written = Written(batch_id, source_file, content_hash, slice_name, extraction, started)
        return finish(connection, self.contract, history, folder, written, settings.day, attempt)


def is_new(
    connection: duckdb.DuckDBPyConnection, contract: Contract, history: History, folder: Path, content_hash: str
) -> bool:
    """Whether what was read says anything that is not known: rows of the overlap that did not change say nothing."""
    if history.knowing(content_hash, batches.extraction_fingerprint(contract)) is not None:
        return False
    if not history.committed or contract.mode in ("full", "compare"):
        return True
    if contract.mode == "append":
        return connection.execute(f"select 1 from '{folder / DATA}' limit 1").fetchone() is not None
    return has_news(connection, contract, history, folder / DATA)


@dataclass(frozen=True)
class Written:
    """A batch whose rows are on disk, before it has a manifest."""

    batch_id: str
    source_file: str
    content_hash: str
    slice: str
    extraction: Extraction
    started: float
    missing: int = 0
    total: int | None = None


def finish(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    history: History,
    folder: Path,
    written: Written,
    as_of: dt.date,
    attempt: Beginning,
) -> Manifest:
    """Convert legacy text, find rows that are gone, and write down what the batch holds and why it should wait."""
    extraction = written.extraction
    data = folder / DATA
    conversions = convert(connection, folder, contract)
    slices = rows_by_slice(connection, contract, data, written.slice, extraction.rows_landed)
    missing = written.missing
    if contract.mode == "compare" and contract.detect_missing and history.committed:
        present = keys_in(contract, history, data)
        missing = write_missing(connection, contract, history, present, folder, written.batch_id)
    days = days_of(connection, contract, data, as_of)
    reasons = reasons_to_hold(
        contract,
        history,
        slices=slices,
        rows_total=written.total,
        newest_on=days.newest_on,
        future_rows=days.future_rows,
        as_of=as_of,
        source_file=written.source_file,
        attempt=attempt,
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
        conversions=[asdict(c) for c in conversions],
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
