"""Deadlines in working time: cases done by hand, and 20,000 random ones against counting minute by minute."""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import random
import tempfile
from pathlib import Path

import duckdb
import pytest

from tests.model_sql import model_sql
from tests.working_time import DAY, MINUTE, Office, Steps

HALVES = (("07:00", "11:30"), ("13:30", "17:00"))
PROVINCE = {
    "working_hours": [{"start": s, "end": e} for s, e in HALVES],
    "cut_off": "17:00",
    "extension": {"count": 1, "at_most": "granted_time"},
    "forwarding": {"restarts_clock": False},
}
STARTS_ANEW = PROVINCE | {"forwarding": {"restarts_clock": True}}
FIRST, LAST, AS_OF = dt.date(2025, 12, 1), dt.date(2029, 12, 31), dt.date(2027, 3, 31)
# 2026 (domain notes 2.10): Tết 16/02 to 20/02, Quốc khánh 31/8 to 02/9, Ngày Văn hóa 24/11; made up on 10/01 and 22/8
FREE = {
    *(dt.date(2026, 1, d) for d in (1, 2)),
    *(dt.date(2026, 2, d) for d in (16, 17, 18, 19, 20)),
    dt.date(2026, 4, 27), dt.date(2026, 4, 30), dt.date(2026, 5, 1),
    dt.date(2026, 8, 31), dt.date(2026, 9, 1), dt.date(2026, 9, 2), dt.date(2026, 11, 24),
}  # fmt: skip
MADE_UP = {dt.date(2026, 1, 10), dt.date(2026, 8, 22)}
DAYS = [FIRST + n * DAY for n in range((LAST - FIRST).days + 1)]
WORKING = frozenset(d for d in DAYS if (d.weekday() < 5 and d not in FREE) or d in MADE_UP)


def office(province=PROVINCE):
    clock = dt.time.fromisoformat
    halves = tuple((clock(half["start"]), clock(half["end"])) for half in province["working_hours"])
    return Office(halves, clock(province["cut_off"]), FIRST, LAST, WORKING)


def computed(dossiers, pauses=(), province=PROVINCE, wanted="due_at_computed", **steps):
    """Dossier to due time (or to other columns) as the model says.

    Dossiers are (key, received, channel, hours, online hours, unit); pauses (key, begin, end); steps by what they are:
    `extensions` (key, when, promise before, promise set), `forwardings` (key, when), `ends` (key, when).
    """
    ends = dict(steps.get("ends", ()))
    numbers = itertools.accumulate(int(d in WORKING) for d in DAYS)
    tables = {
        "calendar_days": (
            "day date, is_working_day boolean, working_day_number bigint",
            [(d, d in WORKING, n) for d, n in zip(DAYS, numbers, strict=True)],
        ),
        "int_dossier_latest": (
            "dossier_key varchar, received_at timestamp, channel bigint, finished_at timestamp,"
            " step_finished_at timestamp",
            [(*d[:3], ends.get(d[0]), None) for d in dossiers],
        ),
        "int_dossier_extensions": (
            "dossier_key varchar, extended_at timestamp, due_before timestamp, due_set timestamp",
            list(steps.get("extensions", ())),
        ),
        "int_dossier_steps_taken": (
            "dossier_key varchar, happened_at timestamp, step_kind varchar",
            [(*step, "forwarding") for step in steps.get("forwardings", ())],
        ),
        "int_dossier_procedures": (
            "dossier_key varchar, duration_hours bigint, online_duration_hours bigint, duration_unit varchar,"
            " duration_value double",
            [procedure(*d) for d in dossiers],
        ),
        "int_dossier_pauses": ("dossier_key varchar, paused_from timestamp, paused_until timestamp", list(pauses)),
    }
    with duckdb.connect() as connection, tempfile.TemporaryDirectory() as folder:
        connection.execute("set variable as_of = cast(? as date)", [AS_OF])
        for name, (columns, rows) in tables.items():
            path = Path(folder) / f"{name}.csv"
            with path.open("w", encoding="utf-8", newline="") as out:
                csv.writer(out).writerows(rows)
            connection.execute(f"create table {name} ({columns})")
            if rows:
                connection.execute(f"copy {name} from '{path}' (format csv, header false)")
        model = model_sql("int_dossier_deadlines", province)
        rows = connection.execute(f"select dossier_key, {wanted} from ({model})").fetchall()
        return {row[0]: row[1] if len(row) == 2 else row[1:] for row in rows}


