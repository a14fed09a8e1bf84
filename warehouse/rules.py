"""Rules: what a dataset must meet, read from the `quality` entries of its contract.

Every rule comes down to SQL over the staging table: `failing` is a predicate that is true for a row
that breaks it. Great Expectations runs the rule as an expectation; one fused query counts the same
predicate by commune (expectations/). Dimensions are ODCS's; criterion and error group follow
CV 4856/BCA-TTDLQG 14/9/2026 as reported (secondary source; docs/quality.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from open_data_contract_standard.model import DataQuality

from warehouse.errors import ContractError

Kind = Literal["missing", "invalid", "duplicate", "predicate", "coverage", "row_count", "freshness"]
Severity = Literal["error", "warning", "info"]

# error group of CV 4856 that a kind belongs to unless the contract says otherwise
ERROR_GROUPS: dict[str, int] = {
    "missing": 1, "invalid": 4, "duplicate": 3, "predicate": 6, "coverage": 1, "row_count": 1, "freshness": 7,
}  # fmt: skip
CRITERIA: dict[str, str] = {
    "accuracy": "đúng",
    "completeness": "đủ",
    "coverage": "đủ",
    "uniqueness": "sạch",
    "conformity": "sạch",
    "timeliness": "sống",
    "consistency": "thống nhất",
}


@dataclass(frozen=True)
class Rule:
    """One rule of one dataset.

    Row rules have `failing`; the table rules (coverage, row_count, freshness) have `arguments` instead.
    `applies_when` narrows the denominator to the rows it is true for.
    """

    id: str
    dataset: str
    column: str | None
    kind: Kind
    dimension: str
    criterion: str
    error_group: int
    severity: Severity
    weight: float
    sentence: str
    how_to_fix: str
    legal_basis: str
    failing: str | None
    applies_when: str | None
    arguments: dict[str, Any]

    @property
    def is_row_rule(self) -> bool:
        """Whether single rows break the rule, so that they can be listed."""
        return self.failing is not None


def read_rule(quality: DataQuality, *, dataset: str, column: str | None, raw_of: dict[str, str], path: Path) -> Rule:
    """Turn an ODCS quality entry into a Rule. Raises ContractError naming the entry.

    `raw_of` leads from a column to the staging column that holds its text before typing.
    """
    custom: dict[str, Any] = {str(p.property): p.value for p in quality.customProperties or []}
    where = quality.id or quality.name or "a quality entry"

    def need(value: Any, what: str) -> Any:
        if value in (None, ""):
            raise ContractError(
                wanted=what, found="nothing", where=f"contract {path.name}, rule {where}", action="Fill it in."
            )
        return value

    kind, failing, arguments = _meaning(quality, column, raw_of, path, where)
    dimension = str(need(quality.dimension, "a dimension"))
    return Rule(
        id=str(need(quality.id, "an id")),
        dataset=dataset,
        column=column,
        kind=kind,
        dimension=dimension,
        criterion=str(custom.get("criterion", CRITERIA[dimension])),
        error_group=int(custom.get("errorGroup", ERROR_GROUPS[kind])),
        severity=quality.severity or "warning",  # type: ignore[arg-type]
        weight=float(custom.get("weight", 1)),
        sentence=str(need(quality.description, "a Vietnamese sentence in `description`")),
        how_to_fix=str(need(custom.get("howToFix"), "howToFix, in Vietnamese")),
        legal_basis=str(custom.get("legalBasis", "")),
        failing=failing,
        applies_when=custom.get("appliesWhen"),
        arguments=arguments,
    )


def _meaning(
    quality: DataQuality, column: str | None, raw_of: dict[str, str], path: Path, where: str
) -> tuple[Kind, str | None, dict[str, Any]]:
    arguments = dict(quality.arguments or {})
    if quality.metric == "missingValues" and column:
        return "missing", f"{raw_of[column]} is null", arguments
    if quality.metric == "invalidValues" and column:
        return "invalid", _invalid(column, raw_of[column], arguments), arguments
    if quality.metric == "duplicateValues":
        columns = [column] if column else [str(c) for c in arguments.get("properties", [])]
        if columns:
            present = " and ".join(f"{c} is not null" for c in columns)
            twice = f"count(*) over (partition by {', '.join(columns)}) > 1"
            return "duplicate", f"{present} and {twice}", {"properties": columns}
    if quality.metric == "rowCount":
        return "row_count", None, arguments
    if quality.type == "custom" and quality.engine == "kho":
        body = quality.implementation
        if isinstance(body, str):
            return "predicate", body.strip(), {}
        if isinstance(body, dict) and "coverage" in body:
            return "coverage", None, body
        if isinstance(body, dict) and "freshness" in body:
            return "freshness", None, body
    raise ContractError(
        wanted="missingValues, invalidValues, duplicateValues, rowCount, or type custom with engine kho",
        found=f"type {quality.type}, metric {quality.metric}, engine {quality.engine}",
        where=f"contract {path.name}, rule {where}",
        action="docs/contracts.md lists the forms of a rule.",
    )


def _invalid(column: str, raw: str, arguments: dict[str, Any]) -> str:
    if "validValues" in arguments:
        values = ", ".join("'" + str(v).replace("'", "''") + "'" for v in arguments["validValues"])
        return f"{raw} is not null and (cast({column} as varchar) in ({values})) is not true"
    if "pattern" in arguments:
        pattern = str(arguments["pattern"]).replace("'", "''")
        return f"{raw} is not null and not regexp_full_match({raw}, '{pattern}')"
    return f"{raw} is not null and {column} is null"
