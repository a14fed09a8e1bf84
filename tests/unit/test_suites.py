"""Suites: a rule becomes the expectation that means exactly it; loading the code costs no seconds."""

from __future__ import annotations

import subprocess
import sys

import pytest

from expectations.suites import expectation_of
from tests.unit.quality_home import people, rule
from warehouse.settings import PROJECT_ROOT


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"metric": "missingValues"}, "ExpectColumnValuesToNotBeNull"),
        ({"metric": "missingValues", "applies": "kind = 'a'"}, "UnexpectedRowsExpectation"),
        ({"metric": "invalidValues", "arguments": {"validValues": ["a", "b"]}}, "ExpectColumnValuesToBeInSet"),
        ({"metric": "invalidValues", "arguments": {"pattern": "[0-9]{12}"}}, "UnexpectedRowsExpectation"),
        ({"metric": "duplicateValues"}, "ExpectColumnValuesToBeUnique"),
        ({"sql": "name = kind"}, "UnexpectedRowsExpectation"),
    ],
)
def test_a_rule_of_a_text_column_becomes_its_expectation(tmp_path, entry, expected):
    contract = people(tmp_path, note={"quality": [rule("r", **entry)]})
    assert type(expectation_of(contract.rules[0], contract)).__name__ == expected


def test_a_list_of_values_for_a_typed_column_is_judged_by_the_predicate_because_an_unreadable_value_breaks_it(tmp_path):
    entry = rule("r", metric="invalidValues", arguments={"validValues": [1, 2]})
    contract = people(tmp_path, note={"logicalType": "integer", "quality": [entry]})
    assert type(expectation_of(contract.rules[0], contract)).__name__ == "UnexpectedRowsExpectation"


def test_a_typed_column_is_missing_where_its_text_is_missing(tmp_path):
    contract = people(tmp_path, note={"logicalType": "date", "quality": [rule("r", metric="missingValues")]})
    assert expectation_of(contract.rules[0], contract).column == "note_raw"


def test_an_expectation_carries_what_the_national_scheme_wants_known(tmp_path):
    entry = rule("r", metric="missingValues", weight=3)
    entry["customProperties"].append({"property": "legalBasis", "value": "Luật Hộ tịch"})
    contract = people(tmp_path, note={"quality": [entry]})
    meta = expectation_of(contract.rules[0], contract).meta
    assert (meta["criterion"], meta["dimension"], meta["error_group"], meta["weight"]) == ("đủ", "completeness", 1, 3.0)
    assert meta["legal_basis"] == "Luật Hộ tịch"


@pytest.mark.parametrize(
    "module",
    [
        "engine",
        "predicates",
        "suites",
        "fused",
        "results",
        "runner",
        "mail",
        "mail_log",
        "findings",
        "compose",
        "workbook",
    ],
)
def test_importing_the_expectations_imports_neither_great_expectations_nor_pandas(module):
    code = (
        f"import sys, importlib; importlib.import_module('expectations.{module}'); "
        "print([m for m in ('great_expectations', 'pandas', 'dagster') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
