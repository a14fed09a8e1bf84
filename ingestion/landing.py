"""Landing: what a contract's source holds now becomes batches, or the reason why it does not.

The same content twice lands nothing. A file or database that cannot be read stops nothing else: the
attempt is recorded with its message and the dataset is shown as late.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

import duckdb

from ingestion import batches
from ingestion.batches import DATA, Manifest
from ingestion.readers import database, files
from warehouse.connections import connect_memory
from warehouse.contracts import Contract
from warehouse.errors import KhoError, SourceMissing
from warehouse.settings import TIME_ZONE, Settings

State = Literal["landed", "unchanged", "late"]
# content and extraction of the batches that are active now
Known = set[tuple[str, str]]


@dataclass(frozen=True)
class Attempt:
    """How one attempt to read a dataset ended.

    `late` means that at least one file, or the database, could not be read; what could be was landed.
    """

    dataset: str
    dataset_title: str
    owner_key: str
    state: State
    message: str | None
    is_transient: bool
    attempted_at: str
    landed: list[Manifest] = field(default_factory=list)

    @property
    def rows_landed(self) -> int:
        """New rows of this attempt."""
        return sum(m.rows_landed for m in self.landed)


def land(settings: Settings, contract: Contract) -> Attempt:
    """Read what is new in a contract's source into landing, and record how it went.

    An expected failure (KhoError) becomes the attempt's message; anything else is a fault and is raised.
    """
    landed: list[Manifest] = []
    problems: list[KhoError] = []
    with connect_memory() as connection:
        batches.ensure_columns(settings, contract, connection)
    known = {(m.content_hash, m.extraction) for m in batches.active_batches(settings, contract).values()}
    sources = _files(contract, problems) if contract.server.kind == "files" else [None]
    for path in sources:
        try:
            manifest = _land(settings, contract, path, known)
        except KhoError as error:
            problems.append(error)
        else:
            landed += [manifest] if manifest else []
    attempt = Attempt(
        dataset=contract.dataset,
        dataset_title=contract.dataset_title,
        owner_key=contract.owner_key,
        state="late" if problems else "landed" if landed else "unchanged",
        message="\n".join(str(p) for p in problems) or None,
        is_transient=any(p.transient for p in problems),
        attempted_at=_now(),
        landed=landed,
    )
    _record(settings, contract, attempt)
    return attempt


def _land(settings: Settings, contract: Contract, path: Path | None, known: Known) -> Manifest | None:
    manifest = _land_table(settings, contract, known) if path is None else _land_file(settings, contract, path, known)
    if manifest:
        known.add((manifest.content_hash, manifest.extraction))
    return manifest


def matching_files(contract: Contract) -> list[Path]:
    """Files that a contract's path names now, in name order; `*` and `**` as in glob."""
    pattern = Path(contract.server.location)
    return sorted(p for p in Path(pattern.anchor).glob(str(pattern.relative_to(pattern.anchor))) if p.is_file())


def _files(contract: Contract, problems: list[KhoError]) -> list[Path | None]:
    found: list[Path | None] = [*matching_files(contract)]
    if not found:
        problems.append(
            SourceMissing(
                wanted=f"files like {Path(contract.server.location).name}",
                found="none",
                where=f"contract {contract.path.name}, server {contract.server.name}",
                action="Check the path in the contract, or whether the sender has sent them.",
            )
        )
    return found


def _land_file(settings: Settings, contract: Contract, path: Path, known: Known) -> Manifest | None:
    started = time.monotonic()
    with path.open("rb") as file:
        content_hash = hashlib.file_digest(file, "sha256").hexdigest()
    if (content_hash, batches.extraction_fingerprint(contract)) in known:
        return None
    batch_id = batches.new_batch_id(content_hash)
    with batches.incoming(settings) as folder, connect_memory() as connection:
        read = files.extract(connection, path, contract, folder, batch_id=batch_id)
        manifest = _manifest(
            contract,
            batch_id=batch_id,
            slice=path.name,
            source_file=path.name,
            content_hash=content_hash,
            rows_read=read.rows_read,
            rows_landed=read.rows_landed,
            rows_rejected=read.rows_rejected,
            rows_out_of_scope=sum(read.out_of_scope.values()),
            out_of_scope=read.out_of_scope,
            missing_columns=list(read.missing_columns),
            reader=read.reader,
            seconds=round(time.monotonic() - started, 3),
        )
        batches.commit(settings, contract, folder, manifest)
    return manifest


def _land_table(settings: Settings, contract: Contract, known: Known) -> Manifest | None:
    started = time.monotonic()
    with batches.incoming(settings) as folder, connect_memory() as connection:
        database.attach(connection, contract)
        query = database.select(connection, contract)
        extracted = folder / "extracted.parquet"
        connection.execute(f"copy ({query}) to '{extracted}' (format parquet, compression zstd)")
        content_hash, rows = _content(connection, extracted)
        if (content_hash, batches.extraction_fingerprint(contract)) in known:
            return None
        batch_id = batches.new_batch_id(content_hash)
        connection.execute(
            f"""
            copy (
                select *, ? as _batch_id, ? as _source_file, cast(null as varchar) as _sheet,
                    row_number() over () as _row_number
                from '{extracted}'
            ) to '{folder / DATA}' (format parquet, compression zstd)
            """,
            [batch_id, contract.table],
        )
        extracted.unlink()
        manifest = _manifest(
            contract,
            batch_id=batch_id,
            slice="*",
            source_file=contract.table,
            content_hash=content_hash,
            rows_read=rows,
            rows_landed=rows,
            rows_rejected=0,
            rows_out_of_scope=0,
            out_of_scope={},
            missing_columns=[],
            reader=database.reader_name(contract),
            seconds=round(time.monotonic() - started, 3),
        )
        batches.commit(settings, contract, folder, manifest)
    return manifest


def _content(connection: duckdb.DuckDBPyConnection, path: Path) -> tuple[str, int]:
    """Hash and row count of an extraction; the order of rows does not matter."""
    row = connection.execute(
        f"select count(*), coalesce(sum(cast(hash(rows) as hugeint)), 0) from '{path}' as rows"
    ).fetchall()[0]
    names = [d[0] for d in connection.execute(f"select * from '{path}' limit 0").description]
    return hashlib.sha256(repr((row, names)).encode()).hexdigest(), int(row[0])


def _manifest(contract: Contract, **values: object) -> Manifest:
    return Manifest(
        dataset=contract.dataset,
        source=contract.source,
        contract=contract.path.name,
        contract_version=contract.version,
        extraction=batches.extraction_fingerprint(contract),
        landed_at=_now(),
        **values,  # type: ignore[arg-type]
    )


def _now() -> str:
    return f"{dt.datetime.now(TIME_ZONE):%Y-%m-%d %H:%M:%S.%f}"


def _record(settings: Settings, contract: Contract, attempt: Attempt) -> None:
    path = batches.dataset_folder(settings, contract) / batches.ATTEMPT
    values = {k: v for k, v in asdict(attempt).items() if k != "landed"}
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(values, ensure_ascii=False, indent=2), encoding="utf-8")
    temporary.replace(path)
