"""A data home in which dbt runs as kho runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from expectations.mail_log import ensure_mail_log
from expectations.results import ensure_result_files
from ingestion.index import write_index
from ingestion.reference import write_reference
from warehouse.assembly import assemble
from warehouse.contracts import ContractSet
from warehouse.freezable import ensure_freeze_files
from warehouse.releases import ensure_release_log
from warehouse.settings import PROJECT_ROOT, Settings


def prepare(settings: Settings, contracts: ContractSet) -> Path:
    """Write what dbt reads and assemble the project of a home; the project's folder."""
    write_reference(settings)
    write_index(settings, contracts)
    ensure_mail_log(settings)
    ensure_release_log(settings)
    ensure_result_files(settings.results)
    project = assemble(settings, contracts)
    ensure_freeze_files(settings)
    return project


def dbt_build(settings: Settings, contracts: ContractSet, *arguments: str) -> str:
    """Assemble the project of a home and `dbt build` it; what dbt printed. Fails with its last lines."""
    project = prepare(settings, contracts)
    command = [sys.executable, "-m", "dbt.cli.main", "--no-use-colors", "build", *arguments]
    command += ["--project-dir", str(project), "--profiles-dir", str(project)]
    given = {"KHO_HOME": str(settings.home), "KHO_AS_OF": settings.day.isoformat(), "PYTHONPATH": str(PROJECT_ROOT)}
    done = subprocess.run(command, cwd=project, env=os.environ | given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


@dataclass(frozen=True)
class Model:
    """A model as dbt compiled it."""

    name: str
    materialized: str
    relation: str
    sql: str


# nothing but the work itself: no log, no manifest written anew each time
SILENT = ("--quiet", "--log-level-file", "none", "--no-write-json")


class DbtInProcess:
    """dbt in this process, parsed once: for tests that run it many times on one home."""

    def __init__(self, settings: Settings, contracts: ContractSet) -> None:
        self.settings, self.contracts = settings, contracts
        self._environment = pytest.MonkeyPatch()

    def __enter__(self) -> DbtInProcess:
        from dbt.cli.main import dbtRunner

        self._environment.setenv("KHO_HOME", str(self.settings.home))
        self._environment.setenv("KHO_AS_OF", self.settings.day.isoformat())
        self.project = prepare(self.settings, self.contracts)
        parsed = dbtRunner().invoke(["--quiet", "parse", *self._place()])
        assert parsed.success, parsed.exception
        self._runner = dbtRunner(manifest=parsed.result)
        return self

    def __exit__(self, *_: object) -> None:
        self._environment.undo()

    def build(self, *selected: str) -> None:
        """Seeds and models that are selected, without their tests."""
        self._invoke("build", "--exclude-resource-type", "test", "unit_test", "--select", *selected)

    def run(self, *arguments: str) -> list[Model]:
        """`dbt run` what is selected, on what has landed now; the models as dbt compiled them, in their order."""
        write_index(self.settings, self.contracts)
        options = [a for a in arguments if a.startswith("--")]
        done = self._invoke("run", *options, "--select", *(a for a in arguments if not a.startswith("--")))
        # the node itself is compiled anew by the next run
        nodes = [result.node for result in done.results]
        return [Model(n.name, n.config.materialized, n.relation_name, n.compiled_code) for n in nodes]

    def test(self, *selected: str) -> None:
        """The data tests that need no other model than these."""
        self._invoke("test", "--indirect-selection", "cautious", "--select", *selected)

    def _invoke(self, *arguments: str) -> Any:
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        done = self._runner.invoke([*SILENT, *arguments, *self._place()])
        # dbt keeps the file open for its process; others want to read it
        DuckDBConnectionManager.close_all_connections()
        failed = [r.message for r in getattr(done.result, "results", []) if r.status in ("error", "fail")]
        assert done.success, done.exception or failed
        return done.result

    def _place(self) -> list[str]:
        return ["--project-dir", str(self.project), "--profiles-dir", str(self.project)]
