"""What became of the dossiers, for the evaluation: summary, trend, levels, units, how long they are late."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from warehouse.periods import Period
from warehouse.reports.form import FIGURES, LEVELS, Form, FormRow
from warehouse.reports.scope import Scope, within
from warehouse.reports.tables import Chart, Section, Table, Value

ON_TIME, EARLY, LATE, OPEN_LATE = "#2f7d57", "#8fc1a5", "#b3372f", "#e0a19b"
PLACE = {name: place for place, name in enumerate(FIGURES)}
TREND = f"""
    select
        period_type, period_start, period_end,
        cast(sum(total_received) as bigint), cast(sum(settled_early + settled_on_time) as bigint),
        cast(sum(settled_late) as bigint), cast(sum(pending_late) as bigint)
    from metrics.settlement
    where
        period_type = case when $period_type = 'range' then 'month' else $period_type end
        and period_end <= $period_end and variant = $variant and {within("agency_code")}
    group by period_type, period_start, period_end
    order by period_start desc
    limit 12
"""
AGES = f"""
    with late as (
        select
            placed.agency_code,
            date_diff('day', cast(dossiers.due_at as date), placed.counted_until) as days
        from staging.int_settlement_dossiers as placed
        left join shared.dossiers as dossiers on placed.dossier_code = dossiers.dossier_code
        where
            placed.period_type = $period_type and placed.period_start = $period_start
            and placed.period_end = $period_end and placed.variant = $variant
            and placed.column_out = 13
    )
    select
        agency_code,
        count(*) filter (days between 1 and 5),
        count(*) filter (days between 6 and 15),
        count(*) filter (days between 16 and 30),
        count(*) filter (days > 30),
        count(*) filter (days is null or days < 1)
    from late
    where {within("agency_code")}
    group by agency_code
