"""Targets given to units, for the evaluation: on the road to them in the period, and to date."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import duckdb

from warehouse.periods import Period
from warehouse.reports.form import code_order
from warehouse.reports.quality import UNITS, quality_keys
from warehouse.reports.scope import Scope, has_table
from warehouse.reports.tables import Chart, Section, Table, Value

LIGHTS = {"red": ("đỏ", "#b3372f"), "yellow": ("vàng", "#e0b03a"), "green": ("xanh", "#2f7d57")}
NO_LIGHT = ("chưa đánh giá", "#a9b3bc")
KINDS = {"province": "cấp tỉnh", "agency": "đơn vị", "commune": "xã"}
# what was given for the report's period or a longer one that it lies in
TARGETS = f"""
    select
        coalesce(register.title_vi, targets.indicator), targets.unit_kind, targets.unit_code, targets.unit_name,
        targets.period_type, targets.period_start, targets.period_end, targets.light, targets.target_value,
        targets.forecast_value, targets.value, targets.gap, targets.document, targets.reason_vi
    from metrics.targets as targets
    left join metrics.metric_register as register on targets.indicator = register.metric
    where targets.period_start <= $period_start and targets.period_end >= $period_end and {UNITS}
"""
PROGRESS = f"""
    select
        coalesce(register.title_vi, progress.indicator), progress.unit_kind, progress.unit_code, progress.unit_name,
        targets.period_type, targets.period_start, targets.period_end, progress.light,
        progress.target_value, progress.expected_value, progress.value, progress.gap
    from metrics.target_progress as progress
    inner join metrics.targets as targets on progress.target_key = targets.target_key
    left join metrics.metric_register as register on progress.indicator = register.metric
    where
        progress.period_type = $period_type and progress.period_start = $period_start
        and progress.period_end = $period_end and {UNITS.replace("unit_", "progress.unit_")}
"""
NEEDED = ("metrics.targets", "metrics.target_progress", "metrics.metric_register")
ORDER = {light: place for place, light in enumerate(LIGHTS)}


def targets_sections(connection: duckdb.DuckDBPyConnection, scope: Scope) -> tuple[Section, ...]:
    """How many units have which light; each target to date with gap, forecast and light; the road in the period."""
    if not all(has_table(connection, name) for name in NEEDED):
        return (Section("Chỉ tiêu", missing=("Kho chưa có bảng theo dõi chỉ tiêu được giao (metrics.targets).",)),)
    keys = quality_keys(scope)
    progress = connection.execute(PROGRESS, keys).fetchall()
    found = connection.execute(TARGETS, {k: v for k, v in keys.items() if k != "period_type"}).fetchall()
    if not found:
        return (Section("Chỉ tiêu", missing=("Kho chưa có chỉ tiêu nào được giao cho kỳ này.",)),)
    road = _road(progress)
    summaries = [_lights("Số chỉ tiêu theo đèn, đến nay", ((row[0], row[7]) for row in found))]
    if progress:
        title = f"Số chỉ tiêu theo đèn so với lộ trình, {scope.period.title}"
        summaries.insert(0, _lights(title, ((row[0], row[7]) for row in progress)))
    series = (*LIGHTS.values(), NO_LIGHT)
    charts = tuple(Chart("stacked_bars", table.title, table, "Chỉ tiêu", series, "chỉ tiêu", 20) for table in summaries)
    return (
        Section("Chỉ tiêu", tuple(summaries), charts),
        Section("Chỉ tiêu từng đơn vị", (*((road,) if progress else ()), _given(found))),
    )


def _lights(title: str, found: Iterable[tuple[str, str | None]]) -> Table:
    counts: dict[str, list[int]] = {}
    for name, light in found:
        counts.setdefault(name, [0] * (len(LIGHTS) + 1))[ORDER.get(light or "", len(LIGHTS))] += 1
    rows: tuple[tuple[Value, ...], ...] = tuple((name, *numbers) for name, numbers in sorted(counts.items()))
    columns = (("Chỉ tiêu", 56), *((word, 14) for word, _ in (*LIGHTS.values(), NO_LIGHT)))
    return Table(title, columns, rows, None, "Một chỉ tiêu là một chỉ số giao cho một đơn vị trong một kỳ.")


def _road(progress: list[tuple[Any, ...]]) -> Table:
    ordered = sorted(progress, key=lambda row: (row[0], ORDER.get(row[7], 3), row[1], code_order(row[2]), *row[5:7]))
    rows: tuple[tuple[Any, ...], ...] = tuple(
        (title, name or code, KINDS.get(kind, kind), Period(*period).title, *figures, _word(light))
        for title, kind, code, name, *period, light, figures in ((*row[:8], row[8:]) for row in ordered)
    )
    columns = (
        ("Chỉ tiêu", 40), ("Đơn vị", 32), ("Cấp", 12), ("Kỳ giao", 12), ("Mục tiêu (%)", 11),
        ("Lộ trình đến cuối kỳ (%)", 12), ("Thực hiện trong kỳ (%)", 12), ("Chênh lệch với lộ trình", 12), ("Đèn", 12),
    )  # fmt: skip
    note = "Lộ trình đi thẳng từ lúc giao đến mục tiêu ở cuối kỳ giao. Đèn đỏ xếp trước."
    return Table("Tiến độ trong kỳ so với lộ trình", columns, rows, None, note)


def _given(found: list[tuple[Any, ...]]) -> Table:
    ordered = sorted(found, key=lambda row: (row[0], ORDER.get(row[7], 3), row[1], code_order(row[2]), *row[5:7]))
    rows = tuple(
        (title, name or code, KINDS.get(kind, kind), Period(*period).title, *figures, _word(light), document, reason)
        for title, kind, code, name, *period, light, (*figures, document, reason) in (
            (*row[:8], row[8:]) for row in ordered
        )
    )
    columns = (
        ("Chỉ tiêu", 40), ("Đơn vị", 32), ("Cấp", 12), ("Kỳ giao", 12), ("Mục tiêu (%)", 11),
        ("Dự báo cuối kỳ (%)", 12), ("Thực hiện đến nay (%)", 12), ("Chênh lệch với mục tiêu", 12), ("Đèn", 12),
        ("Văn bản giao", 34), ("Chưa đánh giá vì", 34),
    )  # fmt: skip
    note = "Chỉ tiêu giao cho kỳ này hoặc kỳ dài hơn chứa kỳ này, tính đến ngày của kho. Đèn đỏ xếp trước."
    return Table("Chỉ tiêu được giao", columns, rows, None, note)


def _word(light: str | None) -> str:
    return LIGHTS.get(light or "", NO_LIGHT)[0]
