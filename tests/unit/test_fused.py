"""The runner: two counts that agree, four outcomes, rows by key and place, units of table rules."""

from __future__ import annotations

import datetime as dt
import random
import stat

import duckdb
import pytest

from expectations import fused, runner
from expectations.runner import run_expectations
from tests.unit.quality_home import AS_OF, COMMUNES, build_warehouse, people, read_results, rule, settings_of
from warehouse.contracts import ContractSet
from warehouse.errors import WarehouseError

# predicates that a naive translation would break: colons, braces, percent signs, comments, windows, subqueries
HARD = {
    "braces": r"not regexp_full_match(coalesce(number, ''), '(?:0|x){0,3}[0-9]{9,12}')",
    "colon": "name = 'a:b' or name like '%:name%' or name = '100%'",
    "cast": "number::varchar = '{x}' or kind = E'\\\\:kind'",
    "comment": "kind = 'b' -- b is no kind",
    "window": "count(*) over (partition by commune, kind) > 2 and kind is not null",
    "subquery": "commune is not null and not exists (select 1 from shared.administrative_units as u"
    " join (select 1) as one on true where u.code = commune and u.valid_to is null)",
    "as_of": "seen_on > getvariable('as_of')",
    "null": "amount < 0",
    "true": "true",
    "false": "false",
}


def results_of(settings):
    return {r["rule_id"]: r for r in read_results(settings, "rule_results")}


def judged(tmp_path, contract, rows, **given):
    settings = settings_of(tmp_path / "home", **given)
    build_warehouse(settings, (contract, rows))
    report = run_expectations(settings, ContractSet((contract,), ()))
    return settings, report


def random_rows(seed, count):
    chance = random.Random(seed)
    numbers = [f"000{n:09d}" for n in range(count)]
    return [
        {
            "number": chance.choice([None, *numbers]),
            "commune": chance.choice([None, "99999", *COMMUNES]),
            "name": chance.choice([None, "a:b", "x:name y", "100%", "'quoted'", "=1+1", "Nguyễn"]),
            "kind": chance.choice([None, "a", "b", "c", "{x}", "\\:kind"]),
            "amount": (amount := chance.choice([None, -1, 0, 7])),
            "amount_raw": chance.choice(["bảy", None]) if amount is None else str(amount),
            "seen_on": chance.choice([None, AS_OF, AS_OF + dt.timedelta(1), dt.date(2020, 1, 1)]),
            "row_verdict": chance.choice(["kept", "kept", "quarantined", "duplicate", "superseded"]),
        }
        for _ in range(count)
    ]


