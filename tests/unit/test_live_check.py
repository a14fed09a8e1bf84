"""A contract against its live source: what would be refused ends with 1, what is wrong is counted."""

from __future__ import annotations

import json
import sqlite3

import pytest
from typer.testing import CliRunner

from ingestion.live_check import check_live
from orchestration.cli_contract import app
from tests.api_server import serving
from tests.contracts import make_contract

COLUMNS = {
    "code": {"physicalName": "Mã", "required": True},
    "name": {"physicalName": "Họ tên", "classification": "personal"},
    "day": {"physicalName": "Ngày", "logicalType": "date"},
    "state": {
        "physicalName": "Tình trạng",
        "customProperties": [{"property": "valueMap", "value": {"open": ["Đang mở"], "shut": ["Đã đóng"]}}],
    },
}
GOOD = "Mã,Họ tên,Ngày,Tình trạng\n01,Nguyễn Mẫu,01/02/2026,Đang mở\n02,Trần Mẫu,,đã đóng\n"
ROWS = ["01,Nguyễn Mẫu,31/02/2026,Đang mở", "01,Trần Mẫu,không rõ,[bold]Treo", ",Lê Mẫu,1/2/26,Treo"]
BAD = "\n".join(["Mã,Họ tên,Ngày,Tình trạng", *ROWS, ""])


def results(contract):
    return {finding.what: (finding.result, finding.detail) for finding in check_live(contract)}


def checked(contract):
    done = CliRunner().invoke(app, ["check", str(contract.path), "--live", "--home", str(contract.path.parent)])
    return done.exit_code


def file_contract(folder, text, name="things.csv", **given):
    (folder / name).write_text(text, encoding="utf-8")
    return make_contract(folder, **{"columns": COLUMNS, "keys": ("code",), **given})


def test_a_source_that_is_as_its_contract_says_has_nothing_to_look_at(tmp_path):
    contract = file_contract(tmp_path, GOOD)
    assert results(contract) == {
        "files": ("ok", "1 match; read: things.csv"),
        "things.csv: rows": ("ok", "2 of data, 1 header"),
        "things.csv: columns": ("ok", "all 4 are there"),
        "things.csv: key": ("ok", "code is different in all 2 rows"),
    }
    assert checked(contract) == 0


def test_what_is_wrong_in_the_rows_is_counted_and_refuses_nothing(tmp_path):
    contract = file_contract(tmp_path, BAD)
    found = results(contract)
    assert found["things.csv: day"] == ("look", "1 of 2 texts cannot be read as date")
    assert found["things.csv: state"] == ("look", "texts in no value map: 2; “Treo” (1), “[bold]Treo” (1)")
    assert found["things.csv: code"] == ("look", "1 rows have no value, and it is required")
    assert found["things.csv: key"] == ("look", "1 of 2 rows repeat a key (code)")
    assert checked(contract) == 0


def test_texts_of_a_personal_column_are_counted_and_not_shown(tmp_path):
    columns = {**COLUMNS, "state": {**COLUMNS["state"], "classification": "personal"}}
    assert results(file_contract(tmp_path, BAD, columns=columns))["things.csv: state"] == (
        "look", "texts in no value map: 2",
    )  # fmt: skip


def test_a_renamed_column_is_refused_with_what_is_near(tmp_path):
    text = "Mã số,Họ tên,Ngày,Tình trạng,Xã\n01,Nguyễn Mẫu,01/02/2026,Đang mở,20263\n"
    columns = {**COLUMNS, "commune": "Xã", "code": {"physicalName": "Mã sổ", "required": True}}
    contract = file_contract(tmp_path, text, columns=columns)
    (where, (result, detail)) = next(item for item in results(contract).items() if item[1][0] == "refused")
    assert "things.csv" in where and result == "refused"
    assert "missing: Mã sổ" in detail and "mã số ~ Mã sổ" in detail
    assert checked(contract) == 1


def test_one_bad_file_hides_no_other(tmp_path):
    (tmp_path / "things_0.csv").write_text("x\n1\n", encoding="utf-8")
    found = results(file_contract(tmp_path, GOOD))
    assert found["things.csv: rows"][0] == "ok"
    assert "refused" in {result for result, _ in found.values()}


def test_a_source_that_is_not_there_is_refused(tmp_path):
    contract = make_contract(tmp_path, columns=COLUMNS)
    assert [f.result for f in check_live(contract)] == ["refused"]
    assert checked(contract) == 1


def test_a_table_is_counted_and_judged(tmp_path):
    with sqlite3.connect(tmp_path / "x.sqlite") as connection:
        connection.execute('create table things ("Mã", "Họ tên", "Ngày", "Tình trạng")')
        connection.executemany(
            "insert into things values (?, 'Mẫu', '2026-11-01', 'Đang mở')", [(i,) for i in range(9)]
        )
    properties = [{"property": "driver", "value": "sqlite"}, {"property": "path", "value": "x.sqlite"}]
    server = {"server": "db", "type": "custom", "customProperties": properties}
    contract = make_contract(tmp_path, columns=COLUMNS, keys=("code",), server=server)
    assert results(contract) == {
        "things: rows": ("ok", "9"),
        "things: columns": ("ok", "all 4 are there"),
        "things: key": ("ok", "code is different in all 9 rows"),
    }
    optional = {**COLUMNS, "other": "Khác"}
    found = results(make_contract(tmp_path, columns=optional, keys=("code",), server=server))
    assert found["things: columns"] == ("look", "not in the source: Khác (other)")
    columns = {**COLUMNS, "other": {"physicalName": "Khác", "required": True}}
    [finding] = check_live(make_contract(tmp_path, columns=columns, keys=("code",), server=server))
    assert finding.result == "refused" and "missing: Khác" in finding.detail


@pytest.mark.parametrize("status", [200, 403])
def test_an_api_is_asked_for_one_page(tmp_path, status):
    rows = [{"Mã": "01", "Họ tên": "Mẫu", "Ngày": "2026-11-01", "Tình trạng": "Đang mở"}]
    with serving(lambda r: r.answer(json.dumps({"data": rows}).encode(), status=status)) as service:
        properties = [
            {"property": "recordsPath", "value": "data"},
            {"property": "pagination", "value": {"type": "page"}},
        ]
        server = {"server": "api", "type": "api", "location": service.url, "customProperties": properties}
        contract = make_contract(tmp_path, columns=COLUMNS, keys=("code",), server=server)
        found = results(contract)
    assert len(service.requests) == 1
    if status == 200:
        assert found["first page: rows"] == ("ok", "1")
        assert found["first page: columns"] == ("ok", "all 4 are there")
    else:
        assert [result for result, _ in found.values()] == ["refused"]
