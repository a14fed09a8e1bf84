"""Charts of a page as plain SVG shapes: where each bar, dot and label stands. The template only draws them."""

from __future__ import annotations

from dataclasses import dataclass

from warehouse.reports.tables import Chart
from warehouse.words import rounded, whole

WIDTH, LABELS, RIGHT, BAR, GAP, TOP = 720, 230, 70, 18, 9, 8
LINE_HEIGHT, LINE_TOP, LEFT = 240, 24, 56
LONGEST_LABEL = 36


@dataclass(frozen=True)
class Bar:
    """A rectangle, and what is said when one points at it."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    says: str


@dataclass(frozen=True)
class Mark:
    """A text at a place."""

    x: float
    y: float
    text: str
    anchor: str = "start"


@dataclass(frozen=True)
class Drawing:
    """A chart in SVG units."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    grid: tuple[tuple[float, float, float, float], ...]
    path: str
    dots: tuple[tuple[float, float, str], ...]
    legend: tuple[tuple[str, str], ...]
    description: str


def draw(chart: Chart) -> Drawing:
    """Lay a chart out."""
    return _line(chart) if chart.kind == "line" else _bars(chart)


def _bars(chart: Chart) -> Drawing:
    label, places = chart.table.column(chart.labels), [chart.table.column(name) for name, _ in chart.series]
    sums = [sum(_number(row[place]) for place in places) for row in chart.drawn]
    scale = (WIDTH - LABELS - RIGHT) / max([*sums, 1])
    bars: list[Bar] = []
    marks: list[Mark] = []
    for number, (row, total) in enumerate(zip(chart.drawn, sums, strict=True)):
        y = TOP + number * (BAR + GAP)
        marks.append(Mark(LABELS - 8, y + BAR - 5, _short(str(row[label])), "end"))
        x = float(LABELS)
        for place, (name, colour) in zip(places, chart.series, strict=True):
            width = _number(row[place]) * scale
            if width:
                bars.append(
                    Bar(round(x, 1), y, round(width, 1), BAR, colour, f"{row[label]}: {name} {_said(row[place])}")
                )
            x += width
        marks.append(Mark(round(x + 6, 1), y + BAR - 5, _said(total)))
    height = TOP + len(chart.drawn) * (BAR + GAP) + 4
    grid = ((float(LABELS), float(TOP - 4), float(LABELS), float(height - 4)),)
    return Drawing(WIDTH, height, tuple(bars), tuple(marks), grid, "", (), chart.series, _described(chart))


def _line(chart: Chart) -> Drawing:
    label, place = chart.table.column(chart.labels), chart.table.column(chart.series[0][0])
    known = [(number, row) for number, row in enumerate(chart.drawn) if row[place] is not None]
    values = [_number(row[place]) for _, row in known]
    low = max(0, int((min(values, default=0) - 1) // 10 * 10))
    step = (WIDTH - LEFT - 30) / max(len(chart.drawn) - 1, 1)
    bottom = LINE_TOP + LINE_HEIGHT

    def at(number: int, value: float) -> tuple[float, float]:
        return round(LEFT + 14 + number * step * 0.97, 1), round(
            bottom - (value - low) / (100 - low or 1) * LINE_HEIGHT, 1
        )

    points = [at(number, value) for (number, _), value in zip(known, values, strict=True)]
    grid, marks = [], []
    for fourth in range(5):
        value = low + (100 - low) * fourth / 4
        y = at(0, value)[1]
        grid.append((float(LEFT), y, float(WIDTH - 10), y))
        marks.append(Mark(LEFT - 8, y + 4, rounded(value, 0 if value == int(value) else 1), "end"))
    for number, row in enumerate(chart.drawn):
        text = str(row[label]).removeprefix("Tháng ").removeprefix("Năm ")
        marks.append(Mark(at(number, 0)[0], bottom + 18, text, "middle"))
    marks += [Mark(x, y - 9, rounded(value, 1), "middle") for (x, y), value in zip(points, values, strict=True)]
    path = " ".join(f"{'L' if number else 'M'}{x} {y}" for number, (x, y) in enumerate(points))
    dots = tuple(
        (x, y, f"{row[label]}: {_said(row[place])} {chart.unit}")
        for (x, y), (_, row) in zip(points, known, strict=True)
    )
    return Drawing(WIDTH, bottom + 28, (), tuple(marks), tuple(grid), path, dots, chart.series, _described(chart))


def _described(chart: Chart) -> str:
    label = chart.table.column(chart.labels)
    places = [(name, chart.table.column(name)) for name, _ in chart.series]
    said = (
        f"{row[label]}: " + ", ".join(f"{name} {_said(row[place])}" for name, place in places) for row in chart.drawn
    )
    return f"{chart.title} ({chart.unit}). {'; '.join(said)}."


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _said(value: object) -> str:
    number = _number(value)
    if value is None:
        return "–"
    return whole(int(number)) if number == int(number) else rounded(number)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1].rstrip() + "…"
