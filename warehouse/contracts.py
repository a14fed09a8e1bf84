"""Contracts: one ODCS 3.1 YAML file a dataset, as one checked object.

A contract says where a dataset is, what its columns are, which rules it must meet, who owns it and
how often it arrives. Extraction, dbt models, expectation suites, Dagster assets and the mail route
all come from it. The standard is https://bitol-io.github.io/open-data-contract-standard/ (3.1);
what kho adds lives in `customProperties` and is described in docs/contracts.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from warehouse.errors import ContractError, KhoError
from warehouse.profile import Owner
from warehouse.rules import Rule

LogicalType = Literal["string", "integer", "number", "boolean", "date", "timestamp"]
SqlType = Literal["varchar", "bigint", "double", "boolean", "date", "timestamp"]

SQL_TYPES: dict[LogicalType, SqlType] = {
    "string": "varchar",
    "integer": "bigint",
    "number": "double",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
}
ROLES = ("commune_code", "person_number", "organisation_code", "recorded_on", "updated_on")


@dataclass(frozen=True)
class Column:
    """One property of the contract's object.

    `name` is the English column from staging on; `header` is what the source calls it (a spreadsheet
    label or a database column). `value_map` leads from a code to the texts that mean it.
    """

    name: str
    header: str
    aliases: tuple[str, ...]
    title: str
    description: str
    logical_type: LogicalType
    required: bool
    key: bool
    personal: bool
    role: str | None
    value_map: dict[str, tuple[str, ...]]
    placeholders: tuple[str, ...]
    expression: str | None
    legal_basis: str | None

    @property
    def sql_type(self) -> SqlType:
        """Type in staging, for DuckDB and Spark alike."""
        return SQL_TYPES[self.logical_type]

    @property
    def has_raw(self) -> bool:
        """Whether staging keeps `<name>_raw` beside the typed value."""
        return not self.expression and (self.logical_type != "string" or bool(self.value_map))

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label under which a file may carry this column."""
        return (self.header, *self.aliases)


@dataclass(frozen=True)
class OutOfScope:
    """Rows of a file that are not data: `when` is SQL over the landing columns."""

    kind: str
    when: str


@dataclass(frozen=True)
class Server:
    """Where the dataset is, with `${NAME}` replaced from the environment and settings."""

    name: str
    kind: Literal["files", "sqlite", "postgresql", "mysql"]
    location: str
    format: str | None
    delimiter: str | None
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Contract:
    """One dataset, as promised by its owner. `fingerprint` changes when the file's text changes."""

    path: Path
    fingerprint: str
    id: str
    version: str
    title: str
    purpose: str
    domain: str
    source: str
    dataset: str
    table: str
    dataset_title: str
    grain: str
    entity: str | None
    source_priority: int
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...]
    out_of_scope: tuple[OutOfScope, ...]
    ignored: tuple[str, ...]
    owner_key: str
    owner: Owner
    server: Server
    header_rows: int
    sheet: str | None
    cadence_days: int | None

    @property
    def key(self) -> tuple[Column, ...]:
        """Columns that together name a record; empty when every source row is a record."""
        return tuple(c for c in self.columns if c.key)

    @property
    def landed(self) -> tuple[Column, ...]:
        """Columns that are read from the source; the others are derived in staging."""
        return tuple(c for c in self.columns if not c.expression)

    def column_with(self, role: str) -> Column | None:
        """The column that plays `role` (one of ROLES), if any."""
        return next((c for c in self.columns if c.role == role), None)

    @property
    def staging_table(self) -> str:
        """Name of the staging model."""
        return f"stg_{self.dataset}"


@dataclass(frozen=True)
class ContractSet:
    """All contracts of a folder; a broken file becomes an error here and stops no other."""

    contracts: tuple[Contract, ...]
    errors: tuple[tuple[Path, KhoError], ...]

    def named(self, dataset: str) -> Contract:
        """The contract of a dataset. Raises ContractError when there is none."""
        for contract in self.contracts:
            if contract.dataset == dataset:
                return contract
        raise ContractError(
            wanted=f"a contract for dataset {dataset}",
            found=f"contracts for {', '.join(c.dataset for c in self.contracts) or 'nothing'}",
            where="contracts",
            action="Check the name, or the folder given with --contracts.",
        )

    def feeding(self, entity: str) -> tuple[Contract, ...]:
        """Contracts whose rows become rows of `entity`."""
        return tuple(c for c in self.contracts if c.entity == entity)
