"""`kho trace` against the sample province: a thousand keys, looked up in the source files without kho."""

from __future__ import annotations

import csv
import datetime as dt
import json
import random
import re
from collections import defaultdict

import pytest

from ingestion.sample.publications import BEHIND
from orchestration.preparation import read_contracts
from tests.kho import AS_OF, kho
from tests.sample_files import source_tables
from warehouse.engine_sql import engine_sql
from warehouse.settings import Settings
from warehouse.trace import trace_many
from warehouse.trace_sql import NORMAL

pytestmark = pytest.mark.slow

KEYS = 1000
# what a table rule finds is a commune, or the dataset
TABLE_RULES = ("coverage", "row_count", "freshness")


def normal(key: str) -> str:
    return re.sub(r"\s", "", re.sub("[‐‑‒–—−]", "-", key)).upper()


@pytest.fixture(scope="module")
def settings(sample_home) -> Settings:
    return Settings(home=sample_home.path, as_of=AS_OF)


@pytest.fixture(scope="module")
def sources(settings):
    """Normal key -> places (dataset, file, row) of every source row with it, and the day each dossier was received."""
    places, received = defaultdict(set), {}
    for contract in read_contracts(settings).contracts:
        columns = {column.name: column for column in contract.landed}
        for table in source_tables(settings.sample, contract) if contract.key else ():
            numbers = [number for number, _ in table.rows]
            for key, number in zip(table.row_keys(), numbers, strict=True):
                places[normal(key)].add((contract.dataset, table.source_file, number))
            if contract.entity != "dossiers":
                continue
            for alias, number in (
                zip(table.values(columns["dossier_code_alias"]), numbers, strict=True)
                if ("dossier_code_alias" in columns)
                else ()
            ):
                places[normal(alias)].add((contract.dataset, table.source_file, number))
            for number, day in zip(numbers, table.values(columns["received_at"]), strict=True):
                if re.match(r"\d{2}/\d{2}/\d{4}", day):
                    received[contract.dataset, table.source_file, number] = day[:10]
    del places[""]
    return places, received


@pytest.fixture(scope="module")
def planted(sample_home):
    """Normal key -> (dataset, rule) of every fault of a row; flags of dossiers under dataset `dossiers`."""
    kinds = dict(sample_home.results("rule_results", "rule_id, kind"))
    found = defaultdict(set)
    with (sample_home.path / "sample" / "ground_truth.csv").open(encoding="utf-8") as file:
        for line in csv.DictReader(file):
            if line["row_key"] and kinds.get(line["rule_id"]) not in TABLE_RULES and line["rule_id"] not in BEHIND:
                found[normal(line["row_key"])].add((line["dataset"], line["rule_id"]))
    return found


@pytest.fixture(scope="module")
def traced(settings, sources):
    """A thousand random keys, traced; every third is typed as a person might."""
    # one of a source with a column `dataset` of its own among them
    keys = random.Random(72).sample(sorted(sources[0]), KEYS)
    keys += [key for key, rows in sources[0].items() if any(dataset == "zero_declarations" for dataset, *_ in rows)][:1]
    typed = {key: f" {key.lower().replace('-', '–', 1)} " if n % 3 == 0 else key for n, key in enumerate(keys)}
    found = trace_many(settings, typed.values())
    return {key: found[text] for key, text in typed.items()}


def test_a_thousand_keys_lead_to_the_file_and_row_they_came_from(traced, sources):
    wrong = {
        key: rows
        for key, rows in traced.items()
        if {(row.dataset, row.source_file, row.row_number) for row in rows} != sources[0][key]
    }
    assert wrong == {}
    assert len(traced) >= KEYS
    assert len({row.dataset for rows in traced.values() for row in rows}) > 20


