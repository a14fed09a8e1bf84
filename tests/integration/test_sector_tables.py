"""From damaged numbers in two files to sector tables that link: status, token, repairs; nothing personal in shared."""

from __future__ import annotations

import datetime as dt

import pytest

from ingestion.landing import land
from tests.contracts import make_contract
from tests.dbt_home import dbt_build
from warehouse.connections import connect_warehouse
from warehouse.contracts import ContractSet
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

# 003 is the prefix of no province
PAYMENTS = """Mã,Số định danh,Họ tên,Ngày sinh,Giới tính,Mã số thuế,Đơn vị
1,003090001234,Trần Thử Một,02/05/1990,Nam,0100047516,H17.12
2,3090001235,Trần Thử Hai,1990,Nam,01000 47516,000.00.12.H17
3,3090001236,Trần Thử Ba,1991,Nam,100047516,Sở Mẫu
4,000000001,Trần Thử Tư,--/--/1962,Nữ,049090001234,
5,,Trần Thử Năm,,,0314409058002,H17.12
6,205123456,Trần Thử Sáu,02/05/1990,Nam,0100047517,H17.12
"""
EXAMS = """Mã,Số định danh,Ngày sinh
a,3090001234,02/05/1990
b,003.090.001.235,02/05/1990
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
    sexes = {"property": "valueMap", "value": {"male": ["Nam"], "female": ["Nữ"]}}
    payments = make_contract(
        folder,
        dataset="payments",
        keys=("code",),
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
    wanted = "+payments +exams +repairs +identifier_repairs"
    dbt_build(settings, ContractSet((payments, exams), ()), "--select", wanted, "--exclude-resource-type", "unit_test")
    with connect_warehouse(settings.warehouse) as connection:
        yield connection


def test_each_number_has_its_status(warehouse):
    found = warehouse.execute(
        "select code, number_status, organisation_code, organisation_code_status, agency_code, agency_code_status"
        " from shared.payments order by code"
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
    assert tokens == {"1": "a", "2": "b"}


def test_a_birth_known_by_its_year_keeps_its_precision_and_stays_behind(warehouse):
    assert dict(warehouse.execute("select code, born_on_precision from shared.payments").fetchall()) == {
        "1": "day", "2": "year", "3": "year", "4": "year", "5": None, "6": "day",
    }  # fmt: skip
    columns = {c for (c,) in warehouse.execute("select column_name from (describe shared.payments)").fetchall()}
    assert columns & {"number", "number_linked", "born_on", "born_on_earliest", "full_name"} == set()
    # a household's tax code is its holder's number
    assert warehouse.execute("select tax_code from shared.payments where code = '4'").fetchall() == [(None,)]


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
