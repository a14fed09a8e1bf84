"""Real input, with contract files and nothing else."""

from __future__ import annotations

import re

import pandas as pd
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


def test_every_pair_of_the_crosswalk_is_a_change_or_is_listed_with_the_reason(real_home):
    """10,571 rows: what they say is what the store says, but for four that something speaks against."""
    kept = "select old_code, new_code from staging.stg_commune_crosswalk where row_verdict = 'kept'"
    [(rows, agreeing)] = real_home.rows(
        f"""
        select count(*), count(changes.new_code) from ({kept}) as table_rows
        left join shared.administrative_unit_changes as changes
            on table_rows.old_code = changes.old_code and table_rows.new_code = changes.new_code
            and changes.effective_on = date '2025-07-01' and changes.basis = 'commune_crosswalk'
        """
    )
    island_districts = real_home.rows(
        "select new_code from shared.administrative_unit_changes"
        " where level = 'district' and change = 'renamed' and basis = 'commune_crosswalk'"
    )
    listed = real_home.rows(
        "select verdict, count(*) from staging.int_official_unit_changes where verdict <> 'kept' group by 1 order by 1"
    )
    assert rows == 10571
    assert agreeing + len(island_districts) + sum(count for _, count in listed) == rows
    assert listed == [("code_of_another_name", 3), ("no_old_unit", 1)]


def test_every_difference_of_the_crosswalk_and_the_package_has_a_reason(real_home):
    differences = real_home.rows(
        "select reason, count(*) from staging.int_unit_change_differences group by reason order by reason"
    )
    [(only_in_package,)] = real_home.rows(
        """
        select count(*) from staging.int_unit_change_differences as d
        join shared.administrative_unit_changes as c using (old_code, new_code, effective_on)
        where d.official_change is null and d.reason <> 'old_unit_not_in_official_table'
        """
    )
    assert only_in_package == 0, "the official table goes before the package"
    assert dict(differences) == {
        # rows of the table
        "code_of_another_name": 3,
        "no_old_unit": 1,
        "not_in_package": 1,
        "package_has_another_successor": 31,
        "name_written_otherwise": 6,
        "other_kind": 1,
        # pairs of the package
        "same_name_elsewhere": 31,
        "not_in_official_table": 3,
        "old_unit_not_in_official_table": 2,
    }


def test_the_books_balance(real_home):
    assert real_home.rows("select * from ops.row_accounting where missing <> 0") == []
    [(layers,)] = real_home.rows("select count(distinct layer) from ops.row_accounting where dataset = 'receipt_cases'")
    assert layers == 5


def test_every_case_has_a_history_of_its_steps(real_home):
    [(stepped, whole)] = real_home.rows(
        "select count(distinct dossier_code) filter (source = 'steps'), count(distinct dossier_code)"
        " from shared.dossier_history"
    )
    # the case itself has the last word where its one step says less: tests/integration/test_dossier_history.py
    assert (whole, stepped) == (1434, 1318)


def test_form_06_holds_on_real_cases(real_home):
    for table in ("settlement", "settlement_rollups"):
        [(rows, variants, broken)] = real_home.rows(
            f"""
            select count(*), count(distinct variant), count(*) filter (
                total_received <> received_online + received_direct_or_post + carried_over
                or total_settled <> settled_early + settled_on_time + settled_late
                or total_pending <> pending_in_time + pending_late
                or total_received <> total_settled + total_pending
            ) from metrics.{table}
            """
        )
        assert rows > 100 and variants == 2 and broken == 0, table


def test_strictly_the_cases_that_were_late_by_the_clock_are_and_by_date_they_are_fewer(real_home, shared_data):
    cases = pd.read_csv(shared_data / "receipt_cases.csv")
    ended, due = (
        pd.to_datetime(cases[column], utc=True, format="mixed").dt.tz_convert("Asia/Ho_Chi_Minh")
        for column in ("case:enddate", "case:deadline")
    )
    finished = int(ended.notna().sum())
    by_the_clock = int((ended > due).sum())
    by_date = int((ended.dt.normalize() > due.dt.normalize()).sum())
    assert (finished, by_the_clock, by_date) == (1329, 377, 309)
    found = real_home.rows(
        "select variant, sum(total_settled), sum(settled_late) from metrics.settlement_rollups"
        " where agency_code = 'H17' and field_code = 'tat_ca' and period_type = 'year' group by 1 order by 1"
    )
    assert found == [("as_system", finished, by_date), ("strict", finished, by_the_clock)]
    between = real_home.rows(
        "select reason, count(*) from metrics.settlement_differences"
        " where period_type = 'year' and strict_column_out = 10 group by 1"
    )
    assert between == [("late_by_time_of_day", by_the_clock - by_date)]


def test_the_catalogue_of_procedures_loads_whole_and_says_which_durations_were_read(real_home):
    [counts] = real_home.rows(
        "select rows_in, kept, rejected, out_of_scope from ops.row_accounting"
        " where dataset = 'national_procedures' and layer = 'landing'"
    )
    assert counts == (2643, 2642, 0, 1)
    durations = real_home.rows(
        "select duration_status, coalesce(duration_unit, ''), count(*), count(duration_hours)"
        " from shared.procedures group by 1, 2 order by 1, 2"
    )
    assert durations == [
        ("none", "", 437, 0),
        ("one", "calendar_day", 509, 0),
        ("one", "hour", 74, 74),
        ("one", "month", 6, 0),
        ("one", "working_day", 1008, 1008),
        ("several", "", 608, 0),
    ]


def test_every_procedure_of_the_catalogue_is_national_published_and_of_some_level(real_home):
    [figures] = real_home.rows(
        """
        select count(*), count(distinct procedure_code), count(*) filter (is_national and is_in_published_catalogue),
            count(levels), count(*) filter (levels like '%commune%'),
            count(*) filter (source_system = 'procedure_facts')
        from shared.procedures
        """
    )
    assert figures == (2642, 2642, 2642, 2642, 588, 0)


def test_what_is_written_for_an_agency_that_no_list_has_is_reported_with_its_dossiers(real_home):
    [(reported,)] = real_home.rows(
        "select sum(dossiers) from quality.unknown_agencies where dataset = 'receipt_cases' and role = 'receiving'"
    )
    [(without,)] = real_home.rows(
        "select count(*) from shared.dossiers where dataset = 'receipt_cases' and receiving_agency_code is null"
    )
    assert reported == without == 1434
