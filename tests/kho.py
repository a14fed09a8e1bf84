"""Run the real command line in a data home of its own, as a person would."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from tests.conftest import PROJECT

AS_OF = "2026-11-02"


@dataclass(frozen=True)
class Home:
    """A data home and what the command that made it printed."""

    path: Path
    code: int
    output: str

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a query on the warehouse."""
        with duckdb.connect(str(self.path / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(query, list(values)).fetchall()

    def results(self, name: str, columns: str) -> list[tuple[Any, ...]]:
        """Rows that the expectations wrote."""
        return duckdb.execute(f"select {columns} from '{self.path / 'results' / name}.parquet'").fetchall()


def kho(home: Path, *arguments: str, project: Path = PROJECT) -> Home:
    """Run `kho ARGUMENTS` of a checkout with this data home; no setting of the caller's environment reaches it."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("KHO_", "DAGSTER_", "DBT_"))}
    done = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", *arguments],
        cwd=project,
        env={**inherited, "KHO_HOME": str(home), "KHO_AS_OF": AS_OF, "PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
        check=False,
    )
    return Home(home, done.returncode, done.stdout + done.stderr)
