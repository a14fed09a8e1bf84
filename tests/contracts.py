"""Small contracts for tests, written as the ODCS files that users write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from warehouse.contract_reader import load_contract
from warehouse.contracts import Contract
from warehouse.profile import load_profile


def contract_document(
    *,
    columns: dict[str, str | dict[str, Any]],
    keys: tuple[str, ...] = (),
    dataset: str = "things",
    server: dict[str, Any] | None = None,
    quality: list[dict[str, Any]] | None = None,
    ignored: tuple[str, ...] = (),
    **custom: Any,
) -> dict[str, Any]:
    """An ODCS document; a column is its header, or a property to merge."""

    def one(name: str, given: str | dict[str, Any]) -> dict[str, Any]:
        given = {"physicalName": given} if isinstance(given, str) else given
        return {"name": name, "logicalType": "string", "primaryKey": name in keys, **given}

    properties = [{"property": k, "value": v} for k, v in custom.items()]
    if ignored:
        properties.append({"property": "ignoredColumns", "value": list(ignored)})
    return {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": dataset,
        "name": dataset,
        "version": "1.0.0",
        "status": "active",
        "domain": "tests",
        "servers": [server or {"server": "file", "type": "local", "format": "csv", "path": f"{dataset}*.csv"}],
        "team": {"members": [{"username": "so_tu_phap", "role": "owner"}]},
        "schema": [
            {
                "name": dataset,
                "physicalName": dataset,
                "logicalType": "object",
                "businessName": "Thử nghiệm",
                "properties": [one(name, given) for name, given in columns.items()],
                **({"customProperties": properties} if properties else {}),
                **({"quality": quality} if quality else {}),
            }
        ],
    }


def write_contract(folder: Path, **given: Any) -> Path:
    """Write the contract of `contract_document` and return its path."""
    document = contract_document(**given)
    path = folder / f"{document['id']}.yml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def make_contract(folder: Path, **given: Any) -> Contract:
    """Write a contract and read it back as kho does."""
    return load_contract(write_contract(folder, **given), load_profile("da_nang_2025"), "sample", {})
