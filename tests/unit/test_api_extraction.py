"""An API lands: whole, then what is new since; nothing new is no failure, and half an answer lands nothing."""

from __future__ import annotations

import duckdb
import pytest

from ingestion.batches import dataset_folder
from ingestion.landing import land
from tests.api_server import serving
from tests.contracts import make_contract
from warehouse.settings import Settings

COLUMNS = {"code": "ma", "amount": "soTien", "updated_at": {"physicalName": "capNhat", "logicalType": "timestamp"}}


def row(code, amount, updated_at):
    return {"ma": code, "soTien": amount, "capNhat": updated_at}


FIRST = [row("001", 1.50, "20261101100000"), row("002", 20, "20261102100000")]
CHANGED = [row("002", 21, "20261103100000")]


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path / "home")


def contract_for(folder, url, **custom):
    options = {
        "recordsPath": "ket_qua.ds",
        "sinceParameter": "tu",
        "sinceFormat": "yyyyMMddHHmmss",
        "errorPath": "error_code",
        "limits": {"attempts": 1, "backoffSeconds": 0},
    }
    properties = [{"property": name, "value": value} for name, value in options.items()]
    server = {"server": "api", "type": "api", "location": url, "customProperties": properties}
    return make_contract(folder, columns=COLUMNS, keys=("code",), server=server, **custom)


def landed_rows(settings, contract):
    files = dataset_folder(settings, contract) / "*" / "data.parquet"
    query = f"select code, amount from read_parquet('{files}', union_by_name = true) order by _batch_id, code"
    return duckdb.execute(query).fetchall()


def test_what_is_new_since_the_last_answer_is_asked_for_and_lands(tmp_path, settings):
    answers = {None: FIRST, "20261102095500": [*FIRST[1:], *CHANGED], "20261103095500": []}

    def behave(request):
        rows = answers[request.parameters.get("tu")]
        request.answer({"error_code": "00", "ket_qua": {"ds": rows}})

    with serving(behave) as service:
        watermark = {"column": "updated_at", "overlap": "5m"}
        contract = contract_for(tmp_path, service.url, mode="incremental", watermark=watermark, detectMissing=False)
        states = [land(settings, contract).state for _ in range(3)]
    assert states == ["landed", "landed", "unchanged"]
    assert landed_rows(settings, contract)[:2] == [("001", "1.5"), ("002", "20")]
    assert ("002", "21") in landed_rows(settings, contract)


def test_half_an_answer_lands_nothing_and_is_shown_late(tmp_path, settings, monkeypatch):
    # landing tries a transient failure again; the waits are not what is looked at here
    monkeypatch.setattr("time.sleep", lambda _: None)
    with serving(lambda r: r.answer(b'{"error_code": "00", "ket_qua": {"ds": [')) as service:
        contract = contract_for(tmp_path, service.url)
        attempt = land(settings, contract)
    assert (attempt.state, attempt.is_transient) == ("late", True)
    assert "half an answer" in attempt.message
    assert landed_rows(settings, contract) == []


def test_an_empty_list_where_there_were_records_waits_for_a_person(tmp_path, settings):
    answers = iter([FIRST, []])
    with serving(lambda r: r.answer({"ket_qua": {"ds": next(answers)}})) as service:
        contract = contract_for(tmp_path, service.url)
        assert [land(settings, contract).state for _ in range(2)] == ["landed", "held"]
