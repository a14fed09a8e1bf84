"""The SQL of rules: which rows are judged, which of them break a rule, which units a table rule looks at.

Great Expectations and the fused query both start from the texts made here, and count on their own.
"""

from __future__ import annotations

from warehouse.contracts import Contract
from warehouse.errors import ContractError
from warehouse.rules import Rule

AS_OF = "cast(getvariable('as_of') as date)"


def judged_view(contract: Contract) -> str:
    """Name of the temporary view of the rows that are judged."""
    return f"judged_{contract.dataset}"


def create_judged_view(contract: Contract) -> str:
    """The statement that makes the view: rows kept, and rows held back for want of a key.

    Duplicates and superseded versions are counted in the books (`ops.row_accounting`), not judged twice.
    """
    return (
        f"create or replace temp view {judged_view(contract)} as "
        f"select * from staging.{contract.staging_table} where row_verdict in ('kept', 'quarantined')"
    )


def applies(rule: Rule) -> str:
    """Predicate that is true for the rows a row rule looks at."""
    return f"(({rule.applies_when}\n) is true)" if rule.applies_when else "true"


def breaks(rule: Rule) -> str:
    """Predicate that is true for the rows that break a row rule, never null."""
    return f"({applies(rule)} and (({rule.failing}\n) is true))"


def failing_rows_query(rule: Rule, contract: Contract, batch: str) -> str:
    """Rows of `batch` that break the rule; for a table rule, units that do.

    The predicate stands in the select list because it may hold a window function.
    Raises ContractError when a table rule does not fit its contract.
    """
    if rule.is_row_rule:
        return (
            f"select row_number from (select *, {breaks(rule)} as breaks_rule from {batch}) as flagged "
            "where breaks_rule"
        )
    return f"select commune_code from ({units_query(rule, contract, batch)}) as units where is_failing"


def units_query(rule: Rule, contract: Contract, batch: str) -> str:
    """The units that a table rule judges: commune_code (null: the whole dataset), detail, is_failing.

    Raises ContractError when the rule needs a column or a number that the contract does not give.
    """
    if rule.kind == "coverage":
        return _coverage(rule, contract, batch)
    if rule.kind == "freshness":
        return _freshness(rule, contract, batch)
    return _row_count(rule, contract, batch)


def expected_communes() -> str:
    """Communes of the province (session variable `province_code`) that are valid on the as-of day."""
    return (
        "select code as commune_code from shared.administrative_units "
        "where level = 'commune' and province_code = getvariable('province_code') "
        f"and (valid_from is null or valid_from <= {AS_OF}) and (valid_to is null or valid_to >= {AS_OF})"
    )


def _coverage(rule: Rule, contract: Contract, batch: str) -> str:
    commune = _commune(rule, contract)
    return f"""
        with expected as ({expected_communes()}),
        seen as (select distinct {commune} as commune_code from {batch}),
        declared as (
            select distinct commune_code from staging.int_zero_declarations
            where dataset = '{contract.dataset}' and row_verdict = 'kept'
            and (declared_on is null or declared_on <= {AS_OF})
        )
        select
            expected.commune_code,
            cast(null as varchar) as detail,
            seen.commune_code is null and declared.commune_code is null as is_failing
        from expected
        left join seen on expected.commune_code = seen.commune_code
        left join declared on expected.commune_code = declared.commune_code
    """


def _row_count(rule: Rule, contract: Contract, batch: str) -> str:
    expected = rule.arguments.get("expected", "control_totals")
    if expected != "control_totals":
        raise _unfit(rule, contract, "expected: control_totals", str(expected))
    tolerance = float(rule.arguments.get("tolerance", 0))
    column = contract.column_with("commune_code")
    commune = f'"{column.name}"' if column else "cast(null as varchar)"
    # totals by commune say more than one for the province, so they stand when there are any
    return f"""
        with totals as (
            select commune_code, expected_rows, count(commune_code) over () > 0 as by_commune
            from staging.int_control_totals
            where dataset = '{contract.dataset}' and row_verdict = 'kept' and expected_rows is not null
            and (counted_on is null or counted_on <= {AS_OF})
            qualify row_number() over (
                partition by commune_code order by counted_on desc nulls last, row_number desc
            ) = 1
        ),
        counted as (select {commune} as commune_code, count(*) as found_rows from {batch} group by 1),
        compared as (
            select
                totals.commune_code,
                totals.expected_rows,
                case when by_commune
                    then coalesce((select found_rows from counted where counted.commune_code = totals.commune_code), 0)
                    else coalesce((select sum(found_rows) from counted), 0)
                end as found_rows
            from totals
            where totals.commune_code is not null or not by_commune
        )
        select
            commune_code,
            concat('có ', found_rows, ' / phải có ', expected_rows, ' bản ghi') as detail,
            found_rows < expected_rows * (1 - {tolerance}) as is_failing
        from compared
    """


def _freshness(rule: Rule, contract: Contract, batch: str) -> str:
    column, per = str(rule.arguments["freshness"]), rule.arguments.get("per", "dataset")
    days = rule.arguments.get("maxAgeDays", contract.cadence_days)
    if days is None:
        raise _unfit(rule, contract, "maxAgeDays, or a frequency in slaProperties", "neither")
    if per not in ("dataset", "commune"):
        raise _unfit(rule, contract, "per: dataset or commune", str(per))
    # a day that has not come yet is a typing error, not news
    latest = f'max(cast("{column}" as date)) filter (where cast("{column}" as date) <= {AS_OF})'
    if per == "dataset":
        units = f"select cast(null as varchar) as commune_code, {latest} as updated_on from {batch} having count(*) > 0"
    else:
        commune = _commune(rule, contract)
        units = (
            f"select {commune} as commune_code, {latest} as updated_on from {batch} "
            f"where {commune} in ({expected_communes()}) group by 1"
        )
    return f"""
        select
            commune_code,
            coalesce('cập nhật gần nhất ' || strftime(updated_on, '%d/%m/%Y'), 'không có ngày cập nhật') as detail,
            updated_on is null or {AS_OF} - updated_on > {int(days)} as is_failing
        from ({units}) as latest
    """


def _commune(rule: Rule, contract: Contract) -> str:
    column = contract.column_with("commune_code")
    if column is None:
        raise _unfit(rule, contract, "a column with role commune_code", "none")
    return f'"{column.name}"'


def _unfit(rule: Rule, contract: Contract, wanted: str, found: str) -> ContractError:
    return ContractError(
        wanted=wanted,
        found=found,
        where=f"contract {contract.path.name}, rule {rule.id}",
        action="docs/quality.md lists what each form of a rule needs.",
    )
