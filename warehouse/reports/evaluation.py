"""The evaluation of a period, as the Notice asks every month and quarter: results, units, index, targets, checks."""

from __future__ import annotations

from dataclasses import replace

import duckdb

from warehouse.periods import Period, previous
from warehouse.reports.checks import checks_sections
from warehouse.reports.form import Form, read_form
from warehouse.reports.quality import index_sections, indicators_sections
from warehouse.reports.results import form_section, summary_section, unit_table
from warehouse.reports.scope import VARIANTS, Scope, period_keys
from warehouse.reports.tables import Report, Section
from warehouse.reports.targets import targets_sections
from warehouse.words import day

BASIS = (
    "Thông báo số 72/TB-UBND ngày 08/3/2024 của UBND tỉnh Quảng Nam: theo dõi, đánh giá kết quả thực hiện chỉ tiêu đã "
    "giao hằng tháng, hằng quý; không để hồ sơ trễ hạn kéo dài."
)
HAS_PERIOD = """
    select count(*) from metrics.settlement
    where period_type = $period_type and period_start = $period_start and period_end = $period_end
        and variant = $variant
"""


def read_evaluation(connection: duckdb.DuckDBPyConnection, scope: Scope) -> Report:
    """Read the evaluation of a period. Raises BooksError when a figure of Form 06 does not add up."""
    form = read_form(connection, scope, "06a")
    period = scope.period
    title = f"{period.title[0].lower()}{period.title[1:]}"
    return Report(
        f"Đánh giá kết quả giải quyết thủ tục hành chính {title}",
        (
            f"Đơn vị: {scope.reporting_unit}",
            f"Kỳ: {period.title} (từ ngày {day(period.start)} đến ngày {day(period.end)}). "
            f"Cách tính: {scope.variant_title}, {VARIANTS[scope.variant][1]}",
            scope.standing,
            f"Căn cứ: {BASIS}",
        ),
        (
            summary_section(connection, form, _before(connection, scope)),
            form_section(form),
            Section("Theo đơn vị", (unit_table(connection, form),)),
            *indicators_sections(connection, scope),
            *index_sections(connection, scope),
            *targets_sections(connection, scope),
            *checks_sections(connection, scope),
        ),
    )


def _before(connection: duckdb.DuckDBPyConnection, scope: Scope) -> Form | None:
    """Form 06b of the period before, when the store has it."""
    period: Period | None = previous(scope.period)
    if period is None:
        return None
    keys = {**period_keys(period), "variant": scope.variant}
    found = connection.execute(HAS_PERIOD, keys).fetchone()
    return read_form(connection, replace(scope, period=period), "06b") if found and found[0] else None
