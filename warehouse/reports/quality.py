"""Indicators and the service-quality index, for the evaluation; each part only where the store has it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import duckdb

from warehouse.reports.form import code_order
from warehouse.reports.results import LATE
from warehouse.reports.scope import Scope, has_table, within
from warehouse.reports.tables import Chart, Section, Table, Value

PERIOD = "period_type = $period_type and period_start = $period_start and period_end = $period_end"
# units of the report: agencies in scope, communes that they serve, and the province where all of it is asked for
UNITS = f"""(
    (unit_kind = 'agency' and {within("unit_code")})
    or (unit_kind = 'commune' and (
        cast($agency as varchar) is null
        or unit_code in (select commune_code from shared.agencies where {within("agency_code")})
    ))
    or (unit_kind = 'province' and cast($agency as varchar) is null)
)"""
INDICATORS = f"""
    select
        indicators.unit_kind, indicators.unit_code, coalesce(indicators.unit_name, 'Chưa rõ đơn vị'),
        coalesce(register.title_vi, indicators.indicator), indicators.numerator, indicators.denominator,
        indicators.value, indicators.reason
    from metrics.indicators as indicators
    left join metrics.metric_register as register on indicators.indicator = register.metric
    where {PERIOD} and {UNITS}
    order by register.title_vi, indicators.indicator
"""
ITEMS = f"""
    select
        unit_kind, unit_code, unit_name, item, title_vi, numerator, denominator, ratio, points, max_points, reason_vi,
        published_ratio, published_points, weights_version, basis, is_assumed
    from metrics.service_quality_index
    where {PERIOD} and {UNITS}
"""
SCORES = f"""
    select unit_kind, unit_code, unit_name, item_group, group_title_vi, points, applicable_points, share
    from metrics.service_quality_scores
    where {PERIOD} and {UNITS}
