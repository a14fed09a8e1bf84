"""The store on a home without any source: every model builds empty, every dbt unit test passes."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from tests.dbt_home import dbt_build
from warehouse.connections import connect_warehouse
from warehouse.contract_reader import load_contracts
from warehouse.settings import PROJECT_ROOT, Settings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    (home / "contracts").mkdir()
    return Settings(home=home, contracts=home / "contracts", as_of=dt.date(2026, 11, 2))


@pytest.fixture(scope="module")
def printed(settings):
    contracts = load_contracts(settings.contracts, settings.province, settings.environment, {})
    # data tests say nothing of empty tables; the end-to-end tests run them on full ones
    return dbt_build(settings, contracts, "--exclude-resource-type", "test")


def test_every_unit_test_that_is_written_has_run(printed):
    written = [
        name
        for path in (PROJECT_ROOT / "dbt_project" / "models").rglob("*.yml")
        for name in re.findall(r"^  - name: (\w+)\n    model:", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    passed = set(re.findall(r"PASS \w+::(\w+)", printed))
    assert len(written) > 40
    assert set(written) <= passed


def test_golden_days_of_the_calendar(printed, settings):
    with connect_warehouse(settings.warehouse) as connection:
        days = connection.execute(
            "select day, day_type, is_working_day from shared.calendar_days where day in"
            " ('2026-01-02', '2026-01-10', '2026-04-27', '2026-08-22', '2026-08-31', '2026-11-24') order by day"
        ).fetchall()
    assert days == [
        (dt.date(2026, 1, 2), "HOAN_DOI", False),
        (dt.date(2026, 1, 10), "LAM_BU", True),
        (dt.date(2026, 4, 27), "NGHI_BU", False),
        (dt.date(2026, 8, 22), "LAM_BU", True),
        (dt.date(2026, 8, 31), "HOAN_DOI", False),
        (dt.date(2026, 11, 24), "NGHI_LE", False),
    ]
