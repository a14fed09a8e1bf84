"""SQL of the dbt project's macros for code that runs without dbt: one text says how a value is read.

The macros of `dbt_project/macros` are rendered with Jinja, with `return` and `adapter.dispatch` as dbt has them,
for DuckDB.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import jinja2

from warehouse.settings import PROJECT_ROOT

MACROS = PROJECT_ROOT / "dbt_project" / "macros"


def macro(name: str, *arguments: Any) -> str:
    """SQL of a macro's call: what `parse_date` and a column's name become, for example.

    Raises jinja2.TemplateError when there is no such macro: a fault of the caller.
    """
    return str(getattr(_module(), name)(*arguments)).strip()


@lru_cache(maxsize=1)
def _module() -> Any:
    texts = [p.read_text(encoding="utf-8") for p in sorted((MACROS / "engine").glob("*.sql"))]

    class Adapter:
        @staticmethod
        def dispatch(name: str) -> Any:
            return getattr(module, f"duckdb__{name}")

    environment = jinja2.Environment(extensions=["jinja2.ext.do"], autoescape=False)  # noqa: S701 - SQL, not HTML
    environment.globals.update({"return": lambda value: value, "adapter": Adapter})
    module = environment.from_string("".join(texts)).module
    return module
