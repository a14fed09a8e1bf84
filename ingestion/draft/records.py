"""Where a JSON document keeps its records."""

from __future__ import annotations

from typing import Any

from warehouse.contract_api import at

# a list lies at most so many names deep
DEEPEST = 4


def longest_list(document: Any, path: str = "") -> str:
    """Path of the list of objects with most entries; `path` itself when there is none below it."""
    found = {path: len(document)} if isinstance(document, list) else {}
    if isinstance(document, dict) and len(path.split(".")) < DEEPEST:
        for name, value in document.items():
            inner = longest_list(value, name)
            items = at({name: value}, inner)
            if isinstance(items, list) and all(isinstance(item, dict) for item in items):
                found[f"{path}.{inner}" if path else inner] = len(items)
    return max(found, key=lambda p: found[p]) if found else path