def procedure(key, received, channel, hours, online, unit):
    """What the procedure says: calendar time in its own unit, working time in hours."""
    if unit in ("calendar_day", "month"):
        return key, None, None, unit, hours // 8
    return key, hours, online, unit, hours / 8


def at(text):
    """A local time of 2026, written dd/mm HH:MM."""
    day, clock = text.split()
    return dt.datetime.combine(dt.date(2026, int(day[3:]), int(day[:2])), dt.time.fromisoformat(clock))


@pytest.mark.parametrize(
    ("received", "hours", "unit", "pauses", "due", "why"),
    [
        # the five rows of the domain notes
        ("24/08 09:00", 24, "working_day", [], "27/08 09:00", "plain"),
        ("28/08 16:00", 16, "working_day", [], "04/09 16:00", "29, 30, 31/8, 01 and 02/9 are free"),
        ("21/08 10:00", 8, "working_day", [], "22/08 10:00", "22/8 is made up for 31/8"),
        ("23/11 08:00", 8, "working_day", [], "25/11 08:00", "24/11 is free"),
        ("23/11 17:30", 8, "working_day", [], "26/11 07:00", "after hours: begins on 25/11 at 07:00"),
        # done by hand with a calendar
        ("13/02 15:00", 24, "working_day", [], "25/02 15:00", "Tết: 23, 24, 25/02 are the three days"),
        ("13/02 15:00", 40, "calendar_day", [], "23/02 15:00", "five days on is 18/02, in Tết; on to Monday 23/02"),
        ("12/02 08:00", 4, "working_day", [], "12/02 14:00", "half a day: 3,5 h to 11:30, half an hour after lunch"),
        ("24/11 09:00", 4, "working_day", [], "25/11 11:00", "a holiday: begins on 25/11 at 07:00"),
        ("20/11 15:30", 4, "working_day", [], "23/11 09:30", "1,5 h on Friday, 2,5 h on Monday morning"),
        ("20/11 12:15", 8, "working_day", [], "23/11 13:30", "received at lunch: begins at 13:30"),
        (
            "27/08 09:00", 16, "working_day", [("28/08 09:00", "03/09 09:00")], "04/09 09:00",
            "28/8 09:00 to 03/9 09:00 is one working day",
        ),
        (
            "16/11 08:00", 24, "working_day", [("17/11 10:00", "17/11 15:00")], "19/11 11:00",
            "a pause of 3 h: 10:00 to 11:30 and 13:30 to 15:00",
        ),
        (
            "16/11 08:00", 8, "working_day", [("18/11 09:00", "20/11 09:00")], "17/11 08:00",
            "it was late when the pause began",
        ),
        (
            "20/08 16:00", 12, "working_day", [("21/08 07:00", "21/08 17:00"), ("21/08 14:00", "22/08 11:30")],
            "24/08 16:30", "two pauses that overlap are one of 12,5 h; with 12 h three days and half an hour",
        ),
        ("09/01 16:30", 1, "working_day", [], "10/01 07:30", "Saturday 10/01 is worked: half an hour on each day"),
    ],
)  # fmt: skip
def test_deadlines_done_by_hand(received, hours, unit, pauses, due, why):
    paused = [("a", at(b), at(e)) for b, e in pauses]
    assert computed([("a", at(received), 1, hours, None, unit)], paused) == {"a": at(due)}, why
    assert office().due(at(received), hours, [p[1:] for p in paused], is_calendar=unit == "calendar_day") == at(due)


def test_a_month_ends_on_the_same_day_of_the_next_or_the_working_day_after():
    rows = [("plain", at("30/04 10:00"), 1, 8, None, "month"), ("sunday", at("19/08 10:00"), 1, 16, None, "month")]
    # 30/4 and 01/5 are free: it begins on 04/5 at 07:00; 19/10 is a Monday
    assert computed(rows) == {"plain": at("04/06 07:00"), "sunday": at("19/10 10:00")}


def test_what_is_filed_online_has_its_own_duration_where_there_is_one():
    monday = at("16/11 08:00")
    rows = [("direct", monday, 1, 24, 8, None), ("online", monday, 2, 24, 8, None), ("same", monday, 2, 24, None, None)]
    assert computed(rows) == {"direct": at("19/11 08:00"), "online": at("17/11 08:00"), "same": at("19/11 08:00")}


