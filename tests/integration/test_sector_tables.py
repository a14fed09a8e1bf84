"""From damaged numbers in two files to sector tables that link: status, token, repairs; nothing personal in shared."""

from __future__ import annotations

import datetime as dt

import pytest

from ingestion.batches import ensure_columns
from ingestion.landing import land
from tests.contracts import make_contract
from tests.dbt_home import dbt_build
from warehouse.connections import connect_memory, connect_warehouse
from warehouse.contract_reader import load_contract
from warehouse.contracts import ContractSet
from warehouse.settings import PROJECT_ROOT, Settings

pytestmark = pytest.mark.slow

# 003 is the prefix of no province
PAYMENTS = """Mã,Số định danh,Họ tên,Ngày sinh,Giới tính,Mã số thuế,Đơn vị
1,003090001234,Trần Thử Một,02/05/1990,Nam,0100047516,H17.12
2,3090001235,Trần Thử Hai,1990,Nam,01000 47516,000.00.12.H17
3,3090001236,Trần Thử Ba,1991,Nam,100047516,Sở Mẫu
4,000000001,Trần Thử Tư,--/--/1962,Nữ,049090001234,
5,,Trần Thử Năm,,,0314409058002,H17.12
6,205123456,Trần Thử Sáu,02/05/1990,Nam,0100047517,H17.12
7,003090001237,Trần Thử Bảy,01/01/1990,Nam,0100047516,H17.12
8,003090001238,Trần Thử Tám,03/06/1990,Nam,0100047516,H17.12
9,003090001239,Trần Thử Chín,10/1990,Nam,0100047516,H17.12
"""
EXAMS = """Mã,Số định danh,Ngày sinh
a,3090001234,02/05/1990
b,003.090.001.235,02/05/1990
c,003090001237,20/06/1990
d,003090001238,06/03/1990
e,003090001239,11/1990
f,003090001238,06/03/1990
"""


def person(*properties: tuple[str, object]) -> dict:
    given = [("role", "person_number"), *properties]
    return {
        "physicalName": "Số định danh",
        "classification": "personal",
        "customProperties": [{"property": name, "value": value} for name, value in given],
    }


def role(header: str, name: str) -> dict:
    return {"physicalName": header, "customProperties": [{"property": "role", "value": name}]}


