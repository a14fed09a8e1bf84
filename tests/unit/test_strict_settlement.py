"""Form 06 by its models' own SQL: the fixture in both variants, and each strict rule in a sentence."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

import pytest

from warehouse.connections import connect_memory
from warehouse.model_sql import model_sql

PROVINCE: dict[str, Any] = {"pausing_statuses": {5: "supplement", 6: "fee", 8: "other_agency"}}
CHAIN = (
    "int_settlement_states",
    "int_settlement_spells",
    "int_settlement_placed_as_system",
    "int_settlement_placed_strict",
)
TIMES = ("due_at", "finished_at", "returned_at", "supplement_requested_at", "deleted_at", "vanished_at")
DOSSIER = {
    "dossier_code": "varchar",
    "batch_id": "varchar",
    "row_number": "bigint",
    "channel": "bigint",
} | dict.fromkeys(("receiving_agency_code", "receiving_agency_raw", "field_code"), "varchar")
STATE = {
    "dossier_code": "varchar", "valid_from": "timestamp", "valid_to": "timestamp", "valid_from_basis": "varchar",
    "is_first_seen": "boolean", "recorded_from": "timestamp",
}  # fmt: skip
COMMON = {"status": "bigint", "received_at": "timestamp"} | dict.fromkeys(TIMES, "timestamp")
LANDED = "2026-12-01 07:00"
MONTH = ("2026-10-01", "2026-10-31")


def day(text: str | None) -> str | None:
    """A time of 2026 written dd/mm or dd/mm HH:MM."""
    if not text:
        return None
    date, _, clock = text.partition(" ")
    number, month = date.split("/")
    return f"2026-{month}-{number} {clock or '00:00'}"


def dossier(
    code: str, received: str, *states: dict[str, Any], channel: int = 1, computed: str | None = None
) -> dict[str, Any]:
    """A dossier with its states, each with its changes to the one before; `since` says when a later one began."""
    merged: dict[str, Any] = {}
    history = []
    for number, state in enumerate(states):
        merged = merged | state
        times = {name: day(merged.get(name)) for name in TIMES}
        own = [times[n] for n in ("finished_at", "returned_at", "supplement_requested_at", "deleted_at") if times[n]]
        since = day(merged.get("since")) if number else None
        history.append(
            {
                "dossier_code": code,
                "valid_from": since or max([day(received), *own]),
                "valid_from_basis": merged.get("basis", "landing" if since else "dates"),
                "is_first_seen": number == 0,
                "recorded_from": since or day(merged.get("seen")) or LANDED,
                "status": merged["status"],
                "received_at": day(received),
                **times,
            }
        )
    for before, after in pairwise(history):
        before["valid_to"] = after["valid_from"]
    latest = {name: history[-1].get(name) for name in COMMON}
    row = {"dossier_code": code, "channel": channel, "due_at_computed": day(computed), **latest}
    return {"row": row, "history": history}


def columns(
    *dossiers: dict[str, Any], periods: tuple[tuple[str, str], ...] = (MONTH,)
) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Column in and column out by variant, dossier and first day of the period."""
    with connect_memory() as connection:
        tables = {
            "dossiers": (DOSSIER | COMMON | {"due_at_computed": "timestamp"}, [d["row"] for d in dossiers]),
            "dossier_history": (STATE | COMMON, [state for d in dossiers for state in d["history"]]),
            "int_periods": (
                {"period_type": "varchar", "period_start": "date", "period_end": "date", "counted_until": "date"},
                [{"period_type": "month", "period_start": a, "period_end": b, "counted_until": b} for a, b in periods],
            ),
        }
        for name, (types, rows) in tables.items():
            connection.execute(f"create table {name} ({', '.join(f'{n} {t}' for n, t in types.items())})")
            for row in rows:
                values = [row.get(column) for column in types]
                connection.execute(f"insert into {name} values ({', '.join('?' * len(values))})", values)
        for model in CHAIN:
            connection.execute(f"create table {model} as {model_sql(model, PROVINCE)}")
        found = connection.execute(
            "select variant, dossier_code, strftime(period_start, '%d/%m'), column_in, column_out"
            " from (from int_settlement_placed_as_system union all from int_settlement_placed_strict)"
        ).fetchall()
    assert len({row[:3] for row in found}) == len(found), "a dossier is placed once"
    return {row[:3]: row[3:] for row in found}


