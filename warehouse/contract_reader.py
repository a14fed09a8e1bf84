"""Read contract files: what is wrong is named with file, line and field, and stops no other file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from open_data_contract_standard.model import (
    DataQuality,
    OpenDataContractStandard,
    SchemaObject,
    SchemaProperty,
    TeamMember,
)

from warehouse.contract_check import fault, parse_and_check, properties_of
from warehouse.contract_loading import read_loading, read_sheets
from warehouse.contract_server import read_server
from warehouse.contract_sql import check_sql
from warehouse.contracts import ROLES, SQL_TYPES, Column, Contract, ContractSet, OutOfScope
from warehouse.entities import Entity, entities
from warehouse.errors import KhoError, SettingsError
from warehouse.profile import Owner, Profile
from warehouse.rules import Rule, read_rule


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
            _refuse_draft(contract)
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
        raise fault(path, "exactly one object under `schema`", f"{len(objects)}", "One file describes one dataset.")
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
        status=str(model.status),
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
        server=read_server(path, model.servers or [], environment, variables),
        header_rows=int(custom.get("headerRows", 1)),
        sheets=read_sheets(custom),
        cadence_days=_cadence(model),
        **read_loading(path, custom, columns),
    )
    _check_roles(path, contract)
    check_sql(contract)
    return contract


def _column(path: Path, source: SchemaProperty, entity: Entity | None) -> Column:
    name = _identifier(path, source.name, "a property's name")
    if entity is not None:
        entity.require(name, path)
    custom = properties_of(source.customProperties)
    logical_type = source.logicalType or "string"
    if logical_type not in SQL_TYPES:
        raise fault(
            path, f"logicalType one of {', '.join(SQL_TYPES)}", logical_type, "Correct the type.", f"column {name}"
        )
    role = custom.get("role")
    if role is not None and role not in ROLES:
        raise fault(path, f"role one of {', '.join(ROLES)}", str(role), "Correct the role.", f"column {name}")
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
        physical_type=source.physicalType,
        encoding=custom.get("encoding"),
        born_on=custom.get("bornOn"),
        sex=custom.get("sex"),
        partial=bool(custom.get("partialDate", False)),
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
            raise fault(path, "every rule id once", f"{rule.id} twice", "Give each rule its own id.")
        seen.add(rule.id)
        yield rule


def _owner(path: Path, model: OpenDataContractStandard, profile: Profile) -> tuple[str, Owner]:
    team = model.team
    members: list[TeamMember] = team if isinstance(team, list) else (team.members or [] if team else [])
    owners = [m for m in members if m.role == "owner"]
    if len(owners) != 1 or not owners[0].username:
        raise fault(
            path, "one team member with role owner", f"{len(owners)}", "Name who answers for the data under `team`."
        )
    member = owners[0]
    key = profile.duties.get(str(member.username), str(member.username))
    email = properties_of(member.customProperties).get("email")
    if key in profile.owners:
        return key, profile.owners[key]
    if member.name and email:
        return key, Owner(name=member.name, email=str(email))
    raise fault(
        path,
        f"owner or duty {key} in profile {profile.id}, or a name and an e-mail in the contract",
        "neither",
        f"Add {key} under `owners` or `duties` of the profile.",
    )


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
        raise fault(path, f"entity one of {', '.join(sorted(known))}", name, "Correct `entity`, or leave it out.")
    return known[name]


def _check_roles(path: Path, contract: Contract) -> None:
    for role in ("commune_code", "organisation_code", "agency_code", "recorded_on", "updated_on"):
        if sum(c.role == role for c in contract.columns) > 1:
            raise fault(path, f"at most one column with role {role}", "several", "Keep the one that counts.")
    types = {c.name: c.logical_type for c in contract.columns}
    for column in contract.columns:
        where = f"column {column.name}"
        for name, wanted in ((column.born_on, "date"), (column.sex, "string")):
            if name is not None and (column.role != "person_number" or types.get(name) != wanted):
                raise fault(
                    path,
                    f"bornOn and sex on a person_number, naming a column of type {wanted}",
                    f"{name}: {types.get(name, 'no such column')}, on role {column.role}",
                    "Name the person's own columns.",
                    where,
                )
        if column.partial and (column.logical_type != "date" or column.expression):
            raise fault(path, "partialDate on a date that is read", column.logical_type, "Leave it out.", where)


def _refuse_draft(contract: Contract) -> None:
    """What a program guessed lands nowhere before a person has looked: it may have overlooked personal data."""
    if contract.status == "draft":
        raise fault(
            contract.path,
            "a contract that a person has reviewed",
            "status draft",
            "Go through what is marked REVIEW, then set status: active.",
        )


def _refuse_twice(contract: Contract, seen: dict[str, Path]) -> None:
    if contract.dataset in seen:
        raise fault(
            contract.path,
            "a dataset name that no other contract has",
            f"{contract.dataset}, also in {seen[contract.dataset].name}",
            "Rename one of them.",
        )
    seen[contract.dataset] = contract.path


def _identifier(path: Path, name: str | None, what: str) -> str:
    if not name or not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name):
        raise fault(
            path,
            f"{what} in lower case ASCII (a-z, 0-9, _)",
            repr(name),
            "Keep the source's own name in physicalName.",
        )
    return name
