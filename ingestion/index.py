"""The index of landing: what all manifests and attempts say, as Parquet for dbt. Derived; it may be deleted."""

from __future__ import annotations

from pathlib import Path

from ingestion.batches import ATTEMPT, MANIFEST, dataset_folder
from ingestion.text.index import write_repair_index
from warehouse.connections import connect_memory
from warehouse.contracts import ContractSet
from warehouse.settings import Settings

BATCH_COLUMNS = {
    "batch_id": "varchar",
    "dataset": "varchar",
    "source": "varchar",
    "contract": "varchar",
    "contract_version": "varchar",
    "slice": "varchar",
    "source_file": "varchar",
    "content_hash": "varchar",
    "rows_read": "bigint",
    "rows_landed": "bigint",
    "rows_rejected": "bigint",
    "rows_out_of_scope": "bigint",
    "reader": "varchar",
    "seconds": "double",
    "landed_at": "timestamp",
}
ATTEMPT_COLUMNS = {
    "dataset": "varchar",
    "dataset_title": "varchar",
    "owner_key": "varchar",
    "state": "varchar",
    "message": "varchar",
    "is_transient": "boolean",
    "attempted_at": "timestamp",
}


def write_index(settings: Settings, contracts: ContractSet) -> None:
    """Write landing/batches.parquet (one row per batch), attempts.parquet (one per dataset) and repairs.parquet."""
    folders = [dataset_folder(settings, contract) for contract in contracts.contracts]
    manifests = [path for folder in folders for path in sorted(folder.glob(f"*/{MANIFEST}"))]
    attempts = [path for folder in folders if (path := folder / ATTEMPT).is_file()]
    _write(settings.landing / "batches.parquet", manifests, BATCH_COLUMNS)
    _write(settings.landing / "attempts.parquet", attempts, ATTEMPT_COLUMNS)
    write_repair_index(settings, contracts)


def _write(target: Path, files: list[Path], columns: dict[str, str]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_suffix(".tmp")
    if files:
        types = ", ".join(f"{name}: '{sql_type}'" for name, sql_type in columns.items())
        names = ", ".join(f"'{file}'" for file in files)
        query = f"select * from read_json([{names}], columns = {{{types}}})"
    else:
        query = "select " + ", ".join(f"cast(null as {t}) as {n}" for n, t in columns.items()) + " where false"
    with connect_memory() as connection:
        connection.execute(f"copy ({query}) to '{temporary}' (format parquet)")
    temporary.replace(target)
