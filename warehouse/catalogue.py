"""Which tables and columns are open, as the dbt manifest says: nothing is published unless it says so."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from warehouse.errors import ReleaseError

SCHEMA = "open_data"
REQUIRED = ("title_vi", "description_vi", "primary_key", "license", "frequency", "theme", "owner_key")
# metadata of a column that is published with it, where the model gives it
COLUMN_FACTS = ("unit", "official_name", "code_list", "legal_basis")


@dataclass(frozen=True)
class OpenColumn:
    """One published column.

    Attributes:
        not_personal: pattern of `warehouse.personal_data` -> why what looks like it is none.
    """

    name: str
    title: str
    description: str
    facts: dict[str, Any] = field(default_factory=dict)
    not_personal: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class OpenTable:
    """One published table; `description` is Vietnamese first, then English, and ends with the grain."""

    name: str
    title: str
    description: str
    primary_key: tuple[str, ...]
    license: str
    frequency: str
    theme: str
    owner_key: str
    columns: tuple[OpenColumn, ...]


def read_catalogue(manifest_path: Path) -> tuple[OpenTable, ...]:
    """The open tables of a dbt manifest, by name.

    A model of schema `open_data` is open when a column has `config.meta.publish: true`; other columns stay home.

    Raises:
        ReleaseError: no manifest, no open table, metadata missing, a key that is not published,
            or a published column that is personal, here or in a model that this one is made from.
    """
    if not manifest_path.is_file():
        raise ReleaseError(
            wanted="dbt's manifest", found="no file", where=str(manifest_path), action="Build first: `kho run`."
        )
    manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
    nodes = {**manifest.get("sources", {}), **manifest["nodes"]}
    tables = [
        _open_table(node, _personal_names(identifier, nodes))
        for identifier, node in manifest["nodes"].items()
        if node["resource_type"] == "model"
        and node["schema"] == SCHEMA
        and any(_meta(column).get("publish") is True for column in node["columns"].values())
    ]
    if not tables:
        raise ReleaseError(
            wanted="at least one open table",
            found=f"no model of schema {SCHEMA} with a column that says publish: true",
            where=str(manifest_path),
            action="Mark the columns to publish under config.meta in the model's YAML.",
        )
    return tuple(sorted(tables, key=lambda table: table.name))


def _open_table(node: dict[str, Any], personal: set[str]) -> OpenTable:
    name = node.get("alias") or node["name"]
    meta = _meta(node)
    missing = [key for key in REQUIRED if not meta.get(key)]
    if missing:
        raise ReleaseError(
            wanted=f"config.meta with {', '.join(REQUIRED)}",
            found=f"no {', '.join(missing)}",
            where=f"open table {name}",
            action="Add what is missing to the model's YAML.",
        )
    published = [column for column in node["columns"].values() if _meta(column).get("publish") is True]
    for column in published:
        _refuse_personal(name, column, personal)
    columns = tuple(_open_column(name, column) for column in published)
    key = (meta["primary_key"],) if isinstance(meta["primary_key"], str) else tuple(meta["primary_key"])
    hidden = [part for part in key if part not in {column.name for column in columns}]
    if hidden:
        raise ReleaseError(
            wanted="a primary key of published columns",
            found=f"{', '.join(hidden)} in the key, but not published",
            where=f"open table {name}",
            action="Publish the column, or choose a key that readers can see.",
        )
    english = node.get("description", "").strip()
    return OpenTable(
        name=name,
        title=meta["title_vi"],
        description="\n\n".join(text for text in (meta["description_vi"].strip(), english) if text),
        primary_key=key,
        license=meta["license"],
        frequency=meta["frequency"],
        theme=meta["theme"],
        owner_key=meta["owner_key"],
        columns=columns,
    )


def _open_column(table: str, column: dict[str, Any]) -> OpenColumn:
    meta = _meta(column)
    title, excuses = meta.get("title_vi"), meta.get("not_personal") or {}
    if not title or not all(isinstance(reason, str) and reason.strip() for reason in excuses.values()):
        raise ReleaseError(
            wanted="a title_vi, and a reason beside each entry of not_personal",
            found="no title_vi" if not title else "an entry without a reason",
            where=f"open table {table}, column {column['name']}",
            action="Complete config.meta of the column.",
        )
    return OpenColumn(
        name=column["name"],
        title=title,
        description=column.get("description", "").strip(),
        facts={key: meta[key] for key in COLUMN_FACTS if meta.get(key)},
        not_personal=dict(excuses),
    )


def _refuse_personal(table: str, column: dict[str, Any], personal: set[str]) -> None:
    name = column["name"]
    if _is_personal(column):
        found = "a column marked personal"
    elif name.endswith("_token"):
        found = "a token of a personal number"
    elif name in personal:
        found = "a column that is personal in a model or source this table is made from"
    else:
        return
    raise ReleaseError(
        wanted="no personal data in an open table",
        found=found,
        where=f"open table {table}, column {name}",
        action="Take `publish: true` away from it, or rename it if it holds something else.",
    )


def _personal_names(identifier: str, nodes: dict[str, Any]) -> set[str]:
    """Names of the personal columns of everything a node is made from."""
    names: set[str] = set()
    waiting, seen = [identifier], {identifier}
    while waiting:
        node = nodes.get(waiting.pop(), {})
        names |= {column["name"] for column in node.get("columns", {}).values() if _is_personal(column)}
        parents = set(node.get("depends_on", {}).get("nodes", [])) - seen
        seen |= parents
        waiting.extend(parents)
    return names


def _is_personal(column: dict[str, Any]) -> bool:
    meta = _meta(column)
    return (
        meta.get("personal") is True or meta.get("classification") == "personal" or meta.get("role") == "person_number"
    )


def _meta(thing: dict[str, Any]) -> dict[str, Any]:
    meta: dict[str, Any] = thing.get("config", {}).get("meta") or thing.get("meta") or {}
    return meta
