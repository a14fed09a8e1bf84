"""Procedures that were handed to a lower level; the documents are invented and say so."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

from ingestion.sample.province import Procedure, Province
from ingestion.sample.reference_files import write_rows
from ingestion.sample.tables import Context, iso

DECENTRALISED = "decentralised_procedures"
HEADER = ("Mã TTHC", "Tên TTHC", "Cấp giải quyết trước", "Cấp giải quyết sau", "Ngày bắt đầu", "Văn bản phân cấp")
# place of a cell in a row
BEFORE, AFTER, DAY, DOCUMENT = 2, 3, 4, 5


def write_decentralised(folder: Path, context: Context, rng: random.Random) -> str:
    """Write procedures that a lower level settles since a day within the ten months; the file."""
    province, months = context.province, context.months
    source_file = f"reference/{DECENTRALISED}.csv"
    chosen = rng.sample([p for p in province.procedures if p.level == "province"], 5)
    rows = [list(_handed_down(p, province, months[2 + n][0], n)) for n, p in enumerate(chosen)]
    rows[3][AFTER] = rows[3][BEFORE]
    rows[4][DOCUMENT] = ""
    for row, fault, rule in (
        (rows[3], "cross_field", "decentralised_to_level_not_lower"),
        (rows[4], "field_missing", "decentralised_document_missing"),
    ):
        context.truth.plant_known(
            fault, DECENTRALISED, rule, row_key=f"{row[0]}|{row[DAY]}", source_file=source_file, note=row[1]
        )
    return write_rows(folder, DECENTRALISED, HEADER, [tuple(row) for row in rows], context.truth)


def _handed_down(p: Procedure, province: Province, day: dt.date, number: int) -> tuple[str, ...]:
    has_districts = any(a.level == "district" for a in province.agencies)
    below = "Cấp huyện" if has_districts and number % 2 else "Cấp xã"
    return p.code, p.name, "Cấp tỉnh", below, iso(day), f"Nghị quyết mẫu {number + 1:02d}/{day.year}"
