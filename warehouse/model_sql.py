"""A model's SQL as dbt would compile it on DuckDB, over relations of the caller's choice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from warehouse import engine_sql
from warehouse.errors import SettingsError

MODELS = engine_sql.PROJECT / "models"


def model_sql(name: str, province: dict[str, Any], ref: Callable[[str], str] = str) -> str:
    """The SQL of a model of the house.

    Args:
        name: of the model, such as `settlement`.
        province: what `var('province')` is: the profile as JSON has it.
        ref: the relation that stands for a model; the table of the same name unless given.

    Raises SettingsError when there is no such model.
    """
    variables = {"province": province}
    environment, macros = engine_sql.project_macros(False)
    own = {"ref": ref, "var": variables.__getitem__, "config": lambda **_: ""}
    return environment.from_string(_path(name).read_text(encoding="utf-8"), globals=own).render(macros | own)


def schema_of(name: str) -> str:
    """The schema in which dbt builds a model: the folder of its layer. Raises SettingsError when there is none."""
    return _path(name).relative_to(MODELS).parts[0]


def _path(name: str) -> Path:
    for path in MODELS.rglob(f"{name}.sql"):
        return path
    raise SettingsError(
        wanted="a model of the dbt project", found="no such file", where=f"{name}.sql", action="Correct the name."
    )
