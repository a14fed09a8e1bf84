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


def test_2026_has_its_exceptions_and_no_other(printed, settings):
    exceptions = {
        "NGHI_LE": "01/01 16/02 17/02 18/02 19/02 20/02 26/04 30/04 01/05 01/09 02/09 24/11",
        "NGHI_BU": "27/04",
        "HOAN_DOI": "02/01 31/08",
        "LAM_BU": "10/01 22/08",
    }
    with connect_warehouse(settings.warehouse) as connection:
        found = connection.execute(
            "select day_type, string_agg(strftime(day, '%d/%m'), ' ' order by day), bool_or(is_working_day)"
            " from shared.calendar_days where year(day) = 2026 and day_type not in ('LAM_VIEC', 'CUOI_TUAN') group by 1"
        ).fetchall()
        [(worked, asked)] = connection.execute(
            "select count(*) filter (is_working_day), count(*) from shared.calendar_days where year(day) = 2026"
        ).fetchall()
    assert {day_type: days for day_type, days, _ in found} == exceptions
    assert [day_type for day_type, _, is_worked in found if is_worked] == ["LAM_BU"]
    # 261 weekdays, less 11 holidays on one (26/04 is a Sunday), one day off for it, two swapped, plus two Saturdays
    assert (worked, asked) == (261 - 11 - 1 - 2 + 2, 365)


def test_the_package_and_the_overrides_know_every_year_of_the_calendar(printed, settings):
    with connect_warehouse(settings.warehouse) as connection:
        years = connection.execute(
            "select year, holidays_found from staging.int_calendar_years where is_covered order by year"
        ).fetchall()
    assert years == [(year, 10 if year < 2021 else 11 if year < 2026 else 12) for year in range(2015, 2031)]