def strict(*dossiers: dict[str, Any], **named: Any) -> dict[str, tuple[int, int]]:
    """Strict columns by dossier, in October."""
    return {code: placed for (variant, code, _), placed in columns(*dossiers, **named).items() if variant == "strict"}


def months(one: dict[str, Any], *names: int) -> list[tuple[int, int] | None]:
    """Strict columns of one dossier in months of 2026."""
    starts = [dt.date(2026, number, 1) for number in (*names, names[-1] + 1)]
    spans = [(str(a), str(b - dt.timedelta(days=1))) for a, b in pairwise(starts)]
    found = columns(one, periods=tuple(spans))
    return [found.get(("strict", one["row"]["dossier_code"], f"{start:%d/%m}")) for start in starts[:-1]]


# received, channel, due, ended, status, supplement asked; column in and out as the software counts, and strictly
FIXTURE = {
    "01": ("20/09", 1, "30/09", "02/10", 10, None, (6, 10), (6, 10)),
    "02": ("25/09", 2, "05/10", "01/10", 9, None, (6, 8), (6, 8)),
    "03": ("01/10", 2, "06/10", "06/10", 10, None, (4, 9), (4, 9)),
    "04": ("05/10", 3, None, "07/10", 9, None, (5, 9), (5, 9)),
    "05": ("10/10", 1, "20/10", None, 4, None, (5, 13), (5, 13)),
    "06": ("28/10", 2, "31/10", None, 2, None, (4, 12), (4, 12)),
    "07": ("12/10", 2, "15/10", None, 5, "20/10", (4, 12), (4, 13)),
    "08": ("15/10", 1, "22/10", "18/10", 7, None, (5, 9), (5, 9)),
    "09": ("20/10", 2, "27/10", "05/11", 10, None, (4, 13), (4, 13)),
    "10": ("20/09", 1, "25/09", "28/09", 10, None, None, None),
    "11": ("30/10", 2, "05/11", None, 1, None, None, None),
}


def test_the_fixture_is_counted_exactly_in_both_variants() -> None:
    given = [
        dossier(
            code, received, {"status": status, "due_at": due, "finished_at": ended, "supplement_requested_at": asked},
            channel=channel,
        )
        for code, (received, channel, due, ended, status, asked, *_) in FIXTURE.items()
    ]  # fmt: skip
    found = columns(*given)
    for place, variant in ((6, "as_system"), (7, "strict")):
        expected = {code: row[place] for code, row in FIXTURE.items() if row[place]}
        assert {code: placed for (name, code, _), placed in found.items() if name == variant} == expected


def test_a_past_period_does_not_change_when_the_dossier_moves_on() -> None:
    open_then = {"status": 4, "due_at": "10/10 09:00"}
    assert months(dossier("a", "05/10 08:00", open_then), 10) == [(5, 13)]
    paused = {"status": 8, "since": "05/11 07:00"}
    assert months(dossier("a", "05/10 08:00", open_then, paused), 10, 11) == [(5, 13), (6, 13)]
    withdrawn = {"status": 7, "finished_at": "03/11 09:00", "since": "03/11 09:00"}
    assert months(dossier("a", "05/10 08:00", open_then, withdrawn), 10, 11) == [(5, 13), (6, 10)]


@pytest.mark.parametrize(
    ("due", "ended", "column"),
    [
        ("06/10 09:00", "06/10 16:00", 10),
        ("06/10 17:00", "06/10 16:00", 9),
        ("06/10", "06/10 16:00", 9),
        ("06/10 09:00", "06/10", 9),
        ("06/10", "07/10 07:00", 10),
        ("07/10 09:00", "06/10 16:00", 8),
    ],
)
def test_lateness_is_by_the_time_of_day_where_both_have_one(due: str, ended: str, column: int) -> None:
    given = dossier("a", "01/10 08:00", {"status": 10, "due_at": due, "finished_at": ended})
    assert strict(given) == {"a": (5, column)}


