"""What dbt's manifest says of a public table: titles, definitions, and the SQL that makes it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse.errors import PassportError
from warehouse.settings import Settings

# what a figure is made of is shown down to these
ENDS = ("shared", "ops")


@dataclass(frozen=True)
class Described:
    """A table or column as its YAML describes it; `meta` is all that is said under `config.meta`."""

    name: str
    title: str
    description: str
    meta: dict[str, Any]


@dataclass(frozen=True)
class TableOfModel:
    """A public table: its description, its columns, and the compiled SQL of the models that make it, its own first."""

    table: Described
    columns: tuple[Described, ...]
    sql: dict[str, str]


def table_of_model(settings: Settings, schema: str, name: str) -> TableOfModel:
    """Read a table of the manifest. Raises PassportError when nothing was built or there is no such table."""
    path = settings.dbt / "target" / "manifest.json"
    if not path.is_file():
        raise PassportError(wanted="dbt's manifest", found="no file", where=str(path), action="Build first: `kho run`.")
    manifest = json.loads(path.read_text(encoding="utf-8"))
    models = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    own = next((key for key, node in models.items() if (node["schema"], node["name"]) == (schema, name)), None)
    if own is None:
        raise PassportError(
            wanted="a table of the warehouse",
            found=f"{schema}.{name}",
            where="the table to explain",
            action="Write it with its schema, such as metrics.settlement.",
        )
    node = models[own]
    return TableOfModel(
        table=_described(node),
        columns=tuple(_described(column) for column in node["columns"].values()),
        sql={
            f"{models[key]['schema']}.{models[key]['name']}": _sql(settings, models[key])
            for key in _makers(own, models)
        },
    )


def _makers(own: str, models: dict[str, Any]) -> list[str]:
    """The model and those it is made of, nearest first, down to the shared tables."""
    order, waiting = [], [own]
    while waiting:
        key = waiting.pop(0)
        if key in models and key not in order and (key == own or models[key]["schema"] not in ENDS):
            order.append(key)
            waiting.extend(models[key]["depends_on"]["nodes"])
    return order


def _sql(settings: Settings, node: dict[str, Any]) -> str:
    """As it was compiled last; as it is written when it was not."""
    below = Path("compiled") / node["package_name"] / node["original_file_path"]
    target = settings.dbt / "target"
    found = [path for path in (target / below, *target.glob(f"*/{below}")) if path.is_file()]
    if found:
        newest: Path = max(found, key=lambda path: path.stat().st_mtime)
        return newest.read_text(encoding="utf-8").strip()
    return str(node["raw_code"]).strip()


def _described(node: dict[str, Any]) -> Described:
    meta = node.get("config", {}).get("meta") or node.get("meta") or {}
    return Described(node["name"], meta.get("title_vi") or node["name"], node.get("description", "").strip(), meta)
