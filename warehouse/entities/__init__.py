"""Entities: tables of the shared store that several sources may feed (`*.yml` beside this file).

A contract with `entity: dossiers` names its columns as the entity does; its rows are then united
with those of every other contract of that entity. A dataset without an entity gets a table of its own.
"""

from __future__ import annotations

import difflib
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from warehouse.errors import ContractError

FOLDER = Path(__file__).resolve().parent


class EntityColumn(BaseModel):
    """One column of an entity, before it is resolved against master data."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    type: str
    title: str


class Entity(BaseModel):
    """A table that several contracts feed.

    `keeps_history` says that what earlier batches said still counts: the typed rows of every batch are kept.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    grain: str
    keeps_history: bool = False
    columns: tuple[EntityColumn, ...]

    def require(self, column: str, path: Path) -> None:
        """Raise ContractError when the entity has no such column, with the nearest names."""
        names = [c.name for c in self.columns]
        if column in names:
            return
        near = difflib.get_close_matches(column, names, n=2)
        raise ContractError(
            wanted=f"columns of entity {self.name}",
            found=f"column {column}" + (f" (near: {', '.join(near)})" if near else ""),
            where=f"contract {path.name}",
            action=f"Use one of: {', '.join(names)}.",
        )


@lru_cache(maxsize=1)
def entities() -> dict[str, Entity]:
    """All entities by name."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yml")))
    loaded = (Entity.model_validate(yaml.safe_load(text)) for text in texts)
    return {entity.name: entity for entity in loaded}