def test_a_pause_that_still_lasts_counts_to_the_as_of_day():
    received = dt.datetime(2027, 3, 29, 8)
    rows = [("a", received, 1, 16, None, None)]
    assert computed(rows, [("a", dt.datetime(2027, 3, 30, 8), None)]) == {"a": dt.datetime(2027, 4, 1, 17)}


MONDAY, THREE_DAYS = at("16/11 08:00"), [("a", at("16/11 08:00"), 1, 24, None, "working_day")]


@pytest.mark.parametrize(
    ("extensions", "pauses", "ended", "due", "extended", "why"),
    [
        ([("18/11 09:00", "19/11 08:00", "20/11 15:00")], [], None, "20/11 15:00", 13, "1 day and 5 h: 8, 3,5, 1,5 h"),
        ([("18/11 09:00", "19/11 08:00", "27/11 08:00")], [], None, "25/11 08:00", 24, "five days, three are granted"),
        ([("19/11 07:59", "19/11 08:00", "20/11 08:00")], [], None, "20/11 08:00", 8, "a minute before it had passed"),
        ([("19/11 09:00", "19/11 08:00", "23/11 08:00")], [], None, "19/11 08:00", 0, "it was late"),
        (
            [("17/11 09:00", "19/11 08:00", "20/11 08:00"), ("18/11 09:00", "20/11 08:00", "26/11 08:00")],
            [], None, "20/11 08:00", 8, "the second counts nothing",
        ),
        (
            [("20/11 09:00", "19/11 08:00", "23/11 08:00")], [("17/11 08:00", "19/11 08:00")], None,
            "26/11 08:00", 16, "two days of pause: due on 23/11, so in time; two days more, 24/11 is free",
        ),
        (
            [("17/11 09:00", "19/11 08:00", "20/11 08:00")], [("19/11 14:00", "20/11 14:00")], None,
            "23/11 08:00", 8, "the pause began in the day that the extension gave",
        ),
        (
            [("18/11 09:00", "19/11 08:00", "20/11 08:00")], [], "17/11 10:00",
            "19/11 08:00", 0, "it had ended before",
        ),
        ([("18/11 09:00", "20/11 18:00", "22/11 09:00")], [], None, "19/11 08:00", 0, "no working time between"),
    ],
)  # fmt: skip
def test_extensions_done_by_hand(extensions, pauses, ended, due, extended, why):
    steps = tuple(tuple(at(time) for time in step) for step in extensions)
    paused = [("a", at(b), at(e)) for b, e in pauses]
    ends = [("a", at(ended))] if ended else []
    columns = "due_at_computed, extended_working_seconds"
    found = computed(THREE_DAYS, paused, wanted=columns, extensions=[("a", *step) for step in steps], ends=ends)
    assert found == {"a": (at(due), extended * 3600)}, why
    reference = Steps(steps, ended=ends[0][1] if ends else None)
    assert office().due(MONDAY, 24, [p[1:] for p in paused], is_calendar=False, steps=reference) == at(due)


def test_what_an_extension_asks_beyond_the_granted_time_is_told_and_given_where_the_profile_has_no_limit():
    long = [("a", at("18/11 09:00"), at("19/11 08:00"), at("27/11 08:00"))]
    columns = "due_at_computed, extended_working_seconds, refused_working_seconds"
    assert computed(THREE_DAYS, wanted=columns, extensions=long) == {"a": (at("25/11 08:00"), 24 * 3600, 16 * 3600)}
    for rule, (due, extended) in {
        (1, "any"): ("27/11 08:00", 40),
        (0, "granted_time"): ("19/11 08:00", 0),
    }.items():
        province = PROVINCE | {"extension": dict(zip(("count", "at_most"), rule, strict=True))}
        found = computed(THREE_DAYS, province=province, wanted=columns, extensions=long)
        assert found == {"a": (at(due), extended * 3600, 0)}


