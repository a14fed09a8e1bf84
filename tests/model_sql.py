"""A model's SQL as dbt would compile it, over tables of the connection's own."""

from __future__ import annotations

from typing import Any

from warehouse import engine_sql
from warehouse.settings import PROJECT_ROOT

MODELS = PROJECT_ROOT / "dbt_project" / "models"


def model_sql(name: str, province: dict[str, Any]) -> str:
    """The SQL of a model with every `ref` the table of that name, and `var('province')` what is given."""
    [path] = MODELS.rglob(f"{name}.sql")
    return compiled(path.read_text(encoding="utf-8"), province)


def compiled(text: str, province: dict[str, Any]) -> str:
    """The same of the text of a model, for one that is written when a project is assembled."""
    environment, macros = engine_sql._project(False)
    variables = {"province": province}
    own = {"ref": lambda model: model, "var": variables.__getitem__, "config": lambda **_: ""}
    return environment.from_string(text, globals=own).render(macros | own)
