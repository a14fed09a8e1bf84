"""The code location: it loads as Dagster loads it, quickly, with every asset owned, described and checked."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from tests.conftest import PROJECT
from tests.kho import AS_OF
from warehouse.settings import Settings


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(home=tmp_path_factory.mktemp("definitions"), as_of=AS_OF)


@pytest.fixture(scope="module")
def environment(settings):
    """As `kho ui` leaves it: prepared, with a parsed manifest."""
    from orchestration.preparation import prepare

    before = dict(os.environ)
    prepare(settings)
    prepared = {**os.environ, "PYTHONPATH": str(PROJECT)}
    os.environ.clear()
    os.environ.update(before)
    return prepared


def python(code, environment, **options):
    return subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


def test_dagster_definitions_validate_passes(environment):
    done = subprocess.run(
        [sys.executable, "-m", "dagster", "definitions", "validate", "-w", "workspace.yaml"],
        env=environment,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Validation successful" in done.stdout + done.stderr


def test_the_code_location_imports_neither_great_expectations_nor_pandas(environment):
    code = """
import sys
import orchestration.definitions as location
location.defs()
print(sorted({"great_expectations", "pandas"} & set(sys.modules)))
"""
    done = python(code, environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"


def test_its_import_takes_under_twice_that_of_dagster_and_dagster_dbt(environment):
    """A ratio within one machine and moment: the best of two each, in turns."""

    def seconds(code):
        started = time.perf_counter()
        done = python(code, environment)
        assert done.returncode == 0, done.stderr
        return time.perf_counter() - started

    ours, theirs = [], []
    for _ in range(2):
        theirs.append(seconds("import dagster, dagster_dbt"))
        # not only the module: everything that a code server does before it answers
        ours.append(seconds("import orchestration.definitions as location; location.defs()"))
    assert min(ours) < 2 * min(theirs), f"{min(ours):.1f} s against {min(theirs):.1f} s"


@pytest.fixture(scope="module")
def definitions(settings, environment):
    from orchestration.definitions import build_defs

    before = dict(os.environ)
    built = build_defs(settings)
    os.environ.clear()
    os.environ.update(before)
    return built


def test_every_contract_is_an_asset_with_owner_description_columns_and_checks(definitions, settings):
    from orchestration.keys import landing_key
    from orchestration.preparation import read_contracts

    graph = definitions.resolve_asset_graph()
    for contract in read_contracts(settings).contracts:
        node = graph.get(landing_key(contract))
        assert node.owners == [contract.owner.email]
        assert contract.dataset_title in node.description
        assert node.group_name == contract.domain
        assert [c.name for c in node.metadata["dagster/column_schema"].columns] == [c.name for c in contract.columns]
        checks = {key.name for key in graph.asset_check_keys if key.asset_key == node.key}
        assert {"source_arrived", *(rule.id for rule in contract.rules)} <= checks


def test_every_asset_of_ours_is_described_and_grouped(definitions):
    graph = definitions.resolve_asset_graph()
    ours = [graph.get(key) for key in graph.materializable_asset_keys]
    assert len(ours) > 50
    assert [n.key.to_user_string() for n in ours if not n.description] == []
    assert [n.key.to_user_string() for n in ours if n.group_name in (None, "default")] == []


def test_there_is_one_daily_job_with_its_schedule_and_a_drop_folder_sensor(definitions):
    repository = definitions.get_repository_def()
    assert {j.name for j in repository.get_all_jobs()} - {"__ASSET_JOB"} == {"daily"}
    [schedule] = repository.schedule_defs
    assert (schedule.job_name, schedule.cron_schedule, schedule.execution_timezone) == (
        "daily",
        "0 2 * * *",
        "Asia/Ho_Chi_Minh",
    )
    [sensor] = repository.sensor_defs
    assert sensor.name == "drop_folder"


def test_the_release_waits_for_the_books_and_the_mails_for_the_scores(definitions):
    import dagster as dg

    graph = definitions.resolve_asset_graph()
    assert dg.AssetKey(["ops", "row_accounting"]) in graph.get(dg.AssetKey(["releases", "open_data"])).parent_keys
    assert dg.AssetKey(["quality", "scores"]) in graph.get(dg.AssetKey(["reports", "mails"])).parent_keys


def test_reports_are_printed_when_figures_scores_and_books_are_done(definitions):
    import dagster as dg

    node = definitions.resolve_asset_graph().get(dg.AssetKey(["releases", "printed_reports"]))
    assert node.group_name == "releases"
    waits_for = (
        ["metrics", "settlement"],
        ["metrics", "dossier_flags"],
        ["quality", "scores"],
        ["ops", "row_accounting"],
    )
    assert {dg.AssetKey(key) for key in waits_for} <= node.parent_keys


def test_each_stage_waits_for_the_one_before_it(definitions):
    import dagster as dg

    graph = definitions.resolve_asset_graph()

    def waits(later, earlier):
        return dg.AssetKey(earlier) in graph.get(dg.AssetKey(later)).parent_keys

    assert waits(["landing_index", "batches"], ["landing", "births"])
    assert waits(["ops", "batches"], ["landing_index", "batches"])
    assert waits(["ops", "source_status"], ["landing_index", "attempts"])
    assert waits(["staging", "stg_births"], ["landing", "births"])
    assert waits(["staging", "stg_births"], ["ops", "batches"])
    assert waits(["shared", "administrative_units"], ["reference", "administrative_units"])
    assert waits(["results", "rule_results"], ["staging", "stg_births"])
    assert waits(["quality", "rule_results"], ["results", "rule_results"])


def test_the_sensor_asks_for_a_run_once_when_a_file_arrives_and_is_quiet(tmp_path):
    import dagster as dg

    from orchestration.preparation import Prepared
    from orchestration.sensors import drop_folder_sensor
    from tests.contracts import make_contract
    from warehouse.contracts import ContractSet

    contract = make_contract(tmp_path, columns={"code": "Mã"}, keys=("code",))
    prepared = Prepared(Settings(home=tmp_path / "home"), ContractSet((contract,), ()), tmp_path)
    sensor = drop_folder_sensor(prepared)

    def tick(cursor):
        return sensor(dg.build_sensor_context(cursor=cursor))

    first = tick(None)
    file = tmp_path / "things.csv"
    file.write_text("Mã\n1\n", encoding="utf-8")
    assert "still being written" in tick(first.cursor).skip_message
    os.utime(file, (time.time() - 120, time.time() - 120))
    arrived = tick(first.cursor)
    assert len(arrived.run_requests) == 1
    assert "no file has changed" in tick(arrived.cursor).skip_message
