"""Asset checks: every rule of a contract, on the asset of its dataset, from the stored results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import dagster as dg

from orchestration.keys import RESULT_KEYS, landing_key, staging_key
from orchestration.preparation import Prepared
from warehouse.connections import connect_memory, connect_warehouse
from warehouse.contracts import Contract
from warehouse.rules import Rule

VALUES_MAPPED = "values_are_mapped"
SEVERITIES = {"error": dg.AssetCheckSeverity.ERROR}


def rule_checks(prepared: Prepared) -> list[dg.AssetChecksDefinition]:
    """Checks of all datasets that have rules, and of all that have value maps."""
    checks = [_dataset_checks(prepared, c) for c in prepared.contracts.contracts if c.rules]
    mapped = [_mapping_check(prepared, c) for c in prepared.contracts.contracts if any(x.value_map for x in c.columns)]
    return [*checks, *mapped]


def _dataset_checks(prepared: Prepared, contract: Contract) -> dg.AssetChecksDefinition:
    specs = [
        dg.AssetCheckSpec(
            rule.id,
            asset=landing_key(contract),
            additional_deps=[RESULT_KEYS[0]],
            description=f"{rule.sentence} {rule.how_to_fix}",
            metadata={"dimension": rule.dimension, "weight": rule.weight, "legal_basis": rule.legal_basis},
        )
        for rule in contract.rules
    ]
    rules = {rule.id: rule for rule in contract.rules}

    @dg.multi_asset_check(name=f"rules_of_{contract.dataset}", specs=specs)
    def check_rules() -> Iterator[dg.AssetCheckResult]:
        with connect_memory() as connection:
            rows = connection.execute(
                "select rule_id, outcome, failing, denominator, message from read_parquet(?) where dataset = ?",
                [str(prepared.settings.results / "rule_results.parquet"), contract.dataset],
            ).fetchall()
        for rule_id, outcome, failing, denominator, message in rows:
            counts = {"failing": failing or 0, "denominator": denominator or 0}
            yield _result(contract, rules[rule_id], outcome, counts, message)

    return check_rules


def _result(
    contract: Contract, rule: Rule, outcome: str, counts: dict[str, int], message: str | None
) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=landing_key(contract),
        check_name=rule.id,
        passed=outcome in ("pass", "not_applicable"),
        severity=SEVERITIES.get(rule.severity, dg.AssetCheckSeverity.WARN),
        description=rule.sentence,
        metadata={"outcome": outcome, "message": message or "", **counts},
    )


def _mapping_check(prepared: Prepared, contract: Contract) -> dg.AssetChecksDefinition:
    @dg.multi_asset_check(
        name=f"values_of_{contract.dataset}",
        specs=[
            dg.AssetCheckSpec(
                VALUES_MAPPED,
                asset=landing_key(contract),
                additional_deps=[staging_key(contract), dg.AssetKey(["ops", "unmapped_values"])],
                description=(
                    "Every status, channel or other mapped text is in the contract's value map; an error when of one "
                    "column more than the profile's unmapped_share is not."
                ),
            )
        ],
    )
    def check_values() -> Iterator[dg.AssetCheckResult]:
        with connect_warehouse(prepared.settings.warehouse) as connection:
            found = connection.execute(
                "select column_name, value_found, row_count, first_file, first_row"
                " from ops.unmapped_values where dataset = ?",
                [contract.dataset],
            ).fetchall()
            total = connection.execute(f"select count(*) from staging.{contract.staging_table}").fetchone()
        rows = sum(row[2] for row in found)
        by_column: Counter[str] = Counter()
        for column, _, count, *_ in found:
            by_column[column] += count
        share = max(by_column.values(), default=0) / total[0] if total and total[0] else 0
        high = share > prepared.settings.province.thresholds.unmapped_share
        yield dg.AssetCheckResult(
            asset_key=landing_key(contract),
            check_name=VALUES_MAPPED,
            passed=not found,
            severity=dg.AssetCheckSeverity.ERROR if high else dg.AssetCheckSeverity.WARN,
            metadata={
                "rows": rows,
                "highest_share": share,
                "values": dg.MetadataValue.text(
                    "\n".join(f"{c}: “{v}” in {n} rows, first {f} row {r}" for c, v, n, f, r in found)
                ),
            },
        )

    return check_values
