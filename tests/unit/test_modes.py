"""Modes of loading: what a later batch replaces, what is gone, what came late, what a corrected period leaves."""

from __future__ import annotations

import sqlite3

import duckdb
import pytest

from ingestion.batches import MISSING, dataset_folder
from ingestion.current import current_rows
from ingestion.history import read_history
from ingestion.landing import land
from tests.contracts import make_contract
from warehouse.errors import ContractError
from warehouse.settings import Settings

COLUMNS = {"code": "code", "name": "name", "changed_at": {"physicalName": "changed_at", "logicalType": "timestamp"}}
SQLITE = {
    "server": "db",
    "type": "custom",
    "customProperties": [{"property": "driver", "value": "sqlite"}, {"property": "path", "value": "source.sqlite"}],
}
LOOSE = {"fileChange": None, "datasetChange": None}


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path / "home", as_of="2026-11-02")


@pytest.fixture
def source(tmp_path):
    """A table that tests change with SQL."""
    with sqlite3.connect(tmp_path / "source.sqlite", isolation_level=None) as database:
        database.execute("create table things (code text, name text, changed_at text)")
        database.execute(
            "insert into things values ('1', 'a', '2026-05-01 08:00:00'), ('2', 'b', '2026-05-02 08:00:00'),"
            " ('3', 'c', '2026-05-03 08:00:00')"
        )
        yield database
    database.close()


def table_contract(folder, **custom):
    return make_contract(folder, columns=COLUMNS, keys=("code",), server=SQLITE, **{"arrival": LOOSE, **custom})


def now(settings, contract):
    return sorted(duckdb.execute(f"select code, name from ({current_rows(settings, contract)})").fetchall())


INCREMENTAL = {"mode": "incremental", "watermark": {"column": "changed_at", "overlap": "1d"}, "detectMissing": True}


def test_incremental_reads_from_the_watermark_less_the_overlap(tmp_path, settings, source):
    contract = table_contract(tmp_path, **INCREMENTAL)
    assert land(settings, contract).rows_landed == 3
    source.execute("update things set name = 'C', changed_at = '2026-05-04 08:00:00' where code = '3'")
    second = land(settings, contract)
    assert second.rows_landed == 2, "the changed row, and the one a day before the watermark"
    assert now(settings, contract) == [("1", "a"), ("2", "b"), ("3", "C")]
    assert read_history(settings, contract).watermark == "2026-05-04 08:00:00.000000"


def test_incremental_finds_rows_that_are_gone_and_rows_that_came_late(tmp_path, settings, source):
    contract = table_contract(tmp_path, **INCREMENTAL)
    land(settings, contract)
    source.execute("delete from things where code = '1'")
    source.execute("insert into things values ('0', 'late', '2020-01-01 00:00:00')")
    [manifest] = land(settings, contract).landed
    assert (manifest.rows_missing, manifest.rows_total) == (1, 3)
    assert now(settings, contract) == [("0", "late"), ("2", "b"), ("3", "c")]
    source.execute("insert into things values ('1', 'back', '2026-05-05 00:00:00')")
    land(settings, contract)
    assert ("1", "back") in now(settings, contract)


def test_incremental_with_nothing_new_lands_nothing(tmp_path, settings, source):
    contract = table_contract(tmp_path, **INCREMENTAL)
    land(settings, contract)
    assert land(settings, contract).state == "unchanged", "rows of the overlap are read again and say nothing new"
    source.execute("update things set name = 'B' where code = '2'")
    assert land(settings, contract).state == "landed", "a change in the overlap counts, whatever its watermark"
    assert ("2", "B") in now(settings, contract)


@pytest.mark.parametrize("custom", [INCREMENTAL, {"mode": "full"}])
def test_text_in_a_legacy_encoding_is_compared_as_it_landed(tmp_path, settings, source, custom):
    source.execute("delete from things")
    names = ("hép møt tÕt", "NguyÔn V¨n Thö", "TrÇn ThÞ MÉu", "Lª §øc VÝ Dô")
    source.executemany(
        "insert into things values (?, ?, '2026-05-01 08:00:00')", [(str(n), name) for n, name in enumerate(names)]
    )
    contract = table_contract(tmp_path, **custom)
    first = land(settings, contract)
    assert now(settings, contract)[:2] == [("0", "hộp mứt tết"), ("1", "Nguyễn Văn Thử")]
    assert first.landed[0].conversions, "the column was converted"
    assert land(settings, contract).state == "unchanged"


def test_a_whole_table_with_as_many_rows_lands_when_one_value_changed(tmp_path, settings, source):
    contract = table_contract(tmp_path, mode="full")
    assert land(settings, contract).state == "landed"
    source.execute("update things set name = 'B' where code = '2'")
    assert land(settings, contract).state == "landed"
    source.execute("update things set name = 'b' where code = '2'")
    assert land(settings, contract).state == "landed", "it is what it was before, but not what is in force"
    assert land(settings, contract).state == "unchanged"


