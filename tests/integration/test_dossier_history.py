"""The history of real cases from their real steps, with two contract files and nothing else."""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from zoneinfo import ZoneInfo

import duckdb
import pytest

from ingestion.landing import land
from tests.conftest import PROJECT
from tests.dbt_home import DbtInProcess
from warehouse.contract_reader import load_contracts
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

HERE = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.fixture(scope="module")
def events(shared_data):
    if shared_data != PROJECT.parent / "shared" / "data":
        pytest.skip("the real contracts point to ../shared/data, and KHO_SHARED_DATA to another folder")
    with (shared_data / "receipt_events.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def home(tmp_path_factory, events):
    settings = Settings(
        home=tmp_path_factory.mktemp("home"), contracts=PROJECT / "tests/real/contracts", as_of=dt.date(2026, 11, 2)
    )
    contracts = load_contracts(settings.contracts, settings.province, settings.environment, {})
    for contract in contracts.contracts:
        attempt = land(settings, contract)
        assert attempt.state == "landed", attempt.message
    with DbtInProcess(settings, contracts) as dbt:
        dbt.build("+dossier_history", "+dossiers", "+row_accounting")
        dbt.test("dossier_history", "dossiers", "batches", "typed_receipt_cases", "typed_receipt_events")
    return settings


def rows(home, query):
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


def local(text):
    return dt.datetime.fromisoformat(text).astimezone(HERE).replace(tzinfo=None)


def test_every_case_has_the_states_that_its_steps_lead_to(home, events):
    """Told by walking through the log: received until the first task, then under way, then what the case says."""
    told = defaultdict(list)
    for event in sorted(events, key=lambda e: local(e["time:timestamp"])):
        status = 2 if event["concept:name"] == "Confirmation of receipt" else 4
        states = told[event["case:concept:name"].upper()]
        if not states or states[-1][1] != status:
            states.append((local(event["time:timestamp"]), status))
    found = defaultdict(list)
    for code, valid_from, status in rows(
        home,
        "select dossier_code, valid_from, status from shared.dossier_history where source = 'steps' order by all",
    ):
        if not found[code] or found[code][-1][1] != status:
            found[code].append((valid_from, status))
    assert len(told) == 1434
    ends = dict(rows(home, "select dossier_code, finished_at from shared.dossiers"))
    last_tasks = {}
    for event in events:
        code, at = event["case:concept:name"].upper(), local(event["time:timestamp"])
        last_tasks[code] = max(at, last_tasks.get(code, at))
    for code, states in told.items():
        ended, (began, status) = ends[code], states[-1]
        is_later = ended is not None and ended > last_tasks[code]
        # a case that says otherwise without a later time of its own has the last word at the last task
        if not is_later and status != (9 if ended else 4) and began == last_tasks[code]:
            states.pop()
        assert found[code] == states, code


def test_an_ended_case_ends_in_a_state_that_says_so(home):
    [(ended, still_open)] = rows(
        home,
        """
        select count(*) filter (status = 9 and finished_at is not null), count(*) filter (status = 4)
        from shared.dossier_history where valid_to is null
        """,
    )
    assert (ended, still_open) == (1329, 105)
    assert rows(home, "select count(*) from shared.dossier_history where valid_to <= valid_from") == [(0,)]


def test_a_case_with_steps_is_not_said_to_be_first_seen_in_an_export(home):
    assert rows(
        home, "select source, is_first_seen, count(*) > 0 from shared.dossier_history group by all order by all"
    ) == [
        ("exports", False, True),
        ("steps", False, True),
    ]
