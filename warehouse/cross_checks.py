"""Checks between two databases: one YAML file a check in `dbt_project/cross_checks/` (docs/quality.md)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from warehouse.contracts import Contract, ContractSet
from warehouse.errors import SettingsError
from warehouse.settings import PROJECT_ROOT

FOLDER = PROJECT_ROOT / "dbt_project" / "cross_checks"


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Side(_Form):
    """Rows of one side: the shared table of `dataset`, or `table`; `rows` is SQL that narrows them.

    A table that several datasets feed names its `dataset_column`, and the `entity` that must be there. Reference
    tables have a `name`.
    """

    name: str | None = None
    dataset: str | None = None
    table: str | None = None
    dataset_column: str | None = None
    entity: str | None = None
    key: str = "row_key"
    rows: str = "true"

    @property
    def model(self) -> str:
        """Name of the dbt model."""
        return self.table or self.dataset or ""

    @property
    def title(self) -> str | None:
        """What the results call it; None for a table of many datasets."""
        return self.dataset or self.entity or self.name

    @property
    def dataset_sql(self) -> str:
        """Name of the dataset, as SQL over the side's rows."""
        return self.dataset_column or (f"'{self.dataset}'" if self.dataset else "cast(null as varchar)")

    def needs(self, contracts: ContractSet) -> tuple[str, ...]:
        """Datasets of which one must be loaded; empty for a table that is always there, or that nobody feeds."""
        if self.entity:
            return tuple(c.dataset for c in contracts.feeding(self.entity))
        return (self.dataset,) if self.dataset else ()


class Pair(_Form):
    """Two sides and when their rows belong together: SQL over `left_row` and `right_row`.

    With `each` the left side is, in turn, every dataset with a column of that role; `${day}` in the SQL is then the
    day of the record.
    """

    left: Side = Side()
    right: Side
    link: str
    each: str | None = None

    def of(self, contract: Contract) -> Pair:
        """This pair for one dataset."""
        recorded = contract.column_with("recorded_on")
        as_of = "{{ as_of() }}"
        day = f"coalesce(left_row.{recorded.name}, {as_of})" if recorded and not recorded.personal else as_of
        left = self.left.model_copy(update={"dataset": contract.dataset})
        return self.model_copy(update={"left": left, "link": Template(self.link).substitute(day=day), "each": None})


class CrossCheck(_Form):
    """One check. `match`: a left row with a right row is a finding; `absent`: a left row without one.

    `owner` is the side whose owner has to act. `evidence` is SQL for a Vietnamese text without a personal value.
    """

    check: str
    severity: Literal["error", "warning", "info"]
    kind: Literal["match", "absent"]
    owner: Literal["left", "right"]
    sentence: str
    how_to_fix: str
    basis: str
    evidence: str
    pairs: tuple[Pair, ...]

    @model_validator(mode="after")
    def _nothing_of_what_is_absent(self) -> CrossCheck:
        if self.kind == "absent" and "right_row" in self.evidence:
            raise ValueError("evidence of an absent row cannot speak of right_row")
        return self

    def pairs_for(self, contracts: ContractSet) -> list[Pair]:
        """The pairs, with `each` written out for the datasets that have a shared table of their own."""
        found: list[Pair] = []
        for pair in self.pairs:
            own = [c for c in contracts.contracts if c.entity is None and pair.each and c.column_with(pair.each)]
            found += [pair.of(contract) for contract in own] if pair.each else [pair]
        return found


@lru_cache(maxsize=1)
def cross_checks(folder: Path = FOLDER) -> tuple[CrossCheck, ...]:
    """Every check, by name. Raises SettingsError naming the file and what is wrong in it."""
    return tuple(_read(path) for path in sorted(folder.glob("*.yml")))


def _read(path: Path) -> CrossCheck:
    try:
        content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        return CrossCheck.model_validate({"check": path.stem, **content})
    except (ValidationError, yaml.YAMLError, TypeError) as error:
        raise SettingsError(
            wanted="a check between two databases",
            found=str(error),
            where=f"dbt_project/cross_checks/{path.name}",
            action="Correct the fields named; docs/quality.md describes them.",
        ) from error
