"""Contracts: one ODCS 3.1 YAML file a dataset, read into one checked object.

A contract says where a dataset is, what its columns are, which rules it must meet, who owns it and
how often it arrives. Extraction, dbt models, expectation suites, Dagster assets and the mail route
all come from it. The standard is https://bitol-io.github.io/open-data-contract-standard/ (3.1);
what kho adds lives in `customProperties` and is described in docs/contracts.md.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from open_data_contract_standard.model import (
    CustomProperty,
    DataQuality,
    OpenDataContractStandard,
    SchemaObject,
    SchemaProperty,
    TeamMember,
)
from open_data_contract_standard.model import Server as OdcsServer

from warehouse.contract_check import parse_and_check
from warehouse.contract_sql import check_sql
from warehouse.entities import Entity, entities
from warehouse.errors import ContractError, KhoError, SettingsError
from warehouse.profile import Owner, Profile
from warehouse.rules import Rule, read_rule

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
FILE_FORMATS = ("xlsx", "csv")


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


def load_contracts(folder: Path, profile: Profile, environment: str, variables: dict[str, str]) -> ContractSet:
    """Read every `*.yml` below `folder`, in name order.

    `variables` fill `${NAME}` in server entries before the environment does.
    Raises SettingsError when the folder is not there; a wrong file goes to `errors`.
    """
    if not folder.is_dir():
        raise SettingsError(
            wanted="a folder of contracts",
            found="no such folder",
            where=str(folder),
            action="Give an existing folder with --contracts or KHO_CONTRACTS.",
        )
    contracts: list[Contract] = []
    errors: list[tuple[Path, KhoError]] = []
    seen: dict[str, Path] = {}
    for path in sorted(folder.rglob("*.yml")):
        try:
            contract = load_contract(path, profile, environment, variables)
            _refuse_twice(contract, seen)
            contracts.append(contract)
        except KhoError as error:
            errors.append((path, error))
    return ContractSet(tuple(contracts), tuple(errors))


def load_contract(path: Path, profile: Profile, environment: str, variables: dict[str, str]) -> Contract:
    """Read one contract file. Raises ContractError naming the file and line."""
    text, document = parse_and_check(path)
    model = OpenDataContractStandard(**document)
    objects = model.schema_ or []
    if len(objects) != 1:
        raise _error(path, "exactly one object under `schema`", f"{len(objects)}", "One file describes one dataset.")
    table = objects[0]
    custom = properties_of(table.customProperties)
    entity_name = custom.get("entity")
    entity = _entity(path, entity_name)
    columns = tuple(_column(path, p, entity) for p in table.properties or [])
    owner_key, owner = _owner(path, model, profile)
    contract = Contract(
        path=path,
        fingerprint=hashlib.sha256(text.encode()).hexdigest(),
        id=str(model.id),
        version=str(model.version),
        title=model.name or str(model.id),
        purpose=(model.description.purpose if model.description else None) or "",
        domain=model.domain or "other",
        source=str(properties_of(model.customProperties).get("source", model.domain or "other")),
        dataset=_identifier(path, table.name, "the object's name"),
        table=table.physicalName or str(table.name),
        dataset_title=table.businessName or str(table.name),
        grain=table.dataGranularityDescription or "one row per source row",
        entity=entity_name,
        source_priority=int(custom.get("sourcePriority", 100)),
        columns=columns,
        rules=tuple(_rules(path, table, columns)),
        out_of_scope=tuple(OutOfScope(str(o["kind"]), str(o["when"])) for o in custom.get("outOfScope", [])),
        ignored=tuple(str(label) for label in custom.get("ignoredColumns", [])),
        owner_key=owner_key,
        owner=owner,
        server=_server(path, model.servers or [], environment, variables),
        header_rows=int(custom.get("headerRows", 1)),
        sheet=custom.get("sheet"),
        cadence_days=_cadence(model),
    )
    _check_roles(path, contract)
    check_sql(contract)
    return contract


def properties_of(custom: Iterable[CustomProperty] | None) -> dict[str, Any]:
    """ODCS customProperties as a plain mapping."""
    return {str(p.property): p.value for p in custom or []}


def _column(path: Path, source: SchemaProperty, entity: Entity | None) -> Column:
    name = _identifier(path, source.name, "a property's name")
    if entity is not None:
        entity.require(name, path)
    custom = properties_of(source.customProperties)
    logical_type = source.logicalType or "string"
    if logical_type not in SQL_TYPES:
        raise _error(
            path, f"logicalType one of {', '.join(SQL_TYPES)}", logical_type, "Correct the type.", f"column {name}"
        )
    role = custom.get("role")
    if role is not None and role not in ROLES:
        raise _error(path, f"role one of {', '.join(ROLES)}", str(role), "Correct the role.", f"column {name}")
    return Column(
        name=name,
        header=source.physicalName or name,
        aliases=tuple(str(a) for a in custom.get("aliases", [])),
        title=source.businessName or name,
        description=source.description or source.businessName or name,
        logical_type=logical_type,  # type: ignore[arg-type]
        required=bool(source.required),
        key=bool(source.primaryKey),
        personal=source.classification == "personal",
        role=role,
        value_map={str(code): tuple(str(t) for t in texts) for code, texts in custom.get("valueMap", {}).items()},
        placeholders=tuple(str(p) for p in custom.get("placeholders", [])),
        expression=source.transformLogic,
        legal_basis=custom.get("legalBasis"),
    )


def _rules(path: Path, table: SchemaObject, columns: tuple[Column, ...]) -> Iterable[Rule]:
    raw_of = {c.name: f"{c.name}_raw" if c.has_raw else c.name for c in columns}
    entries: list[tuple[DataQuality, str | None]] = [(q, None) for q in table.quality or []]
    for source in table.properties or []:
        entries += [(q, str(source.name)) for q in source.quality or []]
    seen: set[str] = set()
    for quality, column in entries:
        rule = read_rule(quality, dataset=str(table.name), column=column, raw_of=raw_of, path=path)
        if rule.id in seen:
            raise _error(path, "every rule id once", f"{rule.id} twice", "Give each rule its own id.")
        seen.add(rule.id)
        yield rule


def _owner(path: Path, model: OpenDataContractStandard, profile: Profile) -> tuple[str, Owner]:
    team = model.team
    members: list[TeamMember] = team if isinstance(team, list) else (team.members or [] if team else [])
    owners = [m for m in members if m.role == "owner"]
    if len(owners) != 1 or not owners[0].username:
        raise _error(
            path, "one team member with role owner", f"{len(owners)}", "Name who answers for the data under `team`."
        )
    member = owners[0]
    key = str(member.username)
    email = properties_of(member.customProperties).get("email")
    if key in profile.owners:
        return key, profile.owners[key]
    if member.name and email:
        return key, Owner(name=member.name, email=str(email))
    raise _error(
        path,
        f"owner {key} in profile {profile.id}, or a name and an e-mail in the contract",
        "neither",
        f"Add {key} under `owners` of the profile.",
    )


def _server(path: Path, servers: list[OdcsServer], environment: str, variables: dict[str, str]) -> Server:
    chosen = [s for s in servers if s.environment == environment]
    if not chosen and len(servers) == 1 and servers[0].environment is None:
        chosen = servers
    if len(chosen) != 1:
        raise _error(
            path,
            f"one server with environment {environment}",
            ", ".join(str(s.environment) for s in servers) or "no server",
            "Add a `servers` entry, or choose another with KHO_ENVIRONMENT.",
        )
    server = chosen[0]
    options = properties_of(server.customProperties)

    def filled(value: str | None) -> str:
        return _fill(path, value or "", variables)

    def located(value: str | None) -> str:
        """A path as written, or relative to the contract's own folder."""
        return str((path.parent / filled(value)).resolve())

    name = str(server.server or environment)
    if server.type == "local":
        if server.format not in FILE_FORMATS:
            raise _error(path, f"format one of {', '.join(FILE_FORMATS)}", str(server.format), "Correct the server.")
        return Server(name, "files", located(server.path), server.format, server.delimiter, options)
    if server.type == "custom" and options.get("driver") == "sqlite":
        return Server(name, "sqlite", located(str(options.get("path", ""))), None, None, options)
    if server.type in ("postgresql", "postgres", "mysql"):
        kind: Literal["postgresql", "mysql"] = "mysql" if server.type == "mysql" else "postgresql"
        # user and password come from the environment, never from the contract
        return Server(
            name,
            kind,
            f"host={filled(server.host)} port={server.port or ''} dbname={filled(server.database)}",
            None,
            None,
            {**options, "schema": server.schema_ or options.get("schema")},
        )
    raise _error(
        path,
        "a server of type local, postgresql, mysql, or custom with driver sqlite",
        str(server.type),
        "Correct the server's type.",
    )


