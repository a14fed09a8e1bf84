"""Expectations: Great Expectations judges the staging tables; dbt then makes scores of the results."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg

from orchestration.keys import RESULT_KEYS, staging_key
from orchestration.preparation import Prepared

DESCRIPTIONS = {
    "rule_results": "How each rule ended: pass, fail, error, not applicable; with numerator and denominator.",
    "failing_rows": "Every row that breaks a rule, by its key and place in the source; never a value.",
    "commune_counts": "The same counts by commune.",
}
# tables that predicates may look into
LOOKED_INTO = (
    ["shared", "administrative_units"],
    ["staging", "int_zero_declarations"],
    ["staging", "int_control_totals"],
    ["shared", "dossiers"],
    ["shared", "dossier_aliases"],
    ["shared", "agencies"],
)


def expectation_assets(prepared: Prepared) -> dg.AssetsDefinition:
    """One step that judges every dataset."""
    deps = [*(staging_key(c) for c in prepared.contracts.contracts), *(dg.AssetKey(list(k)) for k in LOOKED_INTO)]
    specs = [
        dg.AssetSpec(
            key,
            deps=deps,
            description=DESCRIPTIONS[key.path[-1]],
            group_name="quality",
            kinds={"greatexpectations", "parquet"},
        )
        for key in RESULT_KEYS
    ]

    @dg.multi_asset(name="run_expectations", specs=specs, pool="warehouse")
    def expectations() -> Iterator[dg.MaterializeResult[None]]:
        # imported here: Great Expectations costs seconds that the code location must not pay
        from expectations.runner import run_expectations

        report = run_expectations(prepared.settings, prepared.contracts)
        for key in RESULT_KEYS:
            yield dg.MaterializeResult(asset_key=key, metadata=report.metadata())

    return expectations
