"""Indicators, the service-quality index and targets, for the evaluation; each part only where the store has it."""

from __future__ import annotations

import duckdb

from warehouse.reports.form import code_order
from warehouse.reports.scope import Scope, has_table, within
from warehouse.reports.tables import Chart, Section, Table, Value

LIGHTS = {"green": "xanh", "yellow": "vàng", "red": "đỏ"}
LIGHT_COLOURS = {"green": "#2f7d57", "yellow": "#e0b03a", "red": "#b3372f"}
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
KINDS = {"province": "toàn tỉnh, thành phố", "agency": "đơn vị", "commune": "xã"}
INDICATORS = f"""
    select
        indicators.unit_kind, indicators.unit_code, indicators.unit_name, indicators.indicator,
        coalesce(register.title_vi, indicators.indicator), indicators.numerator, indicators.denominator,
        indicators.value, indicators.reason
    from metrics.indicators as indicators
    left join metrics.metric_register as register on indicators.indicator = register.metric
    where {PERIOD} and {UNITS}
    order by indicators.indicator
"""
ITEMS = f"""
    select
        item, item_group, title_vi, unit_kind, unit_code, unit_name, numerator, denominator, ratio, points, max_points,
        reason, published_ratio, published_points, weights_version
    from metrics.service_quality_index
    where {PERIOD} and {UNITS}
"""
SCORES = f"""
    select unit_kind, unit_code, unit_name, points, applicable_points, share
    from metrics.service_quality_scores
    where {PERIOD} and {UNITS}
"""
TARGETS = f"""
    select
        targets.indicator, coalesce(register.title_vi, targets.indicator), targets.unit_kind, targets.unit_code,
        targets.unit_name, targets.target_value, targets.value, targets.gap, targets.forecast_value, targets.light,
        targets.document, targets.reason
    from metrics.targets as targets
    left join metrics.metric_register as register on targets.indicator = register.metric
    where {PERIOD} and {UNITS}
"""


def indicators_section(connection: duckdb.DuckDBPyConnection, scope: Scope) -> Section:
    """Indicators of the whole, and of each unit and commune side by side; what is missing is said."""
    name = "Chỉ số"
    if not (has_table(connection, "metrics.indicators") and has_table(connection, "metrics.metric_register")):
        return Section(name, missing=(
            "Kho chưa có bảng chỉ số số hóa, trực tuyến, thanh toán, hài lòng, công bố (metrics.indicators).",
        ))  # fmt: skip
    found = connection.execute(INDICATORS, _keys(scope)).fetchall()
    if not found:
        return Section(name, missing=("Kho chưa có chỉ số số hóa, trực tuyến, thanh toán, hài lòng của kỳ này.",))
    tables = [_whole(found)] if any(row[0] == "province" for row in found) else []
    for kind, title in (("agency", "Chỉ số theo đơn vị"), ("commune", "Chỉ số theo xã")):
        rows = [row for row in found if row[0] == kind]
        if rows:
            tables.append(_pivot(title, rows))
    return Section(name, tuple(tables))


def index_section(connection: duckdb.DuckDBPyConnection, scope: Scope) -> Section:
    """The QD 766 index: items of the whole with what does not apply and why, points of units, points by item."""
    name = "Chỉ số 766"
    if not has_table(connection, "metrics.service_quality_index"):
        return Section(name, missing=("Kho chưa có bộ chỉ số phục vụ người dân, doanh nghiệp theo QĐ 766/QĐ-TTg.",))
    found = connection.execute(ITEMS, _keys(scope)).fetchall()
    if not found:
        return Section(name, missing=("Kho chưa có điểm của bộ chỉ số 766 cho kỳ này.",))
    scores: list[tuple[Value, ...]] = []
    if has_table(connection, "metrics.service_quality_scores"):
        scores = connection.execute(SCORES, _keys(scope)).fetchall()
    tables: list[Table] = []
    charts: list[Chart] = []
    whole = [row for row in found if row[3] == "province"]
    if whole:
        tables.append(_items("Điểm từng mục của toàn tỉnh, thành phố", whole))
    for kind, title in (("agency", "Điểm theo đơn vị"), ("commune", "Điểm theo xã")):
        rows = [row for row in scores if row[0] == kind]
        if rows:
            tables.append(_ranking(title, rows))
            if kind == "agency":
                charts.append(
                    Chart("bars", "Đơn vị có tỷ lệ điểm thấp nhất", _ranking(title, rows), "Đơn vị",
                          (("Tỷ lệ điểm (%)", LIGHT_COLOURS["red"]),), "% của điểm áp dụng")
                )  # fmt: skip
        items = [row for row in found if row[3] == kind]
        if items:
            tables.append(_points(f"{title}, từng mục", items))
    versions = ", ".join(sorted({str(row[14]) for row in found}))
    note = (
        f"Trọng số bản {versions}. Mục không áp dụng không tính điểm và ghi lý do, không ghi 0. Công thức và trọng số "
        "lấy từ tài liệu thứ cấp, chưa đối chiếu phụ lục chính thức của QĐ 766/QĐ-TTg."
    )
    return Section(name, tuple(tables), tuple(charts), (note,))


