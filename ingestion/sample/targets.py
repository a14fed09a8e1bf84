"""Targets of the province, its departments and its communes; the plans are invented and say so."""

from __future__ import annotations

import random
from pathlib import Path

from ingestion.sample.reference_files import write_rows
from ingestion.sample.tables import Context

TARGETS = "targets"
HEADER = ("Mã chỉ số", "Mã đơn vị", "Kỳ", "Chỉ tiêu", "Văn bản giao chỉ tiêu")
# percent for the year; in the quarters before the last it is reached step by step
PROVINCE = {
    "input_digitised": 85.0,
    "result_digitised": 90.0,
    "fully_digitised": 80.0,
    "online_filing": 70.0,
    "online_payment": 60.0,
    "input_reused": 40.0,
    "settled_on_time": 98.0,
    "satisfaction": 95.0,
}
# below the target of the year in each quarter
STEPS = (15.0, 10.0, 5.0, 0.0)
# these are the same all year
LEVEL = ("settled_on_time", "satisfaction")
DEPARTMENTS = {"settled_on_time": 98.0, "online_filing": 80.0}
ROADMAP = "input_digitised"


def write_targets(folder: Path, context: Context, rng: random.Random) -> str:
    """Write the targets of the years that the ten months lie in, some badly written down; the file.

    A unit is the code of an agency or of a commune; the province has none.
    """
    rows: list[list[str]] = []
    for year in sorted({day.year for month in context.months for day in month}):
        rows += _of_year(context, rng, year)
    _plant(rows, context, rng)
    return write_rows(folder, TARGETS, HEADER, [tuple(row) for row in rows], context.truth)


def _of_year(context: Context, rng: random.Random, year: int) -> list[list[str]]:
    plan, roadmap = f"Kế hoạch mẫu 01/{year}", f"Kế hoạch mẫu 02/{year} (lộ trình số hóa)"
    rows = []
    for indicator, value in PROVINCE.items():
        rows.append([indicator, "", str(year), _number(value), plan])
        rows += _quarters(indicator, "", year, value, plan)
    for department in context.province.departments[1:]:
        rows += [[name, department.code, str(year), _number(value), plan] for name, value in DEPARTMENTS.items()]
    for commune in context.province.communes:
        rows += _quarters(ROADMAP, commune.code, year, rng.choice((75.0, 80.0, 82.5, 85.0, 90.0)), roadmap)
    return rows


def _quarters(indicator: str, unit: str, year: int, value: float, document: str) -> list[list[str]]:
    steps = (0.0,) * 4 if indicator in LEVEL else STEPS
    return [
        [indicator, unit, f"{year}-Q{quarter}", _number(value - step), document]
        for quarter, step in enumerate(steps, start=1)
    ]


def _number(value: float) -> str:
    """As Vietnamese offices write it: a comma before the decimals, none where there are none."""
    return f"{value:.1f}".removesuffix(".0").replace(".", ",")


def _plant(rows: list[list[str]], context: Context, rng: random.Random) -> None:
    """Add rows that the contract must find: the targets of every unit stay whole."""
    year = context.months[-1][1].year
    departments = rng.sample(context.province.departments[1:], 4)
    document = f"Kế hoạch mẫu 03/{year}"
    unknown = rng.choice(context.province.foreign_codes)
    faults = (
        (["satisfaction", unknown, str(year), "90", document], "code_currency", "targets_unit_unknown"),
        (["satisfaction", f"{departments[0].code}.999", str(year), "90", document], "linkage", "targets_unit_unknown"),
        (["satisfaction", departments[1].code, f"Quý 4/{year}", "90", document], "format", "targets_period_invalid"),
        (
            ["satisfaction", departments[2].code, str(year), "đạt", document],
            "unreadable_number",
            "targets_value_invalid",
        ),
        (["satisfaction", departments[3].code, str(year), "90", ""], "field_missing", "targets_document_missing"),
    )
    for row, fault, rule in faults:
        rows.append(row)
        # a dataset without a key is known by the row of its file, the header being the first
        context.truth.plant_known(
            fault,
            TARGETS,
            rule,
            row_key=f"{TARGETS}.csv|{len(rows) + 1}",
            source_file=f"reference/{TARGETS}.csv",
            note=" ".join(row[:3]),
        )