def test_they_fail_the_rules_that_the_ground_truth_says_and_no_others(traced, planted):
    told = {
        key: {
            ("dossiers" if re.fullmatch(r"[AS]\d+", rule.rule) else row.dataset, rule.rule)
            for row in rows
            # of a key that is a dossier's other code, what its own code is about is told there
            if normal(row.key) == key
            for rule in row.rules
        }
        for key, rows in traced.items()
    }
    own = {key for key, rows in traced.items() if any(normal(row.key) == key for row in rows)}
    wrong = {key: (told[key], planted[key]) for key in own if told[key] != planted[key]}
    assert wrong == {}
    assert sum(bool(rules) for rules in told.values()) > 50
    assert all(rule.sentence and rule.how_to_fix for rows in traced.values() for row in rows for rule in row.rules)


# what a row that another stands for once said is a state of its dossier, or a name of it
OF_EVERY_ROW = {"shared.dossier_history", "shared.dossier_aliases"}


def test_a_kept_row_is_in_its_shared_table_and_no_other_row_is(traced, settings):
    entities = {c.dataset: c.entity for c in read_contracts(settings).contracts}
    for key, rows in traced.items():
        for row in rows:
            table = f"shared.{entities[row.dataset] or row.dataset}"
            if row.verdict != "kept":
                assert set(row.tables) <= OF_EVERY_ROW, key
            elif entities[row.dataset] in (None, "satisfaction_ratings", "procedure_publications"):
                assert table in row.tables, key
        dossiers = [row for row in rows if entities[row.dataset] == "dossiers" and row.verdict == "kept"]
        if dossiers:
            assert {"shared.dossiers" in row.tables for row in dossiers} >= {True}, key


def test_a_dossier_counts_from_the_month_in_which_its_file_says_it_was_received(traced, sources):
    counted = 0
    for key, rows in traced.items():
        for row in rows:
            day = sources[1].get((row.dataset, row.source_file, row.row_number))
            if not day or "shared.dossiers" not in row.tables:
                continue
            received = dt.date(*reversed([int(part) for part in day.split("/")]))
            months = [figure for figure in row.figures if figure.period_type == "month"]
            if row.not_counted:
                assert not row.figures, key
                assert row.not_counted != "received_after_as_of" or received > dt.date.fromisoformat(AS_OF), key
            else:
                assert months, key
                assert months[0].period_start == received.replace(day=1), key
                assert {column for column in months[0].columns if column in (4, 5)}, key
                assert all(6 in month.columns for month in months[1:]), key
                counted += 1
    assert counted > 100


def test_a_bad_row_is_shown_with_all_that_is_known_of_it(sample_home):
    [(code, place)] = sample_home.rows(
        "select dossier_code, row_number from metrics.dossier_flags where rule = 'A1' order by 1 limit 1"
    )
    shown = kho(sample_home.path, "trace", code)
    assert shown.code == 0, shown.output
    text = re.sub(r"[\s│]+", " ", shown.output)
    assert f"row {place}" in text and "A1 Kết thúc hồ sơ khi chưa có kết quả: " in text
    assert "shared.dossiers" in text and "metrics.settlement" in text and "columns 3," in text
    [row] = json.loads(kho(sample_home.path, "trace", code, "--json").output)
    assert row["row_number"] == place and row["rules"][0]["rule"] == "A1"


def test_repairs_of_a_row_are_told_without_a_value(sample_home, settings):
    [(batch, number)] = sample_home.rows(
        "select batch_id, min(row_number) from staging.int_row_repairs"
        " where dataset = 'one_stop_list' and kind = 'nfc' group by 1 order by 1 limit 1"
    )
    [(code,)] = sample_home.rows(
        "select row_key from staging.stg_one_stop_list where batch_id = ? and row_number = ?", batch, number
    )
    rows = [row for row in trace_many(settings, [code])[code] if (row.batch_id, row.row_number) == (batch, number)]
    assert sorted({(repair.kind, repair.stage) for repair in rows[0].repairs}) == [("nfc", "staging")]


def test_the_key_is_written_as_the_models_write_it():
    assert engine_sql("dossier_key('x')") == NORMAL.format(column="x")
