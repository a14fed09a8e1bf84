"""Values for the models of the checks between databases."""

from __future__ import annotations

from typing import Any

from warehouse.assembly_identifiers import key_sql
from warehouse.contracts import Contract, ContractSet
from warehouse.cross_checks import CrossCheck, Pair, Side, cross_checks


def pairs(contracts: ContractSet) -> list[dict[str, Any]]:
    """Every pair of every check, numbered within its check.

    `is_possible` is false where a contract is missing: no SQL may then name its tables. `loaded` holds, for each
    dataset or entity needed, the datasets of which one must have come.
    """
    return [
        _pair(contracts, check, number, pair)
        for check in cross_checks()
        for number, pair in enumerate(check.pairs_for(contracts), start=1)
    ]


def person_facts(contracts: ContractSet) -> list[dict[str, Any]]:
    """Person numbers that stand beside a birth date or a sex, for the model that compares them."""
    return [
        {
            "dataset": contract.dataset,
            "model": contract.staging_table,
            "number": f"{column.name}_linked",
            "status": f"{column.name}_status",
            "born_on": _birth(contract, column.born_on, "earliest") or "cast(null as date)",
            "precision": _birth(contract, column.born_on, "precision") or "cast(null as varchar)",
            "sex": column.sex or "cast(null as varchar)",
            "row_key": key_sql(contract),
        }
        for contract in contracts.contracts
        for column in contract.identifiers
        if column.role == "person_number" and (column.born_on or column.sex)
    ]


def _pair(contracts: ContractSet, check: CrossCheck, number: int, pair: Pair) -> dict[str, Any]:
    sides = (pair.left, pair.right)
    there = {c.dataset for c in contracts.contracts}
    needed = [side.needs(contracts) for side in sides if side.dataset or side.entity]
    return {
        "id": f"{check.check}:{number}",
        "check": check,
        "pair": pair,
        "left_name": pair.left.title,
        "right_name": pair.right.title,
        "is_possible": all(group and there.intersection(group) for group in needed),
        "loaded": needed,
        "left_key": _side_key(contracts, pair.left, "left_row"),
        "right_key": _side_key(contracts, pair.right, "right_row"),
    }


def _side_key(contracts: ContractSet, side: Side, alias: str) -> str:
    contract = next((c for c in contracts.contracts if c.dataset == side.dataset), None)
    # a shared table has its token already
    if contract and side.table and side.key == "row_key":
        return key_sql(contract, alias)
    return f"{alias}.{side.key}"


def _birth(contract: Contract, name: str | None, part: str) -> str | None:
    """What is known of a birth date: the column of staging, or what can be told from a whole date."""
    if name is None:
        return None
    if any(c.name == name for c in contract.partial_dates):
        return f"{name}_{part}"
    return name if part == "earliest" else f"case when {name} is not null then 'day' end"
