"""The YAML beside the models that contracts ask for: sources, columns, descriptions that end with the grain."""

from __future__ import annotations

from typing import Any

from warehouse.assembly_identifiers import row_key, shared_identifier, shared_partial_date
from warehouse.contracts import Contract, ContractSet
from warehouse.entities import Entity
from warehouse.settings import Settings

# states of a number, docs/identifiers.md
STATUSES = ("valid", "repaired", "suspect", "invalid", "placeholder", "empty")
VERDICTS = ("kept", "superseded", "duplicate", "quarantined", "missing")


def shared_columns(contract: Contract) -> list[dict[str, str]]:
    """Columns of the dataset's shared table: no personal value, a keyed token for a personal number."""
    columns = []
    commune = contract.column_with("commune_code")
    for column in contract.columns:
        published = not column.personal or column.role == "person_number"
        if published and column.role in ("person_number", "organisation_code", "agency_code"):
            columns += shared_identifier(column)
        elif not column.personal and column is not commune:
            columns.append(
                {"name": column.name, "expression": column.name, "type": column.sql_type, "title": column.title}
            )
    if commune:
        columns += [
            {
                "name": "commune_code",
                "expression": commune.name,
                "type": "varchar",
                "title": f"{commune.title} (như nhận)",
            },
            {
                "name": "commune_code_current",
                "expression": "commune_code_current",
                "type": "varchar",
                "title": f"{commune.title} (hiện hành)",
            },
        ]
    columns += [shared_partial_date(column) for column in contract.partial_dates]
    return [*columns, row_key(contract)]


def landing_sources(settings: Settings, contracts: ContractSet) -> dict[str, Any]:
    """The sources `landing` and `landing_missing`: a table a contract, with its columns and the files that hold it."""

    def table(contract: Contract, file: str) -> dict[str, Any]:
        files = settings.landing / contract.source / contract.dataset / "*" / file
        rows = f"read_parquet('{files}', union_by_name = true, file_row_number = true)"
        # rows of a table have their place in the file for a number
        number = "coalesce(_row_number, file_row_number + 1) as _row_number"
        return {
            "name": contract.dataset,
            "description": f"{contract.dataset_title}, as landed. {contract.grain.capitalize()} and batch.",
            "config": {
                "meta": {
                    "external_location": f"(select * replace ({number}) from {rows})",
                    "title_vi": contract.dataset_title,
                }
            },
            "columns": [
                {
                    "name": c.name,
                    "description": c.description,
                    "config": {"meta": {"title_vi": c.title, "source_name": c.header}},
                }
                for c in contract.landed
            ],
        }

    landed = [table(c, "data.parquet") for c in contracts.contracts]
    missing = [table(c, "missing.parquet") for c in contracts.contracts if c.detect_missing]
    sources = [
        {"name": "landing", "description": "Landing files, one table a contract.", "tables": landed},
        {"name": "landing_missing", "description": "Rows that the source no longer has.", "tables": missing},
    ]
    return {"sources": [s for s in sources if s["tables"]]}


def staging_docs(contract: Contract) -> dict[str, Any]:
    """Columns of a staging model; personal ones are marked, so that no release can publish them."""
    columns: list[dict[str, Any]] = []
    for column in contract.columns:
        marks = {"config": {"meta": {"personal": True}}} if column.personal else {}
        columns.append({"name": column.name, "description": column.description, **marks})
        if column.has_raw:
            columns.append({"name": f"{column.name}_raw", "description": f"{column.title}, text before typing."})
        if column in contract.identifiers:
            columns += [
                {
                    "name": f"{column.name}_status",
                    "description": f"State of {column.title}.",
                    "data_tests": ["not_null", {"accepted_values": {"arguments": {"values": list(STATUSES)}}}],
                },
                {"name": f"{column.name}_linked", "description": f"{column.title}, to link by.", **marks},
            ]
        if column.partial:
            columns += [
                {"name": f"{column.name}_precision", "description": f"Known part of {column.title}: day, month, year."},
                {"name": f"{column.name}_earliest", "description": f"First day {column.title} may be.", **marks},
            ]
    columns.append(
        {
            "name": "row_verdict",
            "description": "kept, superseded, duplicate, quarantined, or missing: gone from the source since.",
            "data_tests": ["not_null", {"accepted_values": {"arguments": {"values": list(VERDICTS)}}}],
        }
    )
    description = (
        f"{contract.dataset_title}: cleaned, typed, each row with its verdict. "
        "One row per landed row of an active batch."
    )
    return {"models": [{"name": contract.staging_table, "description": description, "columns": columns}]}


def shared_docs(contract: Contract) -> dict[str, Any]:
    """Contract of the dataset's shared table: every column with its type."""
    columns = [
        {
            "name": c["name"],
            "description": c["title"],
            "data_type": c["type"],
            "config": {"meta": {"title_vi": c["title"]}},
        }
        for c in shared_columns(contract)
    ]
    columns += [
        {"name": "source_system", "description": "System the record came from.", "data_type": "varchar"},
        {
            "name": "batch_id",
            "description": "Batch that brought it; with row_number the way back to the source.",
            "data_type": "varchar",
            "data_tests": ["not_null"],
        },
        {"name": "row_number", "description": "Row in the source file or query.", "data_type": "bigint"},
    ]
    model: dict[str, Any] = {
        "name": contract.dataset,
        "description": f"{contract.dataset_title}. {contract.purpose} {contract.grain.capitalize()}.",
        "config": {"meta": {"title_vi": contract.dataset_title}},
        "columns": columns,
    }
    return {"models": [model]}


def typed_docs(contract: Contract) -> dict[str, Any]:
    """The typed rows of a contract whose history is kept; each batch must have all its rows in it."""
    description = (
        f"{contract.dataset_title}: every landed row of every batch, cleaned and typed once; a later run types what "
        "is new. One row per landed row."
    )
    columns = [
        {"name": "changed_at", "description": "The source's own time of its last change (role updated_on), local."},
        {"name": "slice", "description": "Period of the row, where a column says it."},
        {"name": "typed_by", "description": "What typed it; when that changes, all rows are typed anew."},
    ]
    test = {"has_every_landed_row": {"arguments": {"dataset": contract.dataset}}}
    return {
        "models": [{"name": contract.typed_table, "description": description, "columns": columns, "data_tests": [test]}]
    }


def union_docs(entity: Entity, name: str) -> dict[str, Any]:
    """Columns of a model that unites an entity's sources."""
    columns = [{"name": c.name, "description": c.title} for c in entity.columns]
    which = "rows of every batch and source" if name.endswith("_landed") else "rows of every source"
    description = f"{entity.title}, {which} united. {entity.grain.capitalize()}."
    return {"models": [{"name": name, "description": description, "columns": columns}]}
