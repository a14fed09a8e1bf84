"""The register of indicators: one YAML file an indicator in `dbt_project/indicators/` (docs/metrics.md).

The SQL that counts them, the table `metrics.metric_register` and the page of metrics are all written from it.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from warehouse.entities import entities
from warehouse.errors import SettingsError
from warehouse.profile import Profile
from warehouse.settings import PROJECT_ROOT

FOLDER = PROJECT_ROOT / "dbt_project" / "indicators"
UnitKind = Literal["agency", "commune", "province"]
# what is counted, one row a thing and period: model `int_indicator_<base>`, and where its things belong
# to agencies and communes (added up over those beneath) or are told by unit (a procedure counts once in each)
BASES: dict[str, Literal["additive", "by_unit"]] = {
    "dossiers": "additive",
    "ratings": "additive",
    "procedures": "by_unit",
    "publications": "by_unit",
}


class Indicator(BaseModel):
    """A share, in percent: of the things of `base` that `rows` names, those of `denominator` and of them `numerator`.

    The three are SQL over a row of the base. Things of which nothing is told are in neither, and are counted apart:
    those that `unknown` (SQL) names, and dossiers of a dataset whose contract does not provide a column of `needs`.
    `owner` is an owner or a duty of the profile. `assumed` says that the definition rests on no text that was seen.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    metric: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title_vi: str
    title_en: str
    definition_vi: str
    formula_vi: str
    numerator_vi: str
    denominator_vi: str
    base: str
    rows: str = "true"
    needs: tuple[str, ...] = ()
    numerator: str
    denominator: str = "true"
    unknown: str = "false"
    units: tuple[UnitKind, ...] = ("agency", "commune", "province")
    unit: str = "%"
    better: Literal["higher", "lower"]
    basis: str
    owner: str
    version: int = Field(ge=1)
    valid_from: dt.date
    table: str
    assumed: bool = False

    @model_validator(mode="after")
    def _names_what_is_there(self) -> Indicator:
        if self.base not in BASES:
            raise ValueError(f"base {self.base}: known are {', '.join(BASES)}")
        unknown = sorted(set(self.needs) - {column.name for column in entities()["dossiers"].columns})
        if unknown or (self.needs and self.base != "dossiers"):
            raise ValueError(f"needs {', '.join(unknown or self.needs)}: columns of dossiers, for base dossiers only")
        return self


@lru_cache(maxsize=1)
def indicators(folder: Path = FOLDER) -> tuple[Indicator, ...]:
    """Every indicator, by code. Raises SettingsError naming the file and what is wrong in it."""
    return tuple(_read(path) for path in sorted(folder.glob("*.yml")))


def owner_key(indicator: Indicator, profile: Profile) -> str:
    """Key of the owner who answers for an indicator. Raises SettingsError when the profile has none."""
    key = profile.duties.get(indicator.owner, indicator.owner)
    if key not in profile.owners:
        raise _refused(indicator.metric, f"owner {indicator.owner} is under neither owners nor duties of {profile.id}")
    return key


def _read(path: Path) -> Indicator:
    try:
        content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Indicator.model_validate({"metric": path.stem, **content})
    except (ValidationError, yaml.YAMLError, TypeError) as error:
        raise _refused(path.stem, str(error)) from error


def _refused(metric: str, found: str) -> SettingsError:
    return SettingsError(
        wanted="an indicator of the register",
        found=found,
        where=f"dbt_project/indicators/{metric}.yml",
        action="Correct the fields named; docs/metrics.md describes them.",
    )