def every_form():
    lists = {"arguments": {"validValues": ["a", "b", "'q'"]}}
    table = [
        *(rule(f"sql_{name}", sql=sql) for name, sql in HARD.items()),
        *(rule(f"applies_{name}", sql=sql, applies="amount >= 0 or kind = '{x}'") for name, sql in HARD.items()),
        rule("twice", metric="duplicateValues", arguments={"properties": ["name", "kind"]}),
        rule(
            "twice_applies", metric="duplicateValues", arguments={"properties": ["name", "kind"]}, applies="amount = 0"
        ),
        rule("all_communes", sql={"coverage": "communes"}),
        rule("fresh", sql={"freshness": "seen_on", "maxAgeDays": 30, "per": "commune"}),
        rule("fresh_all", sql={"freshness": "seen_on", "maxAgeDays": 30, "per": "dataset"}),
    ]
    columns = {
        "number": [rule("number_missing", metric="missingValues"), rule("number_twice", metric="duplicateValues")],
        "kind": [rule("kind_list", metric="invalidValues", **lists)],
        "amount": [
            rule("amount_missing", metric="missingValues"),
            rule("amount_unreadable", metric="invalidValues"),
            rule("amount_list", metric="invalidValues", arguments={"validValues": [0, 7]}),
        ],
        "name": [rule("name_pattern", metric="invalidValues", arguments={"pattern": "[a-z:]{1,9}"})],
    }
    return table, columns


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_great_expectations_and_the_fused_query_count_the_same_for_every_form_of_rule(tmp_path, seed):
    table, columns = every_form()
    contract = people(
        tmp_path,
        quality=table,
        number={"quality": columns["number"], "primaryKey": True},
        kind={"quality": columns["kind"]},
        amount={"quality": columns["amount"], "logicalType": "integer"},
        name={"quality": columns["name"]},
        commune={"customProperties": [{"property": "role", "value": "commune_code"}]},
    )
    rows = random_rows(seed, 60)
    settings, report = judged(tmp_path, contract, rows)
    assert report.errors == ()
    results = results_of(settings)
    assert len(results) == len(contract.rules)
    kept = [r for r in rows if r["row_verdict"] in ("kept", "quarantined")]
    assert results["sql_true"]["failing"] == results["sql_true"]["denominator"] == len(kept)
    assert results["number_missing"]["failing"] == sum(r["number"] is None for r in kept)
    assert results["sql_false"]["outcome"] == "pass"
    assert 0 < results["sql_window"]["failing"] < len(kept)
    listed = read_results(settings, "failing_rows")
    by_commune = read_results(settings, "commune_counts")
    for name, found in results.items():
        assert sum(r["rule_id"] == name for r in listed) == found["failing"]
        counted = [c for c in by_commune if c["rule_id"] == name]
        assert sum(c["failing"] for c in counted) == found["failing"]
        assert sum(c["denominator"] for c in counted) == found["denominator"]


def test_a_fused_count_that_differs_is_an_error_of_the_tool_and_no_finding(tmp_path, monkeypatch):
    contract = people(tmp_path, quality=[rule("r", sql="kind = 'a'"), rule("other", sql="kind = 'a'")])
    honest = fused.breaks
    monkeypatch.setattr(fused, "breaks", lambda r: "true" if r.id == "r" else honest(r))
    rows = [{"number": "000000000001", "kind": "a"}, {"number": "000000000002", "kind": "b"}]
    settings, report = judged(tmp_path, contract, rows)
    results = results_of(settings)
    assert results["r"]["outcome"] == "error"
    assert results["r"]["message"] == "counts differ: 1 by Great Expectations, 2 by the fused query"
    assert results["other"]["outcome"] == "fail"
    assert {r["rule_id"] for r in read_results(settings, "failing_rows")} == {"other"}
    assert report.outcomes == {"error": 1, "fail": 1}


def test_a_rule_that_cannot_run_is_an_error_and_the_others_go_on_and_no_value_is_told(tmp_path):
    contract = people(
        tmp_path,
        quality=[
            rule("no_column", sql="nothing_here = 1"),
            rule("no_number", sql="cast(name as integer) = 1"),
            rule("no_sense", sql={"freshness": "seen_on"}),
            rule("good", sql="kind = 'a'"),
        ],
    )
    settings, report = judged(
        tmp_path, contract, [{"number": "000000000001", "name": "Nguyễn Văn Bí Mật", "kind": "a"}]
    )
    results = results_of(settings)
    assert {k: r["outcome"] for k, r in results.items()} == {
        "no_column": "error", "no_number": "error", "no_sense": "error", "good": "fail",
    }  # fmt: skip
    assert "nothing_here" in results["no_column"]["message"]
    assert "Bí Mật" not in results["no_number"]["message"]
    assert "Conversion Error" in results["no_number"]["message"]
    assert "maxAgeDays" in results["no_sense"]["message"]
    assert report.metadata()["error"] == 3


def test_an_empty_dataset_is_not_applicable_by_row_and_missing_by_commune(tmp_path):
    contract = people(
        tmp_path,
        quality=[
            rule("all", sql={"coverage": "communes"}),
            rule("fresh", sql={"freshness": "seen_on", "maxAgeDays": 1, "per": "dataset"}),
        ],
        note={"quality": [rule("missing", metric="missingValues")]},
    )
    settings, _ = judged(tmp_path, contract, [])
    results = results_of(settings)
    assert results["missing"]["outcome"] == results["fresh"]["outcome"] == "not_applicable"
    assert (results["all"]["failing"], results["all"]["denominator"]) == (3, 3)


