"""Form 06 on random dossiers, exported three times and built by dbt, against the rules written down a second time."""

from __future__ import annotations

import csv
import datetime as dt
import json
import random
from collections import Counter, defaultdict

import pytest

from ingestion import batches
from ingestion.landing import land
from tests.contracts import write_contract
from tests.dbt_home import dbt_build
from tests.kho import kho
from tests.settlement_reference import StrictLife, as_system
from warehouse.connections import connect_warehouse
from warehouse.contract_reader import load_contracts
from warehouse.periods import parse_period
from warehouse.settings import PROJECT_ROOT, Settings
from warehouse.settlement_form import COLUMNS as FORM
from warehouse.settlement_form import settlement_form

pytestmark = pytest.mark.slow

AS_OF = dt.date(2026, 11, 2)
# data tests that also ask for a table which is not built here are left out
BUILDABLE = ("--indirect-selection", "buildable")
FIRST = dt.date(2026, 1, 1)
EXPORTED = (dt.datetime(2026, 4, 20, 7), dt.datetime(2026, 8, 3, 7), dt.datetime(2026, 11, 2, 7))
RANGES = (("2026-02-15", "2026-04-14"), ("2026-04-15", "2026-06-14"), ("2026-04-15", "2026-12-14"))
COLUMNS = ("code", "channel", "status", "received", "due", "finished", "paused", "deleted")
TIMES = ("received", "due", "finished", "paused", "deleted")
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
        # some times are days without a time
        clock = dt.time() if rng.random() < 0.2 else dt.time(rng.randint(7, 16), rng.randint(0, 59))
        return dt.datetime.combine(day, clock)

    for number in range(count):
        status = rng.choice((1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 10, 10, 10, ""))
        received = FIRST + dt.timedelta(days=rng.randint(0, 310))
        finished = received + dt.timedelta(days=rng.choice((0, 1, 2, 5, 9, 30, 80, -3)))
        paused = received + dt.timedelta(days=rng.randint(0, 40))
        yield {
            "code": f"H17.1-{received:%y%m%d}-{number:04}",
            "channel": rng.choice((1, 2, 2, 3, "")),
            "status": status,
            "received": moment(received) if rng.random() > 0.03 else "",
            "due": moment(received + dt.timedelta(days=rng.choice((0, 2, 5, 10, 20)))) if rng.random() > 0.1 else "",
            "finished": moment(finished) if status in (7, 9, 10) and rng.random() > 0.05 else "",
            "paused": moment(paused) if status in (5, 6, 8) and rng.random() > 0.2 else "",
            "deleted": moment(received + dt.timedelta(days=9)) if rng.random() < 0.05 else "",
        }


def earlier(row, day, rng):
    """What an export of a day said of a dossier: often what it says at last, often another state, or nothing."""
    if not row["received"] or row["received"] > day:
        return None
    status = rng.choice((row["status"], 2, 4, 4, 5, 6, 8, 9, 1, 3))
    moved = rng.choice((0, 0, 0, -10, 10, 40))
    before = row | {"status": status, "finished": "", "paused": "", "deleted": ""}
    if row["due"] and moved:
        before["due"] = row["due"] + dt.timedelta(days=moved)
    if not row["due"] and rng.random() < 0.5:
        before["due"] = row["received"] + dt.timedelta(days=5)
    if status in (7, 9, 10) and rng.random() > 0.1:
        before["finished"] = min(day, row["received"] + dt.timedelta(days=rng.randint(0, 60), hours=3))
    if status in (5, 6, 8) and rng.random() > 0.2:
        before["paused"] = min(day, row["received"] + dt.timedelta(days=rng.randint(0, 60), hours=5))
    if row["deleted"] and row["deleted"] < day:
        before["deleted"] = row["deleted"]
    return before


@pytest.fixture(scope="module")
def exports():
    """Three exports of the list; some dossiers are in the earlier ones alone."""
    rng = random.Random(6)
    rows = list(dossiers(1_500, rng))
    made = []
    for day in EXPORTED[:-1]:
        changed = [row if rng.random() < 0.4 and row["received"] else earlier(row, day, rng) for row in rows]
        made.append([row for row in changed if row and row["received"] <= day])
    return [*made, [row for row in rows if rng.random() > 0.03]]


@pytest.fixture(scope="module")
def given(exports):
    """What the last export says."""
    return exports[-1]


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """A home whose profile asks for ranges beside the periods of the calendar."""
    home = tmp_path_factory.mktemp("home")
    shipped = (PROJECT_ROOT / "warehouse" / "profiles" / "da_nang_2025.yml").read_text(encoding="utf-8")
    asked = [f"  - {{title: Đợt, from: {start}, to: {end}, basis: Công văn}}\n" for start, end in RANGES]
    (home / "tinh.yml").write_text(shipped + "reporting_periods:\n" + "".join(asked), encoding="utf-8")
    return Settings(home=home, contracts=home / "contracts", as_of=AS_OF, profile=str(home / "tinh.yml"))


