"""What only the steps of a dossier tell: extensions, forwardings, resets, pauses that are over, apologies.

Some of it is lawful and must not be flagged; the rest breaks exactly the rule it is recorded for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from ingestion.sample.dossier_faults import LAST, Planter, settled
from ingestion.sample.dossiers import APOLOGY_MINIMUM_DAYS, Dossier
from ingestion.sample.one_stop_steps import Step

EXTENDED, FORWARDED = "Gia hạn giải quyết", "Chuyển cơ quan giải quyết"
RESET, APOLOGISED = "Đặt lại ngày hẹn trả", "Ban hành văn bản xin lỗi"
RESUMED = "Tiếp tục xử lý"


class StepPlanter:
    """Gives departments' dossiers steps besides the usual ones; `steps` has them by dossier code."""

    def __init__(self, planter: Planter, count: int) -> None:
        self.planter, self.count = planter, count
        self.maker, self.clock, self.rng = planter.maker, planter.clock, planter.rng
        self.steps: dict[str, list[Step]] = {}

    def plant_all(self) -> None:
        """Plant every kind, `count` times each."""
        self._extensions()
        self._promise_reset()
        self._pauses()
        self._apologies()
        for d in self._take():
            to = self.rng.choice([a for a in self.maker.province.departments if a != d.agency])
            at = self.clock.between(self.rng, d.received + dt.timedelta(minutes=10), d.finished)
            self._add(d, Step(min(at, d.finished), 4, None, FORWARDED, to.name))

    def _take(self) -> Iterator[Dossier]:
        return self.planter.take(
            self.count,
            lambda d: (
                settled(d)
                and d.agency.level == "province"
                and d.procedure.days >= APOLOGY_MINIMUM_DAYS
                and d.last_month < LAST - 1
            ),
        )

    def _add(self, dossier: Dossier, *steps: Step) -> None:
        self.steps.setdefault(dossier.code, []).extend(steps)

    def _day_after_reception(self, dossier: Dossier) -> dt.datetime:
        return self.clock.moment(self.rng, self.clock.shift(dossier.received.date(), 1))

    def _finish(self, dossier: Dossier, working_days: int) -> None:
        """Let a dossier end so many working days after the day that was promised first."""
        first = (dossier.due_before or dossier.due).date()
        dossier.finished_at = self.clock.moment(self.rng, self.clock.shift(first, working_days))
        self.maker.close(dossier)

    def _move(self, dossier: Dossier, at: dt.datetime, working_days: int) -> None:
        """Promise a dossier so many working days later from a moment on."""
        dossier.due_before = dossier.due_before or dossier.due
        dossier.due_at = dt.datetime.combine(self.clock.shift(dossier.due.date(), working_days), dossier.due.time())
        dossier.due_moved_at = at

    def _extensions(self) -> None:
        for d in self._take():
            at = self._day_after_reception(d)
            self._move(d, at, 1)
            self._finish(d, 0)
            self._add(d, Step(at, 4, d.due, EXTENDED))
        for d in self._take():
            at = self._day_after_reception(d)
            self._move(d, at, 2 * d.procedure.days + 5)
            self._finish(d, 2)
            self._add(d, Step(at, 4, d.due, EXTENDED))
            self.planter.flag(d, "A3", "gia hạn dài hơn thời hạn giải quyết")
        for d in self._take():
            first = self._day_after_reception(d)
            again = first + dt.timedelta(minutes=5)
            self._move(d, first, 1)
            self._add(d, Step(first, 4, d.due, EXTENDED))
            self._move(d, again, 1)
            self._add(d, Step(again, 4, d.due, EXTENDED))
            self._finish(d, 1)
            self.planter.flag(d, "A3", "gia hạn lần thứ hai")

    def _promise_reset(self) -> None:
        for d in self._take():
            at = self.clock.moment(self.rng, self.clock.shift(d.due.date(), 1))
            self._move(d, at, 5)
            self._finish(d, 3)
            self._add(d, Step(at, 4, d.due, RESET))
            self.planter.flag(d, "A3", "đặt lại ngày hẹn trả khi đã quá hẹn")

    def _pauses(self) -> None:
        for d in self._take():
            self._finish(d, 4)
            days = [self.clock.shift(d.due.date(), n) for n in (1, 2)]
            stopped, resumed = (self.clock.moment(self.rng, day) for day in days)
            self._add(d, self._apology(d), Step(stopped, 8), Step(resumed, 4, None, RESUMED))
            self.planter.flag(d, "A4", "dừng khi đã quá hẹn, nay đã giải quyết xong")
        for d in self._take():
            self._finish(d, 4)
            stopped = self.clock.moment(self.rng, d.due.date(), before=d.due.time())
            resumed = self.clock.moment(self.rng, self.clock.shift(d.due.date(), 2))
            self._add(d, self._apology(d), Step(stopped, 8), Step(resumed, 4, None, RESUMED))
            self.planter.flag(d, "A2", "dừng đúng vào ngày hẹn trả")

    def _apologies(self) -> None:
        for d in self._take():
            self._finish(d, 3)
            self._add(d, self._apology(d))
        for d in self._take():
            self._finish(d, 3)
            self._add(d, Step(self.clock.moment(self.rng, d.due.date()), None, None, APOLOGISED))
            self.planter.flag(d, "A6", "bước xin lỗi vào đúng ngày hẹn trả")

    def _apology(self, dossier: Dossier) -> Step:
        """A step of apology on the working day before the promised one."""
        day = self.clock.on_or_before(dossier.due.date() - dt.timedelta(days=1))
        return Step(self.clock.moment(self.rng, day), None, None, APOLOGISED)
