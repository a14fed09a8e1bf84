"""The check of mapped values: a new text warns, too many of them in one column are an error."""

from __future__ import annotations

import dagster as dg
import duckdb
import pytest

from orchestration.checks import VALUES_MAPPED, rule_checks
from orchestration.preparation import Prepared
from tests.contracts import make_contract
from warehouse.contracts import ContractSet
from warehouse.settings import Settings

MAPPED = [{"property": "valueMap", "value": {"1": ["Trực tiếp"], "2": ["Trực tuyến"]}}]


@pytest.fixture
def prepared(tmp_path):
    columns = {
        "status": {"logicalType": "integer", "customProperties": MAPPED},
        "channel": {"logicalType": "integer", "customProperties": MAPPED},
    }
    contract = make_contract(tmp_path, columns=columns)
    settings = Settings(home=tmp_path, contracts=tmp_path)
    assert settings.province.thresholds.unmapped_share == 0.05
    return Prepared(settings, ContractSet((contract,), ()), tmp_path / "manifest.json")


@pytest.mark.parametrize(
    ("unmapped", "passed", "severity"),
    [
        ({}, True, dg.AssetCheckSeverity.WARN),
        ({"status": 5}, False, dg.AssetCheckSeverity.WARN),
        ({"status": 3, "channel": 3}, False, dg.AssetCheckSeverity.WARN),
        ({"status": 6}, False, dg.AssetCheckSeverity.ERROR),
    ],
    ids=["none", "at the threshold", "spread over columns", "above it in one column"],
)
def test_texts_in_no_value_map_are_an_error_above_the_threshold_of_the_profile(prepared, unmapped, passed, severity):
    with duckdb.connect(str(prepared.settings.warehouse)) as connection:
        connection.execute("create schema staging; create schema ops")
        connection.execute("create table staging.stg_things as select * from range(100)")
        connection.execute(
            "create table ops.unmapped_values (dataset varchar, column_name varchar, value_found varchar,"
            " row_count bigint, first_file varchar, first_row bigint)"
        )
        for column, count in unmapped.items():
            connection.execute(f"insert into ops.unmapped_values values ('things', '{column}', 'lạ', {count}, 'f', 2)")
    checks = rule_checks(prepared)
    job = dg.define_asset_job("check", selection=dg.AssetSelection.checks(*checks))
    done = dg.Definitions(asset_checks=checks, jobs=[job]).resolve_job_def("check").execute_in_process()
    [found] = done.get_asset_check_evaluations()
    assert found.check_name == VALUES_MAPPED
    assert (found.passed, found.severity) == (passed, severity)
    assert found.metadata["rows"].value == sum(unmapped.values())
