"""The 21 sector databases: each has its contracts, its sources in the sample, and a fault for every rule of its own."""

from __future__ import annotations

import csv
import datetime as dt
import re
import sqlite3
from collections import Counter
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingestion.sample import SampleSummary, make_sample
from ingestion.sample.recipe import Recipe, read_recipes
from warehouse.contract_reader import load_contracts
from warehouse.contracts import Contract, ContractSet
from warehouse.errors import SettingsError
from warehouse.profile import load_profile
from warehouse.settings import PROJECT_ROOT

CONTRACTS = PROJECT_ROOT / "ingestion" / "contracts"
PAGE = PROJECT_ROOT / "docs" / "sample-data.md"
KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "mysql": "MariaDB"}
RECIPES = {recipe.dataset: recipe for recipe in read_recipes()}


def contracts_for(environment: str) -> ContractSet:
    variables = {"KHO_SAMPLE": "/sample", "KHO_HOME": "/home"}
    return load_contracts(CONTRACTS, load_profile("da_nang_2025"), environment, variables)


@pytest.fixture(scope="module")
def contracts() -> dict[str, Contract]:
    """Contracts of the sector databases and of the one-stop exports, by dataset."""
    found = contracts_for("sample")
    assert found.errors == ()
    return {c.dataset: c for c in found.contracts if c.entity in (None, "dossiers")}


@pytest.fixture(scope="module")
def on_servers() -> dict[str, Contract]:
    found = contracts_for("sample_servers")
    assert found.errors == ()
    return {c.dataset: c for c in found.contracts}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> SampleSummary:
    folder = tmp_path_factory.mktemp("home") / "sample"
    return make_sample(folder, load_profile("da_nang_2025"), rows=1_500, as_of=dt.date(2026, 11, 2))