@pytest.fixture(scope="module")
def built(exports, settings):
    """A warehouse that dbt built of the dossiers, through a contract and landing."""
    home = settings.home
    settings.contracts.mkdir()
    server = {"server": "file", "type": "local", "format": "csv", "path": str(home / "list.csv")}
    write_contract(
        settings.contracts, columns=TYPES, keys=("dossier_code",), dataset="list", server=server, entity="dossiers",
        arrival={"fileChange": None, "datasetChange": None, "gaps": "allow"},
    )  # fmt: skip
    contracts = load_contracts(settings.contracts, settings.province, settings.environment, {})
    assert not contracts.errors
    with pytest.MonkeyPatch.context() as patched:
        for landed, rows in zip(EXPORTED, exports, strict=True):
            with (home / "list.csv").open("w", encoding="utf-8", newline="") as out:
                writer = csv.DictWriter(out, COLUMNS)
                writer.writeheader()
                writer.writerows(rows)
            patched.setattr(batches, "now", lambda at=landed: f"{at:%Y-%m-%d %H:%M:%S.%f}")
            assert [land(settings, contract).state for contract in contracts.contracts] == ["landed"]
    dbt_build(
        settings, contracts, "--exclude-resource-type", "unit_test", "--select", "+path:models/metrics", *BUILDABLE
    )
    with connect_warehouse(settings.warehouse) as connection:
        yield connection


