"""Judge every dataset: Great Expectations and the fused query count on their own and must agree."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb

from expectations.engine import Judge, Verdict, plain
from expectations.fused import count_rules, forget_rules
from expectations.predicates import create_judged_view, judged_view
from expectations.results import SCHEMAS, create_tables, write_files
from expectations.suites import expectation_of
from warehouse.connections import connect_warehouse
from warehouse.contracts import Contract, ContractSet
from warehouse.rules import Rule
from warehouse.settings import Settings

Outcome = Literal["pass", "fail", "error", "not_applicable"]


@dataclass(frozen=True)
class RunReport:
    """What a run of the expectations came to. `errors` are rules that could not run: (dataset, rule, why)."""

    folder: Path
    datasets: int
    outcomes: dict[str, int]
    failing_rows: int
    errors: tuple[tuple[str, str, str], ...]
    seconds: float

    def metadata(self) -> dict[str, int | float | str]:
        """The same as plain values, for whoever shows runs."""
        shown: dict[str, int | float | str] = {
            "datasets": self.datasets,
            "rules": sum(self.outcomes.values()),
            **{outcome: self.outcomes.get(outcome, 0) for outcome in ("pass", "fail", "error", "not_applicable")},
            "failing_rows": self.failing_rows,
            "seconds": round(self.seconds, 2),
        }
        if self.errors:
            shown["rules_that_could_not_run"] = "\n".join(f"{d}.{r}: {why}" for d, r, why in self.errors)
        return shown


@dataclass(frozen=True)
class Result:
    """How one rule ended over a whole dataset."""

    rule: Rule
    outcome: Outcome
    denominator: int
    failing: int
    message: str | None


def run_expectations(settings: Settings, contracts: ContractSet) -> RunReport:
    """Judge the staging tables of all contracts and write `<home>/results/*.parquet`.

    A rule that cannot run is an error of that rule; the others go on.
    Raises WarehouseError when there is no warehouse, WarehouseBusy when it is being written.
    """
    started = time.monotonic()
    results: list[tuple[Contract, Result]] = []
    with connect_warehouse(settings.warehouse, settings=settings) as connection:
        connection.execute("set variable as_of = cast(? as date)", [settings.day])
        connection.execute("set variable province_code = ?", [settings.province.province_code])
        create_tables(connection)
        with Judge(connection) as judge:
            for contract in contracts.contracts:
                results += [(contract, r) for r in judge_dataset(connection, judge, contract)]
        _keep(connection, settings, results)
        rows = connection.execute("select count(*) from failing_rows").fetchone()
        write_files(connection, settings.results)
    return RunReport(
        folder=settings.results,
        datasets=len(contracts.contracts),
        outcomes=dict(Counter(r.outcome for _, r in results)),
        failing_rows=int(rows[0]) if rows else 0,
        errors=tuple((c.dataset, r.rule.id, r.message or "") for c, r in results if r.outcome == "error"),
        seconds=time.monotonic() - started,
    )


def judge_dataset(connection: duckdb.DuckDBPyConnection, judge: Judge, contract: Contract) -> list[Result]:
    """Judge one dataset both ways. Fills the temporary tables; returns one result a rule, in contract order."""
    try:
        connection.execute(create_judged_view(contract))
    except duckdb.Error as error:
        return [Result(rule, "error", 0, 0, plain(error)) for rule in contract.rules]
    errors = count_rules(connection, contract)
    runnable = [rule for rule in contract.rules if rule.id not in errors]
    verdicts = judge.validate(contract.dataset, judged_view(contract), [expectation_of(r, contract) for r in runnable])
    judge.release()
    counted = _counted(connection, contract)
    results = []
    for rule in contract.rules:
        denominator, failing = counted.get(rule.id, (0, 0))
        message = errors.get(rule.id) or _disagreement(rule, verdicts[rule.id], denominator, failing)
        if message is not None:
            results.append(Result(rule, "error", 0, 0, message))
        elif denominator == 0:
            results.append(Result(rule, "not_applicable", 0, 0, None))
        else:
            results.append(Result(rule, "fail" if failing else "pass", denominator, failing, None))
    forget_rules(connection, contract.dataset, [r.rule.id for r in results if r.outcome == "error"])
    return results


def _counted(connection: duckdb.DuckDBPyConnection, contract: Contract) -> dict[str, tuple[int, int]]:
    rows = connection.execute(
        "select rule_id, sum(denominator), sum(failing) from commune_counts where dataset = ? group by rule_id",
        [contract.dataset],
    ).fetchall()
    return {rule: (int(denominator), int(failing)) for rule, denominator, failing in rows}


def _disagreement(rule: Rule, verdict: Verdict, denominator: int, failing: int) -> str | None:
    """Why the result of a rule cannot be trusted, if it cannot."""
    if verdict.error is not None:
        return verdict.error
    if verdict.failing != failing:
        return f"counts differ: {verdict.failing} by Great Expectations, {failing} by the fused query"
    # a built-in expectation says how many rows it looked at
    if verdict.rows is not None and rule.is_row_rule and verdict.rows != denominator:
        return f"rows differ: {verdict.rows} by Great Expectations, {denominator} by the fused query"
    return None


def _keep(connection: duckdb.DuckDBPyConnection, settings: Settings, results: list[tuple[Contract, Result]]) -> None:
    """Put the results into the temporary table `rule_results`."""
    rows: list[list[Any]] = [
        [
            settings.day,
            contract.dataset,
            contract.dataset_title,
            contract.domain,
            contract.owner_key,
            result.rule.id,
            result.rule.column,
            result.rule.kind,
            result.rule.dimension,
            result.rule.criterion,
            result.rule.error_group,
            result.rule.severity,
            result.rule.weight,
            result.rule.sentence,
            result.rule.how_to_fix,
            result.rule.legal_basis,
            result.outcome,
            result.denominator,
            result.failing,
            result.message,
        ]
        for contract, result in results
    ]
    if rows:
        marks = ", ".join("?" for _ in SCHEMAS["rule_results"])
        connection.executemany(f"insert into rule_results values ({marks})", rows)
