"""Releases: what readers get. A folder that appears whole, never changes, and is the same for the same content."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
import shutil
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from warehouse.catalogue import OpenTable, read_catalogue
from warehouse.chain import seal
from warehouse.connections import attach, connect_memory
from warehouse.datapackage import data_package, table_description
from warehouse.dictionary_files import CSV_FILE
from warehouse.files import flush_to_disk
from warehouse.release_dictionary import release_dictionary
from warehouse.release_files import ReleasedFile, WrittenTable, describe_file, write_table
from warehouse.settings import TIME_ZONE, Settings

LATEST = "latest"
RELEASE_FILE = "release.json"
VERSION = re.compile(r"\d{4}\.\d{2}\.\d{2}-[0-9a-f]{8}")
LOG_COLUMNS = (
    "version varchar, content_hash varchar, as_of date, created_at timestamp, "
    "tables bigint, rows bigint, location varchar"
)


@dataclass(frozen=True)
class ReleasedTable:
    """One table of a release; `excused` says which look-alikes of personal values were let through, and why."""

    name: str
    title: str
    description: str
    rows: int
    license: str
    excused: dict[str, dict[str, str]]


@dataclass(frozen=True)
class Release:
    """One release. `created` is False when the content was already the latest and nothing was written."""

    version: str
    content_hash: str
    as_of: dt.date
    created_at: dt.datetime
    tables: tuple[ReleasedTable, ...]
    files: tuple[ReleasedFile, ...]
    location: Path
    created: bool = False
    latest: bool = False

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables)


def publish(settings: Settings, manifest_path: Path | None = None) -> Release:
    """Write the open tables of the warehouse as a release, let `latest` lead to it and seal it in the chain.

    The content hash is over the CSV files and the tables' descriptions, so neither the time nor how the rows
    were loaded changes it. Content that is already the latest writes nothing.

    Args:
        settings: gives the data home, the as-of day and the province.
        manifest_path: dbt's manifest; `<home>/dbt/target/manifest.json` by default.

    Raises:
        ReleaseError: the tables may not be published as they are.
        WarehouseError: the warehouse cannot be read now.
        ChainError: the chain is broken; the release is there all the same.
    """
    tables = read_catalogue(manifest_path or settings.dbt / "target" / "manifest.json")
    settings.releases.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f"{settings.day:%Y.%m.%d}.tmp-", dir=settings.releases))
    try:
        written = _write_tables(settings, tables, building)
        content_hash = _content_hash(settings, written)
        latest = read_latest(settings)
        if latest is not None and latest.content_hash == content_hash:
            # again, in case the run that made it ended before it was logged
            _log(settings, latest)
            seal(settings)
            return latest
        release = _complete(settings, written, content_hash, building)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    _point_latest(settings, release.version)
    _log(settings, release)
    seal(settings)
    return replace(release, created=True, latest=True)


def list_releases(settings: Settings) -> list[Release]:
    """Every release in the data home, newest first; `latest` marks the one that readers get."""
    latest = read_latest(settings)
    found = (read_release(settings, folder.name) for folder in settings.releases.glob("*"))
    releases = [
        replace(release, latest=latest is not None and release.version == latest.version)
        for release in found
        if release is not None
    ]
    return sorted(releases, key=lambda release: (release.created_at, release.version), reverse=True)


def read_release(settings: Settings, version: str) -> Release | None:
    """The release of that version, or None."""
    if not VERSION.fullmatch(version):
        return None
    file = settings.releases / version / RELEASE_FILE
    return _read(file) if file.is_file() else None


def read_latest(settings: Settings) -> Release | None:
    """The release that `latest` leads to, or None before the first."""
    link = settings.releases / LATEST
    release = read_release(settings, link.readlink().name) if link.is_symlink() else None
    return replace(release, latest=True) if release else None


def ensure_release_log(settings: Settings) -> Path:
    """The log of releases as Parquet, in the order in which they became the latest; made when it is not there."""
    log = settings.logbook / "releases.parquet"
    if not log.exists():
        log.parent.mkdir(parents=True, exist_ok=True)
        with connect_memory() as connection:
            connection.execute(f"create table log ({LOG_COLUMNS})")
            _write_log(connection, log)
    return log


def _write_tables(settings: Settings, tables: tuple[OpenTable, ...], folder: Path) -> list[WrittenTable]:
    with connect_memory(settings) as connection:
        attach(connection, settings.warehouse, "warehouse")
        attach(connection, folder / "open_data.duckdb", "open_data", read_only=False)
        written = [write_table(connection, table, folder) for table in tables]
        # writes the file out whole: a reader of a read-only folder could not replay a write-ahead log
        connection.execute("detach open_data")
    return written


def _content_hash(settings: Settings, tables: list[WrittenTable]) -> str:
    content = [{**table_description(one, settings.province), "csv": one.csv.sha256} for one in tables]
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _complete(settings: Settings, written: list[WrittenTable], content_hash: str, building: Path) -> Release:
    version = f"{settings.day:%Y.%m.%d}-{content_hash[:8]}"
    folder = settings.releases / version
    if folder.is_dir():
        # content that was published before and superseded since: the same folder serves again
        return _read(folder / RELEASE_FILE)
    created_at = dt.datetime.now(TIME_ZONE).replace(microsecond=0)
    package = data_package(written, settings.province, version, settings.day, created_at)
    _write_json(building / "datapackage.json", package)
    (building / CSV_FILE).write_bytes(release_dictionary(written))
    release = Release(
        version=version,
        content_hash=content_hash,
        as_of=settings.day,
        created_at=created_at,
        tables=tuple(_released(one) for one in written),
        files=tuple(describe_file(path) for path in sorted(building.iterdir())),
        location=folder,
    )
    _write_json(building / RELEASE_FILE, _as_document(release))
    for path in (*building.iterdir(), building):
        flush_to_disk(path)
    # made private by mkdtemp; a web server under another user reads releases
    building.chmod(0o755)
    building.rename(folder)
    flush_to_disk(settings.releases)
    return release


def _released(written: WrittenTable) -> ReleasedTable:
    table = written.table
    excused = {column.name: column.not_personal for column in table.columns if column.not_personal}
    return ReleasedTable(table.name, table.title, table.description, written.rows, table.license, excused)


def _point_latest(settings: Settings, version: str) -> None:
    swap = settings.releases / f".{LATEST}.{os.getpid()}"
    swap.unlink(missing_ok=True)
    swap.symlink_to(version)
    swap.replace(settings.releases / LATEST)


def _log(settings: Settings, release: Release) -> None:
    log = ensure_release_log(settings)
    with connect_memory() as connection:
        connection.execute(f"create table log ({LOG_COLUMNS})")
        connection.execute("insert into log by name select * from read_parquet(?)", [str(log)])
        last = connection.execute("select last(version order by rowid) from log").fetchone()
        if last == (release.version,):
            return
        connection.execute(
            "insert into log values (?, ?, ?, ?, ?, ?, ?)",
            [
                release.version,
                release.content_hash,
                release.as_of,
                release.created_at.replace(tzinfo=None),
                len(release.tables),
                release.rows,
                str(release.location.relative_to(settings.home)),
            ],
        )
        _write_log(connection, log)


def _write_log(connection: Any, log: Path) -> None:
    fresh = log.with_name(f".{log.name}.{os.getpid()}")
    connection.execute("copy log to '" + str(fresh).replace("'", "''") + "' (format parquet)")
    fresh.replace(log)


def _as_document(release: Release) -> dict[str, Any]:
    return {
        "version": release.version,
        "content_hash": release.content_hash,
        "as_of": release.as_of.isoformat(),
        "created_at": release.created_at.isoformat(),
        "tables": [asdict(table) for table in release.tables],
        "files": [asdict(file) for file in release.files],
    }


def _read(file: Path) -> Release:
    document = json.loads(file.read_text(encoding="utf-8"))
    return Release(
        version=document["version"],
        content_hash=document["content_hash"],
        as_of=dt.date.fromisoformat(document["as_of"]),
        created_at=dt.datetime.fromisoformat(document["created_at"]),
        tables=tuple(ReleasedTable(**table) for table in document["tables"]),
        files=tuple(ReleasedFile(**one) for one in document["files"]),
        location=file.parent,
    )


def _write_json(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
