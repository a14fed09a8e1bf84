"""The arrival guard: what looks unlike before waits for a person, and what the person decides is kept."""

from __future__ import annotations

import json

import pytest

from ingestion import batches
from ingestion.arrival import period_ordinal
from ingestion.decisions import decide, list_batches
from ingestion.history import read_history
from ingestion.landing import land
from tests.contracts import make_contract
from warehouse.contracts import ContractSet
from warehouse.errors import BatchError
from warehouse.settings import Settings


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path / "home", as_of="2026-11-02")


def write(folder, name, codes, days=None):
    lines = [f"{c},{d}" for c, d in zip(codes, days or ["01/10/2026"] * len(codes), strict=True)]
    (folder / name).write_text("\n".join(["Mã,Ngày", *lines]) + "\n", encoding="utf-8")


def monthly(folder, **arrival):
    return make_contract(
        folder,
        columns={
            "code": "Mã",
            "day": {
                "physicalName": "Ngày",
                "logicalType": "date",
                "customProperties": [{"property": "role", "value": "recorded_on"}],
            },
        },
        keys=("code",),
        period={"fileName": r"things_(\d{4}_\d{2})"},
        arrival=arrival,
    )


def reasons(attempt):
    return [reason for manifest in attempt.held for reason in manifest.hold_reasons]


def test_a_file_sent_again_with_a_quarter_of_its_rows_less_is_held_and_the_earlier_one_stays(tmp_path, settings):
    contract = monthly(tmp_path)
    write(tmp_path, "things_2026_05.csv", range(100))
    land(settings, contract)
    write(tmp_path, "things_2026_05.csv", range(74))
    attempt = land(settings, contract)
    assert attempt.state == "held"
    assert reasons(attempt) == [
        "file 2026_05: 74 rows, its earlier version has 100 (limit 25%)",
        "dataset: 74 rows, 100 before (limit 15%)",
    ]
    assert "kho batch release" in attempt.message
    [in_force] = read_history(settings, contract).in_force
    assert in_force.manifest.rows_landed == 100
    assert land(settings, contract).state == "held", "it is held once, and goes on waiting"
    assert len(read_history(settings, contract).held) == 1


@pytest.mark.parametrize(("rows", "held"), [(100, False), (124, False), (126, True), (60, True)])
def test_a_new_month_is_compared_with_the_usual_size(tmp_path, settings, rows, held):
    contract = monthly(tmp_path)
    for month in ("05", "06", "07"):
        write(tmp_path, f"things_2026_{month}.csv", range(int(month) * 1000, int(month) * 1000 + 100))
    assert land(settings, contract).state == "landed", "the first load has nothing to be compared with"
    write(tmp_path, "things_2026_08.csv", range(rows))
    assert (land(settings, contract).state == "held") is held


def test_few_rows_more_or_less_are_no_reason(tmp_path, settings):
    contract = monthly(tmp_path)
    write(tmp_path, "things_2026_05.csv", range(10))
    land(settings, contract)
    write(tmp_path, "things_2026_05.csv", range(3))
    assert land(settings, contract).state == "landed"


def test_an_empty_file_a_gap_and_a_contract_that_allows_them(tmp_path, settings):
    contract = monthly(tmp_path)
    write(tmp_path, "things_2026_05.csv", range(5))
    write(tmp_path, "things_2026_06.csv", [])
    write(tmp_path, "things_2026_08.csv", range(5, 10))
    assert reasons(land(settings, contract)) == [
        "empty: no data row, 5 before",
        "gap: 2 period(s) before 2026_08 never came",
    ]
    easy = monthly(tmp_path, empty="allow", gaps="allow")
    other = Settings(home=tmp_path / "other", as_of="2026-11-02")
    assert reasons(land(other, easy)) == []


def test_two_files_of_one_month_in_one_delivery_let_the_second_wait(tmp_path, settings):
    contract = monthly(tmp_path)
    write(tmp_path, "things_2026_05.csv", range(5))
    write(tmp_path, "things_2026_05_b.csv", range(6))
    assert reasons(land(settings, contract)) == ["duplicate: 2026_05 came with things_2026_05.csv too"]


def test_rows_from_the_future_and_an_old_export_are_held(tmp_path, settings):
    contract = monthly(tmp_path)
    write(tmp_path, "things_2026_05.csv", range(40), ["31/05/2026"] * 37 + ["03/11/2026", "04/11/2026", "01/01/2027"])
    assert reasons(land(settings, contract)) == [], "two in forty are fewer than five per cent"
    write(tmp_path, "things_2026_06.csv", range(40), ["01/06/2027"] * 40)
    assert "future: 100% of the dated rows lie more than 1 days after 02/11/2026" in reasons(land(settings, contract))
    (tmp_path / "things_2026_06.csv").unlink()
    write(tmp_path, "things_2026_05.csv", range(41), ["30/04/2026"] * 41)
    assert "stale: its newest row is of 30/04/2026, what it would replace has 03/11/2026" in reasons(
        land(settings, contract)
    )


