"""Landing: every row in one bucket, the same content once, a broken source named and nothing else stopped."""

from __future__ import annotations

import sqlite3

import duckdb
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ingestion.batches import dataset_folder
from ingestion.landing import land
from tests.contracts import make_contract
from warehouse.settings import Settings


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path / "home")


def landed_rows(settings, contract, columns="*"):
    files = dataset_folder(settings, contract) / "*" / "data.parquet"
    return duckdb.execute(
        f"select {columns} from read_parquet('{files}', union_by_name = true) order by _row_number"
    ).fetchall()


def test_titles_totals_and_signatures_are_out_of_scope_and_counted(tmp_path, settings):
    path = tmp_path / "things.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Sổ")
        for row, cells in enumerate(
            [
                ["ỦY BAN NHÂN DÂN XÃ"],
                [],
                ["Mã", "Tên"],
                ["001", "một"],
                ["0164A", "hai"],
                [],
                ["Tổng cộng", "2"],
                ["", "Người lập"],
            ]
        ):
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell)
    contract = make_contract(
        tmp_path,
        columns={"code": "Mã", "name": "Tên"},
        keys=("code",),
        server={"server": "file", "type": "local", "format": "xlsx", "path": "things*.xlsx"},
        outOfScope=[{"kind": "total", "when": "code = 'Tổng cộng'"}, {"kind": "signature", "when": "code is null"}],
    )
    attempt = land(settings, contract)
    manifest = attempt.landed[0]
    assert attempt.state == "landed"
    assert (manifest.rows_read, manifest.rows_landed, manifest.rows_rejected) == (8, 2, 0)
    assert manifest.out_of_scope == {"title": 2, "header": 1, "empty": 1, "total": 1, "signature": 1}
    assert landed_rows(settings, contract, "code, name, _sheet, _row_number") == [
        ("001", "một", "Sổ", 4),
        ("0164A", "hai", "Sổ", 5),
    ]


def test_a_row_with_too_many_cells_is_rejected_and_kept_with_its_cells(tmp_path, settings):
    (tmp_path / "things.csv").write_text('Mã,Tên\n1,một\n2,hai,thừa\n3,"ba\nba"\n', encoding="utf-8-sig")
    contract = make_contract(tmp_path, columns={"code": "Mã", "name": "Tên"}, keys=("code",))
    manifest = land(settings, contract).landed[0]
    assert (manifest.rows_read, manifest.rows_landed, manifest.rows_rejected) == (4, 2, 1)
    rejects = dataset_folder(settings, contract) / manifest.batch_id / "rejects.parquet"
    rows = duckdb.execute(f"select bucket, reason, _row_number, cells from '{rejects}' order by 3").fetchall()
    assert [r[:3] for r in rows] == [("out_of_scope", "header", 1), ("rejected", "more cells than the header", 3)]
    assert '"thừa"' in rows[1][3]


def test_the_same_content_lands_once_and_a_corrected_file_lands_again(tmp_path, settings):
    file = tmp_path / "things_05.csv"
    file.write_text("Mã\n1\n", encoding="utf-8")
    contract = make_contract(tmp_path, columns={"code": "Mã"}, keys=("code",))
    assert land(settings, contract).state == "landed"
    assert land(settings, contract).state == "unchanged"
    (tmp_path / "things_05_copy.csv").write_bytes(file.read_bytes())
    assert land(settings, contract).state == "unchanged"
    file.write_text("Mã\n1\n2\n", encoding="utf-8")
    again = land(settings, contract)
    assert (again.state, again.rows_landed, again.landed[0].slices) == ("landed", 2, {"things_05.csv": 2})


def test_one_broken_file_is_named_and_the_others_land(tmp_path, settings):
    (tmp_path / "things_1.csv").write_text("Mã\n1\n", encoding="utf-8")
    (tmp_path / "things_2.csv").write_bytes(b"")
    (tmp_path / "things_3.csv").write_bytes("Mã\n1\nđ".encode() + b"\xff\n")
    contract = make_contract(tmp_path, columns={"code": "Mã"}, keys=("code",))
    attempt = land(settings, contract)
    assert attempt.state == "late"
    assert attempt.rows_landed == 1
    lines = attempt.message.splitlines()
    assert len(lines) == 2
    assert "contract things.yml, things_2.csv: wanted rows; found an empty file" in lines[0]
    assert "things_3.csv, line 3: wanted text in UTF-8" in lines[1]


def test_a_missing_file_is_late_and_says_what_was_looked_for(tmp_path, settings):
    contract = make_contract(tmp_path, columns={"code": "Mã"}, keys=("code",))
    attempt = land(settings, contract)
    assert attempt.state == "late"
    assert "wanted files like things*.csv; found none" in attempt.message


def test_a_file_that_is_no_workbook_is_refused(tmp_path, settings):
    (tmp_path / "things.xlsx").write_text("Mã,Tên", encoding="utf-8")
    server = {"server": "file", "type": "local", "format": "xlsx", "path": "things*.xlsx"}
    contract = make_contract(tmp_path, columns={"code": "Mã"}, keys=("code",), server=server)
    assert "wanted a xlsx file; found plain text" in land(settings, contract).message


