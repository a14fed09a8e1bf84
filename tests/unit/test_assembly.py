"""The dbt project of a data home."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from warehouse.assembly import assemble
from warehouse.contract_reader import load_contracts
from warehouse.settings import Settings


def keys_of(value):
    """Every key of nested mappings, with where it is."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from keys_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys_of(inner)


@pytest.mark.parametrize("profile", ["da_nang_2025", "quang_nam_2024"])
def test_every_key_that_dbt_parses_is_a_text(tmp_path, profile):
    """With a number for a key dbt fails to read its own cache, in silence, and parses the whole project each time."""
    settings = Settings(home=tmp_path, profile=profile)
    variables = {"KHO_HOME": str(settings.home), "KHO_SAMPLE": str(settings.sample)}
    contracts = load_contracts(settings.contracts, settings.province, settings.environment, variables)
    project = assemble(settings, contracts)
    files = [project / "dbt_project.yml", *Path(project / "models").rglob("*.yml")]
    found = {
        path.name: key
        for path in files
        for key in keys_of(yaml.safe_load(path.read_text(encoding="utf-8")))
        if not isinstance(key, str)
    }
    assert len(files) > 50
    assert found == {}
