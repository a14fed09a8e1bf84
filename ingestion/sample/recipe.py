"""Recipes: what one dataset of the sample is made of, as one YAML file.

How to add a database to the sample
===================================

1. Write its contract, `ingestion/contracts/<dataset>.yml`, with a server for environment `sample`.
2. Write `ingestion/sample/databases/<dataset>.yml` in the form of `Recipe` below. No Python.
3. `pytest tests/unit/test_sample.py`, then `kho sample` and `kho run`: planted must equal found.

`draws` are values drawn for each row, in order; a later one may use an earlier one. `columns` are texts
in Python's format syntax over the draws and `serial` (1, 2, …), `commune` (`.code`, `.name`,
`.district_name`) and `as_of`:

    draws:
      kind: {choice: {"Trạm y tế xã": 8, "Phòng khám đa khoa": 2}}   # or a list; entries may be mappings: {kind[code]}
      issued: {day: [-3000, -60]}                    # days from as_of, or from the draw named in `after`
      expires: {day: [365, 900], after: as_of}       # `before: issued` cuts off a day that is later
      beds: {whole: [0, 40], step: 5}                # also {decimal: [0.5, 9.5], digits: 1}
      doctor: {person: [25, 60]}                     # aged so on `after`: .name .sex_text .born_on .number
      damaged: {lost_zero: doctor}                   # its number as a spreadsheet keeps it: also {other_year: doctor}
      tax: {make: tax_number}                        # also old_card, foreign_commune, agency_code; or just the name
      place: {row: schools, where: {CapHoc: [Tiểu học, THCS]}}  # a clean row there; `once`: never the same twice
      holder: {row: enterprises, field: MaSoDN, when: {kind: Phòng khám đa khoa}}  # one text of it; else nothing
    columns:
      MaCSKCB: "48{serial:04d}"
      NgayCap: "{issued:%d/%m/%Y}"
      MaTruong: "{place[MaTruong]}"
      MaSoDN: "{holder}"

Every row so made must break no rule. `faults` spoil rows that are clean, each row once (`take` of
ingestion/sample/tables.py: 5 in 1,000 rows, at least 3), and are written into the ground truth:

    - {kind: field_missing, rule: x_name_missing, set: {Ten: ["", "-"]}}           # texts take turns
    - {kind: linkage, rule: x_number_invalid, draw: old_card, set: {SoDinhDanh: "{new}"}}
    - {kind: cross_field, rule: x_expired, draw: {day: [-90, -1], after: issued}, set: {NgayHH: "{new:%d/%m/%Y}"}}
    - {kind: linkage, rule: x_mismatch, draw: {other_year: doctor}, set: {SoDinhDanh: "{new}"}}
    - {kind: duplicate, rule: x_duplicate, same: [SoDinhDanh]}                     # pairs of rows that share these
    - {kind: duplicate_after_merger, rule: x_twice, twin: {HeThong: "{system[other]}"}}  # adds a changed copy
    - {kind: gap, rule: x_gap, gap: [MaTram]}     # takes a row of a series out; the one before it breaks the rule
    - {kind: stale, rule: x_stale, whole: true}                                    # true for the whole dataset
    - {kind: stale, rule: x_commune_stale, communes: 2, draw: …, set: {NgayCapNhat: …}}  # all rows of 2 communes

`series: {days: 30, draws: …}` makes daily series up to the day before as_of: for each `unit` (1, 2, …) a run of
rows in one commune, oldest `date` first; its draws hold for the whole run.

A store is `{sqlite: FILE, server: postgresql}` (or mysql, or no server: the contract then has the same table for
environment `sample_servers`, see health_facilities.yml), `{csv: FILE, delimiter: ";", bom: true}`, or `{xlsx: FILE,
title: …, group: …, grouped: [A, B], real_dates: [A]}`. The contract of a workbook has `headerRows: 2`,
`ignoredColumns: [TT]` and `outOfScope` for the total (a number in the first column of the recipe) and the signatures
(texts in the second and fourth): rows in which a column that is never empty is. Files are there in both environments.

`where` narrows a fault to rows with these texts; `rule` may be a list when one fault breaks several rules, and `check`
names the checks between databases that must find it (`rule` or `check` may be left out).

`records` writes the results of one-stop dossiers of a procedure into rows (`record` in the texts is the result); a few
are left out, which the `check` must find:

    records: {procedure: "1.002010", check: …, where: {TrangThai: …}, set: {SoGP: "{record[SoKyHieu]}"}}
`missing_communes: n` makes the communes of `<dataset>_commune_missing`: leave it out when the dataset has no such
rule. `control_total` writes an outside count and plants where it is not met.
"""

