"""The sample province from export to release, against its ground truth, fault by fault."""

from __future__ import annotations

import csv
import datetime as dt
import email
import email.policy
import json
import re
from collections import Counter, defaultdict

import duckdb
import pandas as pd
import pytest

from ingestion.sample.publications import (
    BEFORE_EFFECTIVE,
    INCOMPLETE_PARTS,
    LATE_DECISION,
    LATE_PUBLICATION,
    PARTS,
    PUBLICATIONS,
    TO_PUBLIC,
)
from ingestion.sample.recipe import read_recipes
from tests.kho import kho
from warehouse.cross_checks import cross_checks

pytestmark = pytest.mark.slow


def truth(home):
    with (home.path / "sample" / "ground_truth.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def found(home):
    """Everything that the platform found, as (dataset, rule, key or place)."""
    rules = home.results("failing_rows", "dataset, rule_id, row_key, commune_code")
    flags = home.rows("select 'dossiers', rule, dossier_code, null from metrics.dossier_flags")
    rejected = home.rows(
        "select dataset, 'rejected', null, null from ops.row_accounting, range(rejected) where layer = 'landing'"
    )
    crossed = home.rows("select left_dataset, check_id, left_row_key, null from quality.cross_checks")
    found = rules + flags + rejected + crossed + behind(home)
    return Counter((d, r, key or "") for d, r, key, _ in found)


def behind(home):
    """Decisions that published procedures late or in part: by the days that the sample was made with."""
    key = "procedure_code_raw || '|' || decision_number"
    found = []
    for issuer, days in BEFORE_EFFECTIVE.items():
        late = {
            LATE_DECISION: f"days_before_effective < {days}",
            LATE_PUBLICATION: f"decision_date is not null and coalesce(days_to_public > {TO_PUBLIC[issuer]}, true)",
            INCOMPLETE_PARTS: f"parts_published < {PARTS}",
        }
        for what, is_behind in late.items():
            found += home.rows(
                f"select '{PUBLICATIONS}', '{what}', {key}, null from shared.procedure_publications"
                f" where issuer = '{issuer}' and {is_behind}"
            )
    return found


def test_every_planted_fault_is_found_and_none_is_invented(sample_home):
    planted = Counter((t["dataset"], t["rule_id"], t["row_key"]) for t in truth(sample_home))
    rows = found(sample_home)
    # a table rule names a place and not a row: its place is compared in the next test
    table_rules = {
        r for (r,) in sample_home.results("rule_results", "distinct rule_id") if r in _table_rules(sample_home)
    }
    planted = Counter({k: n for k, n in planted.items() if k[1] not in table_rules})
    rows = Counter({k: n for k, n in rows.items() if k[1] not in table_rules})
    assert planted - rows == Counter(), "planted and not found"
    assert rows - planted == Counter(), "found and not planted"


def test_every_check_between_databases_finds_what_was_planted_with_both_rows(sample_home):
    checks = {check.check: check for check in cross_checks()}
    planted = Counter(t["rule_id"] for t in truth(sample_home) if t["rule_id"] in checks)
    assert set(planted) == set(checks)
    assert dict(sample_home.rows("select check_id, count(*) from quality.cross_checks group by all")) == planted
    pairs = sample_home.rows("select check_id, outcome, rows_looked_at, rows_found from quality.cross_check_results")
    # of dossiers of law offices, infants at school, … only some rows are looked at, never none
    assert {outcome for _, outcome, _, _ in pairs} <= {"pass", "fail"}
    assert all(looked_at >= found for _, _, looked_at, found in pairs)
    assert sum(found for *_, found in pairs) == sum(planted.values())
    [(places, whole)] = sample_home.rows(
        "select count(*), count(left_batch_id) filter (where left_row_number > 0 and left_row_key is not null"
        " and owner_key is not null and evidence is not null) from quality.cross_checks"
    )
    assert places == whole
    right = "right_batch_id || right_row_number || right_row_key"
    for check, rights in sample_home.rows(f"select check_id, count({right}) from quality.cross_checks group by 1"):
        assert rights == (planted[check] if checks[check].kind == "match" else 0), check


def test_every_number_that_lost_its_zero_is_repaired_and_listed(sample_home):
    planted = {(t["dataset"], t["row_key"]) for t in truth(sample_home) if t["fault"] == "lost_zero"}
    assert len(planted) >= 6
    listed = {
        (dataset, key)
        for dataset in {d for d, _ in planted}
        for (key,) in sample_home.rows(
            f"select s.row_key from ops.identifier_repairs as r inner join shared.{dataset} as s"
            f" using (batch_id, row_number) where r.dataset = '{dataset}' and r.kind = 'leading_zero'"
            " and s.person_number_status = 'repaired'"
        )
    }
    assert listed == planted
    [(repairs,)] = sample_home.rows("select count(*) from ops.identifier_repairs")
    assert repairs == len(planted)
    assert sample_home.rows("select sum(row_count) from ops.repairs where kind = 'leading_zero'") == [(repairs,)]


def test_a_birth_of_which_only_the_year_is_written_keeps_it(sample_home):
    planted = [t for t in truth(sample_home) if t["rule_id"] == "merit_recipients_born_on_unreadable"]
    found = dict(sample_home.rows("select born_on_precision, count(*) from shared.merit_recipients group by all"))
    assert found["year"] == len(planted) and set(found) == {"day", "year"}


def test_every_missing_commune_count_and_stale_unit_is_found_where_it_was_planted(sample_home):
    table_rules = _table_rules(sample_home)
    planted = Counter(
        (t["dataset"], t["rule_id"], t["commune_code"]) for t in truth(sample_home) if t["rule_id"] in table_rules
    )
    rows = Counter(
        (d, r, c or "")
        for d, r, c in sample_home.results("failing_rows", "dataset, rule_id, commune_code")
        if r in table_rules
    )
    assert planted, "the sample plants faults of whole communes"
    assert rows == planted


def _table_rules(home):
    kinds = home.results("rule_results", "rule_id, kind")
    return {rule for rule, kind in kinds if kind in ("coverage", "row_count", "freshness")}


def test_every_kind_of_fault_of_the_domain_is_planted(sample_home):
    rules = {t["rule_id"] for t in truth(sample_home)}
    assert {f"S{i}" for i in range(1, 7)} | {f"A{i}" for i in range(1, 11)} <= rules
    kinds = {t["fault"] for t in truth(sample_home)}
    assert len(kinds) >= 20, kinds


def test_no_rule_ended_as_a_tool_error(sample_home):
    outcomes = Counter(o for (o,) in sample_home.results("rule_results", "outcome"))
    assert outcomes["error"] == 0
    assert outcomes["fail"] > 50


def test_an_unknown_status_is_kept_named_with_its_row_and_shown(sample_home):
    assert sample_home.rows("select dataset, column_name from ops.unmapped_values order by all") == [
        ("one_stop_list", "status"),
        ("satisfaction_ratings", "rating"),
    ]
    [(dataset, column, value, rows, file, row)] = sample_home.rows(
        "select dataset, column_name, value_found, row_count, first_file, first_row from ops.unmapped_values"
        " where dataset = 'one_stop_list'"
    )
    planted = [t for t in truth(sample_home) if t["rule_id"] == "osl_status_unknown"]
    assert (dataset, column, value, rows) == ("one_stop_list", "status", "Đang xác minh", len(planted))
    assert f"contract one_stop_list.yml, column status: “{value}”" in sample_home.output
    text = re.sub(r"\s+", " ", sample_home.output)
    assert f"first in {file} row {row}" in text


def test_the_books_say_what_the_files_hold(sample_home):
    with (sample_home.path / "sample" / "accounting.csv").open(encoding="utf-8") as file:
        wanted = {
            (r["dataset"], r["source_file"]): (int(r["rows_read"]), int(r["out_of_scope"]), int(r["rejected"]))
            for r in csv.DictReader(file)
        }
    landed = sample_home.rows(
        "select dataset, source_file, rows_read, rows_out_of_scope, rows_rejected from ops.batches"
    )
    assert {(d, f): tuple(counts) for d, f, *counts in landed} == wanted


def test_the_books_balance_in_every_layer(sample_home):
    layers = Counter(layer for (layer,) in sample_home.rows("select layer from ops.row_accounting"))
    assert set(layers) == {"landing", "staging", "shared", "metrics", "open_data"}
    assert layers["landing"] == layers["staging"] == layers["shared"], "every dataset is accounted for"
    assert sample_home.rows("select count(*) from ops.row_accounting where owner_key is null") == [(0,)]
    assert sample_home.rows("select * from ops.row_accounting where missing <> 0") == []


def test_what_is_in_no_figure_has_a_reason_and_what_is_in_one_is_in_its_total(sample_home):
    [(received, published)] = sample_home.rows(
        "select sum(kept) filter (layer = 'metrics'), sum(kept) filter (layer = 'open_data')"
        " from ops.row_accounting join staging.int_datasets using (dataset, owner_key) where entity = 'dossiers'"
    )
    [(newly,)] = sample_home.rows(
        "select sum(received_online + received_direct_or_post) from metrics.settlement"
        " where period_type = 'month' and variant = 'as_system'"
    )
    assert received == newly, "received in one month each"
    assert 0 < published < received
    left_out = sample_home.rows(
        "select sum(not_counted + suppressed) from ops.row_accounting"
        " union all select sum(row_count) from ops.uncounted_rows"
    )
    assert left_out[0] == left_out[1]


def test_a_departments_dossier_has_the_history_that_its_steps_tell(sample_home):
    written = defaultdict(list)
    for path in (sample_home.path / "sample" / "one_stop" / "steps").glob("*.csv"):
        with path.open(encoding="utf-8-sig") as file:
            for step in csv.DictReader(file):
                day, clock = step["Thời điểm xử lý"].split()
                at = dt.datetime.fromisoformat("-".join(reversed(day.split("/"))) + " " + clock)
                written[step["Mã hồ sơ"]].append((at, step["Trạng thái"]))
    codes = dict(sample_home.rows("select distinct status, status_raw from staging.stg_one_stop_steps"))
    found = defaultdict(list)
    for code, at, status, source in sample_home.rows(
        "select dossier_code, valid_from, status, source from shared.dossier_history order by all"
    ):
        found[code].append((at, codes.get(status), source))
    assert len(written) > 100
    # an open dossier's row may add what no step says
    closed = {c for (c,) in sample_home.rows("select dossier_code from shared.dossiers where status in (7, 9, 10)")}
    differing = {
        code for code, steps in written.items() if found[code] != [(at, text, "steps") for at, text in sorted(steps)]
    }
    assert differing & closed == set()
    assert len(differing) < len(written) / 5
    others = [states for code, states in found.items() if code not in written]
    assert {source for states in others for *_, source in states} == {"exports"}
    assert sum(len(states) > 1 for states in others) > 20


def test_an_alias_that_another_dossier_contradicts_is_listed_and_both_stay(sample_home):
    planted = {t["row_key"] for t in truth(sample_home) if t["note"] == "mã khác trùng mã của hồ sơ khác"}
    listed = sample_home.rows(
        "select dossier_code, is_same_dossier, conflict is not null from shared.dossier_aliases where is_known_code"
    )
    assert {code for code, _, _ in listed} == planted
    assert {(same, conflict) for _, same, conflict in listed} == {(False, True)}


def test_form_06_keeps_its_identities(sample_home):
    broken = sample_home.rows(
        """
        select * from metrics.settlement
        where total_received <> received_online + received_direct_or_post + carried_over
            or total_settled <> settled_early + settled_on_time + settled_late
            or total_pending <> pending_in_time + pending_late
            or total_received <> total_settled + total_pending
        """
    )
    assert broken == []
    for variant in ("as_system", "strict"):
        assert sample_home.rows(f"select count(*) from metrics.settlement where variant = '{variant}'")[0][0] > 100


def test_each_owner_has_one_mail_with_score_and_workbook(sample_home):
    files = sorted((sample_home.path / "outbox").glob("*.eml"))
    logged = sample_home.rows("select owner_key, location from ops.mail_log")
    assert {str(f) for f in files} == {location for _, location in logged}
    assert len(files) == len(logged) >= 6
    message = email.message_from_bytes(
        next(f for f in files if "so_tu_phap" in f.name).read_bytes(), policy=email.policy.default
    )
    html = message.get_body(("html",)).get_content()
    assert "Khai sinh" in html and "02/11/2026" in html
    assert message.get_body(("plain",)) is not None
    [workbook] = list(message.iter_attachments())
    assert workbook.get_filename().endswith(".xlsx")


def test_a_portals_reader_gets_what_the_warehouse_holds(sample_home):
    latest = sample_home.path / "releases" / "latest"
    package = json.loads((latest / "datapackage.json").read_text(encoding="utf-8"))
    assert {r["name"] for r in package["resources"]} == {"procedure_catalogue", "settlement_results"}
    frame = pd.read_parquet(latest / "settlement_results.parquet")
    text = pd.read_csv(latest / "settlement_results.csv", dtype=str, encoding="utf-8-sig")
    with duckdb.connect(str(latest / "open_data.duckdb"), read_only=True) as reader:
        total = reader.execute("select sum(total_received) from settlement_results").fetchone()[0]
    [(rows, received)] = sample_home.rows("select count(*), sum(total_received) from open_data.settlement_results")
    assert len(frame) == len(text) == rows
    assert frame["total_received"].sum() == total == received
    small = frame[frame["suppressed"]]
    assert len(small) and small["total_received"].isna().all()


def test_the_run_is_in_the_history_of_the_same_job_that_the_schedule_runs(sample_home, monkeypatch):
    import dagster as dg

    monkeypatch.setenv("DAGSTER_HOME", str(sample_home.path / "dagster"))
    with dg.DagsterInstance.get() as instance:
        [run] = instance.get_runs(limit=1)
        assert (run.job_name, run.status) == ("daily", dg.DagsterRunStatus.SUCCESS)


def test_the_store_is_there_table_by_table(sample_home):
    tables = defaultdict(set)
    for schema, table in sample_home.rows("select table_schema, table_name from information_schema.tables"):
        tables[schema].add(table)
    assert {
        "administrative_units",
        "administrative_unit_changes",
        "agencies",
        "procedures",
        "calendar_days",
        "dossiers",
        "dossier_history",
        "dossier_aliases",
        "satisfaction_ratings",
        "procedure_publications",
        "decentralised_procedures",
    } <= tables["shared"]
    assert {"births", "deaths", "parcels", "enterprises", "recipients"} <= tables["shared"]
    assert {recipe.dataset for recipe in read_recipes()} <= tables["shared"]
    assert {"rule_results", "failing_rows", "completeness", "scores"} <= tables["quality"]
    assert {"batches", "row_accounting", "source_status", "mail_log", "releases"} <= tables["ops"]


def test_a_dossier_is_traced_to_its_file_and_row(sample_home):
    [(code, file, row)] = sample_home.rows(
        "select dossier_code, source_file, row_number from staging.stg_one_stop_list"
        " where row_verdict = 'kept' order by 1 limit 1"
    )
    told = kho(sample_home.path, "trace", code)
    assert told.code == 0
    assert file[:12] in told.output and str(row) in told.output
    assert "shared.dossiers" in told.output
    [flagged] = sample_home.rows("select min(dossier_code) from metrics.dossier_flags where rule = 'A1'")
    assert "A1" in kho(sample_home.path, "trace", flagged[0]).output
    nothing = kho(sample_home.path, "trace", "H17.999-000000-0000")
    assert nothing.code == 1 and "No row has the key" in nothing.output


def test_the_calendar_and_the_units_are_right_at_their_dates(sample_home):
    days = dict(
        sample_home.rows(
            "select day, is_working_day from shared.calendar_days where day in"
            " ('2026-11-24', '2026-08-22', '2026-08-31', '2026-01-02', '2026-01-10', '2026-11-23')"
        )
    )
    wanted = {
        "2026-11-24": False,
        "2026-08-22": True,
        "2026-08-31": False,
        "2026-01-02": False,
        "2026-01-10": True,
        "2026-11-23": True,
    }
    assert {d.isoformat(): working for d, working in days.items()} == wanted
    units = sample_home.rows(
        "select name, province_code from shared.administrative_units where code = '20335' order by valid_from"
    )
    assert units == [("Phường Tân Thạnh", "49"), ("Phường Bàn Thạch", "48")]


def test_a_second_run_lands_nothing_writes_no_mail_and_leaves_the_release_as_it_was(sample_home):
    """Last in this file: the run before it is what the others looked at."""
    before = sample_home.rows("select batch_id from ops.batches order by 1")
    release = (sample_home.path / "releases" / "latest").resolve().name
    content = json.loads((sample_home.path / "releases" / "latest" / "release.json").read_text(encoding="utf-8"))
    mails = {f.name: (f.read_bytes(), f.stat().st_mtime_ns) for f in (sample_home.path / "outbox").glob("*.eml")}
    again = kho(sample_home.path, "sample", "--rows", "3000")
    assert again.code == 0, again.output
    again = kho(sample_home.path, "run")
    assert again.code == 0, again.output
    assert again.rows("select batch_id from ops.batches order by 1") == before
    assert again.rows("select distinct state from ops.source_status") == [("unchanged",)]
    assert (sample_home.path / "releases" / "latest").resolve().name == release
    after = json.loads((sample_home.path / "releases" / "latest" / "release.json").read_text(encoding="utf-8"))
    assert after["content_hash"] == content["content_hash"]
    assert {
        f.name: (f.read_bytes(), f.stat().st_mtime_ns) for f in (sample_home.path / "outbox").glob("*.eml")
    } == mails
    assert dt.date.fromisoformat(content["as_of"]) == dt.date(2026, 11, 2)
