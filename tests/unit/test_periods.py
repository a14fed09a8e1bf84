"""Periods as people write them."""

from __future__ import annotations

import datetime as dt

import pytest

from warehouse.errors import SettingsError
from warehouse.periods import parse_period


@pytest.mark.parametrize(
    ("text", "kind", "start", "end", "title"),
    [
        ("2026-10", "month", dt.date(2026, 10, 1), dt.date(2026, 10, 31), "Tháng 10/2026"),
        ("2024-02", "month", dt.date(2024, 2, 1), dt.date(2024, 2, 29), "Tháng 02/2024"),
        ("2026-q4", "quarter", dt.date(2026, 10, 1), dt.date(2026, 12, 31), "Quý IV/2026"),
        ("2026-H1", "half_year", dt.date(2026, 1, 1), dt.date(2026, 6, 30), "6 tháng đầu năm 2026"),
        ("2026", "year", dt.date(2026, 1, 1), dt.date(2026, 12, 31), "Năm 2026"),
        (
            "2025-12-15..2026-03-14",
            "range",
            dt.date(2025, 12, 15),
            dt.date(2026, 3, 14),
            "Từ ngày 15/12/2025 đến ngày 14/03/2026",
        ),
    ],
)
def test_a_period_has_days_a_title_and_is_written_one_way(text, kind, start, end, title):
    period = parse_period(text)
    assert (period.period_type, period.start, period.end, period.title) == (kind, start, end, title)
    assert parse_period(period.code) == period
    assert period.code == text.upper()


@pytest.mark.parametrize(
    "text", ["", "10/2026", "2026-13", "2026-Q5", "2026-H0", "2026-03-14..2025-12-15", "2026-02-30..2026-03-01"]
)
def test_what_is_no_period_is_refused_with_the_forms(text):
    with pytest.raises(SettingsError, match="2026-Q4"):
        parse_period(text)
