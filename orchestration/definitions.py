"""The code location: everything that Dagster shows and runs, made from settings and contracts."""

from __future__ import annotations

import sys
from pathlib import Path

import dagster as dg
from dagster_dbt import DbtCliResource

from orchestration.assets.contracts import contract_assets
from orchestration.assets.landing import landing_assets
from orchestration.assets.printed import printed_report_assets
from orchestration.assets.quality import expectation_assets
from orchestration.assets.reference import reference_assets
from orchestration.assets.release import release_assets
from orchestration.assets.reports import report_assets
from orchestration.assets.store import store_assets
from orchestration.checks import rule_checks
from orchestration.jobs import daily_job
from orchestration.preparation import Prepared, prepare
from orchestration.schedules import daily_schedule
from orchestration.sensors import drop_folder_sensor
from warehouse.settings import Settings


def build_defs(settings: Settings | None = None, prepared: Prepared | None = None) -> dg.Definitions:
    """Definitions for the given settings, or for those of the environment."""
    ready = prepared or prepare(settings or Settings())
    store = store_assets(ready)
    open_tables = sorted(key for assets in store for key in assets.keys if key.path[0] == "open_data")
    figures = sorted(key for assets in store for key in assets.keys if key.path[0] == "metrics")
    return dg.Definitions(
        assets=[
            contract_assets(ready),
            reference_assets(ready),
            *landing_assets(ready),
            *store,
            expectation_assets(ready),
            report_assets(ready),
            release_assets(ready, open_tables),
            printed_report_assets(ready, figures),
        ],
        asset_checks=rule_checks(ready),
        jobs=[daily_job()],
        schedules=[daily_schedule()],
        sensors=[drop_folder_sensor(ready)],
        resources={"dbt": _dbt(ready)},
        executor=dg.in_process_executor,
    )


def _dbt(prepared: Prepared) -> DbtCliResource:
    project = str(prepared.settings.dbt)
    # the dbt beside this interpreter, whether or not its environment is activated
    executable = Path(sys.executable).with_name("dbt")
    return DbtCliResource(project_dir=project, profiles_dir=project, dbt_executable=str(executable))


@dg.definitions
def defs() -> dg.Definitions:
    """What `workspace.yaml` loads."""
    return build_defs()
