"""Batches: directories of landing that are written once and renamed into place.

`<home>/landing/<source>/<dataset>/<batch>/` holds data.parquet, rejects.parquet and manifest.json.
The rename is the commit. What has been read is known from the manifests alone: there is no other
state to lose.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from warehouse.contracts import Contract
from warehouse.errors import BooksError
from warehouse.settings import TIME_ZONE, Settings

DATA, REJECTS, MANIFEST, ATTEMPT = "data.parquet", "rejects.parquet", "manifest.json", "attempt.json"
INCOMING = ".incoming"
COLUMNS = "_columns"


@dataclass(frozen=True)
class Manifest:
    """What a batch says of itself. Times are local (Asia/Ho_Chi_Minh); rows are counts.

    `slice` is what a later batch replaces: a file's name, or "*" for a whole table.
    """

    batch_id: str
    dataset: str
    source: str
    contract: str
    contract_version: str
    extraction: str
    slice: str
    source_file: str
    content_hash: str
    rows_read: int
    rows_landed: int
    rows_rejected: int
    rows_out_of_scope: int
    out_of_scope: dict[str, int]
    missing_columns: list[str]
    reader: str
    seconds: float
    landed_at: str


def dataset_folder(settings: Settings, contract: Contract) -> Path:
    """Where the batches of a dataset are."""
    return settings.landing / contract.source / contract.dataset


def manifests(settings: Settings, contract: Contract) -> Iterator[Manifest]:
    """Manifests of the committed batches of a dataset, oldest first."""
    folder = dataset_folder(settings, contract)
    for path in sorted(folder.glob(f"*/{MANIFEST}")):
        yield Manifest(**json.loads(path.read_text(encoding="utf-8")))


def active_batches(settings: Settings, contract: Contract) -> dict[str, Manifest]:
    """The latest batch of each slice."""
    return {m.slice: m for m in manifests(settings, contract)}


def extraction_fingerprint(contract: Contract) -> str:
    """Changes when the contract would make the same source land differently."""
    columns = [(c.name, c.labels) for c in contract.landed]
    parts = (columns, contract.table, contract.out_of_scope, contract.ignored, contract.header_rows, contract.sheets)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def new_batch_id(content_hash: str) -> str:
    """Name of a batch: it sorts by time and shows its content."""
    return f"{dt.datetime.now(TIME_ZONE):%Y%m%dT%H%M%S%f}-{content_hash[:8]}"


@contextmanager
def incoming(settings: Settings) -> Iterator[Path]:
    """A folder to write a batch in, on the same file system; whatever is left in it afterwards is removed."""
    parent = settings.landing / INCOMING
    parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def commit(settings: Settings, contract: Contract, folder: Path, manifest: Manifest) -> Path:
    """Put a finished batch in its place. Raises BooksError when its rows do not add up."""
    placed = manifest.rows_landed + manifest.rows_rejected + manifest.rows_out_of_scope
    if placed != manifest.rows_read:
        raise BooksError(
            wanted=f"{manifest.rows_read} rows in one bucket each",
            found=f"{placed}",
            where=f"contract {contract.path.name}, {manifest.source_file}",
            action="This is a fault of kho: nothing was landed; please report it.",
        )
    (folder / MANIFEST).write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=2), encoding="utf-8")
    for path in folder.iterdir():
        path.chmod(0o600)
        _flush(path)
    target = dataset_folder(settings, contract) / manifest.batch_id
    target.parent.mkdir(parents=True, exist_ok=True)
    folder.rename(target)
    _flush(target.parent)
    folder.mkdir()
    return target


def ensure_columns(settings: Settings, contract: Contract, connection: duckdb.DuckDBPyConnection) -> None:
    """Write the empty file that gives a dataset its columns before its first batch.

    It lies where a batch would: a pattern that matches no file is an error to DuckDB.
    """
    folder = dataset_folder(settings, contract) / COLUMNS
    folder.mkdir(parents=True, exist_ok=True)
    names = [*(c.name for c in contract.landed), "_batch_id", "_source_file", "_sheet"]
    columns = ", ".join(f'cast(null as varchar) as "{name}"' for name in names)
    temporary = folder / "data.tmp"
    connection.execute(
        f"copy (select {columns}, cast(null as bigint) as _row_number where false) to '{temporary}' (format parquet)"
    )
    temporary.replace(folder / DATA)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