def table_of_the_page() -> list[tuple[int, str, str, str, str]]:
    """Number of the database, dataset, owner or duty, department, store."""
    rows = re.findall(
        r"^\| (\d+) \| [^|]+ \| `(\w+)` \| `(\w+)` \| ([^|]+) \| ([^|]+) \|$",
        PAGE.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    return [(int(number), *(cell.strip() for cell in others)) for number, *others in rows]  # type: ignore[misc]


def store(contract: Contract, on_server: Contract) -> str:
    """What the page says of a dataset's place: that of the sample, and that of a province when it is another."""
    kinds = [
        (c.server.format or "").upper() if c.server.kind == "files" else KINDS[c.server.kind]
        for c in (contract, on_server)
    ]
    return ", ".join(dict.fromkeys(kinds))


def test_each_of_the_21_databases_has_a_contract() -> None:
    assert sorted({number for number, *_ in table_of_the_page()}) == list(range(1, 22))


def test_the_page_says_what_the_contracts_say(contracts: dict[str, Contract], on_servers: dict[str, Contract]) -> None:
    wanted = set()
    for dataset, contract in contracts.items():
        [owner] = [m["username"] for m in _document(contract)["team"]["members"] if m["role"] == "owner"]
        wanted.add((dataset, owner, contract.owner.name, store(contract, on_servers[dataset])))
    rows = [row[1:] for row in table_of_the_page()]
    assert len(rows) == len(set(rows))
    assert set(rows) == wanted


def test_the_stores_are_of_every_kind(contracts: dict[str, Contract], on_servers: dict[str, Contract]) -> None:
    kinds = Counter(store(c, on_servers[d]) for d, c in contracts.items())
    assert set(kinds) == {"SQLite", "SQLite, PostgreSQL", "SQLite, MariaDB", "XLSX", "CSV"}
    assert {recipe.store.delimiter for recipe in RECIPES.values() if recipe.store.csv} == {",", ";"}


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_every_rule_has_a_planted_fault(recipe: Recipe, contracts: dict[str, Contract]) -> None:
    planted = {rule for fault in recipe.faults for rule in fault.rule}
    planted |= {f"{recipe.dataset}_commune_missing"} if recipe.covers_communes else set()
    planted |= {recipe.control_total.rule} if recipe.control_total and recipe.control_total.short else set()
    rules = contracts[recipe.dataset].rules
    assert planted <= {rule.id for rule in rules}
    assert {rule.id for rule in rules if rule.kind != "freshness"} <= planted


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_a_recipe_and_its_contract_speak_of_the_same_table(recipe: Recipe, contracts: dict[str, Contract]) -> None:
    contract = contracts[recipe.dataset]
    assert [c.header for c in contract.key] == [c for c in recipe.columns if c in recipe.key]
    assert {c.header for c in contract.landed} == set(recipe.columns)
    commune = contract.column_with("commune_code")
    assert (commune.header if commune else None) == recipe.commune
    assert any(rule.kind == "coverage" for rule in contract.rules) == recipe.covers_communes
    if contract.server.kind == "sqlite":
        assert contract.table == recipe.table


def test_no_criminal_record_is_in_any_contract(contracts: dict[str, Contract]) -> None:
    words = "phieullltp|lltp|lý lịch tư pháp|án tích|criminal"
    for contract in contracts.values():
        names = " ".join(f"{c.name} {c.header} {c.title}" for c in contract.columns).casefold()
        assert not re.search(words, f"{contract.dataset} {contract.dataset_title.casefold()} {names}")


def test_a_delimiter_of_the_contract_is_read(contracts: dict[str, Contract]) -> None:
    assert contracts["petrol_stations"].server.delimiter == ";"
    assert contracts["practice_organisations"].server.delimiter is None


def test_series_run_up_to_yesterday_but_for_planted_gaps_and_silent_stations(made: SampleSummary) -> None:
    series = _series(made)
    ends = Counter(days[-1] for days in series.values())
    silent = [line for line in _truth(made) if line["rule_id"] == "station_measurements_commune_stale"]
    assert set(ends) == {dt.date(2026, 11, 1), dt.date(2026, 10, 2)}
    assert len(silent) == 2 and ends[dt.date(2026, 10, 2)] >= 2
    gaps = {
        f"{station}|{before:%Y-%m-%d}"
        for station, days in series.items()
        for before, after in pairwise(days)
        if (after - before).days > 1
    }
    planted = [line["row_key"].split("|") for line in _truth(made) if line["rule_id"] == "station_measurements_gap"]
    assert gaps == {f"{station}|{day}" for station, _, day in planted}
    assert gaps


def test_a_series_cannot_have_silent_communes() -> None:
    fields = {**RECIPES["station_measurements"].model_dump(), "missing_communes": 2}
    with pytest.raises(ValueError, match="or with series"):
        Recipe.model_validate(fields)


def test_a_wrong_recipe_names_its_file_and_field(tmp_path: Path) -> None:
    text = (PROJECT_ROOT / "ingestion/sample/databases/monuments.yml").read_text(encoding="utf-8")
    (tmp_path / "monuments.yml").write_text(text.replace("{rank}", "{rang}"), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"monuments\.yml[\s\S]*column Cấp xếp hạng: unknown rang"):
        read_recipes(tmp_path)


def test_a_value_that_is_not_there_is_an_empty_cell(made: SampleSummary) -> None:
    rows = _sqlite(made, "forestry.sqlite", "select NguonGoc, NamTrong from lo_rung")
    years: dict[bool, list[Any]] = {True: [], False: []}
    for origin, year in rows:
        years["tự nhiên" in origin.casefold()].append(year)
    assert Counter(years[True])[None] > 10
    assert years[False] and all(re.fullmatch(r"\d{4}", year) for year in years[False])


def _document(contract: Contract) -> dict[str, Any]:
    return yaml.safe_load(contract.path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def _truth(made: SampleSummary) -> list[dict[str, str]]:
    with (made.folder / "ground_truth.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _sqlite(made: SampleSummary, file: str, query: str) -> list[Any]:
    with sqlite3.connect(made.folder / "sectors" / file) as database:
        return database.execute(query).fetchall()


def _series(made: SampleSummary) -> dict[str, list[dt.date]]:
    """Days of each station, in order."""
    rows = _sqlite(made, "environment.sqlite", "select MaTram, ThoiGian from so_lieu_quan_trac order by 1, 2")
    return {
        station: [dt.date.fromisoformat(day) for _, day in days] for station, days in groupby(rows, lambda row: row[0])
    }
