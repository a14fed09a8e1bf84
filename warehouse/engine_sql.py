"""SQL of the project's dbt macros for DuckDB, where dbt itself does not run: one way to read a date everywhere."""

from __future__ import annotations

from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import jinja2
import yaml

from warehouse.citizen_prefixes import citizen_prefixes
from warehouse.settings import PROJECT_ROOT

PROJECT = PROJECT_ROOT / "dbt_project"


def engine_sql(call: str, *, synthetic: bool = False) -> str:
    """The SQL that a macro call makes on DuckDB, for example of `parse_date('received_at')`.

    `synthetic` takes the citizen numbers of the sample for real ones. Raises jinja2.TemplateError when there is no
    such macro.
    """
    environment, macros = project_macros(synthetic)
    return environment.from_string("{{ " + call + " }}").render(macros).strip()


def macro_sql(macro: str, *arguments: Any, **named: Any) -> str:
    """The same of a macro and its arguments: texts (SQL), numbers or lists of them."""
    given = [repr(value) for value in arguments] + [f"{name}={value!r}" for name, value in named.items()]
    return engine_sql(f"{macro}({', '.join(given)})")


@lru_cache(maxsize=2)
def project_macros(synthetic: bool) -> tuple[jinja2.Environment, dict[str, Any]]:
    """Jinja with what dbt adds for engine macros (`return`, `adapter.dispatch`), and the macros by name."""
    # SQL, not HTML
    environment = jinja2.Environment(extensions=["jinja2.ext.do"], undefined=jinja2.StrictUndefined)  # noqa: S701
    macros: dict[str, Any] = {}
    adapter = SimpleNamespace(dispatch=lambda name: macros[f"duckdb__{name}"])
    variables = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    variables["citizen_prefixes"] = citizen_prefixes(synthetic=synthetic)
    environment.globals |= {"return": lambda value: value, "adapter": adapter, "var": variables.__getitem__}
    paths = sorted(p for p in (PROJECT / "macros").rglob("*.sql") if p.parent.name != "tests")
    source = "".join(path.read_text(encoding="utf-8") for path in paths)
    macros |= vars(environment.from_string(source).module)
    return environment, macros
