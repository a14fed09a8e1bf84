"""Batches: directories of landing that are written once and renamed into place.

`<home>/landing/<source>/<dataset>/<batch>/` holds data.parquet, rejects.parquet and manifest.json; a batch
that found rows gone holds missing.parquet too, and one whose text was converted repairs.parquet. The rename
is the commit. A batch that waits for a person lies under `.held/`, one that was refused under `.rejected/`;
a decision is a rename as well. What has been read is known from the manifests alone: there is no other state
to lose.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import duckdb

from warehouse.contracts import Contract
from warehouse.errors import BooksError
from warehouse.files import flush_to_disk
from warehouse.settings import TIME_ZONE, Settings

DATA, REJECTS, MISSING = "data.parquet", "rejects.parquet", "missing.parquet"
MANIFEST, DECISION, ATTEMPT = "manifest.json", "decision.json", "attempt.json"
INCOMING, COLUMNS, LOCK = ".incoming", "_columns", ".lock"
TECHNICAL = ("_batch_id", "_source_file", "_sheet")

State = Literal["committed", "held", "rejected"]
# where the batches of a state lie, below the dataset's folder
FOLDERS: dict[State, str] = {"committed": "", "held": ".held", "rejected": ".rejected"}


@dataclass(frozen=True)
class Manifest:
    """What a batch says of itself. Times are local (Asia/Ho_Chi_Minh); rows are counts.

    `slices` are what a later batch replaces, with their rows: a file's name, a period, the batch itself, or
    "*" for a whole table. `content_hash` is the SHA-256 of a file's bytes; rows of a table or a service have none,
    they are compared with earlier ones where they lie. `watermark` is the greatest value of the watermark column
    in it. `rows_missing` are rows of earlier batches that the source no longer has. `hold_reasons` say why it
    waits for a person.
    """

    batch_id: str
    dataset: str
    source: str
    contract: str
    contract_version: str
    extraction: str
    mode: str
    slices: dict[str, int]
    source_file: str
    content_hash: str | None
    rows_read: int
    rows_landed: int
    rows_rejected: int
    rows_out_of_scope: int
    out_of_scope: dict[str, int]
    missing_columns: list[str]
    new_columns: list[str]
    values_discarded: int
    rows_missing: int
    rows_total: int | None
    watermark: str | None
    newest_on: str | None
    conversions: list[dict[str, Any]]
    reader: str
    seconds: float
    landed_at: str
    hold_reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Decision:
    """What a person decided about a held batch: who, when (local time), why."""

    state: State
    who: str
    at: str
    why: str


@dataclass(frozen=True)
class Batch:
    """A batch where it lies, with its state."""

    folder: Path
    state: State
    manifest: Manifest
    decision: Decision | None = None


def dataset_folder(settings: Settings, contract: Contract) -> Path:
    """Where the batches of a dataset are."""
    return settings.landing / contract.source / contract.dataset


def batches_in(folder: Path) -> Iterator[Batch]:
    """Batches of a dataset's folder in every state, oldest first within each state."""
    for state, below in FOLDERS.items():
        for path in sorted((folder / below).glob(f"*/{MANIFEST}")):
            decided = path.with_name(DECISION)
            decision = Decision(**_read(decided)) if decided.is_file() else None
            yield Batch(path.parent, state, Manifest(**_read(path)), decision)


def extraction_fingerprint(contract: Contract) -> str:
    """Changes when the contract would make the same source land differently."""
    columns = [(c.name, c.labels, c.encoding) for c in contract.landed]
    form = [contract.server.delimiter, *(contract.server.options.get(o) for o in ("encoding", "recordsPath"))]
    parts = (
        columns, contract.table, contract.out_of_scope, contract.ignored, contract.header_rows, contract.sheets,
        contract.mode, contract.period, contract.drift, contract.filter, form,
    )  # fmt: skip
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def new_batch_id() -> str:
    """Name of a batch; names sort by time."""
    return f"{dt.datetime.now(TIME_ZONE):%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"


def now() -> str:
    """Local time as manifests write it."""
    return f"{dt.datetime.now(TIME_ZONE):%Y-%m-%d %H:%M:%S.%f}"


