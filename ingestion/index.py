"""The index of landing: what all manifests, decisions and attempts say, as Parquet for dbt.

Derived from the files of landing; it may be deleted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ingestion.batches import ATTEMPT, Batch, dataset_folder
from ingestion.history import read_history
from ingestion.text.index import write_repair_index
from warehouse.connections import connect_memory
from warehouse.contracts import ContractSet
from warehouse.settings import Settings

# name of a table: its columns, in order, with their types
TABLES: dict[str, dict[str, str]] = {
    "batches": {
        "batch_id": "varchar",
        "dataset": "varchar",
        "source": "varchar",
        "contract": "varchar",
        "contract_version": "varchar",
        "mode": "varchar",
        "slice": "varchar",
        "source_file": "varchar",
        "content_hash": "varchar",
        "rows_read": "bigint",
        "rows_landed": "bigint",
        "rows_rejected": "bigint",
        "rows_out_of_scope": "bigint",
        "rows_missing": "bigint",
        "values_discarded": "bigint",
        "watermark": "varchar",
        "reader": "varchar",
        "seconds": "double",
        "landed_at": "timestamp",
        "state": "varchar",
        "hold_reasons": "varchar",
        "decided_by": "varchar",
        "decided_at": "timestamp",
        "decision_reason": "varchar",
    },
    "slices": {"batch_id": "varchar", "dataset": "varchar", "slice": "varchar", "row_count": "bigint"},
    "drift": {"batch_id": "varchar", "dataset": "varchar", "column_name": "varchar", "kind": "varchar"},
    "attempts": {
        "dataset": "varchar",
        "dataset_title": "varchar",
        "owner_key": "varchar",
        "state": "varchar",
        "message": "varchar",
        "is_transient": "boolean",
        "attempted_at": "timestamp",
    },
}
# a batch of more slices than this is shown by their number
NAMED_SLICES = 3


def write_index(settings: Settings, contracts: ContractSet) -> None:
    """Write landing/<table>.parquet for every table of the index.

    batches: one row per batch; slices: per batch and slice; drift: per batch and column that was not as the
    contract says; attempts: per dataset, the last one; repairs: what was converted.
    """
    batches = [b for contract in contracts.contracts for b in read_history(settings, contract).batches]
    attempts = [dataset_folder(settings, contract) / ATTEMPT for contract in contracts.contracts]
    rows: dict[str, Iterable[dict[str, Any]]] = {
        "batches": map(_batch, batches),
        "slices": (_slice(b, name, count) for b in batches for name, count in b.manifest.slices.items()),
        "drift": (row for b in batches for row in _drift(b)),
        "attempts": (json.loads(path.read_text(encoding="utf-8")) for path in attempts if path.is_file()),
    }
    for table, found in rows.items():
        _write(settings.landing / f"{table}.parquet", found, TABLES[table])
    write_repair_index(settings, contracts)


def _batch(batch: Batch) -> dict[str, Any]:
    manifest, decision = batch.manifest, batch.decision
    slices = list(manifest.slices)
    return {
        **asdict(manifest),
        "slice": ", ".join(slices) if len(slices) <= NAMED_SLICES else f"{len(slices)} periods",
        "state": batch.state,
        "hold_reasons": "; ".join(manifest.hold_reasons) or None,
        "decided_by": decision.who if decision else None,
        "decided_at": decision.at if decision else None,
        "decision_reason": decision.why if decision else None,
    }


def _slice(batch: Batch, name: str, count: int) -> dict[str, Any]:
    return {"batch_id": batch.manifest.batch_id, "dataset": batch.manifest.dataset, "slice": name, "row_count": count}


def _drift(batch: Batch) -> Iterable[dict[str, Any]]:
    manifest = batch.manifest
    for kind, columns in (("missing", manifest.missing_columns), ("new", manifest.new_columns)):
        for column in columns:
            yield {"batch_id": manifest.batch_id, "dataset": manifest.dataset, "column_name": column, "kind": kind}


def _write(target: Path, rows: Iterable[dict[str, Any]], columns: dict[str, str]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary, lines = target.with_suffix(".tmp"), target.with_suffix(".ndjson")
    with lines.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps({name: row.get(name) for name in columns}, ensure_ascii=False) + "\n")
    types = ", ".join(f"{name}: '{sql_type}'" for name, sql_type in columns.items())
    with connect_memory() as connection:
        connection.execute(
            f"copy (select * from read_json('{lines}', format = 'newline_delimited', columns = {{{types}}}))"
            f" to '{temporary}' (format parquet)"
        )
    lines.unlink()
    temporary.replace(target)
