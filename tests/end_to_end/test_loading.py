"""Loading over several runs: changed, gone and corrected rows, a file that waits for a person, a source that is new."""

from __future__ import annotations

import re
import sqlite3

import dagster as dg
import pytest

from ingestion.landing import land
from tests.contracts import write_contract
from tests.kho import Home, kho

pytestmark = pytest.mark.slow

CHANGED_AT = {"physicalName": "changed_at", "logicalType": "timestamp"}
TABLE = {"columns": {"code": "code", "name": "name", "changed_at": CHANGED_AT}, "keys": ("code",)}
FREELY = {"fileChange": None, "datasetChange": None}


def database(table):
    properties = {"driver": "sqlite", "path": "source.sqlite"}
    return {
        "server": "db",
        "type": "custom",
        "customProperties": [{"property": k, "value": v} for k, v in properties.items()],
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("loading")
    with sqlite3.connect(folder / "source.sqlite") as source:
        for table in ("changing", "compared"):
            source.execute(f"create table {table} (code text, name text, changed_at text)")
            source.executemany(
                f"insert into {table} values (?, ?, ?)", [(f"{i:03}", "cũ", "2026-05-01 08:00:00") for i in range(50)]
            )
    source.close()
    incremental = {"mode": "incremental", "watermark": {"column": "changed_at", "overlap": "1d"}, "detectMissing": True}
    write_contract(folder, dataset="changing", server=database("changing"), **TABLE, **incremental)
    write_contract(folder, dataset="compared", server=database("compared"), **TABLE, mode="compare")
    write_contract(
        folder,
        dataset="monthly",
        columns={"code": "Mã", "name": "Tên"},
        keys=("code",),
        server={"server": "file", "type": "local", "format": "csv", "path": "monthly_*.csv"},
        period={"fileName": r"monthly_(\d{4}_\d{2})"},
    )
    write_month(folder, "05", "cũ", 40)
    write_month(folder, "06", "cũ", 40)
    return folder


def write_month(folder, month, name, rows, suffix=""):
    lines = "".join(f"{month}{i:03},{name}\n" for i in range(rows))
    (folder / f"monthly_2026_{month}{suffix}.csv").write_text("Mã,Tên\n" + lines, encoding="utf-8")


@pytest.fixture(scope="module")
def first(folder, tmp_path_factory) -> Home:
    ran = kho(tmp_path_factory.mktemp("home"), "run", "--contracts", str(folder))
    assert ran.code == 0, ran.output
    assert ran.rows("select distinct state from ops.source_status") == [("landed",)]
    return ran


@pytest.fixture(scope="module")
def second(first, folder) -> Home:
    """Rows changed, gone and new; a corrected month; a short month, released; a long one; a table never seen before."""
    with sqlite3.connect(folder / "source.sqlite") as source:
        for table in ("changing", "compared"):
            source.execute(f"update {table} set name = 'mới', changed_at = '2026-06-01 08:00:00' where code < '005'")
            source.execute(f"delete from {table} where code in ('048', '049')")
            source.execute(f"insert into {table} values ('999', 'trễ', '2020-01-01 00:00:00')")
        source.execute('create table "Sổ ""chợ""" ("Mã chợ" text, "Tên chợ" text, "Hạng" text, "Ngày cập nhật" text)')
        rows = [("C1", "Chợ Hàn", "1", "01/10/2026"), ("C2", "", "9", "")]
        source.executemany('insert into "Sổ ""chợ""" values (?, ?, ?, ?)', rows)
    source.close()
    write_month(folder, "05", "sửa", 41, suffix="_sua")
    write_month(folder, "06", "ngắn", 5)
    release(first.path, folder)
    write_month(folder, "07", "dài", 500)
    write_contract(folder, dataset="markets", server=database("markets"), **MARKETS)
    path = folder / "markets.yml"
    text = path.read_text(encoding="utf-8").replace("physicalName: markets", 'physicalName: Sổ "chợ"')
    path.write_text(text + "slaProperties:\n- {property: frequency, value: 31, unit: d}\n", encoding="utf-8")
    ran = kho(first.path, "run", "--contracts", str(folder))
    assert ran.code == 0, ran.output
    return ran


def release(home, folder):
    """Let the short month be held, look at it on the command line, and release it there."""
    from orchestration.preparation import read_contracts
    from warehouse.settings import Settings

    settings = Settings(home=home, contracts=folder, as_of="2026-11-02")
    [manifest] = land(settings, read_contracts(settings).named("monthly")).held
    assert "06: 5 rows, its earlier version has 40" in manifest.hold_reasons[0]
    listed = kho(home, "batch", "list", "--contracts", str(folder))
    assert manifest.batch_id in listed.output
    unreasoned = kho(home, "batch", "release", manifest.batch_id, "--contracts", str(folder))
    assert unreasoned.code != 0 and "--why" in unreasoned.output
    reasoned = ("--why", "Đã hỏi xã.", "--who", "lan", "--contracts", str(folder))
    released = kho(home, "batch", "release", manifest.batch_id, *reasoned)
    assert released.code == 0, released.output


MARKETS = {
    "columns": {
        "market_code": "Mã chợ",
        "market_name": {
            "physicalName": "Tên chợ",
            "businessName": "Tên chợ",
            "required": True,
            "quality": [
                {
                    "id": "markets_name_missing",
                    "metric": "missingValues",
                    "mustBe": 0,
                    "dimension": "completeness",
                    "severity": "error",
                    "description": "Tên chợ là trường bắt buộc.",
                    "customProperties": [{"property": "howToFix", "value": "Bổ sung tên chợ."}],
                }
            ],
        },
        "grade": {"physicalName": "Hạng", "logicalType": "integer"},
        "updated_on": {"physicalName": "Ngày cập nhật", "logicalType": "date"},
    },
    "keys": ("market_code",),
}


def source_rows(folder, table):
    with sqlite3.connect(folder / "source.sqlite") as source:
        return sorted(source.execute(f"select code, name from {table}").fetchall())


@pytest.mark.parametrize("table", ["changing", "compared"])
def test_the_shared_table_is_what_the_source_holds(second, folder, table):
    assert second.rows(f"select code, name from shared.{table} order by 1") == source_rows(folder, table)


@pytest.mark.parametrize("table", ["changing", "compared"])
def test_rows_that_are_gone_are_listed_with_the_day(second, table):
    gone = second.rows("select row_key, missing_since from ops.missing_rows where dataset = ? order by 1", table)
    [(landed_at,)] = second.rows("select max(landed_at) from ops.batches where dataset = ?", table)
    assert gone == [("048", landed_at), ("049", landed_at)]


def test_a_row_that_is_gone_is_traced_to_where_it_was_last_seen_and_is_in_no_table(second):
    from warehouse.settings import Settings
    from warehouse.trace import trace_many

    traced = trace_many(Settings(home=second.path), ["048", "047"])
    gone = [row for row in traced["048"] if row.verdict == "missing"]
    assert {row.dataset for row in gone} == {"changing", "compared"}
    assert all(row.tables == () and row.rules == () for row in traced["048"])
    there = [row for row in traced["047"] if row.verdict == "kept"]
    assert {table for row in there for table in row.tables} == {"shared.changing", "shared.compared"}


def test_the_incremental_batch_holds_only_what_it_had_to_read(second):
    batches = second.rows(
        "select rows_landed, rows_missing from ops.batches where dataset = 'changing' order by batch_sequence"
    )
    # a row that came late makes the second one read the table whole
    assert batches == [(50, 0), (49, 2)]


def test_a_corrected_month_replaces_that_month_and_the_old_rows_stay_traceable(second):
    names = second.rows("select substr(code, 1, 2), name, count(*) from shared.monthly group by all order by all")
    assert names == [("05", "sửa", 41), ("06", "ngắn", 5)]
    slices = second.rows(
        "select slice, row_count, is_active from ops.batch_slices where dataset = 'monthly' order by batch_id, slice"
    )
    versions = [("2026_05", 40, False), ("2026_06", 40, False), ("2026_05", 41, True), ("2026_06", 5, True)]
    assert slices == versions


def test_a_month_that_is_much_too_long_waits_and_the_books_know(second):
    [(reasons, rows)] = second.rows("select hold_reasons, rows_landed from ops.batches where state = 'held'")
    assert reasons == "file 2026_07: 500 rows, the last ones usually have 41 (limit 25%)" and rows == 500
    assert second.rows("select sum(held), sum(missing) from ops.row_accounting") == [(500, 0)]
    assert second.rows("select state from ops.source_status where dataset = 'monthly'") == [("held",)]
    assert "monthly is held: held: batch" in re.sub(r"\s+", " ", second.output)


def test_the_books_balance_over_all_batches(second):
    assert second.rows("select count(*) from ops.row_accounting where missing <> 0") == [(0,)]
    assert len(second.rows("select distinct layer from ops.row_accounting")) == 3


def test_one_contract_file_brings_a_table_with_columns_owner_checks_and_freshness(second, folder, monkeypatch):
    assert second.rows("select market_code, market_name, grade from shared.markets order by 1") == [
        ("C1", "Chợ Hàn", 1),
        ("C2", None, 9),
    ]
    assert second.rows("select score from quality.scores where level = 'dataset' and key = 'markets'")
    from orchestration.definitions import build_defs
    from warehouse.settings import Settings

    settings = Settings(home=second.path, contracts=folder, as_of="2026-11-02")
    # what preparing exports is taken back after the test
    for name in ("KHO_HOME", "KHO_CONTRACTS", "KHO_PROFILE", "KHO_ENVIRONMENT", "KHO_AS_OF", "DAGSTER_HOME"):
        monkeypatch.setenv(name, "")
    graph = build_defs(settings).resolve_asset_graph()
    asset = graph.get(dg.AssetKey(["landing", "markets"]))
    assert asset.owners == ["stp@kho.example"]
    assert asset.freshness_policy is not None
    columns = asset.metadata["dagster/column_schema"].columns
    assert [c.name for c in columns] == ["market_code", "market_name", "grade", "updated_on"]
    checks = {key.name for key in graph.get_check_keys_for_assets({asset.key})}
    assert {"source_arrived", "looks_as_before", "markets_name_missing"} <= checks


def test_what_a_person_released_is_read_and_who_and_why_are_kept(second):
    assert second.rows(
        "select decided_by, decision_reason, is_active from ops.batches where decided_by is not null"
    ) == [("lan", "Đã hỏi xã.", True)]
    assert second.rows("select distinct name from shared.monthly where code like '06%'") == [("ngắn",)]
