"""Working days and working hours of a province, for plausible moments."""

from __future__ import annotations

import bisect
import datetime as dt
import random
from itertools import pairwise

import holidays

from warehouse.profile import Profile


class WorkClock:
    """Working days between two dates, with the office hours of a profile.

    Weekends and the public holidays of the `holidays` package are off. Make-up Saturdays are not
    worked here: a sample dossier never needs one.
    """

    def __init__(self, profile: Profile, first: dt.date, last: dt.date) -> None:
        off = holidays.country_holidays("VN", years=range(first.year, last.year + 1))
        every = (first + dt.timedelta(days=n) for n in range((last - first).days + 1))
        self.days: list[dt.date] = [day for day in every if day.weekday() < 5 and day not in off]
        self.hours = [(h.start, h.end) for h in profile.working_hours]
        self.opening, self.closing = self.hours[0][0], self.hours[-1][1]

    def on_or_before(self, day: dt.date) -> dt.date:
        """The day itself when it is worked, else the last one that was."""
        return self.days[bisect.bisect_right(self.days, day) - 1]

    def shift(self, day: dt.date, working_days: int) -> dt.date:
        """`working_days` later (or earlier) than the first working day from `day` on."""
        return self.days[bisect.bisect_left(self.days, day) + working_days]

    def count(self, first: dt.date, last: dt.date) -> int:
        """Working days from `first` (exclusive) to `last` (inclusive)."""
        return bisect.bisect_right(self.days, last) - bisect.bisect_right(self.days, first)

    def worked(self, first: dt.date, last: dt.date) -> list[dt.date]:
        """Working days from `first` to `last`, both included."""
        return self.days[bisect.bisect_left(self.days, first) : bisect.bisect_right(self.days, last)]

    def moment(
        self, rng: random.Random, day: dt.date, after: dt.time | None = None, before: dt.time | None = None
    ) -> dt.datetime:
        """A random second in office hours of `day`, between `after` and `before` when they are given.

        When office hours leave no room there, the moment is `after` (or `before`) itself.
        """
        low, high = after or self.opening, before or self.closing
        spans = [(max(_seconds(start), _seconds(low)), min(_seconds(end), _seconds(high))) for start, end in self.hours]
        spans = [(start, end) for start, end in spans if start < end]
        room = sum(end - start for start, end in spans)
        if room < 1:
            return dt.datetime.combine(day, after or before or self.opening)
        point = rng.randrange(room)
        for start, end in spans:
            if point < end - start:
                return dt.datetime.combine(day, dt.time()) + dt.timedelta(seconds=start + point)
            point -= end - start
        raise AssertionError("a point inside the room lies in one of its spans")

    def between(self, rng: random.Random, first: dt.datetime, last: dt.datetime) -> dt.datetime:
        """A random second in office hours between two moments; `first` when there is none."""
        days = self.worked(first.date(), last.date())
        if first.time() >= self.closing:
            days = [day for day in days if day > first.date()]
        if last.time() <= self.opening:
            days = [day for day in days if day < last.date()]
        if not days:
            return first
        day = rng.choice(days)
        after = first.time() if day == first.date() else None
        before = last.time() if day == last.date() else None
        if after and before and after >= before:
            return first
        return min(max(self.moment(rng, day, after, before), first), last)


def _seconds(time: dt.time) -> int:
    return time.hour * 3600 + time.minute * 60 + time.second


def months_before(as_of: dt.date, count: int) -> list[tuple[dt.date, dt.date]]:
    """First and last day of the `count` whole months before the month of `as_of`, oldest first."""
    starts = []
    year, month = as_of.year, as_of.month
    for back in range(count, -1, -1):
        index = year * 12 + (month - 1) - back
        starts.append(dt.date(index // 12, index % 12 + 1, 1))
    return [(first, following - dt.timedelta(days=1)) for first, following in pairwise(starts)]
