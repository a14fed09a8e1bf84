"""What dbt compiled, run again and again without dbt: for tests that build hundreds of times.

The statements are those that dbt compiled for a first build and for a later run; they are executed as dbt-duckdb
does it, in its order. That this gives the same tables as dbt is for the test that uses it to prove, now and then.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import jinja2

from tests.dbt_home import Model
from warehouse.dbt_plugin import set_session
from warehouse.settings import PROJECT_ROOT, Settings

MACROS = PROJECT_ROOT / "dbt_project" / "macros" / "typed_rows.sql"


class Replay:
    """Models that dbt ran once whole and once later, in the order of the later run."""

    def __init__(self, settings: Settings, whole: list[Model], later: list[Model]) -> None:
        self.settings, self.later = settings, later
        self.whole = {model.name: model.sql for model in whole}

    def run(self, database: Path, *, whole: bool) -> None:
        """Build everything in a database, anew or on what is there."""
        with duckdb.connect(str(database)) as connection:
            connection.execute("set TimeZone = 'Asia/Ho_Chi_Minh'")
            set_session(connection, self.settings)
            for model in self.later:
                for statement in self._statements(model, whole):
                    connection.execute(statement)

    def _statements(self, model: Model, whole: bool) -> list[str]:
        if model.materialized == "view":
            return [f"create or replace view {model.relation} as ({self.whole[model.name]})"]
        if model.materialized == "table" or whole:
            return [f"create or replace table {model.relation} as ({self.whole[model.name]})"]
        return [_forget(model), f"insert into {model.relation} by name ({model.sql})"]


def _forget(model: Model) -> str:
    """The hook of a table of typed rows, from the macro that dbt renders it with."""
    names = {"is_incremental": lambda: True, "ref": lambda _: '"warehouse"."ops"."batches"', "this": model.relation}
    macros: Any = jinja2.Environment().from_string(MACROS.read_text(encoding="utf-8"), globals=names).module
    return str(macros.forget_batches(model.name.removeprefix("typed_")))
