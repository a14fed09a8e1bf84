"""Values for the models written from the register of metrics, and the register as rows."""

from __future__ import annotations

from typing import Any

import yaml

from warehouse.indicators import BASES, Indicator, indicators, owner_key
from warehouse.profile import Profile
from warehouse.settings import PROJECT_ROOT

SETTLEMENT = PROJECT_ROOT / "dbt_project" / "models" / "metrics" / "settlement.yml"
# columns of metrics.metric_register, in order
REGISTER_COLUMNS = {
    "metric": "varchar",
    "title_vi": "varchar",
    "title_en": "varchar",
    "definition_vi": "varchar",
    "formula_vi": "varchar",
    "numerator_vi": "varchar",
    "denominator_vi": "varchar",
    "unit": "varchar",
    "better": "varchar",
    "unit_kinds": "varchar",
    "is_additive": "boolean",
    "basis": "varchar",
    "is_assumed": "boolean",
    "owner_key": "varchar",
    "version": "varchar",
    "valid_from": "date",
    "table_name": "varchar",
}
# who answers for Form 06, of which the form's columns say nothing
SETTLEMENT_OWNER = "van_phong_ubnd"
SETTLEMENT_BASIS = "Biểu số II.06a/VPCP/KSTT (TT 02/2017/TT-VPCP, TT 01/2020/TT-VPCP)"


def bases() -> list[dict[str, Any]]:
    """Bases with their indicators, and for each the SQL that says whether a row tells what is asked."""
    found = []
    for name, kind in BASES.items():
        own = [indicator for indicator in indicators() if indicator.base == name]
        if own:
            needs = sorted({column for indicator in own for column in indicator.needs})
            told = {indicator.metric: _told(indicator) for indicator in own}
            found.append({"name": name, "kind": kind, "indicators": own, "needs": needs, "told": told})
    return found


def metric_register(profile: Profile) -> list[dict[str, str | None]]:
    """Every metric as a row of `metrics.metric_register`: the indicators, then the columns of Form 06."""
    return [_row(indicator, profile) for indicator in indicators()] + settlement_metrics()


def settlement_metrics() -> list[dict[str, str | None]]:
    """The columns of `metrics.settlement` that count dossiers, from its YAML."""
    [model] = yaml.safe_load(SETTLEMENT.read_text(encoding="utf-8"))["models"]
    columns = [(column, column["config"]["meta"]) for column in model["columns"]]
    return [_settlement_row(column, meta) for column, meta in columns if meta.get("unit") == "hồ sơ"]


def _told(indicator: Indicator) -> str:
    known = [] if indicator.unknown == "false" else [f"not coalesce({indicator.unknown}, true)"]
    return " and ".join([*(f"coalesce(provided.tells_{column}, false)" for column in indicator.needs), *known])


def _row(indicator: Indicator, profile: Profile) -> dict[str, str | None]:
    return {
        "metric": indicator.metric,
        "title_vi": indicator.title_vi,
        "title_en": indicator.title_en,
        "definition_vi": indicator.definition_vi,
        "formula_vi": indicator.formula_vi,
        "numerator_vi": indicator.numerator_vi,
        "denominator_vi": indicator.denominator_vi,
        "unit": indicator.unit,
        "better": indicator.better,
        "unit_kinds": ",".join(indicator.units),
        "is_additive": str(BASES[indicator.base] == "additive").lower(),
        "basis": indicator.basis,
        "is_assumed": str(indicator.assumed).lower(),
        "owner_key": owner_key(indicator, profile),
        "version": str(indicator.version),
        "valid_from": indicator.valid_from.isoformat(),
        "table_name": indicator.table,
    }


def _settlement_row(column: dict[str, Any], meta: dict[str, Any]) -> dict[str, str | None]:
    form_column = meta.get("form_column")
    strict = meta.get("definition_strict_vi")
    definition = meta.get("definition_vi") or meta["title_vi"]
    return {
        "metric": f"settlement.{column['name']}",
        "title_vi": f"Biểu 06, cột {form_column}: {meta['title_vi']}" if form_column else str(meta["title_vi"]),
        "title_en": str(meta.get("title_en") or column["name"].replace("_", " ").capitalize()),
        "definition_vi": f"{definition} Cách tính chặt chẽ: {strict}" if strict else str(definition),
        "formula_vi": str(meta["formula"]) if meta.get("formula") else None,
        "numerator_vi": None,
        "denominator_vi": None,
        "unit": str(meta["unit"]),
        "better": None,
        "unit_kinds": "agency",
        "is_additive": "true",
        "basis": str(meta.get("basis") or SETTLEMENT_BASIS),
        "is_assumed": "false",
        "owner_key": str(meta.get("owner") or SETTLEMENT_OWNER),
        "version": str(meta.get("version") or 1),
        "valid_from": str(meta["valid_from"]) if meta.get("valid_from") else None,
        "table_name": "metrics.settlement",
    }
