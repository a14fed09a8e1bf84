"""How a dataset is loaded, as its contract says: mode, watermark, periods, drift, what may arrive."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from warehouse.contract_check import fault
from warehouse.contracts import MODES, Arrival, Column, Drift, DriftPolicy, Period, Watermark

# seconds of the units in which an overlap is written
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


Form = TypeVar("Form", bound=_Form)


class _Watermark(_Form):
    column: str
    overlap: str = Field(default="0s", pattern=r"^\d+[smhd]$")


class _Period(_Form):
    column: str | None = None
    file_name: str | None = Field(default=None, alias="fileName")


class _Drift(_Form):
    tables: DriftPolicy = "freeze"
    columns: DriftPolicy = "freeze"
    types: DriftPolicy = "freeze"


class _Arrival(_Form):
    file_change: float | None = Field(default=Arrival.file_change, alias="fileChange", ge=0)
    dataset_change: float | None = Field(default=Arrival.dataset_change, alias="datasetChange", ge=0)
    minimum_rows: int = Field(default=Arrival.minimum_rows, alias="minimumRows", ge=0)
    future_days: int | None = Field(default=Arrival.future_days, alias="futureDays", ge=0)
    future_share: float = Field(default=Arrival.future_share, alias="futureShare", ge=0, le=1)
    stale_cadences: float | None = Field(default=Arrival.stale_cadences, alias="staleCadences", gt=0)
    empty: str = Field(default=Arrival.empty, pattern="^(hold|allow)$")
    gaps: str = Field(default=Arrival.gaps, pattern="^(hold|allow)$")


def read_sheets(custom: dict[str, Any]) -> tuple[str, ...]:
    """Names or patterns (`*`) of the sheets to read; none means the first visible one."""
    sheets = custom.get("sheets", [])
    return tuple(str(s) for s in ([sheets] if isinstance(sheets, str) else sheets))


def read_loading(path: Path, custom: dict[str, Any], columns: tuple[Column, ...]) -> dict[str, Any]:
    """The loading fields of a Contract. Raises ContractError naming the property that is wrong."""
    mode = str(custom.get("mode", "full"))
    if mode not in MODES:
        raise fault(path, f"mode one of {', '.join(MODES)}", mode, "Correct `mode`.")
    watermark = _watermark(path, custom, columns)
    if mode == "incremental" and watermark is None:
        raise fault(path, "a watermark for mode incremental", "none", "Add `watermark: {column: ..., overlap: 2d}`.")
    if mode in ("incremental", "compare") and not any(c.key for c in columns):
        raise fault(path, f"a primary key for mode {mode}", "none", "Mark the key columns with primaryKey.")
    period = _period(path, custom, columns)
    if period is not None and mode != "full":
        raise fault(path, "period with mode full", f"mode {mode}", "A period is replaced as a whole: leave out `mode`.")
    return {
        "mode": mode,
        "watermark": watermark,
        "period": period,
        "drift": Drift(**_form(path, "drift", _Drift, custom).model_dump()),
        "arrival": Arrival(**_form(path, "arrival", _Arrival, custom).model_dump()),
        "filter": custom.get("filter"),
        "detect_missing": bool(custom.get("detectMissing", mode == "compare")),
    }


def _watermark(path: Path, custom: dict[str, Any], columns: tuple[Column, ...]) -> Watermark | None:
    if "watermark" not in custom:
        return None
    form = _form(path, "watermark", _Watermark, custom)
    _known(path, "watermark", form.column, columns)
    return Watermark(form.column, int(form.overlap[:-1]) * UNITS[form.overlap[-1]])


def _period(path: Path, custom: dict[str, Any], columns: tuple[Column, ...]) -> Period | None:
    if "period" not in custom:
        return None
    form = _form(path, "period", _Period, custom)
    if (form.column is None) == (form.file_name is None):
        raise fault(path, "period with either column or fileName", "both or none", "Keep one of them.")
    if form.column is not None:
        _known(path, "period", form.column, columns)
    if form.file_name is not None and re.compile(form.file_name).groups < 1:
        raise fault(path, "period.fileName with a group", form.file_name, "Put the period in brackets.")
    return Period(form.column, form.file_name)


def _known(path: Path, what: str, column: str, columns: tuple[Column, ...]) -> None:
    names = [c.name for c in columns if not c.expression]
    if column not in names:
        raise fault(path, f"{what} on a column of the contract", column, f"Use one of: {', '.join(names)}.")


def _form(path: Path, name: str, form: type[Form], custom: dict[str, Any]) -> Form:
    try:
        return form.model_validate(custom.get(name, {}))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join([name, *(str(p) for p in first["loc"])])
        raise fault(path, f"a valid {place}", str(first.get("input")), str(first["msg"])) from error