def test_what_is_due_on_the_last_day_is_late_at_its_end_unless_only_the_day_was_promised() -> None:
    timed = dossier("timed", "01/10 08:00", {"status": 4, "due_at": "31/10 16:00"})
    dated = dossier("dated", "01/10 08:00", {"status": 4, "due_at": "31/10"})
    assert strict(timed, dated) == {"timed": (5, 13), "dated": (5, 12)}


def test_a_promise_moved_after_it_had_passed_does_not_mend_lateness_but_one_moved_before_does() -> None:
    promised = {"status": 4, "due_at": "10/10 09:00"}
    ended = {"status": 10, "finished_at": "20/10 09:00", "since": "20/10 09:00"}
    late = dossier("late", "05/10 08:00", promised, {"due_at": "25/10 09:00", "since": "12/10 07:00"}, ended)
    in_time = dossier("in_time", "05/10 08:00", promised, {"due_at": "25/10 09:00", "since": "09/10 07:00"}, ended)
    removed = dossier("removed", "05/10 08:00", promised, {"due_at": None, "since": "12/10 07:00"}, ended)
    at_the_end = dossier("at_the_end", "05/10 08:00", promised, ended | {"due_at": "25/10 09:00"})
    assert strict(late, in_time, removed, at_the_end) == {
        "late": (5, 10), "in_time": (5, 8), "removed": (5, 10), "at_the_end": (5, 10),
    }  # fmt: skip


def test_without_a_promise_the_procedures_own_duration_counts() -> None:
    late = dossier("late", "05/10 08:00", {"status": 10, "finished_at": "20/10 09:00"}, computed="15/10 09:00")
    early = dossier("early", "05/10 08:00", {"status": 10, "finished_at": "12/10 09:00"}, computed="15/10 09:00")
    pending = dossier("pending", "05/10 08:00", {"status": 4}, computed="15/10 09:00")
    unknown = dossier("unknown", "05/10 08:00", {"status": 4})
    assert strict(late, early, pending, unknown) == {
        "late": (5, 10), "early": (5, 8), "pending": (5, 13), "unknown": (5, 12),
    }  # fmt: skip


@pytest.mark.parametrize("status", [5, 6, 8])
def test_a_pause_hides_no_lateness_but_holds_the_time_when_it_began_in_time(status: int) -> None:
    late = {"status": status, "due_at": "15/10 09:00", "supplement_requested_at": "20/10 09:00"}
    in_time = {"status": status, "due_at": "15/10 09:00", "supplement_requested_at": "13/10 09:00"}
    same_day = {"status": status, "due_at": "15/10 09:00", "supplement_requested_at": "15/10 16:00"}
    given = [dossier(n, "12/10 08:00", s) for n, s in (("late", late), ("in_time", in_time), ("same_day", same_day))]
    assert strict(*given) == {"late": (5, 13), "in_time": (5, 12), "same_day": (5, 13)}


def test_a_pause_of_which_nothing_says_when_it_began_counts_from_when_it_was_seen() -> None:
    paused = {"status": 8, "due_at": "15/10 09:00"}
    later = dossier("later", "12/10 08:00", paused | {"seen": "20/10 07:00"})
    sooner = dossier("sooner", "12/10 08:00", paused | {"seen": "14/10 07:00"})
    assert strict(later, sooner) == {"later": (5, 13), "sooner": (5, 12)}