def targets_section(connection: duckdb.DuckDBPyConnection, scope: Scope) -> Section:
    """Targets given to units: reached, gap, forecast, light; and how many units have which light."""
    name = "Chỉ tiêu"
    if not (has_table(connection, "metrics.targets") and has_table(connection, "metrics.metric_register")):
        return Section(name, missing=("Kho chưa có bảng theo dõi chỉ tiêu được giao (metrics.targets).",))
    found = connection.execute(TARGETS, _keys(scope)).fetchall()
    if not found:
        return Section(name, missing=("Kho chưa có chỉ tiêu nào được giao cho kỳ này.",))
    order = {"red": 0, "yellow": 1, "green": 2}
    found.sort(key=lambda row: (row[1], order.get(row[9], 3), row[2], code_order(row[3] or "")))
    rows = tuple(
        (
            title,
            unit or code,
            KINDS.get(kind, kind),
            target,
            value,
            gap,
            forecast,
            LIGHTS.get(light, light),
            document,
            reason,
        )
        for _, title, kind, code, unit, target, value, gap, forecast, light, document, reason in found
    )
    every = Table("Chỉ tiêu được giao", (
        ("Chỉ tiêu", 40), ("Đơn vị", 32), ("Cấp", 14), ("Mục tiêu", 10), ("Thực hiện", 10), ("Chênh lệch", 10),
        ("Dự báo cuối kỳ", 10), ("Đèn", 8), ("Văn bản giao", 36), ("Lý do chưa đánh giá", 30),
    ), rows, None, "Giá trị là %, trừ khi tên chỉ tiêu nói khác. Đèn đỏ xếp trước.")  # fmt: skip
    lights = ("red", "yellow", "green")
    titles = sorted({row[1] for row in found})
    counted = tuple(
        (title, *(sum(row[1] == title and row[9] == light for row in found) for light in lights),
         sum(row[1] == title and row[9] not in lights for row in found))
        for title in titles
    )  # fmt: skip
    summary = Table(
        "Số đơn vị theo đèn", (("Chỉ tiêu", 40), ("đỏ", 10), ("vàng", 10), ("xanh", 10), ("chưa đánh giá", 14)), counted
    )
    chart = Chart(
        "stacked_bars", "Số đơn vị theo đèn của từng chỉ tiêu", summary, "Chỉ tiêu",
        (*((LIGHTS[light], LIGHT_COLOURS[light]) for light in lights), ("chưa đánh giá", "#a9b3bc")), "đơn vị", 20,
    )  # fmt: skip
    return Section(name, (summary, every), (chart,))


def _whole(found: list[tuple[Value, ...]]) -> Table:
    rows = tuple((row[4], row[5], row[6], row[7], row[8]) for row in found if row[0] == "province")
    return Table("Chỉ số của toàn tỉnh, thành phố", (
        ("Chỉ số", 50), ("Tử số", 12), ("Mẫu số", 12), ("Giá trị", 12), ("Lý do chưa có số", 40),
    ), rows)  # fmt: skip


def _pivot(title: str, found: list[tuple[Value, ...]]) -> Table:
    headings = list(dict.fromkeys(str(row[4]) for row in found))
    units: dict[str, tuple[str, dict[str, Value]]] = {}
    for _, code, name, _, heading, _, _, value, _ in found:
        units.setdefault(str(code), (str(name or code), {}))[1][str(heading)] = value
    rows = tuple(
        (name, *(values.get(heading) for heading in headings))
        for _, (name, values) in sorted(units.items(), key=lambda item: code_order(item[0]))
    )
    note = "Ô trống (–): không có mẫu số hoặc chưa có nguồn; lý do ở bảng metrics.indicators."
    return Table(title, (("Đơn vị", 36), *((heading, 13) for heading in headings)), rows, None, note)


def _items(title: str, found: list[tuple[Value, ...]]) -> Table:
    rows = tuple(
        (item, name, numerator, denominator, ratio, points, most, reason, published, given)
        for item, _, name, _, _, _, numerator, denominator, ratio, points, most, reason, published, given, _ in sorted(
            found, key=lambda row: code_order(str(row[0]))
        )
    )
    return Table(title, (
        ("Mục", 8), ("Nội dung", 46), ("Tử số", 10), ("Mẫu số", 10), ("Tỷ lệ (%)", 10), ("Điểm", 9), ("Điểm tối đa", 9),
        ("Không áp dụng vì", 40), ("Tỷ lệ công bố (%)", 11), ("Điểm công bố", 10),
    ), rows)  # fmt: skip


def _ranking(title: str, found: list[tuple[Value, ...]]) -> Table:
    lowest = sorted(found, key=lambda row: (row[5] is None, row[5], code_order(str(row[1]))))
    rows = tuple((name or code, points, most, share) for _, code, name, points, most, share in lowest)
    columns = (("Đơn vị", 36), ("Điểm", 10), ("Điểm áp dụng", 12), ("Tỷ lệ điểm (%)", 12))
    return Table(title, columns, rows, None, "Xếp từ thấp đến cao theo tỷ lệ điểm trên tổng điểm của các mục áp dụng.")


def _points(title: str, found: list[tuple[Value, ...]]) -> Table:
    items = sorted({str(row[0]) for row in found}, key=code_order)
    units: dict[str, tuple[str, dict[str, Value]]] = {}
    for row in found:
        units.setdefault(str(row[4]), (str(row[5] or row[4]), {}))[1][str(row[0])] = row[9]
    rows = tuple(
        (name, *(points.get(item) for item in items))
        for _, (name, points) in sorted(units.items(), key=lambda item: code_order(item[0]))
    )
    note = "Ô trống (–): mục không áp dụng với đơn vị."
    return Table(title, (("Đơn vị", 36), *((item, 8) for item in items)), rows, None, note)


def _keys(scope: Scope) -> dict[str, object]:
    return {name: value for name, value in scope.keys.items() if name != "variant"}
