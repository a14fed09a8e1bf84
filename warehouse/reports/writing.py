"""Writes the files of a report: `<home>/reports/<period>/`, each replaced whole, and only when its bytes changed."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb

from warehouse.connections import connect_warehouse
from warehouse.periods import Period, period_of
from warehouse.reports.evaluation import read_evaluation
from warehouse.reports.evaluation_xlsx import evaluation_workbook
from warehouse.reports.form import read_form
from warehouse.reports.form_xlsx import form_workbook
from warehouse.reports.page import evaluation_page, form_page
from warehouse.reports.scope import Scope, periods_known, scope_of
from warehouse.settings import Settings
from warehouse.settlement_form import Variant

ReportKind = Literal["06a", "06b", "monthly"]
REPORT_KINDS: tuple[ReportKind, ...] = ("06a", "06b", "monthly")
EVALUATIONS = {
    "month": "danh_gia_thang",
    "quarter": "danh_gia_quy",
    "half_year": "danh_gia_6_thang",
    "year": "danh_gia_nam",
    "range": "danh_gia_ky",
}


@dataclass(frozen=True)
class Written:
    """One file of a report; `new` is false when the same bytes were there."""

    path: Path
    new: bool


def write_reports(
    settings: Settings,
    period: Period,
    kinds: tuple[ReportKind, ...] = REPORT_KINDS,
    variant: Variant = "as_system",
    agency: str | None = None,
    out: Path | None = None,
) -> list[Written]:
    """Write the reports of a period, each as XLSX and HTML, from the warehouse, opened for reading alone.

    Args:
        settings: gives the warehouse, the profile and the folder.
        period: what to report on; the store must have figures of it.
        kinds: which reports.
        variant: how dossiers are counted.
        agency: a unit with all beneath it; the whole province when None.
        out: another folder than `<home>/reports/<period>/`.

    Raises SettingsError when the store has no such figures, period or agency; BooksError when sums do not hold.
    """
    folder = out or settings.reports / period.code
    with connect_warehouse(settings.warehouse, settings=settings) as connection:
        scope = scope_of(connection, settings.province, period, variant, agency)
        files = {name: content for kind in kinds for name, content in _files(connection, scope, kind)}
    folder.mkdir(parents=True, exist_ok=True)
    return [Written(folder / name, _put(folder / name, content)) for name, content in files.items()]


def write_last_reports(settings: Settings) -> list[Written]:
    """Write all reports of the last whole month, and of the quarter that ended with it, where the store has figures.

    Raises BooksError when sums do not hold.
    """
    with connect_warehouse(settings.warehouse, settings=settings) as connection:
        known = periods_known(connection, "as_system")
    periods = [period for period in last_complete_periods(settings.day) if period in known]
    return [written for period in periods for written in write_reports(settings, period)]


def last_complete_periods(day: dt.date) -> list[Period]:
    """The month before the day's, and the quarter when it has just ended."""
    end = day.replace(day=1) - dt.timedelta(days=1)
    month, quarter = period_of("month", end), period_of("quarter", end)
    return [month, quarter] if quarter.end == end else [month]


def _files(connection: duckdb.DuckDBPyConnection, scope: Scope, kind: ReportKind) -> list[tuple[str, bytes]]:
    if kind == "monthly":
        report = read_evaluation(connection, scope)
        workbook, page = evaluation_workbook(report, scope.counted_until), evaluation_page(report)
        name = EVALUATIONS[scope.period.period_type]
    else:
        form = read_form(connection, scope, kind)
        workbook, page = form_workbook(form), form_page(form)
        name = f"bieu_{kind}"
    parts = [
        name,
        *([scope.agency_code] if scope.agency_code else []),
        *(["chat_che"] if scope.variant == "strict" else []),
    ]
    stem = re.sub(r"[^\w.-]", "-", "_".join(parts))
    return [(f"{stem}.xlsx", workbook), (f"{stem}.html", page.encode())]


def _put(path: Path, content: bytes) -> bool:
    """Replace the file whole; false when it already holds these bytes."""
    if path.is_file() and path.read_bytes() == content:
        return False
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(content)
    new.replace(path)
    return True
