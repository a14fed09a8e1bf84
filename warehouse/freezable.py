"""What a freeze keeps: the columns of its files, and the tables whose models say `freeze: true`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from warehouse.connections import connect_memory, literal
from warehouse.settings import Settings

PERIOD = {"period_type": "varchar", "period_start": "date", "period_end": "date"}
PLACEMENTS = "settlement_dossiers"
# what was known of a dossier when it was placed: what a restatement compares
FACTS = {
    "status": "bigint",
    "channel": "bigint",
    "received_at": "timestamp",
    "due_at": "timestamp",
    "finished_at": "timestamp",
    "supplement_requested_at": "timestamp",
}
FILES: dict[str, dict[str, str]] = {
    "periods": {
        **PERIOD,
        "period": "varchar",
        "title": "varchar",
        "as_of": "date",
        "frozen_at": "timestamp",
        "frozen_by": "varchar",
        "model_version": "varchar",
        "profile_hash": "varchar",
        "inputs_hash": "varchar",
        "figures_hash": "varchar",
        "chain_hash": "varchar",
        "batch_count": "bigint",
        "dossier_count": "bigint",
    },
    "frozen_tables": {**PERIOD, "table_name": "varchar", "row_count": "bigint"},
    PLACEMENTS: {
        **PERIOD,
        "counted_until": "date",
        "variant": "varchar",
        "dossier_code": "varchar",
        "agency_code": "varchar",
        "field_code": "varchar",
        "procedure_code": "varchar",
        "column_in": "integer",
        "column_out": "integer",
        "batch_id": "varchar",
        "row_number": "bigint",
        **FACTS,
    },
}
# empty files that give the sources their columns: beside the frozen periods, where their pattern finds them
COLUMNS = "_columns"


@dataclass(frozen=True)
class Freezable:
    """A table that is frozen as rows: its schema, name, and columns with their types."""

    schema: str
    name: str
    columns: dict[str, str]

    @property
    def relation(self) -> str:
        """The table as SQL names it."""
        return f'{self.schema}."{self.name}"'


def freezable(models: Path) -> tuple[Freezable, ...]:
    """Tables whose model has `meta: {freeze: true}`, from the YAML of a folder of models, by name."""
    found = []
    for path in sorted(models.rglob("*.yml")):
        text = path.read_text(encoding="utf-8")
        # reading all YAML takes seconds
        if "freeze: true" in text:
            for model in yaml.safe_load(text).get("models", []):
                if _meta(model).get("freeze") is True:
                    columns = {column["name"]: column["data_type"] for column in model["columns"]}
                    found.append(Freezable(path.relative_to(models).parts[0], model["name"], columns))
    return tuple(sorted(found, key=lambda table: table.name))


def freeze_sources(tables: tuple[Freezable, ...]) -> dict[str, Any]:
    """The dbt sources of frozen rows of the tables."""
    location = "read_parquet('{{ env_var('KHO_HOME', 'var') }}/freezes/*/{name}.parquet', union_by_name = true)"
    described = [
        {"name": table.name, "description": f"Rows of {table.schema}.{table.name} in frozen periods."}
        for table in tables
    ]
    return {
        "sources": [{"name": "freezes", "config": {"meta": {"external_location": location}}, "tables": described}],
    }


def ensure_freeze_files(settings: Settings) -> None:
    """Write the empty files that give dbt the columns of frozen rows, as the assembled project has them now.

    A freeze that was made before a column was added has null in it.
    """
    tables = {table.name: table.columns for table in freezable(settings.dbt / "models")}
    folder = settings.freezes / COLUMNS
    folder.mkdir(parents=True, exist_ok=True)
    with connect_memory() as connection:
        for name, columns in (FILES | tables).items():
            nothing = ", ".join(f'cast(null as {sql_type}) as "{column}"' for column, sql_type in columns.items())
            fresh = folder / f".{name}.tmp"
            connection.execute(f"copy (select {nothing} where false) to {literal(fresh)} (format parquet)")
            fresh.replace(folder / f"{name}.parquet")


def _meta(model: dict[str, Any]) -> dict[str, Any]:
    meta: dict[str, Any] = (model.get("config") or {}).get("meta") or model.get("meta") or {}
    return meta
