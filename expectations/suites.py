"""From the rules of a contract to expectations of Great Expectations.

What GX has a built-in expectation for becomes that one, provided it means exactly the rule's predicate;
everything else is an UnexpectedRowsExpectation on the predicate itself.
"""

from __future__ import annotations

from typing import Any

from expectations.predicates import failing_rows_query
from warehouse.contracts import Contract
from warehouse.rules import Rule

SEVERITIES = {"error": "critical", "warning": "warning", "info": "info"}
BATCH = "{batch}"


def expectation_of(rule: Rule, contract: Contract) -> Any:
    """One rule as an expectation. Raises ContractError when a table rule does not fit its contract."""
    import great_expectations.expectations

    gxe: Any = great_expectations.expectations

    common: dict[str, Any] = {"meta": meta_of(rule), "severity": SEVERITIES[rule.severity]}
    columns = {c.name: c for c in contract.columns}
    column = columns.get(rule.column or "")
    if rule.applies_when is None:
        if rule.kind == "missing" and column is not None:
            text = f"{column.name}_raw" if column.has_raw else column.name
            return gxe.ExpectColumnValuesToNotBeNull(column=text, **common)
        plain_text = column is not None and column.sql_type == "varchar" and not column.has_raw
        if rule.kind == "invalid" and "validValues" in rule.arguments and column is not None and plain_text:
            values = [str(v) for v in rule.arguments["validValues"]]
            return gxe.ExpectColumnValuesToBeInSet(column=column.name, value_set=values, **common)
        if rule.kind == "duplicate":
            names = [str(c) for c in rule.arguments["properties"]]
            if len(names) == 1:
                return gxe.ExpectColumnValuesToBeUnique(column=names[0], **common)
            return gxe.ExpectCompoundColumnsToBeUnique(
                column_list=names, ignore_row_if="any_value_is_missing", **common
            )
    return gxe.UnexpectedRowsExpectation(unexpected_rows_query=_query(rule, contract), **common)


def meta_of(rule: Rule) -> dict[str, Any]:
    """What the national scheme wants known of a rule, carried by its expectation."""
    return {
        "rule_id": rule.id,
        "dataset": rule.dataset,
        "column": rule.column,
        "criterion": rule.criterion,
        "dimension": rule.dimension,
        "error_group": rule.error_group,
        "weight": rule.weight,
        "legal_basis": rule.legal_basis,
        "sentence": rule.sentence,
        "how_to_fix": rule.how_to_fix,
    }


def _query(rule: Rule, contract: Contract) -> str:
    """The rule's query with GX's own `{batch}`; every other brace is doubled, as GX wants it."""
    mark = "batch_of_the_judge"
    return failing_rows_query(rule, contract, mark).replace("{", "{{").replace("}", "}}").replace(mark, BATCH)
