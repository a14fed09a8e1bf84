"""Form 06 on random dossiers, built by dbt, against the predicates of the form written down one by one."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections import Counter

import pytest

from ingestion.landing import land
from tests.contracts import write_contract
from tests.dbt_home import dbt_build
from warehouse.connections import connect_warehouse
from warehouse.contract_reader import load_contracts
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

AS_OF = dt.date(2026, 11, 2)
# data tests that also ask for a table which is not built here are left out
BUILDABLE = ("--indirect-selection", "buildable")
FIRST = dt.date(2026, 1, 1)
COLUMNS = ("code", "channel", "status", "received", "due", "finished", "paused", "deleted")
TYPES = {
    "dossier_code": {"physicalName": "code"},
    "channel": {"physicalName": "channel", "logicalType": "integer"},
    "status": {"physicalName": "status", "logicalType": "integer"},
    "received_at": {"physicalName": "received", "logicalType": "timestamp"},
    "due_at": {"physicalName": "due", "logicalType": "timestamp"},
    "finished_at": {"physicalName": "finished", "logicalType": "timestamp"},
    "supplement_requested_at": {"physicalName": "paused", "logicalType": "timestamp"},
    "deleted_at": {"physicalName": "deleted", "logicalType": "timestamp"},
}


def dossiers(count, rng):
    """Dossiers of every status; some deleted, without channel, never received, ended without or before their end."""

    def moment(day):
        return dt.datetime.combine(day, dt.time(rng.randint(7, 16), rng.randint(0, 59)))

    for number in range(count):
        status = rng.choice((1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 10, 10, 10, ""))
        received = FIRST + dt.timedelta(days=rng.randint(0, 310))
        finished = received + dt.timedelta(days=rng.choice((0, 1, 2, 5, 9, 30, 80, -3)))
        yield {
            "code": f"H17.1-{received:%y%m%d}-{number:04}",
            "channel": rng.choice((1, 2, 2, 3, "")),
            "status": status,
            "received": moment(received) if rng.random() > 0.03 else "",
            "due": moment(received + dt.timedelta(days=rng.choice((0, 2, 5, 10, 20)))) if rng.random() > 0.1 else "",
            "finished": moment(finished) if status in (7, 9, 10) and rng.random() > 0.05 else "",
            "paused": moment(received + dt.timedelta(days=rng.randint(0, 40))) if status in (5, 6, 8) else "",
            "deleted": moment(received + dt.timedelta(days=9)) if rng.random() < 0.05 else "",
        }


@pytest.fixture(scope="module")
def given():
    return list(dossiers(1_500, random.Random(6)))


@pytest.fixture(scope="module")
def built(given, tmp_path_factory):
    """A warehouse that dbt built of the dossiers, through a contract and landing."""
    home = tmp_path_factory.mktemp("home")
    settings = Settings(home=home, contracts=home / "contracts", as_of=AS_OF)
    settings.contracts.mkdir()
    with (home / "list.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        writer.writerows(given)
    server = {"server": "file", "type": "local", "format": "csv", "path": str(home / "list.csv")}
    write_contract(
        settings.contracts, columns=TYPES, keys=("dossier_code",), dataset="list", server=server, entity="dossiers"
    )
    contracts = load_contracts(settings.contracts, settings.province, settings.environment, {})
    assert not contracts.errors
    assert [land(settings, contract).state for contract in contracts.contracts] == ["landed"]
    dbt_build(
        settings, contracts, "--exclude-resource-type", "unit_test", "--select", "+path:models/metrics", *BUILDABLE
    )
    with connect_warehouse(settings.warehouse) as connection:
        yield connection


def columns_of(dossier, start, end):
    """The columns of Form 06 that count a dossier in a period, each by its own predicate (domain notes 3.1).

    Departures, as docs/metrics.md states them: no channel is direct; a status that is missing is read from the dates;
    without an end it is open; an end before the reception is on the day of the reception.
    """

    def day(name):
        return dossier[name].date() if dossier[name] else None

    received, due, finished, paused = day("received"), day("due"), day("finished"), day("paused")
    status = dossier["status"] or (9 if finished else 4)
    if dossier["deleted"] or received is None or status in (1, 3):
        return set()
    ended = max(finished, received) if finished and status in (7, 9, 10) else None
    is_open = status in (2, 4, 5, 6, 8) or ended is None
    found = set()
    if received < start and (is_open or ended >= start):
        found.add("carried_over")
    if start <= received <= end:
        found.add("received_online" if dossier["channel"] == 2 else "received_direct_or_post")
    if ended and start <= ended <= end:
        if status == 7 or due is None or finished == due:
            found.add("settled_on_time")
        else:
            found.add("settled_early" if finished < due else "settled_late")
    waiting = received <= end and ((status == 5 and paused <= end) or status in (6, 8))
    working = received <= end and not waiting and (is_open or ended > end)
    if waiting or (working and (due is None or due >= end)):
        found.add("pending_in_time")
    if working and due is not None and due < end:
        found.add("pending_late")
    return found


@pytest.mark.parametrize(
    ("period_type", "start", "end"),
    [
        ("month", dt.date(2026, 2, 1), dt.date(2026, 2, 28)),
        ("month", dt.date(2026, 10, 1), dt.date(2026, 10, 31)),
        ("month", dt.date(2026, 11, 1), AS_OF),
        ("quarter", dt.date(2026, 4, 1), dt.date(2026, 6, 30)),
        ("half_year", dt.date(2026, 1, 1), dt.date(2026, 6, 30)),
        ("year", dt.date(2026, 1, 1), AS_OF),
    ],
)
def test_a_period_counts_what_the_predicates_of_the_form_say(built, given, period_type, start, end):
    expected = Counter(column for dossier in given for column in columns_of(dossier, start, end))
    names = sorted(expected)
    found = built.execute(
        f"select {', '.join(f'sum({name})' for name in names)} from metrics.settlement"
        " where period_type = ? and period_start = ?",
        [period_type, start],
    ).fetchone()
    assert dict(zip(names, map(int, found), strict=True)) == dict(expected)


def test_every_dossier_in_and_out_of_a_period_is_in_one_column_of_each_side(given):
    sides = (
        {"carried_over", "received_online", "received_direct_or_post"},
        {"settled_early", "settled_on_time", "settled_late", "pending_in_time", "pending_late"},
    )
    start, end = dt.date(2026, 5, 1), dt.date(2026, 5, 31)
    for dossier in given:
        found = columns_of(dossier, start, end)
        assert [len(found & side) for side in sides] in ([0, 0], [1, 1]), dossier
