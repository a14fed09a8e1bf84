"""What a freeze asks beforehand: the last run, and the version of the models."""

from __future__ import annotations

import shutil

import dagster as dg
import pytest

from orchestration.run import check_last_run
from tests.conftest import PROJECT
from warehouse.errors import FreezeError
from warehouse.freezable import freezable
from warehouse.model_version import model_version
from warehouse.settings import Settings


def test_a_period_is_not_frozen_after_a_run_that_failed(tmp_path):
    settings = Settings(home=tmp_path / "home")
    check_last_run(settings)
    settings.dagster_home.mkdir(parents=True)
    shutil.copy(PROJECT / "dagster.yaml", settings.dagster_home)
    check_last_run(settings)
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        for name, status in (("1", dg.DagsterRunStatus.FAILURE), ("2", dg.DagsterRunStatus.SUCCESS)):
            run = dg.DagsterRun(job_name="daily", run_id=name * 8, status=status)
            instance.add_run(run)
            if status is dg.DagsterRunStatus.FAILURE:
                with pytest.raises(FreezeError, match="run 11111111 ended with FAILURE"):
                    check_last_run(settings)
    check_last_run(settings)


def test_the_version_changes_with_sql_and_seeds_and_not_with_descriptions(tmp_path):
    project = tmp_path / "project"
    (project / "models").mkdir(parents=True)
    (project / "seeds").mkdir()
    (project / "registers").mkdir()

    def version():
        model_version.cache_clear()
        return model_version(project)

    (project / "models/a.sql").write_text("select 1")
    first = version()
    (project / "models/a.yml").write_text("description: a")
    (project / "profiles.yml").write_text("threads: 2")
    assert version() == first
    seen = {first}
    for path in ("models/b.sql", "seeds/c.csv", "registers/d.yml", "dbt_project.yml"):
        (project / path).write_text("x")
        seen.add(version())
    (project / "models/b.sql").rename(project / "models/renamed.sql")
    seen.add(version())
    assert len(seen) == 6
    model_version.cache_clear()


def test_a_table_is_frozen_when_its_model_says_so(tmp_path):
    folder = tmp_path / "models/metrics"
    folder.mkdir(parents=True)
    (folder / "a.yml").write_text(
        "models: [{name: a, config: {meta: {freeze: true}}, columns: [{name: x, data_type: date}]}, {name: b}]"
    )
    (folder / "c.yml").write_text('models: [{name: c, description: "says freeze: true and means another thing"}]')
    [table] = freezable(tmp_path / "models")
    assert (table.relation, table.columns) == ('metrics."a"', {"x": "date"})