from __future__ import annotations

import string
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from warehouse.errors import SettingsError

FOLDER = Path(__file__).parent / "databases"
# what a text may speak of besides the draws
GIVEN = frozenset({"serial", "commune", "as_of"})
KINDS = ("choice", "day", "whole", "decimal", "person", "row", "other_year", "lost_zero", "make")
Where = dict[str, str | list[str]]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Draw(_Form):
    """How one value is drawn: exactly one of KINDS, with what belongs to it."""

    choice: list[Any] | dict[str, float] | None = None
    day: tuple[int, int] | None = None
    whole: tuple[int, int] | None = None
    decimal: tuple[float, float] | None = None
    person: tuple[int, int] | None = None
    row: str | None = None
    other_year: str | None = None
    lost_zero: str | None = None
    make: Literal["old_card", "tax_number", "foreign_commune", "agency_code"] | None = None
    after: str = "as_of"
    before: str | None = None
    step: int = 1
    digits: int = 1
    where: Where = {}
    field: str | None = None
    once: bool = False
    when: Where = {}

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"make": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_kind(self) -> Draw:
        if sum(getattr(self, kind) is not None for kind in KINDS) != 1:
            raise ValueError(f"exactly one of {', '.join(KINDS)}")
        return self

    @property
    def kind(self) -> str:
        """Which of KINDS it is."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @property
    def speaks_of(self) -> set[str]:
        """Names of the values it needs."""
        return {name for name in (self.after, self.before, self.other_year, self.lost_zero, *self.when) if name}


class Fault(_Form):
    """One fault; the ways to plant it are described at the top of the module."""

    kind: str
    rule: tuple[str, ...] = ()
    check: tuple[str, ...] = ()
    set: dict[str, tuple[str, ...]] = {}
    draw: Draw | None = None
    where: Where = {}
    same: tuple[str, ...] = ()
    twin: dict[str, str] = {}
    gap: tuple[str, ...] = ()
    whole: bool = False
    communes: int = 0
    note: str = ""

    @field_validator("rule", "check", mode="before")
    @classmethod
    def _rules(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("set", mode="before")
    @classmethod
    def _texts(cls, value: Any) -> Any:
        return {column: (text,) if isinstance(text, str) else text for column, text in value.items()}

    @model_validator(mode="after")
    def _one_way(self) -> Fault:
        if not self.breaks:
            raise ValueError(f"{self.kind}: a rule or a check")
        if sum(map(bool, (self.set, self.same, self.twin, self.gap, self.whole))) != 1:
            raise ValueError(f"{self.breaks[0]}: exactly one of set, same, twin, gap, whole")
        return self

    @property
    def breaks(self) -> tuple[str, ...]:
        """Rules and checks that must find it."""
        return (*self.rule, *self.check)

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text it writes."""
        return (*(text for texts in self.set.values() for text in texts), *self.twin.values())


class Store(_Form):
    """Where the rows go: a table of an SQLite file, a CSV file, or a workbook; and the server it has in a province.

    A workbook has title rows, a header of two rows in which `group` spans its columns, a total and
    signatures. Every other row of a workbook has real dates in `real_dates`.
    """

    sqlite: str | None = None
    csv: str | None = None
    xlsx: str | None = None
    server: Literal["postgresql", "mysql"] | None = None
    delimiter: str = ","
    bom: bool = False
    title: str = ""
    group: str = ""
    grouped: tuple[str, ...] = ()
    real_dates: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_place(self) -> Store:
        if sum(path is not None for path in (self.sqlite, self.csv, self.xlsx)) != 1:
            raise ValueError("exactly one of sqlite, csv, xlsx")
        if self.server and not self.sqlite:
            raise ValueError("server only with sqlite")
        if bool(self.xlsx) != bool(self.group and self.grouped):
            raise ValueError("xlsx with group and grouped, and only it")
        return self

    @property
    def path(self) -> str:
        """File below the sample's folder."""
        return self.sqlite or self.csv or self.xlsx or ""


