"""A model that loses rows fails the run, names layer and batch, and publishes nothing."""

from __future__ import annotations

import re
import shutil

import pytest

from tests.conftest import PROJECT
from tests.contracts import write_contract
from tests.kho import kho

pytestmark = pytest.mark.slow


def test_a_join_that_drops_rows_fails_the_run_and_is_named(tmp_path):
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "things.csv").write_text("Mã\n1\n2\n3\n", encoding="utf-8")
    write_contract(
        tmp_path / "contracts",
        columns={"code": "Mã"},
        keys=("code",),
        server={"server": "file", "type": "local", "format": "csv", "path": "things.csv"},
    )
    leaking = tmp_path / "project"
    for part in ("orchestration", "ingestion", "expectations", "warehouse", "dbt_project"):
        shutil.copytree(PROJECT / part, leaking / part)
    shutil.copy(PROJECT / "dagster.yaml", leaking)
    template = leaking / "dbt_project" / "templates" / "shared.sql.j2"
    whole = "where row_verdict = 'kept'"
    text = template.read_text(encoding="utf-8")
    assert whole in text
    template.write_text(text.replace(whole, f"{whole} and row_number <> 3"), encoding="utf-8")

    ran = kho(tmp_path / "home", "run", "--contracts", str(tmp_path / "contracts"), project=leaking)

    assert ran.code == 1, ran.output
    said = re.sub(r"\s+", " ", ran.output)
    assert re.search(r"books of things, batch \S+, layer shared: 3 rows came in, 1 are in no bucket", said)
    assert "Failed: nothing was published" in said
    assert not (tmp_path / "home" / "releases" / "latest").exists()