@pytest.mark.parametrize(
    ("forwarded", "pauses", "due", "due_anew", "why"),
    [
        (["18/11 09:00"], [], "19/11 08:00", "23/11 09:00", "three days from there"),
        (["18/11 17:30"], [], "19/11 08:00", "25/11 07:00", "after hours: from 19/11 at 07:00, 24/11 is free"),
        (["17/11 09:00", "18/11 09:00"], [], "19/11 08:00", "20/11 09:00", "the first counts"),
        (["20/11 09:00"], [], "19/11 08:00", "19/11 08:00", "it was late"),
        (
            ["20/11 09:00"],
            [("17/11 08:00", "19/11 08:00")],
            "23/11 08:00",
            "26/11 09:00",
            "in time thanks to the pause",
        ),
    ],
)
def test_forwardings_done_by_hand(forwarded, pauses, due, due_anew, why):
    paused = [("a", at(b), at(e)) for b, e in pauses]
    steps = [("a", at(time)) for time in forwarded]
    columns = "due_at_computed, is_forwarded"
    assert computed(THREE_DAYS, paused, wanted=columns, forwardings=steps) == {"a": (at(due), True)}, why
    found = computed(THREE_DAYS, paused, province=STARTS_ANEW, wanted=columns, forwardings=steps)
    assert found == {"a": (at(due_anew), True)}, why
    reference = Steps(forwarded=steps[0][1])
    assert office().due(MONDAY, 24, [p[1:] for p in paused], is_calendar=False, steps=reference) == at(due_anew)


def test_what_happens_after_the_end_or_before_the_reception_is_no_forwarding():
    columns = "due_at_computed, is_forwarded"
    for time in ("18/11 10:00", "16/11 07:00"):
        found = computed(
            THREE_DAYS,
            province=STARTS_ANEW,
            wanted=columns,
            forwardings=[("a", at(time))],
            ends=[("a", at("18/11 09:00"))],
        )
        assert found == {"a": (at("19/11 08:00"), False)}


@pytest.mark.parametrize(
    "province",
    [
        PROVINCE,
        STARTS_ANEW
        | {
            "working_hours": [{"start": "08:00", "end": "12:00"}, {"start": "13:00", "end": "17:00"}],
            "cut_off": "15:00",
        },
        STARTS_ANEW
        | {
            "working_hours": [{"start": "07:30", "end": "16:00"}],
            "cut_off": "16:00",
            "extension": {"count": 1, "at_most": "any"},
        },
    ],
    ids=["as_seen", "cut_off_at_three", "no_lunch"],
)
def test_random_deadlines_are_those_counted_minute_by_minute(province):
    rng = random.Random(2026)
    beginning = dt.datetime(2026, 1, 1)
    dossiers, pauses, expected = [], [], {}
    taken = {"extensions": [], "forwardings": [], "ends": []}
    hours = office(province)
    is_limited = province["extension"]["at_most"] == "granted_time"
    restarts = province["forwarding"]["restarts_clock"]

    def later(time, days):
        return time + rng.randrange(1, days * 24 * 60) * MINUTE

    for number in range(7_000):
        key = str(number)
        received = beginning + rng.randrange(365 * 24 * 60) * MINUTE
        duration = rng.choice((rng.randint(1, 15), 8 * rng.randint(1, 30), rng.randint(1, 300)))
        unit = rng.choice(("working_day", "working_day", "calendar_day"))
        own = []
        for _ in range(rng.choice((0, 0, 1, 2, 3))):
            begin = received + rng.randrange(40 * 24 * 60) * MINUTE
            own.append((begin, later(begin, 12)))
        duration = max(duration, 8) if unit == "calendar_day" else duration
        extensions = []
        for _ in range(rng.choice((0, 0, 1, 1, 2))):
            # some of them, and some of their promises, go back a little
            before = later(received, 40)
            extensions.append((later(received, 30) - 3 * DAY, before, later(before, 20) - 2 * DAY))
        ended = later(received, 60) if rng.random() < 0.5 else None
        forwarded = later(received, 30) - DAY if rng.random() < 0.4 else None
        dossiers.append((key, received, 1, duration, None, unit))
        pauses += [(key, *p) for p in own]
        taken["extensions"] += [(key, *step) for step in extensions if step[2] > step[1]]
        taken["forwardings"] += [(key, forwarded)] if forwarded else []
        taken["ends"] += [(key, ended)] if ended else []
        steps = Steps(tuple(extensions), ended, forwarded if restarts else None, is_limited)
        expected[key] = hours.due(received, duration, own, is_calendar=unit == "calendar_day", steps=steps)
    assert len(taken["extensions"]) > 5_000 and len(taken["forwardings"]) > 2_500
    assert computed(dossiers, pauses, province, **taken) == expected
