"""The data dictionary: every column of the public tables, from the models' YAML and the contracts."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from warehouse.assembly import assemble
from warehouse.contracts import Column, Contract, ContractSet
from warehouse.settings import Settings

# what readers of the store may rely on, in the order in which rows pass through them (docs/production.md)
PUBLIC_SCHEMAS = ("shared", "metrics", "quality", "open_data", "ops")
COMMON = Path(__file__).with_name("common_columns.yml")


@dataclass(frozen=True)
class DictionaryColumn:
    """One column of a public table; the fields are the columns of `dictionary.csv`, in order.

    Attributes:
        is_key: whether it is a part of the table's key.
        classification: open (published), internal, or token (stands for a personal number).
        source_name: what the source, or the national dictionary, calls it.
    """

    schema: str
    table: str
    table_title_vi: str
    table_title_en: str
    column: str
    title_vi: str
    title_en: str
    description: str
    type: str
    unit: str
    code_list: str
    is_key: bool
    is_required: bool
    classification: str
    source_name: str
    legal_basis: str


@dataclass(frozen=True)
class DictionaryTable:
    """One public table with its columns; `description` ends with the grain."""

    schema: str
    name: str
    title_vi: str
    title_en: str
    description: str
    columns: tuple[DictionaryColumn, ...]


COLUMNS = tuple(field.name for field in fields(DictionaryColumn))


def read_dictionary(settings: Settings, contracts: ContractSet) -> tuple[DictionaryTable, ...]:
    """All public tables, by schema and name, as the dbt project of these contracts describes them."""
    with tempfile.TemporaryDirectory(prefix="kho-dictionary-") as home:
        project = assemble(settings.model_copy(update={"home": Path(home)}), contracts)
        models = [
            (schema, model)
            for schema in PUBLIC_SCHEMAS
            for path in sorted((project / "models" / schema).rglob("*.yml"))
            for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", [])
        ]
    common: dict[str, str] = yaml.safe_load(COMMON.read_text(encoding="utf-8"))
    by_dataset = {contract.dataset: contract for contract in contracts.contracts if contract.entity is None}
    tables = [_table(schema, model, common, by_dataset.get(model["name"])) for schema, model in models]
    return tuple(sorted(tables, key=lambda table: (PUBLIC_SCHEMAS.index(table.schema), table.name)))


def undocumented(tables: Iterable[DictionaryTable]) -> list[str]:
    """Tables and columns without a Vietnamese title, a description or a type, each with what it lacks."""
    found = []
    for table in tables:
        name = f"{table.schema}.{table.name}"
        found += [f"{name}: no {what}" for what in ("title_vi", "description") if not getattr(table, what)]
        found += [f"{name}: no columns"] if not table.columns else []
        for column in table.columns:
            lacking = [what for what in ("title_vi", "description", "type") if not getattr(column, what)]
            found += [f"{name}.{column.column}: no {what}" for what in lacking]
    return found


def _table(schema: str, model: dict[str, Any], common: dict[str, str], contract: Contract | None) -> DictionaryTable:
    name, meta = model["name"], _meta(model)
    title_vi, title_en = meta.get("title_vi", ""), meta.get("title_en") or spoken(name)
    key = _key(model, contract)
    columns = tuple(
        _column((schema, name, title_vi, title_en), column, key, common, contract)
        for column in model.get("columns", [])
    )
    return DictionaryTable(schema, name, title_vi, title_en, _text(model.get("description")), columns)


def _column(
    table: tuple[str, str, str, str],
    column: dict[str, Any],
    key: set[str],
    common: dict[str, str],
    contract: Contract | None,
) -> DictionaryColumn:
    name, meta = column["name"], _meta(column)
    source = _source_column(name, contract)
    rules = [r for r in contract.rules if source and r.column == source.name] if contract else []
    bases = [meta.get("legal_basis"), source.legal_basis if source else None, *(r.legal_basis for r in rules)]
    codes = [meta.get("code_list"), _values(column), _codes(source, rules)]
    return DictionaryColumn(
        *table,
        column=name,
        title_vi=meta.get("title_vi") or common.get(name, ""),
        title_en=meta.get("title_en") or spoken(name),
        description=_text(column.get("description")),
        type=column.get("data_type", ""),
        unit=meta.get("unit", ""),
        code_list=_text(next((code for code in codes if code), "")),
        is_key=name in key,
        is_required=name in key or _is_required(column),
        classification=_classification(name, meta),
        source_name=meta.get("official_name") or (source.header if source and not source.expression else ""),
        legal_basis="; ".join(dict.fromkeys(base for base in bases if base)),
    )


def _source_column(name: str, contract: Contract | None) -> Column | None:
    """The contract's column behind one of its shared table."""
    if contract is None:
        return None
    if name.startswith("commune_code"):
        return contract.column_with("commune_code")
    plain = name.removesuffix("_token")
    return next((column for column in contract.columns if column.name == plain), None)


def _key(model: dict[str, Any], contract: Contract | None) -> set[str]:
    """The key as the model says it, else as its tests hold it, else as the contract has it."""
    said = _meta(model).get("primary_key")
    if said:
        return {said} if isinstance(said, str) else set(said)
    for test in model.get("data_tests", []):
        if isinstance(test, dict) and "unique_together" in test:
            return set(test["unique_together"]["arguments"]["columns"])
    tested = {c["name"] for c in model.get("columns", []) if "unique" in c.get("data_tests", [])}
    if tested or contract is None:
        return tested
    names = {c["name"] for c in model.get("columns", [])}
    commune = contract.column_with("commune_code")
    keys = {"commune_code" if column is commune else column.name for column in contract.key}
    return {name for name in names if name.removesuffix("_token") in keys}


def _is_required(column: dict[str, Any]) -> bool:
    constraints = [constraint.get("type") for constraint in column.get("constraints", [])]
    return "not_null" in constraints or "not_null" in column.get("data_tests", [])


def _values(column: dict[str, Any]) -> str:
    """Values that a test of the model accepts."""
    for test in column.get("data_tests", []):
        if isinstance(test, dict) and "accepted_values" in test:
            return ", ".join(str(value) for value in test["accepted_values"]["arguments"]["values"])
    return ""


def _codes(source: Column | None, rules: list[Any]) -> str:
    """Codes of a value map, with the texts that mean them, or the valid values of a rule."""
    if source and source.value_map:
        return "; ".join(f"{code} {texts[0]}" if texts else code for code, texts in source.value_map.items())
    return ", ".join(str(value) for rule in rules for value in rule.arguments.get("validValues", []))


def _classification(name: str, meta: dict[str, Any]) -> str:
    if meta.get("publish") is True:
        return "open"
    return "token" if name.endswith("_token") else str(meta.get("classification", "internal"))


def spoken(name: str) -> str:
    """An English title made of a name."""
    return name.replace("_", " ").capitalize()


def _text(value: Any) -> str:
    return " ".join(str(value or "").split())


def _meta(thing: dict[str, Any]) -> dict[str, Any]:
    meta: dict[str, Any] = thing.get("config", {}).get("meta") or thing.get("meta") or {}
    return meta
