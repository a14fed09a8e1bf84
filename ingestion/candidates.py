"""Candidates: pieces of a source that may become a batch each, a file, a table's extraction, an API's answer.

Each writes its batch into a folder and says what it wrote; nothing new in it is None.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ingestion import batches
from ingestion.batches import Manifest
from ingestion.current import current_query, write_missing
from ingestion.inspection import watermark_column
from ingestion.readers import api_extraction, database, files
from ingestion.readers.source import Source
from ingestion.text import convert
from ingestion.work import Work, Written, default_slice, finish, is_new, lower_bound
from warehouse.contracts import Contract
from warehouse.errors import SourceMissing, SourceRepeated


class Candidate(Protocol):
    """Something that may become a batch."""

    def write(self, work: Work) -> Manifest | None:
        """Write the batch into the folder of `work`. None when the source has nothing new. Raises KhoError."""
        ...


def file_candidates(contract: Contract) -> Iterator[Candidate]:
    """The files that a contract's path names now. Raises SourceMissing when there are none."""
    return (FileCandidate(contract, path) for path in source_files(contract))


def source_files(contract: Contract) -> list[Path]:
    """The files that a contract's path names now, at least one. Raises SourceMissing when there are none."""
    paths = matching_files(contract)
    if not paths:
        raise SourceMissing(
            wanted=f"files like {Path(contract.server.location).name}",
            found="none",
            where=f"contract {contract.path.name}, server {contract.server.name}",
            action="Check the path in the contract, or whether the sender has sent them.",
        )
    return paths


def matching_files(contract: Contract) -> list[Path]:
    """What a contract's path names now, in name order; `*` and `**` as in glob."""
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

    def write(self, work: Work) -> Manifest | None:
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
        known = work.history.knowing(content_hash, fingerprint, None if by_column else slice_name)
        if known is not None:
            self._refuse_another_period(known.manifest)
            return None
        extraction = files.extract(work.connection, self.path, self.contract, work.folder, batch_id=batch_id)
        conversions = convert(work.connection, work.folder, self.contract)
        written = Written(batch_id, self.path.name, slice_name, extraction, conversions, started, content_hash)
        return finish(work, self.contract, written)

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

    def write(self, work: Work) -> Manifest | None:
        """See Candidate."""
        started = time.monotonic()
        batch_id = batches.new_batch_id()
        with database.session(self.contract, work.settings) as source:
            source.check(self.contract)
            missing, total, where = self._changes(source, work, batch_id)
            extraction = database.extract(source, self.contract, work.folder, batch_id=batch_id, where=where)
        conversions = convert(work.connection, work.folder, self.contract)
        if not missing and not is_new(work, self.contract, extraction):
            return None
        slice_name = default_slice(self.contract, batch_id)
        written = Written(
            batch_id, self.contract.table, slice_name, extraction, conversions, started, missing=missing, total=total
        )
        return finish(work, self.contract, written)

    def _changes(self, source: Source, work: Work, batch_id: str) -> tuple[int, int | None, str | None]:
        """Rows gone, rows at the source, and the condition for what is to be read.

        In mode incremental the keys at the source tell which rows are gone and which came late, with a
        watermark that was passed before; both are seen in the same snapshot as the rows.
        """
        history = work.history
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
            source.connection, self.contract, history, "select * from keys_at_source", work.folder, batch_id
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

    def write(self, work: Work) -> Manifest | None:
        """See Candidate."""
        started = time.monotonic()
        batch_id = batches.new_batch_id()
        since = lower_bound(self.contract, work.history)
        extraction = api_extraction.extract(work.connection, self.contract, work.folder, batch_id=batch_id, since=since)
        conversions = convert(work.connection, work.folder, self.contract)
        if not is_new(work, self.contract, extraction):
            return None
        slice_name = default_slice(self.contract, batch_id)
        answer = api_extraction.answer_name(self.contract)
        written = Written(batch_id, answer, slice_name, extraction, conversions, started)
        return finish(work, self.contract, written)