class ControlTotal(_Form):
    """An outside count: by commune with `short` communes that miss it, or for the province, short or not."""

    rule: str
    by: Literal["commune", "province"]
    short: int = Field(ge=0)
    source: str


class Series(_Form):
    """Daily series: `days` rows a unit, and what is drawn once for a unit."""

    days: int = Field(gt=2)
    draws: dict[str, Draw] = {}


class Records(_Form):
    """Results of one-stop dossiers that rows of the dataset record."""

    procedure: str
    check: str
    set: dict[str, str]
    where: Where = {}


class Recipe(_Form):
    """One dataset of the sample."""

    dataset: str
    table: str
    store: Store
    share: float = Field(gt=0)
    at_least: int = 60
    key: tuple[str, ...]
    commune: str | None = None
    missing_communes: int | None = None
    series: Series | None = None
    draws: dict[str, Draw] = {}
    columns: dict[str, str]
    faults: tuple[Fault, ...]
    control_total: ControlTotal | None = None
    records: Records | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> Recipe:
        known = {*GIVEN, *(("unit", "date") if self.series else ())}
        for name, draw in self.all_draws.items():
            _refuse(f"draw {name}", draw.speaks_of - known)
            known.add(name)
        for column, text in self.columns.items():
            _refuse(f"column {column}", _names(text) - known)
        for fault in self.faults:
            new = {"new"} if fault.draw else set()
            _refuse(fault.breaks[0], {n for text in fault.texts for n in _names(text)} - known - new)
            _refuse(fault.breaks[0], (fault.draw.speaks_of if fault.draw else set()) - known)
            _refuse(
                fault.breaks[0], {*fault.set, *fault.same, *fault.twin, *fault.gap, *fault.where} - set(self.columns)
            )
        named = {*self.key, *([self.commune] if self.commune else []), *self.store.grouped, *self.store.real_dates}
        _refuse("key, commune or store", named - set(self.columns))
        if self.missing_communes is not None and (self.commune is None or self.series):
            raise ValueError("missing_communes without a commune column, or with series")
        return self

    @property
    def all_draws(self) -> dict[str, Draw]:
        """What is drawn for a row, in order: first what its series has in common."""
        return {**(self.series.draws if self.series else {}), **self.draws}

    @property
    def covers_communes(self) -> bool:
        """Whether every commune must have a row, or a declared zero."""
        return self.missing_communes is not None

    @property
    def looks_at(self) -> set[str]:
        """Datasets whose rows it draws."""
        draws = [*self.all_draws.values(), *(fault.draw for fault in self.faults if fault.draw)]
        return {draw.row for draw in draws if draw.row}


def read_recipes(folder: Path = FOLDER) -> list[Recipe]:
    """Every recipe of a folder, each after those it draws rows of, else by name.

    Raises SettingsError naming the file and what is wrong in it.
    """
    recipes = {recipe.dataset: recipe for recipe in map(_read, sorted(folder.glob("*.yml")))}
    order = TopologicalSorter({name: sorted(recipe.looks_at) for name, recipe in recipes.items()})
    return [recipes[name] for name in order.static_order() if name in recipes]


def _read(path: Path) -> Recipe:
    try:
        recipe = Recipe.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        raise SettingsError(
            wanted="a recipe of a sample dataset",
            found=str(error),
            where=f"sample recipe {path.name}",
            action="Correct the fields named; ingestion/sample/recipe.py describes them.",
        ) from error
    if recipe.dataset != path.stem:
        raise SettingsError(
            wanted=f"dataset {path.stem}, as the file is named",
            found=recipe.dataset,
            where=f"sample recipe {path.name}",
            action="Rename one of them.",
        )
    return recipe


def _names(text: str) -> set[str]:
    """Names that a format text speaks of, without attributes and indexes."""
    fields = (field for _, field, _, _ in string.Formatter().parse(text) if field is not None)
    return {field.split(".")[0].split("[")[0] for field in fields}


def _refuse(where: str, unknown: set[str]) -> None:
    if unknown:
        raise ValueError(f"{where}: unknown {', '.join(sorted(unknown))}")
