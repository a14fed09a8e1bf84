"""The fused query: every rule of a dataset in one pass over its judged rows.

It keeps the rows that break a rule and counts by commune. The rows never come to Python.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from expectations.engine import plain
from expectations.predicates import applies, breaks, judged_view, units_query
from warehouse.contracts import Contract
from warehouse.errors import KhoError
from warehouse.rules import Rule


def count_rules(connection: duckdb.DuckDBPyConnection, contract: Contract) -> dict[str, str]:
    """Fill the temporary tables `failing_rows` and `commune_counts` for one dataset.

    Expects the judged view and the session variables `as_of` and `province_code`.
    Returns the rules that could not run, with the reason; they leave nothing in the tables.
    """
    errors: dict[str, str] = {}
    for rule in contract.rules:
        if not rule.is_row_rule:
            try:
                _count_units(connection, contract, rule)
            except (duckdb.Error, KhoError, KeyError, ValueError) as error:
                errors[rule.id] = plain(error)
    row_rules = [r for r in contract.rules if r.is_row_rule]
    try:
        _count_rows(connection, contract, row_rules)
    except duckdb.Error:
        # one rule spoils the query for all: find which, and count the others
        errors |= {r.id: reason for r in row_rules if (reason := _why_not(connection, contract, r))}
        _count_rows(connection, contract, [r for r in row_rules if r.id not in errors])
    return errors


def forget_rules(connection: duckdb.DuckDBPyConnection, dataset: str, rules: Sequence[str]) -> None:
    """Take rules out of the temporary tables again: what a faulty tool found is nobody's fault."""
    for table in ("failing_rows", "commune_counts"):
        connection.execute(
            f"delete from {table} where dataset = ? and rule_id in (select unnest(?))", [dataset, list(rules)]
        )


def _count_rows(connection: duckdb.DuckDBPyConnection, contract: Contract, rules: Sequence[Rule]) -> None:
    if not rules:
        return
    connection.execute(_flags(contract, rules))
    numbered = list(enumerate(rules))
    broken = ", ".join(f"case when breaks_{i} then {_text(r.id)} end" for i, r in numbered)
    any_broken = " or ".join(f"breaks_{i}" for i, _ in numbered)
    connection.execute(
        f"""
        insert into failing_rows
        select
            {_text(contract.dataset)}, unnest(list_filter([{broken}], lambda id: id is not null)) as rule_id,
            row_key, commune_of_row, batch_id, source_file, sheet, row_number, null
        from flags
        where {any_broken}
        """
    )
    counts = ", ".join(
        f"{{'rule_id': {_text(r.id)}, 'denominator': count(*) filter (where applies_{i}),"
        f" 'failing': count(*) filter (where breaks_{i})}}"
        for i, r in numbered
    )
    connection.execute(
        f"""
        insert into commune_counts
        with by_commune as (select commune_of_row, [{counts}] as counts from flags group by commune_of_row),
        one_a_rule as (select commune_of_row, unnest(counts) as counted from by_commune)
        select
            {_text(contract.dataset)}, counted.rule_id, commune_of_row, counted.denominator, counted.failing
        from one_a_rule
        where counted.denominator > 0
        """
    )
    connection.execute("drop table flags")


def _flags(contract: Contract, rules: Sequence[Rule]) -> str:
    """One row a judged row: its place, and for each rule whether it applies and whether it is broken."""
    commune = contract.column_with("commune_code")
    flags = ", ".join(f"{applies(r)} as applies_{i}, {breaks(r)} as breaks_{i}" for i, r in enumerate(rules))
    return f"""
        create or replace temp table flags as
        select
            row_key, {f'"{commune.name}"' if commune else "cast(null as varchar)"} as commune_of_row,
            batch_id, source_file, sheet, row_number, {flags}
        from {judged_view(contract)}
    """


def _why_not(connection: duckdb.DuckDBPyConnection, contract: Contract, rule: Rule) -> str | None:
    try:
        connection.execute(_flags(contract, [rule]))
    except duckdb.Error as error:
        return plain(error)
    return None


def _count_units(connection: duckdb.DuckDBPyConnection, contract: Contract, rule: Rule) -> None:
    units = units_query(rule, contract, judged_view(contract))
    dataset, rule_id = _text(contract.dataset), _text(rule.id)
    connection.execute(f"create or replace temp table units as {units}")
    connection.execute(
        f"insert into failing_rows select {dataset}, {rule_id}, null, commune_code, null, null, null, null, detail "
        "from units where is_failing"
    )
    connection.execute(
        f"insert into commune_counts select {dataset}, {rule_id}, commune_code, count(*), "
        "count(*) filter (where is_failing) from units group by commune_code"
    )


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
