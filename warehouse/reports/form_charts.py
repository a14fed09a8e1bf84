"""The chart of Form 06: how each level, or each field, was settled."""

from __future__ import annotations

from warehouse.reports.form import FIGURES, Form
from warehouse.reports.tables import Chart, Table, Value

SERIES = (
    ("Trước hạn (8)", "settled_early", "#8fc1a5"),
    ("Đúng hạn (9)", "settled_on_time", "#2f7d57"),
    ("Quá hạn (10)", "settled_late", "#b3372f"),
    ("Đang giải quyết, trong hạn (12)", "pending_in_time", "#c9d3dc"),
    ("Đang giải quyết, quá hạn (13)", "pending_late", "#e0a19b"),
)


def form_chart(form: Form) -> Chart:
    """Stacked bars: levels in 06a, fields in 06b (fields of all levels together)."""
    places = [FIGURES.index(name) for _, name, _ in SERIES]
    wanted = "level" if form.kind == "06a" else "field"
    sums: dict[str, list[int]] = {}
    for row in form.rows:
        if row.kind == wanted:
            known = sums.setdefault(row.label, [0] * len(places))
            for number, place in enumerate(places):
                known[number] += row.figures[place]
    shown = list(sums.items())
    if form.kind == "06b":
        shown.sort(key=lambda item: -sum(item[1]))
    rows: tuple[tuple[Value, ...], ...] = tuple((label, *counts) for label, counts in shown)
    label = "Cấp" if form.kind == "06a" else "Lĩnh vực"
    table = Table("", ((label, 40), *((name, 12) for name, *_ in SERIES)), rows)
    title = f"Kết quả giải quyết theo {label.lower()}"
    return Chart("stacked_bars", title, table, label, tuple((name, colour) for name, _, colour in SERIES), "hồ sơ", 20)