@contextmanager
def locked(settings: Settings, contract: Contract) -> Iterator[None]:
    """Let one process at a time land or decide a dataset. The system frees the lock of a process that dies.

    What a dead process left half written is removed, and a decision that it had written down is carried out.
    """
    folder = dataset_folder(settings, contract)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        shutil.rmtree(folder / INCOMING, ignore_errors=True)
        for batch in list(batches_in(folder)):
            if batch.state == "held" and batch.decision is not None:
                _move(batch, batch.decision)
        yield


@contextmanager
def incoming(settings: Settings, contract: Contract) -> Iterator[Path]:
    """A folder to write a batch in, on the same file system; whatever is left in it afterwards is removed."""
    folder = dataset_folder(settings, contract) / INCOMING
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def place(settings: Settings, contract: Contract, folder: Path, manifest: Manifest) -> Batch:
    """Put a finished batch where it belongs: among the committed, or the held when it has reasons to wait.

    Raises BooksError when its rows do not add up.
    """
    _check_books(contract, manifest)
    write_json(folder / MANIFEST, asdict(manifest))
    for path in folder.iterdir():
        path.chmod(0o600)
        flush_to_disk(path)
    state: State = "held" if manifest.hold_reasons else "committed"
    target = dataset_folder(settings, contract) / FOLDERS[state] / manifest.batch_id
    _rename(folder, target)
    return Batch(target, state, manifest)


def decide(batch: Batch, decision: Decision) -> Batch:
    """Move a held batch to where a decision puts it; the decision stays beside it."""
    write_json(batch.folder / DECISION, asdict(decision))
    flush_to_disk(batch.folder / DECISION)
    return _move(batch, decision)


def _move(batch: Batch, decision: Decision) -> Batch:
    dataset = batch.folder.parent.parent
    target = dataset / FOLDERS[decision.state] / batch.folder.name
    _rename(batch.folder, target)
    return Batch(target, decision.state, batch.manifest, decision)


def ensure_columns(settings: Settings, contract: Contract, connection: duckdb.DuckDBPyConnection) -> None:
    """Write the empty files that give a dataset its columns before its first batch.

    They lie where a batch would: a pattern that matches no file is an error to DuckDB.
    """
    folder = dataset_folder(settings, contract) / COLUMNS
    folder.mkdir(parents=True, exist_ok=True)
    names = [*(c.name for c in contract.landed), *TECHNICAL]
    columns = ", ".join(f'cast(null as varchar) as "{name}"' for name in names)
    nothing = f"select {columns}, cast(null as bigint) as _row_number where false"
    for name in (DATA, MISSING):
        temporary = folder / f"{name}.tmp"
        connection.execute(f"copy ({nothing}) to '{temporary}' (format parquet)")
        temporary.replace(folder / name)


def sum_of_rows(connection: duckdb.DuckDBPyConnection, data: Path) -> tuple[list[str], int | None]:
    """A sum that tells the rows of one data.parquet from another's; order and technical columns do not matter."""
    names = [str(d[0]) for d in connection.execute(f"select * from '{data}' limit 0").description]
    content = [name for name in names if not name.startswith("_")]
    columns = ", ".join(f'"{name}"' for name in content)
    [[total]] = connection.execute(f"select sum(hash({columns})) from '{data}'").fetchall()
    return content, total


def write_json(path: Path, values: dict[str, Any]) -> None:
    """Write a JSON file whole or not at all."""
    temporary = path.with_name(f"{path.name}.tmp")
    temporary.write_text(json.dumps(values, ensure_ascii=False, indent=2), encoding="utf-8")
    temporary.replace(path)


def _check_books(contract: Contract, manifest: Manifest) -> None:
    placed = manifest.rows_landed + manifest.rows_rejected + manifest.rows_out_of_scope
    if placed != manifest.rows_read or sum(manifest.slices.values()) != manifest.rows_landed:
        raise BooksError(
            wanted=f"{manifest.rows_read} rows in one bucket each, landed rows in one slice each",
            found=f"{placed} in buckets, {sum(manifest.slices.values())} of {manifest.rows_landed} in slices",
            where=f"contract {contract.path.name}, {manifest.source_file}",
            action="This is a fault of kho: nothing was landed; please report it.",
        )


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _rename(folder: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    folder.rename(target)
    flush_to_disk(target.parent)
    flush_to_disk(folder.parent)
