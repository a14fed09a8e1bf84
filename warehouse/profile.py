"""A province is a profile: names, codes, hours, thresholds, owners. Nothing in code names a province."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from warehouse.errors import SettingsError

PROFILES = Path(__file__).resolve().parent / "profiles"


class Owner(BaseModel):
    """Who answers for a dataset, and where their mail goes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    email: str


class WorkingHours(BaseModel):
    """Local clock times of one half of the working day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: dt.time
    end: dt.time


class Thresholds(BaseModel):
    """Numbers that a province may set for itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    band_green: float
    band_yellow: float
    minimum_denominator: int
    small_cell: int
    unmapped_share: float
    paused_days: int
    instant_minutes: int
    batch_entry_rows: int
    apology_days: int = 1
    silent_months: int = 1


class Extension(BaseModel):
    """How many extensions of a dossier's time count, and how long one may be: as long as what was granted, or any."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    count: Literal[0, 1] = 1
    at_most: Literal["granted_time", "any"] = "granted_time"


class Forwarding(BaseModel):
    """Whether the time for settling starts anew when a dossier is forwarded to another agency."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    restarts_clock: bool = False


class CalendarOverride(BaseModel):
    """A day that is not what the country's calendar says, with the document that says so.

    `day_type` is one of those of `shared.calendar_days`; LAM_VIEC or CUOI_TUAN take back an exception.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: dt.date
    day_type: Literal["NGHI_LE", "NGHI_BU", "HOAN_DOI", "LAM_BU", "LAM_VIEC", "CUOI_TUAN"]
    name: str = ""
    basis: str = Field(min_length=1)


class AgencyChange(BaseModel):
    """What became of an agency, or of one field of its work, from a day on (`shared.agency_changes`).

    Agencies are named; codes may stand beside the names where one name is not one agency. `split` has a row for
    each agency that took over a part, `abolished` has no successor.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    old_name: str = Field(min_length=1)
    old_code: str = ""
    new_name: str = ""
    new_code: str = ""
    change: Literal["renamed", "merged", "split", "abolished"]
    effective_on: dt.date
    field_of_work: str = ""
    basis: str = Field(min_length=1)

    @model_validator(mode="after")
    def _has_a_successor(self) -> AgencyChange:
        if (self.change == "abolished") == bool(self.new_name):
            raise ValueError(f"{self.change} of {self.old_name}: new_name is for every change but abolished")
        return self


class ReportingPeriod(BaseModel):
    """A period of its own that figures are asked for, beside those of the calendar: `from` and `to` are counted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=1)
    start: dt.date = Field(alias="from")
    end: dt.date = Field(alias="to")
    basis: str = Field(min_length=1)

    @model_validator(mode="after")
    def _has_days(self) -> ReportingPeriod:
        if self.start > self.end:
            raise ValueError(f"{self.title}: `from` is after `to`")
        return self


class Profile(BaseModel):
    """One province (`warehouse/profiles/*.yml`).

    `pausing_statuses` are the national statuses in which a dossier's clock stands still, with what is waited for;
    `extension` and `forwarding` say what else moves its deadline.

    `duties` says for a field of work which owner answers for it: departments were merged in 2025, the
    work was not, so a contract that names the duty holds in every profile. `calendar_overrides` and `agency_changes`
    are the province's own days and reorganisations (docs/reference-data.md). `reporting_periods` are periods that Form
    06 is made for beside months, quarters, half-years and years (docs/metrics.md). `assumed` lists fields that no
    source confirms.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    province_code: str
    valid_on: dt.date
    agency_prefix: str
    has_districts: bool
    working_hours: tuple[WorkingHours, ...]
    cut_off: dt.time
    make_up_saturdays_are_working: bool
    pausing_statuses: dict[int, str]
    extension: Extension = Extension()
    forwarding: Forwarding = Forwarding()
    thresholds: Thresholds
    languages: tuple[str, ...]
    legal_basis: str
    publisher: Owner
    owners: dict[str, Owner]
    duties: dict[str, str] = {}
    calendar_overrides: tuple[CalendarOverride, ...] = ()
    agency_changes: tuple[AgencyChange, ...] = ()
    reporting_periods: tuple[ReportingPeriod, ...] = ()
    assumed: tuple[str, ...] = ()

    def as_variable(self) -> dict[str, Any]:
        """The profile as the SQL sees it, `var('province')`.

        By way of JSON, whose keys are texts: with a number for a key dbt cannot read what it parsed before.
        """
        variable: dict[str, Any] = json.loads(self.model_dump_json())
        return variable

    @model_validator(mode="after")
    def _duties_have_owners(self) -> Profile:
        unknown = sorted(f"{duty}: {owner}" for duty, owner in self.duties.items() if owner not in self.owners)
        if unknown:
            raise ValueError(f"duties of owners that are not under `owners`: {', '.join(unknown)}")
        return self

    @model_validator(mode="after")
    def _days_are_said_once(self) -> Profile:
        days = [override.day for override in self.calendar_overrides]
        twice = sorted({f"{day:%d/%m/%Y}" for day in days if days.count(day) > 1})
        if twice:
            raise ValueError(f"days that are twice under `calendar_overrides`: {', '.join(twice)}")
        return self

    @model_validator(mode="after")
    def _ranges_are_said_once(self) -> Profile:
        ranges = [(period.start, period.end) for period in self.reporting_periods]
        twice = sorted({f"{a:%d/%m/%Y} to {b:%d/%m/%Y}" for a, b in ranges if ranges.count((a, b)) > 1})
        if twice:
            raise ValueError(f"ranges that are twice under `reporting_periods`: {', '.join(twice)}")
        return self


def load_profile(name: str) -> Profile:
    """Read a profile by its name in `warehouse/profiles`, or by a path that ends in .yml.

    Raises SettingsError naming the profile, and the field when one is wrong.
    """
    path = Path(name) if name.endswith((".yml", ".yaml")) else PROFILES / f"{name}.yml"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in PROFILES.glob("*.yml")))
        raise SettingsError(
            wanted="a province profile",
            found="no such file",
            where=f"profile {name}",
            action=f"Use one of: {known}; or give a path that ends in .yml.",
        )
    try:
        return Profile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        raise SettingsError(
            wanted="a valid province profile",
            found=str(error),
            where=f"profile {path.name}",
            action="Correct the fields named; the shipped profiles show the form.",
        ) from error