SQLITE = {
    "server": "db",
    "type": "custom",
    "customProperties": [{"property": "driver", "value": "sqlite"}, {"property": "path", "value": "source.sqlite"}],
}


def make_sqlite(path, rows):
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as database:
        database.execute('create table things ("Mã" text, amount real)')
        database.executemany("insert into things values (?, ?)", rows)
    database.close()


def test_a_database_lands_whole_once_and_again_when_it_changed(tmp_path, settings):
    make_sqlite(tmp_path / "source.sqlite", [("001", 1.5), ("002", None), ("002", "không phải số")])
    contract = make_contract(tmp_path, columns={"code": "Mã", "amount": "amount"}, keys=("code",), server=SQLITE)
    first = land(settings, contract)
    assert (first.state, first.rows_landed) == ("landed", 3)
    assert [r[:2] for r in landed_rows(settings, contract)] == [("001", "1.5"), ("002", None), ("002", "không phải số")]
    make_sqlite(tmp_path / "source.sqlite", [("002", "không phải số"), ("001", 1.5), ("002", None)])
    assert land(settings, contract).state == "unchanged", "the order of rows is not content"
    make_sqlite(tmp_path / "source.sqlite", [("001", 1.5), ("002", None)])
    assert land(settings, contract).state == "landed"


def test_a_database_without_a_column_of_the_contract_is_refused_with_what_is_near(tmp_path, settings):
    make_sqlite(tmp_path / "source.sqlite", [])
    contract = make_contract(tmp_path, columns={"code": "Mã", "amount": "amounts"}, keys=("code",), server=SQLITE)
    assert "missing: amounts; unknown: amount; near: amounts ~ amount" in land(settings, contract).message


def test_a_database_that_is_not_there_is_late(tmp_path, settings):
    contract = make_contract(tmp_path, columns={"code": "Mã"}, keys=("code",), server=SQLITE)
    assert "wanted database file source.sqlite; found no such file" in land(settings, contract).message


def test_a_server_that_does_not_answer_is_transient_and_its_password_is_not_told(tmp_path, settings, monkeypatch):
    monkeypatch.setenv("TESTS_USER", "someone")
    monkeypatch.setenv("TESTS_PASSWORD", "hush-hush")
    server = {"server": "db", "type": "postgresql", "host": "127.0.0.1", "port": 1, "database": "x", "schema": "public"}
    contract = make_contract(tmp_path, columns={"code": "code"}, keys=("code",), server=server)
    attempt = land(settings, contract)
    assert attempt.state == "late" and attempt.is_transient
    assert "wanted an answer from the database" in attempt.message
    assert "hush-hush" not in attempt.message


cell = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)


@hypothesis_settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(st.integers(0, 99), cell), max_size=30))
def test_whatever_cells_hold_each_row_is_read_and_none_is_lost(rows, tmp_path_factory):
    folder = tmp_path_factory.mktemp("property")
    lines = ["Mã,Tên"] + [f'{code},"{text.replace(chr(34), chr(34) * 2)}"' for code, text in rows]
    (folder / "things.csv").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    contract = make_contract(folder, columns={"code": "Mã", "name": "Tên"}, keys=("code",), arrival={"empty": "allow"})
    settings = Settings(home=folder / "home")
    manifest = land(settings, contract).landed[0]
    assert manifest.rows_read == len(rows) + 1
    assert manifest.rows_landed == len(rows)
    read = [(code, name or "") for code, name, *_ in landed_rows(settings, contract)]
    assert read == [(str(code), text) for code, text in rows]


value = st.one_of(
    st.none(),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12),
    st.integers(-(2**63), 2**63 - 1),
    st.sampled_from(["007", "0164A", "1.000650", "049090001234", "Quế Sơn", "hoà", "31/12/2026", "2026-02-29"]),
)


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(value, value), min_size=1, max_size=30))
def test_whatever_a_table_holds_reads_back_the_same_and_lands_once(rows, tmp_path_factory):
    folder = tmp_path_factory.mktemp("table")
    make_sqlite(folder / "source.sqlite", [])
    with sqlite3.connect(folder / "source.sqlite") as database:
        database.execute("drop table things")
        database.execute('create table things ("Mã" blob, amount blob)')
        database.executemany("insert into things values (?, ?)", rows)
    database.close()
    contract = make_contract(folder, columns={"code": "Mã", "amount": "amount"}, server=SQLITE)
    settings = Settings(home=folder / "home")
    [manifest] = land(settings, contract).landed
    files = dataset_folder(settings, contract) / manifest.batch_id / "data.parquet"
    read = duckdb.execute(f"select code, amount from read_parquet('{files}', file_row_number = true)").fetchall()
    wanted = [tuple(v if v is None else str(v) for v in row) for row in rows]
    assert sorted(read, key=repr) == sorted(wanted, key=repr)
    assert land(settings, contract).state == "unchanged"
