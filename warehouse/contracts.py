"""Contracts: one ODCS 3.1 YAML file a dataset, as one checked object.

A contract says where a dataset is, what its columns are, which rules it must meet, who owns it and
how often it arrives. Extraction, dbt models, expectation suites, Dagster assets and the mail route
all come from it. The standard is https://bitol-io.github.io/open-data-contract-standard/ (3.1);
what kho adds lives in `customProperties` and is described in docs/contracts.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

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
ROLES = ("commune_code", "person_number", "organisation_code", "agency_code", "recorded_on", "updated_on")
# roles of numbers whose form is judged (docs/identifiers.md)
IDENTIFIERS = ("person_number", "organisation_code")

Mode = Literal["full", "append", "incremental", "compare"]
MODES: tuple[Mode, ...] = get_args(Mode)
DriftPolicy = Literal["evolve", "freeze", "discard_value", "discard_row"]
DRIFT_POLICIES: tuple[DriftPolicy, ...] = get_args(DriftPolicy)
Kind = Literal["files", "sqlite", "postgresql", "mysql", "odbc", "api"]
FileFormat = Literal["xlsx", "xlsm", "xls", "xlsb", "ods", "csv", "tsv", "json", "ndjson", "parquet"]
FILE_FORMATS: tuple[FileFormat, ...] = get_args(FileFormat)


@dataclass(frozen=True)
class Column:
    """One property of the contract's object.

    `name` is the English column from staging on; `header` is what the source calls it (a spreadsheet
    label or a database column). `value_map` leads from a code to the texts that mean it. `born_on` and `sex`
    name the columns that a person's number is held against; `partial` marks a date that may be known by its
    year or month only.
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
    physical_type: str | None = None
    encoding: str | None = None
    born_on: str | None = None
    sex: str | None = None
    partial: bool = False

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
class Watermark:
    """Column (of the contract) whose greatest value seen tells what is new; `overlap_seconds` is read again."""

    column: str
    overlap_seconds: int


@dataclass(frozen=True)
class Period:
    """What a re-sent period replaces: the rows whose `column` says the same, or the file whose name does.

    `file_name` is a regular expression; its first group is the period.
    """

    column: str | None
    file_name: str | None

    @property
    def expression(self) -> str | None:
        """SQL of the period of a landed row, where a column says it; a row without one is of the period ''."""
        return f"""coalesce(trim(cast("{self.column}" as varchar)), '')""" if self.column else None


@dataclass(frozen=True)
class Drift:
    """What happens to a table, column or type that the contract does not know.

    `freeze` refuses the source, `evolve` lets it in, `discard_value` and `discard_row` keep it in rejects.
    """

    tables: DriftPolicy = "freeze"
    columns: DriftPolicy = "freeze"
    types: DriftPolicy = "freeze"


@dataclass(frozen=True)
class Arrival:
    """What a new batch may look like beside what came before, else it waits for a person.

    Changes are shares of the row count (0.25 is a quarter). A change of fewer than `minimum_rows` rows is
    never held. At most `future_share` of the dated rows may lie more than `future_days` ahead. `stale_cadences`
    is how many cadences old the newest row may be. None switches a check off.
    """

    file_change: float | None = 0.25
    dataset_change: float | None = 0.15
    minimum_rows: int = 20
    future_days: int | None = 1
    future_share: float = 0.05
    stale_cadences: float | None = None
    empty: Literal["hold", "allow"] = "hold"
    gaps: Literal["hold", "allow"] = "hold"


@dataclass(frozen=True)
class Server:
    """Where the dataset is, with `${NAME}` replaced from the environment and settings."""

    name: str
    kind: Kind
    location: str
    format: FileFormat | None
    delimiter: str | None
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Contract:
    """One dataset, as promised by its owner. `fingerprint` changes when the file's text changes."""

    path: Path
    fingerprint: str
    id: str
    version: str
    status: str
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
    sheets: tuple[str, ...]
    cadence_days: int | None
    mode: Mode = "full"
    watermark: Watermark | None = None
    period: Period | None = None
    drift: Drift = Drift()
    arrival: Arrival = Arrival()
    filter: str | None = None
    detect_missing: bool = False

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
    def identifiers(self) -> tuple[Column, ...]:
        """Columns with a number of a person or an organisation; staging judges and repairs them."""
        return tuple(c for c in self.columns if c.role in IDENTIFIERS)

    @property
    def partial_dates(self) -> tuple[Column, ...]:
        """Dates of which staging keeps how much is known."""
        return tuple(c for c in self.columns if c.partial)

    @property
    def staging_table(self) -> str:
        """Name of the staging model."""
        return f"stg_{self.dataset}"

    @property
    def typed_table(self) -> str:
        """Name of the model that keeps the typed rows of every batch, for entities with a history."""
        return f"typed_{self.dataset}"

    @property
    def depends_on_day(self) -> bool:
        """Whether a derived column reads the as-of day, so that its rows are typed anew for each."""
        return any("as_of" in (c.expression or "") for c in self.columns)


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
