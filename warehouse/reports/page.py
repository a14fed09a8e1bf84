"""Reports as pages: one HTML file each, styles and charts inside, nothing fetched; it prints on A4."""

from __future__ import annotations

import datetime as dt
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from warehouse.reports import form_words
from warehouse.reports.charts import draw
from warehouse.reports.form import Form
from warehouse.reports.form_charts import form_chart
from warehouse.reports.tables import Report, Table, Value
from warehouse.words import day, rounded, whole

MOST_COLUMNS, LONGEST_HEADING = 15, 15


def form_page(form: Form) -> str:
    """The HTML page of a form."""
    return (
        _environment()
        .get_template("form.html.j2")
        .render(form=form, words=form_words, chart=form_chart(form), notes=form_words.notes_of(form))
    )


def evaluation_page(report: Report) -> str:
    """The HTML page of an evaluation."""
    return _environment().get_template("evaluation.html.j2").render(report=report)


def shown(value: Value) -> str:
    """A cell as it is read: 1.234, 85,35, 02/11/2026, a text, or a dash."""
    if value is None:
        return "–"
    if isinstance(value, int):
        return f"−{whole(-value)}" if value < 0 else whole(value)
    if isinstance(value, float):
        return rounded(value).replace("-", "−")
    return day(value) if isinstance(value, dt.date) else value


def _is_wide(table: Table) -> bool:
    """Whether long headings must stand upright for the table to fit a page."""
    return len(table.columns) > MOST_COLUMNS and max(len(name) for name, _ in table.columns) > LONGEST_HEADING


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("warehouse.reports"),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(draw=draw, is_number=lambda value: isinstance(value, int | float), is_wide=_is_wide)
    environment.filters["shown"] = shown
    return environment