BORN_ON = {
    "physicalName": "Ngày sinh",
    "logicalType": "date",
    "classification": "personal",
    "customProperties": [{"property": "partialDate", "value": True}],
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sectors")
    settings = Settings(home=folder / "home", as_of=dt.date(2026, 11, 2))
    variables = {"KHO_SAMPLE": str(folder), "KHO_HOME": str(folder)}
    sexes = {"property": "valueMap", "value": {"male": ["Nam"], "female": ["Nữ"]}}
    payments = make_contract(
        folder,
        dataset="payments",
        keys=("code", "tax_code"),
        columns={
            "code": "Mã",
            "number": person(("bornOn", "born_on"), ("sex", "sex"), ("placeholders", ["000000001"])),
            "full_name": {"physicalName": "Họ tên", "classification": "personal"},
            "born_on": BORN_ON,
            "sex": {"physicalName": "Giới tính", "customProperties": [sexes]},
            "tax_code": role("Mã số thuế", "organisation_code"),
            "unit": role("Đơn vị", "agency_code"),
        },
    )
    exams = make_contract(
        folder,
        dataset="exams",
        keys=("code",),
        columns={"code": "Mã", "number": person(("bornOn", "born_on")), "born_on": BORN_ON},
    )
    for contract, text in ((payments, PAYMENTS), (exams, EXAMS)):
        (folder / f"{contract.dataset}.csv").write_text(text, encoding="utf-8")
        land(settings, contract)
    # contracts of databases that have sent nothing yet
    silent = [
        load_contract(PROJECT_ROOT / "ingestion" / "contracts" / f"{name}.yml", settings.province, "sample", variables)
        for name in ("deaths", "recipients")
    ]
    with connect_memory() as connection:
        for contract in silent:
            ensure_columns(settings, contract, connection)
    contracts = ContractSet((payments, exams, *silent), ())
    wanted = "+payments +exams +repairs +identifier_repairs +cross_checks"
    dbt_build(settings, contracts, "--select", *wanted.split(), "--exclude-resource-type", "unit_test")
    with connect_warehouse(settings.warehouse) as connection:
        yield connection


def test_each_number_has_its_status(warehouse):
    found = warehouse.execute(
        "select code, number_status, organisation_code, organisation_code_status, agency_code, agency_code_status"
        " from shared.payments where code <= '6' order by code"
    ).fetchall()
    assert found == [
        ("1", "valid", "0100047516", "valid", "H17.12", "valid"),
        ("2", "repaired", "0100047516", "valid", "H17.12", "valid"),
        # the year of birth denies the zeros
        ("3", "invalid", "0100047516", "repaired", "SỞ MẪU", "invalid"),
        ("4", "placeholder", None, "suspect", None, "empty"),
        ("5", "empty", "0314409058-002", "valid", "H17.12", "valid"),
        ("6", "suspect", "0100047517", "invalid", "H17.12", "valid"),
    ]


def test_one_person_has_one_token_in_every_dataset(warehouse):
    tokens = dict(
        warehouse.execute(
            "select p.code, e.code from shared.payments as p inner join shared.exams as e using (number_token)"
        ).fetchall()
    )
    assert tokens.items() >= {"1": "a", "2": "b"}.items()


def test_a_birth_known_by_its_year_keeps_its_precision_and_stays_behind(warehouse):
    assert dict(warehouse.execute("select code, born_on_precision from shared.payments").fetchall()) == {
        "1": "day", "2": "year", "3": "year", "4": "year", "5": None, "6": "day", "7": "day", "8": "day", "9": "month",
    }  # fmt: skip
    columns = {c for (c,) in warehouse.execute("select column_name from (describe shared.payments)").fetchall()}
    assert columns & {"number", "number_linked", "born_on", "born_on_earliest", "full_name"} == set()
    # a household's tax code is its holder's number
    [(tax_code, key)] = warehouse.execute("select tax_code, row_key from shared.payments where code = '4'").fetchall()
    assert tax_code is None and len(key) == 64
    assert warehouse.execute("select row_key from shared.payments where code = '1'").fetchall() == [("1|0100047516",)]


def test_every_repair_is_listed_and_counted(warehouse):
    listed = warehouse.execute(
        "select dataset, column_name, row_number, kind from ops.identifier_repairs order by all"
    ).fetchall()
    assert listed == [
        ("exams", "number", 2, "leading_zero"),
        ("exams", "number", 3, "separators"),
        ("payments", "number", 3, "leading_zero"),
        ("payments", "tax_code", 4, "leading_zero"),
    ]
    counted = warehouse.execute(
        "select dataset, column_name, kind, row_count, example_row from ops.repairs order by all"
    ).fetchall()
    assert counted == [(d, c, k, 1, r) for d, c, r, k in listed]


def test_birth_dates_differ_as_far_as_both_are_known_and_each_pair_is_told_once(warehouse):
    """1990 is not 02/05/1990 denied, nor is a first of January; of exams the first row with the number stands."""
    found = warehouse.execute(
        "select left_dataset, left_row_key, right_dataset, right_row_key, evidence, owner_key from quality.cross_checks"
        " order by all"
    ).fetchall()
    assert found == [
        ("payments", "8|0100047516", "exams", "d", "ngày sinh khác nhau", "so_tu_phap"),
        ("payments", "9|0100047516", "exams", "e", "ngày sinh khác nhau", "so_tu_phap"),
    ]


def test_a_check_whose_datasets_have_not_come_is_not_applicable_and_counts_nothing(warehouse):
    found = {
        pair: told
        for pair, *told in warehouse.execute(
            "select pair_id, outcome, reason, rows_looked_at, rows_found from quality.cross_check_results"
        ).fetchall()
    }
    assert found.pop("person_differs:1") == ["fail", None, 11, 2]
    silent = {"benefit_paid_after_death:1", "commune_not_of_its_date:1", "commune_not_of_its_date:2"}
    assert {pair for pair, told in found.items() if told[1] == "chưa có dữ liệu của một bên"} == silent
    assert found["benefit_paid_after_death:2"][1] == "không có hợp đồng dữ liệu"
    assert {(told[0], *told[2:]) for told in found.values()} == {("not_applicable", None, None)}
