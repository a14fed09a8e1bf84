"""Reporting periods: how they are written, and their first and last day."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

from warehouse.errors import SettingsError

PeriodType = Literal["month", "quarter", "half_year", "year", "range"]
FORMS: dict[PeriodType, re.Pattern[str]] = {
    "month": re.compile(r"(?P<year>\d{4})-(?P<number>0[1-9]|1[0-2])"),
    "quarter": re.compile(r"(?P<year>\d{4})-Q(?P<number>[1-4])"),
    "half_year": re.compile(r"(?P<year>\d{4})-H(?P<number>[12])"),
    "year": re.compile(r"(?P<year>\d{4})"),
}
MONTHS: dict[PeriodType, int] = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
RANGE = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")
ROMAN = ("I", "II", "III", "IV")


@dataclass(frozen=True)
class Period:
    """A period with its first and its last day, as `period_type`, `period_start`, `period_end` of the figures."""

    period_type: PeriodType
    start: dt.date
    end: dt.date

    @property
    def code(self) -> str:
        """How it is written on the command line: 2026-10, 2026-Q4, 2026-H2, 2026, 2025-12-15..2026-03-14."""
        year, number = self.start.year, (self.start.month - 1) // MONTHS.get(self.period_type, 1) + 1
        forms: dict[PeriodType, str] = {
            "month": f"{year:04}-{number:02}",
            "quarter": f"{year:04}-Q{number}",
            "half_year": f"{year:04}-H{number}",
            "year": f"{year:04}",
            "range": f"{self.start}..{self.end}",
        }
        return forms[self.period_type]

    @property
    def condition(self) -> str:
        """SQL that is true of rows of the period: of its type, first and last day."""
        return (
            f"period_type = '{self.period_type}' and period_start = date '{self.start}'"
            f" and period_end = date '{self.end}'"
        )

    @property
    def title(self) -> str:
        """Its name in Vietnamese."""
        year, number = self.start.year, (self.start.month - 1) // MONTHS.get(self.period_type, 1) + 1
        titles: dict[PeriodType, str] = {
            "month": f"Tháng {number:02}/{year}",
            "quarter": f"Quý {ROMAN[min(number, 4) - 1]}/{year}",
            "half_year": f"{'6 tháng đầu' if number == 1 else '6 tháng cuối'} năm {year}",
            "year": f"Năm {year}",
            "range": f"Từ ngày {self.start:%d/%m/%Y} đến ngày {self.end:%d/%m/%Y}",
        }
        return titles[self.period_type]


def period_of(period_type: PeriodType, day: dt.date) -> Period:
    """The month, quarter, half-year or year that a day is in."""
    months = MONTHS[period_type]
    first = day.month - (day.month - 1) % months
    last = first + months - 1
    end = dt.date(day.year, last, calendar.monthrange(day.year, last)[1])
    return Period(period_type, dt.date(day.year, first, 1), end)


def previous(period: Period) -> Period | None:
    """The period of the same kind before; None for a range."""
    if period.period_type == "range":
        return None
    return period_of(period.period_type, period.start - dt.timedelta(days=1))


def parse_period(text: str) -> Period:
    """Read a period as it is written on the command line. Raises SettingsError when it is none."""
    written = text.strip().upper()
    for period_type, form in FORMS.items():
        if found := form.fullmatch(written):
            first = (int(found.groupdict().get("number") or 1) - 1) * MONTHS[period_type] + 1
            return period_of(period_type, dt.date(int(found["year"]), first, 1))
    if found := RANGE.fullmatch(written):
        try:
            start, end = (dt.date.fromisoformat(day) for day in found.groups())
        except ValueError:
            start, end = dt.date.max, dt.date.min
        if start <= end:
            return Period("range", start, end)
    raise SettingsError(
        wanted="a period",
        found=text,
        where="the command line",
        action="Write a month as 2026-10, a quarter 2026-Q4, a half-year 2026-H2, a year 2026, "
        "a range 2025-12-15..2026-03-14.",
    )
