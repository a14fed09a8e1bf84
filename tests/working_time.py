"""Working time minute by minute, as a person with a calendar and a watch would count it.

Written apart from the SQL, to be compared with it: no sums, no axis, every minute looked at.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)


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
        self, received: dt.datetime, hours: int, pauses: list[tuple[dt.datetime, dt.datetime]], *, is_calendar: bool
    ) -> dt.datetime:
        """When what takes so many hours (eight a day) is due, with pauses that came while it was not late.

        In calendar time only whole days count.
        """
        start = self.start(received)
        days, rest = hours // 8, hours % 8 * 60
        if is_calendar:
            last = start.date() + days * DAY
            last = last if last in self.working_days else self.next_working_day(last)
            stepped = dt.datetime.combine(last, start.time())
            days = rest = 0
        else:
            stepped = start
        paused: set[int] = set()
        for begin, end in sorted(pauses):
            so_far = sum(self.minutes[m] for m in paused)
            due = self.after(stepped, days, rest + so_far)
            if self.worked(due, max(due, begin)) > 0:
                break
            paused |= set(range(self.index(max(begin, received)), self.index(end)))
        return self.after(stepped, days, rest + sum(self.minutes[m] for m in paused))
