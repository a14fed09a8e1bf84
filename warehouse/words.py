"""How numbers and days are written in Vietnamese, the same in mails, workbooks and printed reports."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal


def whole(value: int | None) -> str:
    """A count: 1.234."""
    return f"{value or 0:,}".replace(",", ".")


def decimal(value: float | None, places: int = 1) -> str:
    """A score: 85,3; a dash when there is none. Cut, never rounded up: 89,97 is not yet 90."""
    if value is None:
        return "–"
    scale = 10**places
    cut = int(value * scale + 1e-6) / scale if value >= 0 else -int(-value * scale + 1e-6) / scale
    return _comma(f"{cut:,.{places}f}")


def rounded(value: float | None, places: int = 2) -> str:
    """A figure as a workbook shows it, rounded half up: 85,35; a dash when there is none."""
    if value is None:
        return "–"
    exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return _comma(f"{exact:,.{places}f}")


def day(value: dt.date | dt.datetime | None) -> str:
    """A day: 02/11/2026."""
    return f"{value:%d/%m/%Y}" if value else ""


def _comma(text: str) -> str:
    return text.replace(",", " ").replace(".", ",").replace(" ", ".")