def test_a_source_with_nothing_new_for_longer_than_promised_is_late(tmp_path, settings):
    write(tmp_path, "things_2026_05.csv", range(5))
    path = monthly(tmp_path).path
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "slaProperties:\n- {property: frequency, value: 7, unit: d}\n", encoding="utf-8")
    from warehouse.contract_reader import load_contract
    from warehouse.profile import load_profile

    contract = load_contract(path, load_profile("da_nang_2025"), "sample", {})
    [manifest] = land(settings, contract).landed
    assert land(settings, contract).state == "unchanged"
    file = batches.dataset_folder(settings, contract) / manifest.batch_id / batches.MANIFEST
    file.write_text(json.dumps({**json.loads(file.read_text()), "landed_at": "2020-01-01 00:00:00.000000"}))
    attempt = land(settings, contract)
    assert attempt.state == "late"
    assert "wanted something new every 7 days" in attempt.message and "since 01/01/2020" in attempt.message


@pytest.fixture
def held(tmp_path, settings):
    contract = monthly(tmp_path)
    write(tmp_path, "things_2026_05.csv", range(100))
    land(settings, contract)
    write(tmp_path, "things_2026_05.csv", range(50))
    [manifest] = land(settings, contract).held
    return contract, ContractSet((contract,), ()), manifest.batch_id


def test_a_released_batch_counts_and_who_and_why_are_kept(settings, held):
    contract, contracts, batch_id = held
    decide(settings, contracts, batch_id, "released", who="lan", why="Đã hỏi nơi gửi: đúng.")
    history = read_history(settings, contract)
    assert history.held == ()
    assert history.slices["2026_05"].manifest.rows_landed == 50
    decision = history.slices["2026_05"].decision
    assert (decision.who, decision.why) == ("lan", "Đã hỏi nơi gửi: đúng.")
    assert land(settings, contract).state == "unchanged"


def test_a_rejected_batch_stays_out_and_does_not_come_again(settings, held):
    contract, contracts, batch_id = held
    decide(settings, contracts, batch_id, "rejected", who="lan", why="thiếu trang")
    assert land(settings, contract).state == "unchanged"
    assert read_history(settings, contract).slices["2026_05"].manifest.rows_landed == 100
    assert [b.state for b in list_batches(settings, contracts)] == ["committed", "rejected"]


def test_a_decision_needs_a_reason_and_a_batch_that_waits(settings, held):
    _, contracts, batch_id = held
    with pytest.raises(BatchError, match="wanted a reason"):
        decide(settings, contracts, batch_id, "released", who="lan", why=" ")
    decide(settings, contracts, batch_id, "rejected", who="lan", why="sai")
    with pytest.raises(BatchError, match="found one that is rejected"):
        decide(settings, contracts, batch_id, "released", who="lan", why="đúng")
    with pytest.raises(BatchError, match="no batch of this name"):
        decide(settings, contracts, "20260101T000000000000-00000000", "released", who="lan", why="đúng")


def test_a_newer_extraction_takes_the_place_of_one_that_waits(tmp_path, settings, held):
    contract, _, batch_id = held
    write(tmp_path, "things_2026_05.csv", range(60))
    land(settings, contract)
    history = read_history(settings, contract)
    assert [b.manifest.rows_landed for b in history.held] == [60]
    [replaced] = [b for b in history.batches if b.state == "rejected"]
    assert replaced.manifest.batch_id == batch_id and replaced.decision.who == "kho"


def test_a_decision_that_was_written_down_before_a_crash_is_carried_out(settings, held):
    contract, _, batch_id = held
    [batch] = read_history(settings, contract).held
    decision = {"state": "committed", "who": "lan", "at": "2026-11-02 08:00:00", "why": "đúng"}
    batches.write_json(batch.folder / batches.DECISION, decision)
    land(settings, contract)
    assert read_history(settings, contract).slices["2026_05"].manifest.batch_id == batch_id


@pytest.mark.parametrize(
    ("one", "next_one"), [("2026_12", "2027_01"), ("202612", "202701"), ("2026Q4", "2027Q1"), ("2026", "2027")]
)
def test_periods_follow_each_other(one, next_one):
    assert period_ordinal(next_one) == period_ordinal(one) + 1
