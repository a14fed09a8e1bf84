"""What must stand before Dagster can look: folders, empty indexes, the assembled dbt project, its manifest.

The manifest is parsed only when the assembled project has changed; otherwise preparing is a comparison
of files.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from expectations.mail_log import ensure_mail_log
from ingestion.index import write_index
from warehouse.assembly import assemble, fingerprint
from warehouse.contract_reader import load_contracts
from warehouse.contracts import ContractSet
from warehouse.errors import SettingsError
from warehouse.freezable import ensure_freeze_files
from warehouse.releases import ensure_release_log
from warehouse.settings import PROJECT_ROOT, Settings


@dataclass(frozen=True)
class Prepared:
    """A data home that is ready to be orchestrated."""

    settings: Settings
    contracts: ContractSet
    manifest: Path


def prepare(settings: Settings) -> Prepared:
    """Make a data home ready. Raises SettingsError when folder, profile or dbt project are wrong."""
    settings.home.mkdir(parents=True, exist_ok=True)
    settings.home.chmod(0o700)
    export(settings)
    contracts = read_contracts(settings)
    write_index(settings, contracts)
    ensure_mail_log(settings)
    ensure_release_log(settings)
    _prepare_instance(settings)
    project = assemble(settings, contracts)
    ensure_freeze_files(settings)
    manifest = project / "target" / "manifest.json"
    seen = project / "target" / "fingerprint"
    now = fingerprint(project)
    if not manifest.is_file() or not seen.is_file() or seen.read_text() != now:
        _parse(project)
        seen.write_text(now)
    return Prepared(settings, contracts, manifest)


def read_contracts(settings: Settings) -> ContractSet:
    """The contracts of these settings."""
    variables = {"KHO_HOME": str(settings.home), "KHO_SAMPLE": str(settings.sample)}
    return load_contracts(settings.contracts, settings.province, settings.environment, variables)


def export(settings: Settings) -> None:
    """Put the settings into the environment, where dbt and code servers started from here find them.

    The token key is not among them: a key that was given is in the environment already.
    """
    for name in ("home", "contracts", "profile", "environment"):
        os.environ[f"KHO_{name.upper()}"] = str(getattr(settings, name))
    if settings.as_of is not None:
        os.environ["KHO_AS_OF"] = settings.as_of.isoformat()
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)
    os.environ.setdefault("DO_NOT_TRACK", "1")


def _prepare_instance(settings: Settings) -> None:
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    source, target = PROJECT_ROOT / "dagster.yaml", settings.dagster_home / "dagster.yaml"
    if not target.is_file() or target.read_bytes() != source.read_bytes():
        shutil.copyfile(source, target)


def _parse(project: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "dbt.cli.main",
        "parse",
        "--project-dir",
        str(project),
        "--profiles-dir",
        str(project),
    ]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SettingsError(
            wanted="a dbt project that parses",
            found="\n".join(done.stdout.splitlines()[-15:]),
            where=str(project),
            action="Correct the model or contract named above.",
        )
