"""What there is to tell each owner: read from the warehouse once, small, without a value of any row."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import duckdb

from expectations.mail_log import MailRecord
from warehouse.contracts import Contract, ContractSet
from warehouse.profile import Owner

MOST_ASKS = 5
MOST_LISTED = 5
TABLE_RULES = ("coverage", "row_count", "freshness")


@dataclass(frozen=True)
class RuleLine:
    """One rule and how it ended.

    `effect`: points the score of its dataset gains when all of it is fixed; `detail`: what a table rule found.
    """

    rule_id: str
    column: str | None
    field_title: str
    kind: str
    criterion: str
    weight: float
    sentence: str
    how_to_fix: str
    legal_basis: str
    outcome: str
    denominator: int
    failing: int
    effect: float
    detail: str

    @property
    def unit(self) -> str:
        """What is counted, in Vietnamese."""
        if self.kind not in TABLE_RULES:
            return "dòng"
        return "xã" if self.denominator > 1 else "cơ sở dữ liệu"


@dataclass(frozen=True)
class Gap:
    """A field or a commune with rows to fix. `score` is that of the commune, when it has one."""

    title: str
    failing: int
    denominator: int
    score: float | None = None


@dataclass(frozen=True)
class DatasetFindings:
    """One dataset: its score, why it has none, and what to do about it."""

    contract: Contract
    score: float | None
    band: str | None
    reason: str | None
    numerator: int
    denominator: int
    previous: float | None
    rules: tuple[RuleLine, ...]
    fields: tuple[Gap, ...]
    communes: tuple[Gap, ...]
    silent_communes: tuple[str, ...]
    declared_zero: int
    expected_communes: int
    is_late: bool
    last_landed_at: dt.datetime | None

    @property
    def asks(self) -> tuple[RuleLine, ...]:
        """The few things to do that raise the score most."""
        return tuple(r for r in self.rules if r.outcome == "fail")[:MOST_ASKS]

    @property
    def failing(self) -> int:
        """How often a rule was broken."""
        return sum(r.failing for r in self.rules if r.outcome == "fail")


@dataclass(frozen=True)
class OwnerFindings:
    """Everything for one owner and cycle; datasets with the lowest score first."""

    owner_key: str
    owner: Owner
    as_of: dt.date
    previous_as_of: dt.date | None
    previous_failing: int | None
    score: float | None
    band: str | None
    datasets: tuple[DatasetFindings, ...]

    @property
    def failing(self) -> int:
        """How often a rule was broken, over all datasets."""
        return sum(d.failing for d in self.datasets)


def findings_by_owner(
    connection: duckdb.DuckDBPyConnection, contracts: ContractSet, as_of: dt.date, log: list[MailRecord]
) -> list[OwnerFindings]:
    """What each owner of a contract is to be told. An owner without a rule and without a late source is left out."""
    tables = _Tables(connection)
    owners: dict[str, list[Contract]] = {}
    for contract in contracts.contracts:
        owners.setdefault(contract.owner_key, []).append(contract)
    found = []
    for owner_key, owned in sorted(owners.items()):
        earlier = [r for r in log if r.owner_key == owner_key and r.as_of < as_of]
        previous = max(earlier, key=lambda r: r.as_of, default=None)
        datasets = [tables.dataset(c, previous.scores.get(c.dataset) if previous else None) for c in owned]
        told = [d for d in datasets if d.rules or d.is_late]
        if told:
            score = tables.scores.get(("owner", owner_key), {})
            found.append(
                OwnerFindings(
                    owner_key=owner_key,
                    owner=owned[0].owner,
                    as_of=as_of,
                    previous_as_of=previous.as_of if previous else None,
                    previous_failing=previous.failing if previous else None,
                    score=score.get("score"),
                    band=score.get("band"),
                    datasets=tuple(sorted(told, key=_worst_first)),
                )
            )
    return found


def _worst_first(found: DatasetFindings) -> tuple[bool, float, str]:
    return (found.score is not None, found.score or 0.0, found.contract.dataset_title)


class _Tables:
    """The quality tables in memory: a few rows a rule and commune."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.scores = {(r["level"], r["key"]): r for r in _rows(connection, "select * from quality.scores")}
        self.rules = _rows(connection, "select * from quality.rule_results order by dataset, rule_id")
        self.states = _rows(
            connection,
            """
            select dataset, commune_code, min(commune_name) as commune_name, min(state) as state
            from quality.completeness where state in ('no_data', 'declared_zero') group by dataset, commune_code
            union all
            select dataset, commune_code, min(commune_name), 'measured'
            from quality.completeness where state not in ('no_data', 'declared_zero') group by dataset, commune_code
            order by dataset, commune_code
            """,
        )
        self.communes = _rows(
            connection,
            """
            select f.dataset, f.commune_code, min(c.commune_name) as commune_name, count(*) as failing
            from quality.failing_rows as f
            inner join (select distinct commune_code, commune_name from quality.completeness) as c
                on f.commune_code = c.commune_code
            where f.row_number is not null
            group by f.dataset, f.commune_code
            order by f.dataset, failing desc, f.commune_code
            """,
        )
        self.details = {
            (r["dataset"], r["rule_id"]): r["detail"]
            for r in _rows(
                connection,
                """
                select dataset, rule_id, min(detail) as detail from quality.failing_rows
                where detail is not null group by dataset, rule_id having count(*) = 1
                """,
            )
        }
        self.sources = (
            {r["dataset"]: r for r in _rows(connection, "select * from ops.source_status")}
            if _has(connection, "ops", "source_status")
            else {}
        )

    def dataset(self, contract: Contract, previous: float | None) -> DatasetFindings:
        """What there is to tell about one dataset."""
        name = contract.dataset
        score = self.scores.get(("dataset", name), {})
        rules = self._rules(contract, score.get("score") is not None)
        states = [s for s in self.states if s["dataset"] == name]
        source = self.sources.get(name, {})
        return DatasetFindings(
            contract=contract,
            score=score.get("score"),
            band=score.get("band"),
            reason=score.get("reason"),
            numerator=score.get("numerator") or 0,
            denominator=score.get("denominator") or 0,
            previous=previous,
            rules=rules,
            fields=_fields(rules),
            communes=self._communes(name),
            silent_communes=tuple(s["commune_name"] for s in states if s["state"] == "no_data"),
            declared_zero=sum(s["state"] == "declared_zero" for s in states),
            expected_communes=len(states),
            is_late=source.get("state") == "late",
            last_landed_at=source.get("last_landed_at"),
        )

    def _rules(self, contract: Contract, is_scored: bool) -> tuple[RuleLine, ...]:
        titles = {c.name: c.title for c in contract.columns}
        mine = [r for r in self.rules if r["dataset"] == contract.dataset]
        weights = sum(r["weight"] for r in mine if r["outcome"] in ("pass", "fail")) or 1.0
        lines = [
            RuleLine(
                rule_id=r["rule_id"],
                column=r["column_name"],
                field_title=titles.get(r["column_name"] or "", ""),
                kind=r["kind"],
                criterion=r["criterion"],
                weight=r["weight"],
                sentence=r["sentence"],
                how_to_fix=r["how_to_fix"],
                legal_basis=r["legal_basis"] or "",
                outcome=r["outcome"],
                denominator=r["denominator"] or 0,
                failing=r["failing"] or 0,
                effect=r["weight"] * 100 * (r["failing"] or 0) / r["denominator"] / weights
                if is_scored and r["denominator"]
                else 0.0,
                detail=self.details.get((r["dataset"], r["rule_id"]), ""),
            )
            for r in mine
        ]
        return tuple(sorted(lines, key=lambda line: (-line.effect, -line.weight, line.rule_id)))

    def _communes(self, dataset: str) -> tuple[Gap, ...]:
        gaps = []
        for row in [c for c in self.communes if c["dataset"] == dataset][:MOST_LISTED]:
            score = self.scores.get(("dataset_commune", f"{dataset}.{row['commune_code']}"), {})
            title = f"{row['commune_name']} ({row['commune_code']})"
            gaps.append(Gap(title, row["failing"], score.get("denominator") or 0, score.get("score")))
        return tuple(gaps)


def _fields(rules: tuple[RuleLine, ...]) -> tuple[Gap, ...]:
    by_field: dict[str, Gap] = {}
    for rule in rules:
        if rule.field_title and rule.outcome == "fail" and rule.kind not in TABLE_RULES:
            known = by_field.get(rule.field_title, Gap(rule.field_title, 0, 0))
            by_field[rule.field_title] = Gap(
                rule.field_title, known.failing + rule.failing, known.denominator + rule.denominator
            )
    return tuple(sorted(by_field.values(), key=lambda gap: (-gap.failing, gap.title))[:MOST_LISTED])


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    cursor = connection.execute(query)
    names = [d[0] for d in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _has(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    found = connection.execute(
        "select 1 from information_schema.tables where table_schema = ? and table_name = ?", [schema, table]
    ).fetchone()
    return found is not None
