"""Bad input: each fault is one clear message with its place, stops nothing else, and loses nothing."""

from __future__ import annotations

import re

import pytest

from tests.contracts import write_contract
from tests.kho import kho

pytestmark = pytest.mark.slow

SERVER = {"server": "file", "type": "local", "format": "csv"}


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """One good contract among six bad ones, run together."""
    folder = tmp_path_factory.mktemp("contracts")

    def contract(dataset, content=None, **given):
        if content is not None:
            (folder / f"{dataset}.csv").write_text(content, encoding="utf-8")
        server = {**SERVER, "path": f"{dataset}.csv"}
        given = {"columns": {"code": "Mã", "name": "Tên"}, "keys": ("code",), "server": server, **given}
        return write_contract(folder, dataset=dataset, **given)

    contract("good", "Mã,Tên\n1,một\n2,hai\n")
    contract("missing_file")
    contract("empty_file", "")
    contract("wrong_header", "Số,Họ tên\n1,một\n")
    status = {
        "physicalName": "Trạng thái",
        "logicalType": "integer",
        "customProperties": [{"property": "valueMap", "value": {"4": ["Đang xử lý"]}}],
    }
    contract("unknown_status", "Mã,Trạng thái\n1,Đang xử lý\n2,Đang bay\n", columns={"code": "Mã", "status": status})
    contract(
        "unreachable",
        server={
            "server": "db",
            "type": "postgresql",
            "host": "127.0.0.1",
            "port": 1,
            "database": "x",
            "schema": "public",
        },
    )
    typo = contract("typo")
    typo.write_text(typo.read_text(encoding="utf-8").replace("primaryKey", "primaryKee"), encoding="utf-8")
    return kho(tmp_path_factory.mktemp("broken"), "run", "--contracts", str(folder))


def said(home):
    return re.sub(r"[\s│]+", " ", home.output)


def test_the_run_goes_on_to_its_end(broken):
    assert broken.code == 0, broken.output
    assert "Done" in broken.output


def test_the_good_source_lands_all_the_same(broken):
    assert broken.rows("select code, name from shared.good order by 1") == [("1", "một"), ("2", "hai")]


MESSAGES = (
    "missing_file is late: contract missing_file.yml, server file: wanted files like missing_file.csv; found none",
    "empty_file is late: contract empty_file.yml, empty_file.csv: wanted rows; found an empty file",
    "wrong_header is late: contract wrong_header.yml, wrong_header.csv: wanted a header with Mã, Tên",
    "unreachable is late: contract unreachable.yml, server db: wanted an answer from the database",
    "contract unknown_status.yml, column status: “Đang bay” is in no value map; 1 rows are kept without a code, "
    "first in unknown_status.csv row 3",
)


def test_each_fault_is_named_with_its_contract_and_place(broken):
    assert [m for m in MESSAGES if m not in said(broken)] == []


def test_a_typo_in_a_contract_is_named_with_its_line(broken):
    assert re.search(r"contract typo\.yml, line \d+: wanted an ODCS 3\.1 contract .*primaryKee", said(broken))


def test_an_unmapped_text_loses_no_row(broken):
    assert broken.rows("select code, status, status_raw from staging.stg_unknown_status order by 1") == [
        ("1", 4, "Đang xử lý"),
        ("2", None, "Đang bay"),
    ]


def test_the_ui_shows_each_fault_as_a_failed_check(broken, monkeypatch):
    import dagster as dg

    monkeypatch.setenv("DAGSTER_HOME", str(broken.path / "dagster"))
    with dg.DagsterInstance.get() as instance:
        [run] = instance.get_runs(limit=1)
        events = instance.get_records_for_run(run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION).records
    failed = set()
    for record in events:
        evaluation = record.event_log_entry.dagster_event.event_specific_data
        if not evaluation.passed:
            failed.add(f"{evaluation.asset_key.path[-1]}.{evaluation.check_name}")
    assert failed == {
        "contracts.valid_typo",
        "missing_file.source_arrived",
        "empty_file.source_arrived",
        "wrong_header.source_arrived",
        "unreachable.source_arrived",
        "unknown_status.values_are_mapped",
    }
    assert run.status == dg.DagsterRunStatus.SUCCESS