"""
REASONS = {
    "denominator_zero": "không phát sinh trong kỳ",
    "no_source": "chưa có nguồn dữ liệu",
}
BY_UNIT = (("agency", "theo đơn vị"), ("commune", "theo xã"))
INDICATOR_TABLES = ("metrics.indicators", "metrics.metric_register")
INDEX_TABLES = ("metrics.service_quality_index", "metrics.service_quality_scores")
TOTAL = "total"
NO_VALUE = "Dấu – : không phát sinh, hoặc chưa có nguồn để tính; không phải là 0."


def indicators_sections(connection: duckdb.DuckDBPyConnection, scope: Scope) -> tuple[Section, ...]:
    """Indicators of the whole with numerator and denominator, and of units and communes side by side."""
    if not all(has_table(connection, name) for name in INDICATOR_TABLES):
        line = "Kho chưa có bảng chỉ số số hóa, trực tuyến, thanh toán, hài lòng, công bố thủ tục (metrics.indicators)."
        return (Section("Chỉ số", missing=(line,)),)
    found = connection.execute(INDICATORS, quality_keys(scope)).fetchall()
    whole = [
        (title, numerator, denominator, value, REASONS.get(reason, reason))
        for kind, code, _, title, numerator, denominator, value, reason in found
        if (kind, code) == of_all(scope)
    ]
    columns = (("Chỉ số", 56), ("Tử số", 12), ("Mẫu số", 12), ("Giá trị (%)", 12), ("Chưa có giá trị vì", 30))
    summary = Section("Chỉ số", (Table(f"Chỉ số của {scope.reporting_unit}", columns, tuple(whole)),) if whole else ())
    sides = []
    for kind, title in BY_UNIT:
        cells = [(code, name, heading, value) for of, code, name, heading, _, _, value, _ in found if of == kind]
        if cells:
            sides.append(_side_by_side(f"Chỉ số {title} (%)", cells, 13))
    if not found:
        return (Section("Chỉ số", missing=("Kho chưa có chỉ số nào của kỳ này.",)),)
    return tuple(one for one in (summary, Section("Chỉ số từng đơn vị", tuple(sides))) if one.tables)


def index_sections(connection: duckdb.DuckDBPyConnection, scope: Scope) -> tuple[Section, ...]:
    """The QD 766 index: items of the whole with what does not apply and why; points of units by group and item."""
    if not all(has_table(connection, name) for name in INDEX_TABLES):
        line = "Kho chưa có điểm bộ chỉ số phục vụ người dân, doanh nghiệp theo QĐ 766/QĐ-TTg."
        return (Section("Chỉ số 766", missing=(line,)),)
    found = connection.execute(ITEMS, quality_keys(scope)).fetchall()
    if not found:
        return (Section("Chỉ số 766", missing=("Kho chưa có điểm bộ chỉ số 766 của kỳ này.",)),)
    scores = connection.execute(SCORES, quality_keys(scope)).fetchall()
    notes = _index_notes(found)
    whole = tuple(
        table
        for table in (
            _items(scope, (row for row in found if row[:2] == of_all(scope))),
            _groups(scope, (row for row in scores if row[:2] == of_all(scope))),
        )
        if table.rows
    )
    parts = [Section("Chỉ số 766", whole, notes=notes)] if whole else []
    for kind, title in BY_UNIT:
        ranking = _ranking(f"Điểm {title}", [row for row in scores if row[0] == kind])
        items = [(row[1], row[2], row[3], row[8]) for row in found if row[0] == kind]
        if not items:
            continue
        lowest = Chart(
            "bars", f"Tỷ lệ điểm thấp nhất {title}", ranking, "Đơn vị", (("Tỷ lệ điểm (%)", LATE),), "% điểm áp dụng"
        )
        points = _side_by_side(f"Điểm từng mục {title}", items, 10)
        not_applied = _not_applied(title, (row for row in found if row[0] == kind))
        parts.append(Section(f"766 {title}", (ranking, points, not_applied), (lowest,) if ranking.rows else (), notes))
    return tuple(parts)


def quality_keys(scope: Scope) -> dict[str, object]:
    """Parameters of tables that know no variant."""
    return {name: value for name, value in scope.keys.items() if name != "variant"}


def of_all(scope: Scope) -> tuple[str, str]:
    """Kind and code of the unit that the whole report is about."""
    return ("agency", scope.agency_code) if scope.agency_code else ("province", scope.province_code)


def _index_notes(found: list[tuple[Any, ...]]) -> tuple[str, ...]:
    versions, bases = ("; ".join(sorted({str(row[place]) for row in found})) for place in (13, 14))
    note = f"Trọng số: {versions}. Căn cứ: {bases}. Mục không áp dụng thì không tính điểm và ghi lý do, không ghi 0."
    if any(row[15] for row in found):
        note += " Trọng số và công thức lấy từ tài liệu thứ cấp, chưa đối chiếu phụ lục chính thức."
    return (note,)


def _items(scope: Scope, found: Iterable[tuple[Any, ...]]) -> Table:
    rows = sorted((row[3:13] for row in found), key=lambda row: code_order(row[0]))
    columns = (
        ("Mục", 8), ("Nội dung", 50), ("Tử số", 10), ("Mẫu số", 10), ("Tỷ lệ (%)", 10), ("Điểm", 9), ("Điểm tối đa", 9),
        ("Không áp dụng vì", 44), ("Tỷ lệ dạng công bố (%)", 12), ("Điểm dạng công bố", 12),
    )  # fmt: skip
    note = (
        "Dạng công bố (mục 2.1): đúng hạn trên số hồ sơ tiếp nhận, chưa xong coi là chưa đúng hạn, làm tròn hai chữ số "
        "thập phân."
    )
    return Table(f"Điểm từng mục của {scope.reporting_unit}", columns, tuple(rows), None, note)


def _groups(scope: Scope, scores: Iterable[tuple[Any, ...]]) -> Table:
    rows = [(group, title, points, most, share) for _, _, _, group, title, points, most, share in scores]
    shown = tuple(
        ("" if group == TOTAL else group, title, *figures)
        for group, title, *figures in sorted(rows, key=lambda row: (row[0] == TOTAL, code_order(row[0])))
    )
    columns = (("Nhóm", 8), ("Nội dung", 50), ("Điểm", 10), ("Điểm áp dụng", 10), ("Tỷ lệ điểm (%)", 10))
    return Table(f"Điểm theo nhóm của {scope.reporting_unit}", columns, shown)


def _not_applied(title: str, found: Iterable[tuple[Any, ...]]) -> Table:
    counts: dict[tuple[str, str, str], int] = {}
    for row in found:
        if row[10] is not None:
            counts[row[3], row[4], row[10]] = counts.get((row[3], row[4], row[10]), 0) + 1
    rows = tuple(
        (f"{item}. {name}: {reason}", count)
        for (item, name, reason), count in sorted(counts.items(), key=lambda one: (code_order(one[0][0]), one[0]))
    )
    return Table(f"Mục không áp dụng {title}", (("Mục, lý do", 36), ("Số đơn vị", 10)), rows)


def _ranking(title: str, scores: list[tuple[Any, ...]]) -> Table:
    groups = dict(sorted({row[3]: row[4] for row in scores if row[3] != TOTAL}.items(), key=lambda g: code_order(g[0])))
    points = {(row[1], row[3]): row[5] for row in scores}
    totals = sorted(
        (row for row in scores if row[3] == TOTAL), key=lambda row: (row[7] is None, row[7], code_order(row[1]))
    )
    rows = tuple((row[2] or row[1], *row[5:8], *(points.get((row[1], group)) for group in groups)) for row in totals)
    columns = (
        ("Đơn vị", 36), ("Điểm", 10), ("Điểm áp dụng", 10), ("Tỷ lệ điểm (%)", 10),
        *((f"{group}. {name}", 13) for group, name in groups.items()),
    )  # fmt: skip
    note = f"Xếp từ thấp đến cao theo tỷ lệ điểm trên tổng điểm tối đa của các mục áp dụng. {NO_VALUE}"
    return Table(title, columns, rows, None, note)


def _side_by_side(title: str, cells: Iterable[tuple[str, str | None, str, Value]], width: int) -> Table:
    """One row a unit, one column a heading; one that has no value for any unit is left out."""
    units: dict[str, tuple[str, dict[str, Value]]] = {}
    for code, name, heading, value in cells:
        units.setdefault(code, (name or code, {}))[1][heading] = value
    known = {heading for _, values in units.values() for heading, value in values.items() if value is not None}
    headings = sorted(known or {heading for _, values in units.values() for heading in values}, key=code_order)
    rows = tuple(
        (name, *(values.get(heading) for heading in headings))
        for _, (name, values) in sorted(units.items(), key=lambda unit: code_order(unit[0]))
    )
    return Table(title, (("Đơn vị", 36), *((heading, width) for heading in headings)), rows, None, NO_VALUE)