def test_after_a_pause_the_promise_counts_again() -> None:
    paused = {"status": 5, "due_at": "15/10 09:00", "supplement_requested_at": "13/10 09:00"}
    resumed = {"status": 4, "since": "20/10 07:00"}
    settled = {"status": 9, "finished_at": "22/10 09:00", "since": "22/10 09:00"}
    given = {
        "not_moved": (resumed,),
        "moved": (resumed | {"due_at": "05/11 09:00"},),
        "settled_out_of_the_pause": (settled,),
        "settled_that_day": (settled | {"finished_at": "15/10 16:00", "since": "15/10 16:00"},),
        "settled_with_a_moved_promise": (settled | {"due_at": "25/10 09:00"},),
        "withdrawn_out_of_the_pause": (settled | {"status": 7},),
        "withdrawn_later": (resumed, settled | {"status": 7}),
    }
    assert strict(*(dossier(name, "12/10 08:00", paused, *states) for name, states in given.items())) == {
        "not_moved": (5, 13),
        "moved": (5, 12),
        "settled_out_of_the_pause": (5, 10),
        "settled_that_day": (5, 10),
        "settled_with_a_moved_promise": (5, 8),
        "withdrawn_out_of_the_pause": (5, 9),
        "withdrawn_later": (5, 10),
    }


def test_without_a_promise_a_pause_is_in_the_computed_time() -> None:
    paused = {"status": 5, "supplement_requested_at": "13/10 09:00"}
    resumed = {"status": 4, "since": "20/10 07:00"}
    given = dossier("a", "12/10 08:00", paused, resumed, computed="22/10 09:00")
    still = dossier("b", "12/10 08:00", paused, resumed, computed="05/11 09:00")
    assert strict(given, still) == {"a": (5, 13), "b": (5, 12)}


def test_withdrawn_after_the_promise_is_late() -> None:
    late = dossier("late", "05/10 08:00", {"status": 7, "due_at": "10/10 09:00", "finished_at": "12/10 09:00"})
    in_time = dossier("in_time", "05/10 08:00", {"status": 7, "due_at": "15/10 09:00", "finished_at": "12/10 09:00"})
    assert strict(late, in_time) == {"late": (5, 10), "in_time": (5, 9)}


def test_what_is_deleted_or_vanished_is_settled_that_day() -> None:
    working = {"status": 4, "due_at": "10/10 09:00"}
    given = [
        dossier("deleted_late", "05/10 08:00", working | {"deleted_at": "12/10 09:00"}),
        dossier("deleted_in_time", "05/10 08:00", working | {"deleted_at": "08/10 09:00"}),
        dossier("vanished_late", "05/10 08:00", working, {"vanished_at": "12/10 09:00", "since": "12/10 09:00"}),
        dossier("vanished_in_time", "05/10 08:00", working, {"vanished_at": "08/10 09:00", "since": "08/10 09:00"}),
        dossier("deleted_after_the_month", "05/10 08:00", working | {"deleted_at": "12/11 09:00"}),
        dossier("deleted_settled", "05/10 08:00", working | {"status": 10, "finished_at": "07/10 08:00",
                                                             "deleted_at": "12/10 09:00"}),
        dossier("deletion_seen_later", "05/10 08:00", working, {"deleted_at": "08/10 09:00", "since": "12/10 07:00"}),
        dossier("withdrawn_then_deleted", "05/10 08:00", working | {"status": 7, "finished_at": "07/10 08:00",
                                                                    "deleted_at": "12/10 09:00"}),
        dossier("deleted_unreceived", "05/10 08:00", {"status": 1, "deleted_at": "12/10 09:00"}),
    ]  # fmt: skip
    found = columns(*given)
    assert {code: placed for (variant, code, _), placed in found.items() if variant == "strict"} == {
        "deleted_late": (5, 10), "deleted_in_time": (5, 9), "vanished_late": (5, 10), "vanished_in_time": (5, 9),
        "deleted_after_the_month": (5, 13), "deleted_settled": (5, 8), "deletion_seen_later": (5, 9),
        "withdrawn_then_deleted": (5, 9),
    }  # fmt: skip
    assert {code for variant, code, _ in found if variant == "as_system"} == set()


def test_refused_after_it_was_worked_on_is_settled_that_day_and_what_never_was_is_not_counted() -> None:
    working = {"status": 4, "due_at": "10/10 09:00"}
    refused = {"status": 3}
    given = [
        dossier("late", "05/10 08:00", working, refused | {"since": "12/10 07:00"}),
        dossier("in_time", "05/10 08:00", working, refused | {"since": "08/10 07:00"}),
        dossier("at_once", "05/10 08:00", refused),
        dossier("filed", "05/10 08:00", {"status": 1}),
        dossier("filed_first", "05/10 08:00", {"status": 1, "due_at": "10/10 09:00"},
                {"status": 2, "since": "06/10 07:00"}),
    ]  # fmt: skip
    assert strict(*given) == {"late": (5, 10), "in_time": (5, 9), "filed_first": (5, 13)}


def test_without_an_end_it_is_settled_when_its_state_began() -> None:
    working = {"status": 4, "due_at": "10/10 09:00"}
    given = [
        dossier("by_history", "05/10 08:00", working, {"status": 10, "since": "08/10 07:00"}),
        dossier("late", "05/10 08:00", working, {"status": 9, "since": "12/10 07:00"}),
        dossier("returned", "05/10 08:00", working | {"status": 10, "returned_at": "09/10 08:00"}),
        # nothing says when it ended before the day it was read
        dossier("seen", "05/10 08:00", working | {"status": 10}),
        dossier("by_its_source", "05/10 08:00", working | {"status": 10, "basis": "source"}),
    ]
    assert strict(*given) == {
        "by_history": (5, 8), "late": (5, 10), "returned": (5, 8), "seen": (5, 13), "by_its_source": (5, 8),
    }  # fmt: skip


def test_an_end_before_the_reception_counts_on_its_day() -> None:
    given = dossier("a", "05/10 08:00", {"status": 10, "due_at": "12/10 09:00", "finished_at": "28/09 08:00"})
    assert strict(given) == {"a": (5, 8)}


def test_what_is_taken_up_again_comes_in_once_more_and_its_first_end_stays() -> None:
    given = dossier(
        "a",
        "05/08 08:00",
        {"status": 4, "due_at": "10/08 09:00"},
        {"status": 9, "finished_at": "09/08 09:00", "since": "09/08 09:00"},
        {"status": 4, "finished_at": None, "since": "02/10 07:00"},
        {"status": 9, "finished_at": "05/11 09:00", "since": "05/11 09:00"},
    )
    assert months(given, 8, 9, 10, 11) == [(5, 8), None, (5, 13), (6, 10)]
    same_month = dossier(
        "a",
        "05/09 08:00",
        {"status": 4, "due_at": "10/10 09:00"},
        {"status": 9, "finished_at": "02/10 09:00", "since": "02/10 09:00"},
        {"status": 4, "finished_at": None, "since": "05/10 07:00"},
    )
    assert months(same_month, 9, 10, 11) == [(5, 12), (6, 13), (6, 13)]


def test_an_end_from_before_it_was_taken_up_again_does_not_end_it_twice() -> None:
    given = dossier(
        "a",
        "05/08 08:00",
        {"status": 9, "due_at": "10/08 09:00", "finished_at": "09/08 09:00"},
        {"status": 4, "finished_at": None, "since": "02/09 07:00"},
        {"status": 9, "finished_at": "09/08 09:00", "since": "20/10 07:00"},
    )
    assert months(given, 8, 9, 10) == [(5, 8), (5, 13), (6, 10)]


def test_only_what_the_profile_names_is_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    given = dossier(
        "a", "05/10 08:00", {"status": 8, "due_at": "10/10 09:00", "supplement_requested_at": "07/10 08:00"}
    )
    assert strict(given) == {"a": (5, 12)}
    monkeypatch.setitem(PROVINCE, "pausing_statuses", {5: "supplement", 6: "fee"})
    assert strict(given) == {"a": (5, 13)}


def test_a_corrected_end_is_the_end() -> None:
    given = dossier(
        "a",
        "05/10 08:00",
        {"status": 9, "due_at": "10/10 09:00", "finished_at": "12/10 09:00"},
        {"status": 10, "finished_at": "08/10 09:00", "since": "15/10 07:00"},
    )
    assert strict(given) == {"a": (5, 8)}
