"""Form 06 told a second time, in plain Python from the rules of docs/metrics.md: what the models are held against."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

IN_WORK = ("working", "paused")
ONE_DAY = dt.timedelta(days=1)


def after(later: dt.datetime, earlier: dt.datetime | None) -> bool:
    """Whether a time is later than another; by day when either is a date without a time."""
    if earlier is None:
        return False
    if dt.time() in (later.time(), earlier.time()):
        return later.date() > earlier.date()
    return later > earlier


def as_system(dossier: dict[str, Any], start: dt.date, end: dt.date) -> set[str]:
    """The columns of Form 06 that count a dossier in a period, each by its own predicate (domain notes 3.1).

    Departures, as docs/metrics.md states them: no channel is direct; a status that is missing is read from the dates;
    without an end it is open; an end before the reception is on the day of the reception.
    """

    def day(name: str) -> dt.date | None:
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
    waiting = received <= end and ((status == 5 and (paused is None or paused <= end)) or status in (6, 8))
    working = received <= end and not waiting and (is_open or ended > end)
    if waiting or (working and (due is None or due >= end)):
        found.add("pending_in_time")
    if working and due is not None and due < end:
        found.add("pending_late")
    return found


@dataclass
class Stage:
    """What a dossier was from one time to another."""

    kind: str
    began: dt.datetime
    due: dt.datetime | None
    finished: dt.datetime | None
    seen: dt.datetime
    until: dt.datetime | None = None


@dataclass
class Spell:
    """A time in work, and what ended it."""

    opened: dt.datetime
    stages: list[Stage]
    ends: list[Stage]
    closed: dt.datetime | None = None
    column: int | None = None


class StrictLife:
    """The strict count of one dossier: `columns(T, D)` are its columns in a period from T to D.

    `states` are its rows of `shared.dossier_history`, in order; `computed` is what stands in for a missing promise.
    """

    def __init__(
        self, states: list[dict[str, Any]], received: dt.datetime | None, channel: int | None, computed: Any = None
    ) -> None:
        self.channel = channel
        stages = [] if received is None else self._stages(states, received, computed)
        self.spells = self._spells(stages)
        for spell, following in zip_longest(self.spells, self.spells[1:]):
            self._close(spell, following)
        for spell in self.spells:
            self._judge(spell)

    @classmethod
    def _stages(cls, states: list[dict[str, Any]], received: dt.datetime, computed: Any) -> list[Stage]:
        stages: list[Stage] = []
        for state in states:
            kind = cls._kind(state)
            if kind != "refused" or stages:
                began = cls._began(kind, state)
                began = max(began, received) if kind in IN_WORK else began
                due = state["due_at"] or computed
                stages.append(Stage(kind, began, due, state["finished_at"], state["valid_from"]))
        if stages:
            stages.insert(0, Stage("working", received, stages[0].due, None, received))
        return stages

    @staticmethod
    def _kind(state: dict[str, Any]) -> str:
        status = state["status"]
        ended = "withdrawn" if status == 7 else "settled"
        if status in (1, 3):
            return "refused"
        if state["finished_at"] and status in (None, 7, 9, 10):
            return ended
        if state["deleted_at"] or state["vanished_at"]:
            return "gone"
        if status in (7, 9, 10):
            return ended
        return "paused" if status in (5, 6, 8) else "working"

    @staticmethod
    def _began(kind: str, state: dict[str, Any]) -> dt.datetime:
        began: dt.datetime = state["valid_from"]
        known = began
        if state["is_first_seen"] and state["valid_from_basis"] == "dates":
            known = min(time for time in (state["recorded_from"], state["valid_to"]) if time)
        if kind in ("settled", "withdrawn"):
            began = state["finished_at"] or state["returned_at"] or known
        elif kind == "gone":
            began = state["deleted_at"] or state["vanished_at"]
        elif kind == "paused" and state["is_first_seen"]:
            began = state["supplement_requested_at"] or known
        return began

    @staticmethod
    def _spells(stages: list[Stage]) -> list[Spell]:
        spells: list[Spell] = []
        for stage in stages:
            if stage.kind not in IN_WORK:
                spells[-1].ends.append(stage)
            elif not spells or spells[-1].ends:
                spells.append(Spell(stage.began, [stage], []))
            else:
                spells[-1].stages.append(stage)
        return spells

    def _close(self, spell: Spell, following: Spell | None) -> None:
        settled = [end for end in spell.ends if end.kind in ("settled", "withdrawn")]
        dated = [end for end in settled if end.finished]
        if not spell.ends:
            self._bound(spell)
            return
        end = dated[-1] if dated else (settled or spell.ends)[0]
        is_first = spell is self.spells[0]
        recorded = end.began if is_first or end.began >= spell.opened else end.seen
        spell.closed = max(recorded, spell.opened)
        if following:
            spell.closed = min(spell.closed, following.opened)
        spell.ends = [Stage(end.kind, recorded, end.due, end.finished, end.seen)]
        self._bound(spell)

    @staticmethod
    def _bound(spell: Spell) -> None:
        for stage, following in zip_longest(spell.stages, spell.stages[1:]):
            bounds = [t for t in (following.began if following else None, spell.closed) if t]
            stage.until = min(bounds) if bounds else None

    def is_late_by(self, moment: dt.datetime) -> bool:
        """Whether a promise had passed by then while the dossier was worked on."""
        for spell in self.spells:
            for stage in spell.stages:
                if stage.kind != "working" or stage.began > moment:
                    continue
                until = moment if stage.until is None else min(stage.until, moment)
                if stage.until is not None and stage.began >= stage.until:
                    continue
                if after(until, stage.due):
                    return True
        return False

    def _judge(self, spell: Spell) -> None:
        if spell.closed is None:
            return
        [end] = spell.ends
        if self.is_late_by(spell.closed) or (end.kind == "settled" and after(end.began, end.due)):
            spell.column = 10
        elif end.kind == "settled" and end.due and end.began.date() < end.due.date():
            spell.column = 8
        else:
            spell.column = 9

    def _last_opened(self, day: dt.date) -> Spell | None:
        opened = [spell for spell in self.spells if spell.opened.date() <= day]
        return opened[-1] if opened else None

    def is_open(self, day: dt.date) -> bool:
        """Whether the dossier was in work at the end of a day."""
        spell = self._last_opened(day)
        return spell is not None and (spell.closed is None or spell.closed.date() > day)

    def columns(self, start: dt.date, end: dt.date) -> tuple[int, int] | None:
        """Its column in and its column out; None when the period does not count it."""
        if self.is_open(start - ONE_DAY):
            column_in = 6
        elif any(start <= spell.opened.date() <= end for spell in self.spells):
            column_in = 4 if self.channel == 2 else 5
        else:
            return None
        if self.is_open(end):
            return column_in, 13 if self.is_late_by(dt.datetime.combine(end, dt.time(23, 59, 59))) else 12
        spell = self._last_opened(end)
        assert spell is not None and spell.column is not None
        return column_in, spell.column