def _fill(path: Path, value: str, variables: dict[str, str]) -> str:
    def one(match: re.Match[str]) -> str:
        name = match.group(1)
        found = variables.get(name, os.environ.get(name))
        if found is None:
            raise _error(path, f"a value for ${{{name}}}", "nothing set", f"Set {name} in the environment.", "servers")
        return found

    return re.sub(r"\$\{(\w+)\}", one, value)


def _cadence(model: OpenDataContractStandard) -> int | None:
    days = {"d": 1, "day": 1, "days": 1, "w": 7, "m": 31, "month": 31, "months": 31, "q": 92, "y": 366, "years": 366}
    for sla in model.slaProperties or []:
        if sla.property == "frequency" and sla.value is not None:
            return int(float(sla.value) * days.get(str(sla.unit or "d"), 1))
    return None


def _entity(path: Path, name: str | None) -> Entity | None:
    if name is None:
        return None
    known = entities()
    if name not in known:
        raise _error(path, f"entity one of {', '.join(sorted(known))}", name, "Correct `entity`, or leave it out.")
    return known[name]


def _check_roles(path: Path, contract: Contract) -> None:
    for role in ("commune_code", "recorded_on", "updated_on"):
        if sum(c.role == role for c in contract.columns) > 1:
            raise _error(path, f"at most one column with role {role}", "several", "Keep the one that counts.")


def _refuse_twice(contract: Contract, seen: dict[str, Path]) -> None:
    if contract.dataset in seen:
        raise _error(
            contract.path,
            "a dataset name that no other contract has",
            f"{contract.dataset}, also in {seen[contract.dataset].name}",
            "Rename one of them.",
        )
    seen[contract.dataset] = contract.path


def _identifier(path: Path, name: str | None, what: str) -> str:
    if not name or not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name):
        raise _error(
            path,
            f"{what} in lower case ASCII (a-z, 0-9, _)",
            repr(name),
            "Keep the source's own name in physicalName.",
        )
    return name


def _error(path: Path, wanted: str, found: str, action: str, where: str | None = None) -> ContractError:
    place = f"contract {path.name}" + (f", {where}" if where else "")
    return ContractError(wanted=wanted, found=found, where=place, action=action)
