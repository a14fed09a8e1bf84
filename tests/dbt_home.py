"""A data home in which dbt runs as kho runs it."""

from __future__ import annotations

import os
import subprocess
import sys

from expectations.mail_log import ensure_mail_log
from expectations.results import ensure_result_files
from ingestion.index import write_index
from ingestion.reference import write_reference
from warehouse.assembly import assemble
from warehouse.contracts import ContractSet
from warehouse.releases import ensure_release_log
from warehouse.settings import PROJECT_ROOT, Settings


def dbt_build(settings: Settings, contracts: ContractSet, *arguments: str) -> str:
    """Assemble the project of a home and `dbt build` it; what dbt printed. Fails with its last lines."""
    write_reference(settings)
    write_index(settings, contracts)
    ensure_mail_log(settings)
    ensure_release_log(settings)
    ensure_result_files(settings.results)
    project = assemble(settings, contracts)
    command = [sys.executable, "-m", "dbt.cli.main", "--no-use-colors", "build", *arguments]
    command += ["--project-dir", str(project), "--profiles-dir", str(project)]
    given = {"KHO_HOME": str(settings.home), "KHO_AS_OF": settings.day.isoformat(), "PYTHONPATH": str(PROJECT_ROOT)}
    done = subprocess.run(command, cwd=project, env=os.environ | given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout
