"""A frozen period against the warehouse as it is now: the files as they were frozen, the figures to the byte."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from warehouse.chain import hash_file
from warehouse.errors import FreezeError
from warehouse.freeze_sql import copy_table
from warehouse.periods import Period

FREEZE_FILE = "freeze.json"
# so many rows of each side are named
NAMED = 10


def compare(
    connection: duckdb.DuckDBPyConnection, period: Period, folder: Path
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What a frozen period says of itself, and the rows in which the figures of the warehouse differ from it.

    Figures are written anew in the columns that were frozen. Raises FreezeError when a frozen file has changed.
    """
    document = read_document(folder / FREEZE_FILE)
    changed = sorted(name for name, sha256 in document["files"].items() if _hash(folder / name) != sha256)
    if changed:
        raise FreezeError(
            wanted="the files as they were frozen",
            found=f"{', '.join(changed)} changed or gone",
            where=str(folder),
            action="Bring the folder back from a backup; `kho verify` names every changed file.",
        )
    differences: list[str] = []
    fresh = folder.parent / ".incoming" / f"{folder.name}.compared"
    fresh.mkdir(parents=True, exist_ok=True)
    try:
        for name, figure in document["figures"].items():
            copy_table(connection, figure["relation"], period, fresh / f"{name}.csv", figure["columns"])
            differences += _differences(name, folder / f"{name}.csv", fresh / f"{name}.csv")
    finally:
        shutil.rmtree(fresh)
    return document, tuple(differences)


def read_document(file: Path) -> dict[str, Any]:
    """A freeze.json. Raises FreezeError when it is no JSON any more."""
    try:
        document: dict[str, Any] = json.loads(file.read_bytes())
    except ValueError as error:
        raise FreezeError(
            wanted="freeze.json as it was written",
            found="a file that is no JSON any more",
            where=str(file),
            action="Bring the folder back from a backup; `kho verify` names every changed file.",
        ) from error
    return document


def _hash(path: Path) -> str | None:
    return hash_file(path) if path.is_file() else None


def _differences(name: str, frozen: Path, fresh: Path) -> Iterator[str]:
    if frozen.read_bytes() == fresh.read_bytes():
        return
    before, now = (path.read_text(encoding="utf-8").splitlines() for path in (frozen, fresh))
    for said, lines, others in (("frozen", before, set(now)), ("now", now, set(before))):
        yield from (f"{name}, {said}: {line}" for line in [line for line in lines if line not in others][:NAMED])
    if set(before) == set(now):
        yield f"{name}: the same rows in another order or number"
