"""Working time minute by minute, as a person with a calendar and a watch would count it.

Written apart from the SQL, to be compared with it: no sums, no axis, every minute looked at.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)


@dataclass(frozen=True)
class Steps:
    """What was done with a dossier that moves its deadline.

    Extensions are (when, promise before, promise set): the first that is made in time counts, if they are limited no
    longer than the granted time. Where `forwarded` is given, the clock starts anew there.
    """

    extensions: tuple[tuple[dt.datetime, dt.datetime, dt.datetime], ...] = ()
    ended: dt.datetime | None = None
    forwarded: dt.datetime | None = None
    is_limited: bool = True


@dataclass(frozen=True)
class Office:
    """Opening hours of an office, and the days on which it works."""

    halves: tuple[tuple[dt.time, dt.time], ...]
    cut_off: dt.time
    first: dt.date
    last: dt.date
    working_days: frozenset[dt.date]

    @cached_property
    def minutes(self) -> bytes:
        """For every minute since the first day: 1 while the office works, else 0."""
        day_open = bytes(
            any(start <= dt.time(m // 60, m % 60) < end for start, end in self.halves) for m in range(24 * 60)
        )
        days = (self.last - self.first).days + 1
        closed = bytes(24 * 60)
        return b"".join(day_open if self.first + n * DAY in self.working_days else closed for n in range(days))

    def index(self, at: dt.datetime) -> int:
        """Number of the minute that begins at a time."""
        return int((at - dt.datetime.combine(self.first, dt.time())) / MINUTE)

    def next_working_day(self, day: dt.date) -> dt.date:
        """The first working day after a day."""
        day += DAY
        while day not in self.working_days:
            day += DAY
        return day

    def start(self, received: dt.datetime) -> dt.datetime:
        """When the clock starts for what is received at a time."""
        opening = self.halves[0][0]
        if received.date() not in self.working_days or received.time() > min(self.cut_off, self.halves[-1][1]):
            return dt.datetime.combine(self.next_working_day(received.date()), opening)
        if received.time() < opening:
            return dt.datetime.combine(received.date(), opening)
        for (_, end), (start, _) in zip(self.halves, self.halves[1:], strict=False):
            if end < received.time() < start:
                return dt.datetime.combine(received.date(), start)
        return received

    def worked(self, begin: dt.datetime, end: dt.datetime) -> int:
        """Working minutes from one time to another."""
        return self.minutes.count(1, self.index(begin), max(self.index(end), self.index(begin)))

    def add_days(self, at: dt.datetime, days: int) -> dt.datetime:
        """The same clock time so many working days later."""
        day = at.date()
        for _ in range(days):
            day = self.next_working_day(day)
        return dt.datetime.combine(day, at.time())

    def add_minutes(self, at: dt.datetime, minutes: int) -> dt.datetime:
        """The first time at which so many working minutes have passed."""
        position = self.index(at)
        for _ in range(minutes):
            position = self.minutes.index(1, position) + 1
        return dt.datetime.combine(self.first, dt.time()) + position * MINUTE

    def after(self, at: dt.datetime, days: int, minutes: int) -> dt.datetime:
        """Whole days first, then minutes; minutes that make a day are a day."""
        a_day = sum((end.hour - start.hour) * 60 + end.minute - start.minute for start, end in self.halves)
        return self.add_minutes(self.add_days(at, days + minutes // a_day), minutes % a_day)

    def due(
        self,
        received: dt.datetime,
        hours: int,
        pauses: list[tuple[dt.datetime, dt.datetime]],
        *,
        is_calendar: bool,
        steps: Steps | None = None,
    ) -> dt.datetime:
        """When what takes so many hours (eight a day) is due, with pauses and steps that came while it was not late.

        In calendar time only whole days count. A forwarding that starts the clock anew forgets all that was before.
        """
        steps = steps or Steps()
        _, is_late = self._run(received, hours, pauses, steps, is_calendar=is_calendar, until=steps.forwarded)
        if steps.forwarded is None or is_late or not received < steps.forwarded <= (steps.ended or steps.forwarded):
            return self._run(received, hours, pauses, steps, is_calendar=is_calendar)[0]
        return self._run(steps.forwarded, hours, pauses, steps, is_calendar=is_calendar)[0]

    def _run(
        self,
        received: dt.datetime,
        hours: int,
        pauses: list[tuple[dt.datetime, dt.datetime]],
        steps: Steps,
        *,
        is_calendar: bool,
        until: dt.datetime | None = None,
    ) -> tuple[dt.datetime, bool]:
        """The due time, and whether it has passed by the time `until`; what comes after that is not looked at."""
        start = self.start(received)
        days, rest = hours // 8, hours % 8 * 60
        if is_calendar:
            last = start.date() + days * DAY
            last = last if last in self.working_days else self.next_working_day(last)
            stepped = dt.datetime.combine(last, start.time())
            days = rest = 0
        else:
            stepped = start
        granted = self.worked(start, self.after(stepped, days, rest))
        happened = sorted(
            [(max(begin, received), 1, begin, end) for begin, end in pauses if end > received]
            + [
                (at, 0, before, promised)
                for at, before, promised in steps.extensions
                if received <= at <= (steps.ended or at) and promised > before
            ]
            + ([(until, 2, until, until)] if until else [])
        )
        paused: set[int] = set()
        extended: int | None = None
        for at, what, begin, end in happened:
            due = self.after(stepped, days, rest + (extended or 0) + sum(self.minutes[m] for m in paused))
            if self.worked(due, max(due, at)) > 0:
                return due, True
            if what == 2:
                return due, False
            if what == 1:
                paused |= set(range(self.index(at), self.index(end)))
            elif extended is None:
                extended = self.worked(begin, end)
                extended = min(extended, granted) if steps.is_limited else extended
        return self.after(stepped, days, rest + (extended or 0) + sum(self.minutes[m] for m in paused)), False