def test_append_keeps_what_was_there_and_adds_what_is_after_the_watermark(tmp_path, settings, source):
    contract = table_contract(tmp_path, mode="append", watermark={"column": "changed_at"})
    land(settings, contract)
    source.execute("delete from things")
    source.execute("insert into things values ('9', 'z', '2026-06-01 00:00:00')")
    assert land(settings, contract).rows_landed == 1
    assert len(read_history(settings, contract).in_force) == 2


def test_compare_reads_all_and_keeps_what_vanished_as_it_was_last_seen(tmp_path, settings, source):
    contract = table_contract(tmp_path, mode="compare")
    land(settings, contract)
    source.execute("delete from things where code = '2'")
    [manifest] = land(settings, contract).landed
    assert manifest.rows_missing == 1
    gone = dataset_folder(settings, contract) / manifest.batch_id / MISSING
    assert duckdb.execute(f"select code, name, _batch_id from '{gone}'").fetchall() == [("2", "b", manifest.batch_id)]
    assert now(settings, contract) == [("1", "a"), ("3", "c")]
    source.execute("insert into things values ('2', 'again', '2026-06-01')")
    [third] = land(settings, contract).landed
    assert third.rows_missing == 0 and ("2", "again") in now(settings, contract)


def test_a_file_of_a_corrected_month_replaces_that_month_by_its_name(tmp_path, settings):
    contract = make_contract(
        tmp_path, columns={"code": "Mã"}, period={"fileName": r"things_(\d{4}_\d{2})"}, arrival=LOOSE
    )
    (tmp_path / "things_2026_05.csv").write_text("Mã\n1\n2\n", encoding="utf-8")
    (tmp_path / "things_2026_06.csv").write_text("Mã\n3\n", encoding="utf-8")
    land(settings, contract)
    (tmp_path / "things_2026_05_sua.csv").write_text("Mã\n1\n2\n4\n", encoding="utf-8")
    assert land(settings, contract).rows_landed == 3
    in_force = {name: b.manifest.source_file for name, b in read_history(settings, contract).slices.items()}
    assert in_force == {"2026_05": "things_2026_05_sua.csv", "2026_06": "things_2026_06.csv"}
    assert len(read_history(settings, contract).committed) == 3, "the first version stays traceable"
    assert land(settings, contract).state == "unchanged", "the first file still lies there and changes nothing"
    (tmp_path / "things_2026_05.csv").write_text("Mã\n1\n2\n4\n5\n", encoding="utf-8")
    assert land(settings, contract).rows_landed == 4, "it counts again once it is written anew"


def test_a_period_in_a_column_replaces_only_its_own_rows(tmp_path, settings):
    contract = make_contract(tmp_path, columns={"month": "Kỳ", "code": "Mã"}, period={"column": "month"}, arrival=LOOSE)
    (tmp_path / "things_a.csv").write_text("Kỳ,Mã\n202605,1\n202606,2\n,3\n", encoding="utf-8")
    land(settings, contract)
    (tmp_path / "things_b.csv").write_text("Kỳ,Mã\n202605,1\n202605,9\n", encoding="utf-8")
    land(settings, contract)
    slices = {name: (b.manifest.source_file, b.manifest.slices[name]) for name, b in
              read_history(settings, contract).slices.items()}  # fmt: skip
    assert slices == {"202605": ("things_b.csv", 2), "202606": ("things_a.csv", 1), "": ("things_a.csv", 1)}


def test_last_months_file_under_the_name_of_this_month_is_refused(tmp_path, settings):
    contract = make_contract(tmp_path, columns={"code": "Mã"}, period={"fileName": r"things_(\d{4}_\d{2})"})
    (tmp_path / "things_2026_05.csv").write_text("Mã\n1\n", encoding="utf-8")
    (tmp_path / "things_2026_06.csv").write_text("Mã\n1\n", encoding="utf-8")
    attempt = land(settings, contract)
    assert (attempt.state, attempt.rows_landed) == ("late", 1)
    assert "wanted data of 2026_06; found the same bytes as things_2026_05.csv, which is 2026_05" in attempt.message


@pytest.mark.parametrize(
    ("custom", "message"),
    [
        ({"mode": "sometimes"}, "mode one of full, append, incremental, compare"),
        ({"mode": "incremental"}, "a watermark for mode incremental"),
        ({"watermark": {"column": "nothing"}}, "watermark on a column of the contract"),
        ({"watermark": {"column": "changed_at", "overlap": "two days"}}, "a valid watermark.overlap"),
        ({"period": {"fileName": "no group"}}, "period.fileName with a group"),
        ({"period": {"column": "code"}, "mode": "compare"}, "period with mode full"),
        ({"drift": {"columns": "ignore"}}, "a valid drift.columns"),
        ({"arrival": {"fileChange": -1}}, "a valid arrival.fileChange"),
    ],
)
def test_a_contract_that_cannot_be_loaded_so_is_refused_with_the_property(tmp_path, custom, message):
    with pytest.raises(ContractError, match="wanted " + message.replace("(", r"\(")):
        table_contract(tmp_path, **custom)
