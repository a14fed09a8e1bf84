"""Real input, with contract files and nothing else."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.slow


def test_the_run_succeeds_and_says_what_it_read(real_home):
    assert real_home.code == 0, real_home.output
    line = next(row for row in real_home.output.splitlines() if row.startswith("│ receipt_cases"))
    assert [int(n.replace(",", "")) for n in re.findall(r"│\s+([\d,]+)\s", line)][:2] == [1435, 1434]


def test_the_receipt_cases_give_their_known_figures(real_home):
    [figures] = real_home.rows(
        """
        select count(*), count(finished_at), count(*) filter (finished_at is null),
            count(*) filter (finished_at > due_at), count(*) filter (cast(finished_at as date) > cast(due_at as date))
        from shared.dossiers where dataset = 'receipt_cases'
        """
    )
    kept, finished, still_open, late_by_timestamp, late_by_date = figures
    assert (kept, finished, still_open, late_by_timestamp) == (1434, 1329, 105, 377)
    assert late_by_date < late_by_timestamp, "a case late by hours of its own day is on time by date"


def test_two_cases_are_flagged_as_finished_before_received(real_home):
    rows = real_home.results("failing_rows", "row_key, rule_id")
    assert len([r for r in rows if r[1] == "receipt_finished_before_received"]) == 2
    flagged = real_home.rows(
        "select count(*) from metrics.dossier_flags f join shared.dossiers d using (dossier_code)"
        " where f.rule = 'A10' and d.finished_at < d.received_at"
    )
    assert flagged == [(2,)]


def test_every_channel_is_mapped(real_home):
    assert real_home.rows("select channel, count(*) from shared.dossiers group by 1 order by 1") == [
        (1, 110),
        (2, 1271),
        (3, 53),
    ]
    assert real_home.rows("select count(*) from ops.unmapped_values") == [(0,)]


def test_the_crosswalk_lands_whole(real_home):
    [counts] = real_home.rows(
        "select rows_in, kept, rejected, out_of_scope from ops.row_accounting"
        " where dataset = 'commune_crosswalk' and layer = 'landing'"
    )
    assert counts == (10607, 10571, 0, 36)
    kinds = real_home.rows("select count(*) from staging.stg_commune_crosswalk where row_verdict = 'kept'")
    assert kinds == [(10571,)]
    manifest = next((real_home.path / "landing" / "statistics_office" / "commune_crosswalk").glob("*/manifest.json"))
    import json

    assert json.loads(manifest.read_text(encoding="utf-8"))["out_of_scope"] == {"section": 34, "header": 2}


def test_every_new_code_of_the_crosswalk_is_a_unit_in_force(real_home):
    [(codes, known)] = real_home.rows(
        """
        select count(distinct c.new_code), count(distinct u.code)
        from staging.stg_commune_crosswalk as c
        left join shared.administrative_units as u
            on c.new_code = u.code and u.level = 'commune' and u.valid_from = date '2025-07-01' and u.valid_to is null
        """
    )
    assert (codes, known) == (3321, 3321)


def test_the_books_balance(real_home):
    assert real_home.rows("select * from ops.row_accounting where missing <> 0") == []
    [(layers,)] = real_home.rows("select count(distinct layer) from ops.row_accounting where dataset = 'receipt_cases'")
    assert layers == 3


def test_every_case_has_a_history_of_its_steps(real_home):
    [(stepped, whole)] = real_home.rows(
        "select count(distinct dossier_code) filter (source = 'steps'), count(distinct dossier_code)"
        " from shared.dossier_history"
    )
    # the case itself has the last word where its one step says less: tests/integration/test_dossier_history.py
    assert (whole, stepped) == (1434, 1318)


def test_form_06_holds_on_real_cases(real_home):
    [(rows, broken)] = real_home.rows(
        """
        select count(*), count(*) filter (
            total_received <> received_online + received_direct_or_post + carried_over
            or total_received <> total_settled + total_pending
        ) from metrics.settlement
        """
    )
    assert rows > 100 and broken == 0