@pytest.fixture(scope="module")
def lives(built):
    """The strict count of every dossier, told by the reference from its history."""

    def rows(query):
        found = built.execute(query)
        names = [name for name, *_ in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    states = defaultdict(list)
    for state in rows("select * from shared.dossier_history order by dossier_code, valid_from"):
        states[state["dossier_code"]].append(state)
    return {
        row["dossier_code"]: StrictLife(
            states[row["dossier_code"]], row["received_at"], row["channel"], row["due_at_computed"]
        )
        for row in rows("select * from shared.dossiers")
    }


@pytest.fixture(scope="module")
def periods(built):
    found = built.execute(
        "select period_type, period_start, period_end, counted_until from staging.int_periods order by all"
    ).fetchall()
    assert Counter(row[0] for row in found) == {"month": 11, "quarter": 4, "half_year": 2, "year": 1, "range": 3}
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
        ("range", dt.date(2026, 2, 15), dt.date(2026, 4, 14)),
    ],
)
def test_a_period_counts_what_the_predicates_of_the_form_say(built, given, period_type, start, end):
    expected = Counter(column for dossier in given for column in as_system(dossier, start, end))
    names = sorted(expected)
    found = built.execute(
        f"select {', '.join(f'sum({name})' for name in names)} from metrics.settlement"
        " where variant = 'as_system' and period_type = ? and period_start = ?",
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
        found = as_system(dossier, start, end)
        assert [len(found & side) for side in sides] in ([0, 0], [1, 1]), dossier


def test_strictly_every_dossier_is_where_the_rules_put_it_in_every_period(built, lives, periods):
    expected = {
        (period_type, start, end, code): columns
        for period_type, start, end, until in periods
        for code, life in lives.items()
        if (columns := life.columns(start, until))
    }
    found = {
        tuple(row[:4]): tuple(row[4:])
        for row in built.execute(
            "select period_type, period_start, period_end, dossier_code, column_in, column_out"
            " from staging.int_settlement_placements where variant = 'strict'"
        ).fetchall()
    }
    differing = {key for key in expected.keys() | found.keys() if expected.get(key) != found.get(key)}
    assert {key: (expected.get(key), found.get(key)) for key in sorted(differing)[:5]} == {}
    assert {out for _, out in found.values()} == {8, 9, 10, 12, 13}
    assert len(found) > 5_000
    taken_up_again = sum(len(life.spells) > 1 for life in lives.values())
    assert taken_up_again > 50, "the exports show dossiers that were settled and taken up again"


def test_what_is_carried_into_a_period_was_open_when_the_one_before_ended(lives, periods):
    for code, life in lives.items():
        for _, start, _, until in periods:
            columns = life.columns(start, until)
            assert life.is_open(start - dt.timedelta(days=1)) == (columns is not None and columns[0] == 6), code
            assert life.is_open(until) == (columns is not None and columns[1] in (12, 13)), code


NUMBERS = {name: number for name, number in FORM.items() if number not in (3, 7, 11)}


def test_the_dossiers_that_differ_are_listed_each_with_a_reason_its_own_rows_confirm(built, given, lives, periods):
    latest = {row["code"]: row for row in given}
    expected = {}
    for period_type, start, end, until in periods:
        for code, life in lives.items():
            counted = as_system(latest[code], start, until) if code in latest else set()
            software = tuple(sorted(NUMBERS[name] for name in counted)) or None
            if software != (strictly := life.columns(start, until)):
                expected[period_type, start, end, code] = (software, strictly)
    rows = built.execute(
        "select period_type, period_start, period_end, dossier_code, counted_until, as_system_column_in,"
        " as_system_column_out, strict_column_in, strict_column_out, reason, passed_due_at, d.status, d.due_at,"
        " d.finished_at, d.deleted_at, d.vanished_at"
        " from metrics.settlement_differences join shared.dossiers as d using (dossier_code)"
    ).fetchall()
    found = {tuple(row[:4]): tuple(None if pair[0] is None else pair for pair in (row[5:7], row[7:9])) for row in rows}
    assert found == expected
    reasons = Counter()
    for *_, code, until, _, out, _, strict_out, reason, passed, status, due, finished, deleted, vanished in rows:
        life = lives[code]
        evening = dt.datetime.combine(until, dt.time(23, 59, 59))
        compared = finished.date() if out in (8, 9, 10) and finished else until
        assert {
            "late_before_pause": status in (5, 6, 8) and out == 12 and life.is_late_by(evening),
            "late_when_withdrawn": status == 7 and strict_out == 10,
            "late_by_time_of_day": due is not None and due.date() == compared and due.time() != dt.time(),
            "due_moved_when_late": passed is not None and passed != due,
            "due_since_changed": out == 13 and not life.is_late_by(evening),
            "status_since_changed": out == 13 and not life.is_late_by(evening),
            "ended_without_end_date": status in (7, 9, 10) and finished is None,
            "taken_up_again": len(life.spells) > 1,
            "refused_after_reception": status in (1, 3) and out is None,
            "deleted_when_late": deleted is not None and out is None,
            "deleted": deleted is not None and out is None,
            "vanished": vanished is not None and out is None,
        }[reason], (code, until, reason)
        reasons[reason] += 1
    # no procedure is known here, so no time is computed
    assert {row[0] for row in built.execute("select reason from staging.settlement_difference_reasons").fetchall()} == {
        *reasons,
        "no_promised_date",
    }


def test_the_province_rolls_up_to_all_there_is(built):
    sums = ", ".join(f"sum({name})" for name in FORM)
    keys = "period_type, period_start, period_end, variant"
    summed = built.execute(f"select {keys}, {sums} from metrics.settlement group by all order by all").fetchall()
    province = built.execute(
        f"select {keys}, {', '.join(FORM)} from metrics.settlement_rollups"
        " where agency_code = 'H17' and field_code = 'tat_ca' order by all"
    ).fetchall()
    assert [tuple(map(str, row)) for row in province] == [tuple(map(str, row)) for row in summed]
    assert len(summed) == 2 * 21


@pytest.mark.parametrize("variant", ["as_system", "strict"])
def test_a_period_computed_anew_has_what_the_tables_have(built, settings, periods, variant, monkeypatch):
    for code in ("2026-05", "2026-11", "2026-Q3", "2026", "2026-02-15..2026-04-14"):
        stored = settlement_form(settings, parse_period(code), variant=variant)
        assert stored.is_stored
        with monkeypatch.context() as patched:
            patched.setattr("warehouse.settlement_form._is_stored", lambda *_: False)
            computed = settlement_form(settings, parse_period(code), variant=variant)
        assert not computed.is_stored
        assert (computed.rows, computed.total) == (stored.rows, stored.total)
        assert computed.total.counts["total_received"] > 0


# written by hand for this test: no channel is direct, no end is open, days alone are compared
BY_HAND = """
    with counted as (
        select *, cast(received_at as date) as r, cast(due_at as date) as d, cast(finished_at as date) as f,
            case when coalesce(status, 9) in (7, 9, 10) and finished_at is not null
                then greatest(cast(finished_at as date), cast(received_at as date)) end as e
        from shared.dossiers
        where deleted_at is null and vanished_at is null and received_at is not null
            and coalesce(status, 4) not in (1, 3)
    )
    select
        count(*) filter (r between date '2026-03-01' and date '2026-04-30' and channel = 2),
        count(*) filter (r between date '2026-03-01' and date '2026-04-30' and channel is distinct from 2),
        count(*) filter (r < date '2026-03-01' and (e is null or e >= date '2026-03-01')),
        count(*) filter (e between date '2026-03-01' and date '2026-04-30' and f > d and status is distinct from 7)
    from counted
"""


def test_a_range_of_two_months_is_what_one_counts_by_hand(built, settings):
    done = kho(
        settings.home, "settlement", "2026-03-01..2026-04-30", "--json", "--profile", str(settings.home / "tinh.yml")
    )
    assert done.code == 0, done.output
    printed = json.loads(done.output)
    assert not printed["is_stored"]
    total = printed["total"]
    names = ("received_online", "received_direct_or_post", "carried_over", "settled_late")
    assert tuple(total[name] for name in names) == built.execute(BY_HAND).fetchone()
    assert total["total_received"] == total["total_settled"] + total["total_pending"] > 100
    months = [settlement_form(settings, parse_period(code)).total.counts for code in ("2026-03", "2026-04")]
    assert total["total_settled"] == sum(month["total_settled"] for month in months)
