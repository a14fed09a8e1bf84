"""What figures rest on: the batches of every dataset that their models read, with the hashes of their files."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from pathlib import Path

import duckdb

from warehouse.chain import hash_file, read_chain, sealed
from warehouse.errors import FreezeError
from warehouse.periods import Period
from warehouse.settings import Settings

BATCHES = """
    with placed as (
        select batch_id, count(distinct dossier_code) as dossiers
        from staging.int_settlement_dossiers where {period} group by batch_id
    )
    select
        batches.batch_id, batches.source, batches.dataset, batches.source_file, batches.content_hash,
        cast(batches.landed_at as varchar), batches.rows_landed, coalesce(placed.dossiers, 0)
    from ops.batches as batches
    left join placed on batches.batch_id = placed.batch_id
    where batches.state = 'committed' and batches.dataset in ({datasets})
    order by batches.batch_id
"""


@dataclass(frozen=True)
class InputBatch:
    """A batch that figures rest on.

    `content_hash` is the SHA-256 of the file that was read, where it was one; `sealed_hash` that of the batch in the
    chain; `dossiers` how many of the period's dossiers were placed by a row of it.
    """

    batch_id: str
    source: str
    dataset: str
    source_file: str
    content_hash: str | None
    landed_at: str
    rows_landed: int
    dossiers: int
    sealed_hash: str


# columns of the query, in its order
OF_BATCH = tuple(field.name for field in fields(InputBatch) if field.name != "sealed_hash")


@dataclass(frozen=True)
class Inputs:
    """Batches and reference files, and one hash over all of them."""

    batches: tuple[InputBatch, ...]
    reference: dict[str, str]
    sha256: str


def read_inputs(connection: duckdb.DuckDBPyConnection, settings: Settings, models: list[str], period: Period) -> Inputs:
    """The inputs of some models in a period, as the warehouse was built from them.

    Raises FreezeError when a batch is in the warehouse and no longer in landing.
    """
    datasets = landed_datasets(settings.dbt / "target" / "manifest.json", models)
    names = ", ".join(f"'{name}'" for name in sorted(datasets)) or "null"
    found = connection.execute(BATCHES.format(period=period.condition, datasets=names)).fetchall()
    standing = sealed(read_chain(settings))
    batches = []
    for row in found:
        batch_id, source, dataset, *_ = row
        entry = standing.get(f"batch {source}/{dataset}/{batch_id}")
        if entry is None:
            raise FreezeError(
                wanted=f"batch {batch_id}",
                found="it is in the warehouse and no longer in landing",
                where=f"dataset {dataset}",
                action="Bring it back from a backup, or build again: `kho run`.",
            )
        batches.append(InputBatch(**dict(zip(OF_BATCH, row, strict=True)), sealed_hash=entry.content_hash))
    reference = {path.name: hash_file(path) for path in sorted((settings.home / "reference").glob("*.parquet"))}
    lines = [f"{batch.sealed_hash}  {batch.batch_id}\n" for batch in batches]
    lines += [f"{sha256}  {name}\n" for name, sha256 in sorted(reference.items())]
    return Inputs(tuple(batches), reference, hashlib.sha256("".join(lines).encode()).hexdigest())


def landed_datasets(manifest_path: Path, models: list[str]) -> set[str]:
    """Datasets whose landing files the models are made from, as dbt's manifest says."""
    manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
    parents: dict[str, list[str]] = manifest["parent_map"]
    waiting = [node for node in parents if node.startswith("model.") and node.rsplit(".", 1)[-1] in models]
    seen = set(waiting)
    while waiting:
        new = [parent for parent in parents.get(waiting.pop(), []) if parent not in seen]
        seen.update(new)
        waiting.extend(new)
    sources = (node.split(".") for node in seen if node.startswith("source."))
    return {parts[-1] for parts in sources if parts[-2] == "landing"}