def test_a_commune_with_a_row_or_a_declared_zero_is_covered_and_an_undeclared_one_is_listed(tmp_path):
    contract = people(tmp_path, quality=[rule("all", sql={"coverage": "communes"})])
    settings = settings_of(tmp_path / "home")
    build_warehouse(settings, (contract, [{"number": "000000000001", "commune": "20194"}]))
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(
            "insert into staging.int_zero_declarations values"
            " ('people', '20195', date '2026-10-01', 'kept'), ('people', '20197', date '2026-12-01', 'kept'),"
            " ('people', '20197', date '2026-10-01', 'superseded'), ('others', '20197', date '2026-10-01', 'kept')"
        )
    run_expectations(settings, ContractSet((contract,), ()))
    assert [r["commune_code"] for r in read_results(settings, "failing_rows")] == ["20197"]


def test_the_latest_total_by_commune_stands_before_one_of_the_province(tmp_path):
    entry = rule("total", metric="rowCount", arguments={"expected": "control_totals", "tolerance": 0.1})
    contract = people(tmp_path, quality=[entry])
    rows = [{"number": f"00000000000{n}", "commune": "20194"} for n in range(9)]
    settings = settings_of(tmp_path / "home")
    build_warehouse(settings, (contract, rows))
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(
            "insert into staging.int_control_totals values"
            " ('people', '20194', 10, date '2026-10-01', 'kept', 1),"
            " ('people', '20194', 99, date '2026-01-01', 'kept', 2),"
            " ('people', '20195', 2, date '2026-10-01', 'kept', 3),"
            " ('people', null, 5000, date '2026-10-01', 'kept', 4)"
        )
    run_expectations(settings, ContractSet((contract,), ()))
    assert results_of(settings)["total"]["denominator"] == 2
    listed = read_results(settings, "failing_rows")
    assert [(r["commune_code"], r["detail"]) for r in listed] == [("20195", "có 0 / phải có 2 bản ghi")]


def test_a_day_in_the_future_does_not_make_a_dataset_fresh(tmp_path):
    entry = rule("fresh", sql={"freshness": "seen_on", "maxAgeDays": 30, "per": "dataset"})
    contract = people(tmp_path, quality=[entry])
    rows = [
        {"number": "000000000001", "seen_on": dt.date(2026, 9, 1)},
        {"number": "000000000002", "seen_on": dt.date(2062, 9, 1)},
    ]
    settings, _ = judged(tmp_path, contract, rows)
    assert [r["detail"] for r in read_results(settings, "failing_rows")] == ["cập nhật gần nhất 01/09/2026"]


def test_result_files_are_private_and_typed_even_without_contracts(tmp_path):
    settings = settings_of(tmp_path / "home")
    build_warehouse(settings)
    report = run_expectations(settings, ContractSet((), ()))
    assert report.metadata()["rules"] == 0
    for name in ("rule_results", "failing_rows", "commune_counts"):
        path = settings.results / f"{name}.parquet"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert read_results(settings, name) == []


def test_a_failed_run_leaves_the_last_results_as_they_were(tmp_path, monkeypatch):
    contract = people(tmp_path, quality=[rule("r", sql="kind = 'a'")])
    settings, _ = judged(tmp_path, contract, [{"number": "000000000001", "kind": "a"}])
    before = {p.name: p.read_bytes() for p in settings.results.iterdir()}
    monkeypatch.setattr(runner, "judge_dataset", lambda *_: (_ for _ in ()).throw(MemoryError()))
    with pytest.raises(MemoryError):
        run_expectations(settings, ContractSet((contract,), ()))
    assert {p.name: p.read_bytes() for p in settings.results.iterdir()} == before


def test_without_a_warehouse_the_reader_is_told_to_build_it(tmp_path):
    with pytest.raises(WarehouseError):
        run_expectations(settings_of(tmp_path / "home"), ContractSet((), ()))
