"""What was converted at landing, counted for dbt: no value leaves landing. Derived; it may be deleted."""

from __future__ import annotations

from ingestion.batches import MANIFEST, dataset_folder
from ingestion.text.repairs import REPAIRS
from ingestion.text.words import literal
from warehouse.connections import connect_memory
from warehouse.contracts import ContractSet
from warehouse.settings import Settings

_NOTHING = """
select cast(null as varchar) as batch_id, cast(null as varchar) as column_name, cast(null as varchar) as kind,
    cast(null as bigint) as row_count, cast(null as bigint) as example_row
where false
"""


def write_repair_index(settings: Settings, contracts: ContractSet) -> None:
    """Write landing/repairs.parquet: one row per batch, column and kind, with its rows and the first one."""
    files = [
        path
        for contract in contracts.contracts
        for path in sorted(dataset_folder(settings, contract).glob(f"*/{REPAIRS}"))
        if path.with_name(MANIFEST).is_file()
    ]
    counted = f"""
        select _batch_id as batch_id, column_name, kind, count(*) as row_count, min(_row_number) as example_row
        from read_parquet([{", ".join(literal(str(path)) for path in files)}]) group by all
    """
    target = settings.landing / REPAIRS
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_suffix(".tmp")
    with connect_memory() as connection:
        connection.execute(f"copy ({counted if files else _NOTHING}) to {literal(str(temporary))} (format parquet)")
    temporary.replace(target)