"""
AGE_COLUMNS = ("Quá hạn 1–5 ngày", "Quá hạn 6–15 ngày", "Quá hạn 16–30 ngày", "Quá hạn trên 30 ngày", "Chưa rõ số ngày")
FORM_COLUMNS = (
    "(3) Tiếp nhận", "(4) Trực tuyến", "(5) Trực tiếp, bưu chính", "(6) Kỳ trước chuyển sang",
    "(7) Đã giải quyết", "(8) Trước hạn", "(9) Đúng hạn", "(10) Quá hạn",
    "(11) Đang giải quyết", "(12) Trong hạn", "(13) Quá hạn",
)  # fmt: skip


def rate(row: FormRow) -> float | None:
    """Settled early or on time, in percent of settled; None when none was settled."""
    settled = _at(row, "total_settled")
    return 100 * (_at(row, "settled_early") + _at(row, "settled_on_time")) / settled if settled else None


def units_of(form: Form) -> Iterator[tuple[str, FormRow]]:
    """The unit rows of Form 06a, each with the title of its level."""
    level = ""
    for row in form.rows:
        if row.kind == "level":
            level = LEVELS[row.code]
        elif row.kind == "unit":
            yield level, row


def summary_section(connection: duckdb.DuckDBPyConnection, form: Form, before: Form | None) -> Section:
    """Headline figures beside those of the period before, levels, trend, units with most late dossiers."""
    levels, trend, worst = _levels(form), _trend(connection, form.scope), _worst(form)
    charts = [
        Chart("stacked_bars", "Kết quả giải quyết của từng cấp", levels, "Cấp", (
            ("Trước hạn", EARLY), ("Đúng hạn", ON_TIME), ("Quá hạn", LATE),
        ), "hồ sơ đã giải quyết"),
        Chart("line", "Tỷ lệ giải quyết trước và đúng hạn qua các kỳ", trend, "Kỳ", (
            ("Tỷ lệ trước và đúng hạn (%)", ON_TIME),
        ), "%"),
    ]  # fmt: skip
    if worst.rows:
        charts.append(
            Chart("stacked_bars", "Hồ sơ quá hạn của các đơn vị này", worst, "Đơn vị", (
                ("Đã giải quyết quá hạn", LATE), ("Đang giải quyết quá hạn", OPEN_LATE),
            ), "hồ sơ quá hạn")
        )  # fmt: skip
    return Section("Tóm tắt", (_headline(form, before), levels, trend, worst), tuple(charts))


def form_section(form: Form) -> Section:
    """Columns 3 to 13 of every unit."""
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (str(number), row.label, row.code, level, *row.figures)
        for number, (level, row) in enumerate(units_of(form), start=1)
    )
    columns = (("TT", 5), ("Đơn vị", 36), ("Mã", 14), ("Cấp", 15), *((name, 11) for name in FORM_COLUMNS))
    total: tuple[Value, ...] = ("", "Tổng cộng", "", "", *form.total.figures)
    return Section("Biểu 06", (Table("Biểu 06 theo đơn vị", columns, rows, total, "Số cột như Biểu số II.06a."),))


def unit_table(connection: duckdb.DuckDBPyConnection, form: Form) -> Table:
    """Late dossiers of every unit, settled and open, with how long the open ones are late."""
    ages: dict[str, list[int]] = {
        code: counts for code, *counts in connection.execute(AGES, form.scope.keys).fetchall()
    }
    none = [0] * len(AGE_COLUMNS)

    def cells(row: FormRow, counts: list[int]) -> tuple[Value, ...]:
        return (
            _at(row, "total_received"), _at(row, "total_settled"), _at(row, "settled_late"), rate(row),
            _at(row, "total_pending"), _at(row, "pending_late"), *counts,
        )  # fmt: skip

    # a unit of two levels does not exist, so a code stands once
    rows = tuple((row.label, level, *cells(row, ages.get(row.code, none))) for level, row in units_of(form))
    summed = [sum(column) for column in zip(*ages.values(), strict=True)] or none
    columns = (
        ("Đơn vị", 36), ("Cấp", 15), ("Tiếp nhận", 10), ("Đã giải quyết", 10), ("Đã giải quyết quá hạn", 11),
        ("Tỷ lệ trước và đúng hạn (%)", 12), ("Đang giải quyết", 10), ("Đang giải quyết quá hạn", 11),
        *((name, 11) for name in AGE_COLUMNS),
    )  # fmt: skip
    note = (
        "Tỷ lệ = (trước hạn + đúng hạn) / đã giải quyết × 100. Số ngày quá hạn là ngày lịch, tính đến hết ngày cuối "
        "được đếm; “chưa rõ” khi hạn trong kho không còn là hạn đã dùng để tính."
    )
    return Table("Kết quả theo đơn vị", columns, rows, ("Tổng cộng", "", *cells(form.total, summed)), note)


def _headline(form: Form, before: Form | None) -> Table:
    names = (
        ("Hồ sơ nhận giải quyết", "total_received"), ("trong đó nhận trực tuyến trong kỳ", "received_online"),
        ("Hồ sơ đã giải quyết", "total_settled"), ("trong đó giải quyết quá hạn", "settled_late"),
        ("Hồ sơ đang giải quyết", "total_pending"), ("trong đó đã quá hạn", "pending_late"),
    )  # fmt: skip
    rows: list[tuple[Value, ...]] = []
    for title, name in names:
        now, then = _at(form.total, name), _at(before.total, name) if before else None
        rows.append((title, now, then, now - then if then is not None else None))
    now_rate, then_rate = rate(form.total), rate(before.total) if before else None
    moved = round(now_rate - then_rate, 9) if now_rate is not None and then_rate is not None else None
    rows.append(("Tỷ lệ giải quyết trước và đúng hạn (%)", now_rate, then_rate, moved))
    then_title = before.scope.period.title if before else "Kỳ trước"
    columns = (("Nội dung", 44), (form.scope.period.title, 16), (then_title, 16), ("Tăng, giảm", 14))
    note = (
        "Tỷ lệ tính trên số hồ sơ đã giải quyết; chỉ số 766 mục 2.1 tính cả hồ sơ đang giải quyết nên là số khác."
        + ("" if before else " Kho không có số liệu của kỳ trước để so sánh.")
    )
    return Table("Kết quả chung", columns, tuple(rows), None, note)


def _levels(form: Form) -> Table:
    columns = (
        ("Cấp", 44), ("Tiếp nhận", 16), ("Trước hạn", 16), ("Đúng hạn", 14), ("Quá hạn", 14),
        ("Tỷ lệ trước và đúng hạn (%)", 16), ("Đang giải quyết", 14), ("Đang giải quyết quá hạn", 14),
    )  # fmt: skip

    def cells(row: FormRow) -> tuple[Value, ...]:
        names = ("settled_early", "settled_on_time", "settled_late")
        return (
            _at(row, "total_received"), *(_at(row, name) for name in names), rate(row),
            _at(row, "total_pending"), _at(row, "pending_late"),
        )  # fmt: skip

    rows = tuple((row.label, *cells(row)) for row in form.rows if row.kind == "level")
    return Table("Theo cấp", columns, rows, ("Tổng cộng", *cells(form.total)))


def _trend(connection: duckdb.DuckDBPyConnection, scope: Scope) -> Table:
    found = connection.execute(TREND, {k: v for k, v in scope.keys.items() if k != "period_start"}).fetchall()
    rows = tuple(
        (Period(kind, start, end).title, received, good, late,
         100 * good / (good + late) if good + late else None, open_late)
        for kind, start, end, received, good, late, open_late in reversed(found)
    )  # fmt: skip
    columns = (
        ("Kỳ", 44), ("Tiếp nhận", 16), ("Trước và đúng hạn", 16), ("Quá hạn", 14),
        ("Tỷ lệ trước và đúng hạn (%)", 16), ("Đang giải quyết quá hạn", 16),
    )  # fmt: skip
    return Table("Diễn biến qua các kỳ", columns, rows)


def _worst(form: Form) -> Table:
    rows = []
    for level, row in units_of(form):
        late, open_late = _at(row, "settled_late"), _at(row, "pending_late")
        if late + open_late:
            rows.append((row.label, level, late, open_late, late + open_late, rate(row)))
    rows.sort(key=lambda row: (-row[4], row[0]))
    columns = (
        ("Đơn vị", 44), ("Cấp", 16), ("Đã giải quyết quá hạn", 16), ("Đang giải quyết quá hạn", 14),
        ("Cộng quá hạn", 14), ("Tỷ lệ trước và đúng hạn (%)", 16),
    )  # fmt: skip
    note = "" if rows else "Không có đơn vị nào có hồ sơ quá hạn."
    return Table("Đơn vị có nhiều hồ sơ quá hạn nhất", columns, tuple(rows[:10]), None, note)


def _at(row: FormRow, name: str) -> int:
    return row.figures[PLACE[name]]
