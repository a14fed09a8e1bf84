"""Contracts: what is wrong is named with file, line and field; a broken file stops no other."""

from __future__ import annotations

import pytest
import yaml

from tests.contracts import contract_document, make_contract, write_contract
from warehouse.assembly_docs import shared_columns
from warehouse.contract_reader import load_contract, load_contracts
from warehouse.errors import ContractError, SettingsError
from warehouse.profile import load_profile
from warehouse.settings import PROJECT_ROOT

COLUMNS = {"code": "Mã", "amount": {"physicalName": "Số", "logicalType": "integer"}}


def load(folder):
    return load_contracts(
        folder, load_profile("da_nang_2025"), "sample", {"KHO_SAMPLE": "/nowhere", "KHO_HOME": "/nowhere"}
    )


@pytest.mark.parametrize("folder", ["ingestion/contracts", "tests/real/contracts"])
@pytest.mark.parametrize("profile", ["da_nang_2025", "quang_nam_2024"])
def test_every_shipped_contract_is_valid_for_every_profile(folder, profile):
    variables = {"KHO_SAMPLE": "/nowhere", "KHO_HOME": "/nowhere"}
    found = load_contracts(PROJECT_ROOT / folder, load_profile(profile), "sample", variables)
    assert found.errors == ()
    assert found.contracts


def test_a_typo_in_a_field_is_named_with_its_line(tmp_path):
    path = write_contract(tmp_path, columns=COLUMNS, keys=("code",))
    text = path.read_text(encoding="utf-8").replace("logicalType: integer", "logicalTyp: integer")
    path.write_text(text, encoding="utf-8")
    line = next(i for i, row in enumerate(text.splitlines(), 1) if "name: amount" in row)
    with pytest.raises(ContractError) as error:
        make_again(path)
    assert f"contract things.yml, line {line}" in str(error.value)
    assert "logicalTyp" in str(error.value)


def test_broken_yaml_is_named_with_its_line_and_stops_no_other(tmp_path):
    write_contract(tmp_path, columns=COLUMNS, keys=("code",))
    (tmp_path / "broken.yml").write_text("a: 1\nb: [\n", encoding="utf-8")
    found = load(tmp_path)
    assert [c.dataset for c in found.contracts] == ["things"]
    [(path, error)] = found.errors
    assert path.name == "broken.yml"
    assert "contract broken.yml, line 3: wanted valid YAML" in str(error)


def test_an_expression_that_is_no_sql_is_named_by_its_column(tmp_path):
    columns = {**COLUMNS, "status": {"logicalType": "integer", "transformLogic": "case when amont is null then 4 end"}}
    with pytest.raises(ContractError, match="column status, transformLogic"):
        make_contract(tmp_path, columns=columns, keys=("code",))


def test_a_column_that_the_entity_does_not_have_is_named_with_what_is_near(tmp_path):
    with pytest.raises(ContractError, match=r"column recieved_at \(near: received_at"):
        make_contract(tmp_path, columns={"recieved_at": "Ngày nhận"}, entity="dossiers")


def test_two_contracts_for_one_dataset_are_refused(tmp_path):
    write_contract(tmp_path, columns=COLUMNS)
    document = contract_document(columns=COLUMNS)
    (tmp_path / "zzz.yml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    [(path, error)] = load(tmp_path).errors
    assert path.name == "zzz.yml" and "also in things.yml" in str(error)


def test_an_owner_whom_nobody_knows_is_refused(tmp_path):
    document = contract_document(columns=COLUMNS)
    document["team"]["members"][0]["username"] = "so_la"
    (tmp_path / "a.yml").write_text(yaml.safe_dump(document), encoding="utf-8")
    [(_, error)] = load(tmp_path).errors
    assert "owner or duty so_la in profile da_nang_2025" in str(error)


@pytest.mark.parametrize(("profile", "owner"), [("da_nang_2025", "so_xay_dung"), ("quang_nam_2024", "so_giao_thong")])
def test_a_duty_leads_to_who_answers_for_it_in_the_profile(tmp_path, profile, owner):
    document = contract_document(columns=COLUMNS)
    document["team"]["members"][0]["username"] = "giao_thong"
    path = tmp_path / "a.yml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    known = load_profile(profile)
    contract = load_contract(path, known, "sample", {})
    assert (contract.owner_key, contract.owner) == (owner, known.owners[owner])


def test_a_duty_of_nobody_makes_a_profile_invalid(tmp_path):
    text = (PROJECT_ROOT / "warehouse" / "profiles" / "da_nang_2025.yml").read_text(encoding="utf-8")
    (tmp_path / "p.yml").write_text(text.replace("giao_thong: so_xay_dung", "giao_thong: so_la"), encoding="utf-8")
    with pytest.raises(SettingsError, match="giao_thong: so_la"):
        load_profile(str(tmp_path / "p.yml"))


SERVERS = [
    {"server": "file", "environment": "sample, spare", "type": "local", "format": "csv", "path": "a.csv"},
    {
        "server": "db",
        "environment": "province",
        "type": "postgresql",
        "host": "${STORE_HOST:-127.0.0.1}",
        "port": 5432,
        "database": "${STORE_DATABASE}",
        "schema": "${STORE_SCHEMA:-public}",
    },
]


@pytest.mark.parametrize(("environment", "name"), [("sample", "file"), ("spare", "file"), ("province", "db")])
def test_a_server_entry_may_serve_several_environments(tmp_path, environment, name):
    assert _with_servers(tmp_path, environment, {"STORE_DATABASE": "x"}).server.name == name


def test_an_environment_is_matched_whole_and_once(tmp_path):
    with pytest.raises(ContractError, match="one server with environment samp"):
        _with_servers(tmp_path, "samp", {})
    document = contract_document(columns=COLUMNS)
    document["servers"] = [SERVERS[0], {**SERVERS[0], "server": "again"}]
    (tmp_path / "a.yml").write_text(yaml.safe_dump(document), encoding="utf-8")
    with pytest.raises(ContractError, match="one server with environment spare"):
        load_contract(tmp_path / "a.yml", load_profile("da_nang_2025"), "spare", {})


def test_a_variable_of_a_server_may_have_a_default(tmp_path, monkeypatch):
    monkeypatch.delenv("STORE_HOST", raising=False)
    given = {"STORE_DATABASE": "x"}
    assert _with_servers(tmp_path, "province", given).server.location == "host=127.0.0.1 port=5432 dbname=x"
    monkeypatch.setenv("STORE_HOST", "db.example")
    assert _with_servers(tmp_path, "province", given).server.location == "host=db.example port=5432 dbname=x"
    assert _with_servers(tmp_path, "province", given).server.options["schema"] == "public"
    with pytest.raises(ContractError, match="Set STORE_DATABASE"):
        _with_servers(tmp_path, "province", {})


def _with_servers(folder, environment, variables):
    document = contract_document(columns=COLUMNS)
    document["servers"] = SERVERS
    path = folder / "a.yml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return load_contract(path, load_profile("da_nang_2025"), environment, variables)


def test_a_rule_without_a_sentence_is_refused(tmp_path):
    rule = {"id": "r", "metric": "missingValues", "mustBe": 0, "dimension": "completeness"}
    columns = {"code": {"physicalName": "Mã", "quality": [rule]}}
    with pytest.raises(ContractError, match="rule r: wanted a Vietnamese sentence"):
        make_contract(tmp_path, columns=columns)


def test_rules_come_down_to_predicates_over_the_staging_columns(tmp_path):
    def rule(identity, **given):
        fix = [{"property": "howToFix", "value": "Sửa."}]
        return {"id": identity, "dimension": "conformity", "description": "Câu.", "customProperties": fix, **given}

    columns = {
        "code": {"quality": [rule("twice", metric="duplicateValues", mustBe=0)]},
        "amount": {
            "logicalType": "integer",
            "quality": [
                rule("gap", metric="missingValues", mustBe=0),
                rule("unread", metric="invalidValues", mustBe=0),
                rule("list", metric="invalidValues", mustBe=0, arguments={"validValues": [1, 2]}),
                rule("form", metric="invalidValues", mustBe=0, arguments={"pattern": "[0-9]+"}),
            ],
        },
    }
    rules = {r.id: r for r in make_contract(tmp_path, columns=columns).rules}
    assert rules["gap"].failing == "amount_raw is null"
    assert rules["unread"].failing == "amount_raw is not null and amount is null"
    assert "cast(amount as varchar) in ('1', '2')" in rules["list"].failing
    assert "regexp_full_match(amount_raw, '[0-9]+')" in rules["form"].failing
    assert rules["twice"].failing == "code is not null and count(*) over (partition by code) > 1"


def make_again(path):
    return load_contract(path, load_profile("da_nang_2025"), "sample", {})


def test_a_draft_lands_nowhere_before_a_person_has_reviewed_it(tmp_path):
    path = write_contract(tmp_path, columns={"code": "Mã"})
    path.write_text(path.read_text(encoding="utf-8").replace("status: active", "status: draft"), encoding="utf-8")
    found = load_contracts(tmp_path, load_profile("da_nang_2025"), "sample", {})
    assert found.contracts == ()
    assert "wanted a contract that a person has reviewed; found status draft" in str(found.errors[0][1])


def _role(role, **given):
    return {"customProperties": [{"property": k, "value": v} for k, v in {"role": role, **given}.items() if v]}


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"number": _role("person_number", bornOn="day")}, "day: no such column"),
        ({"number": _role("person_number", sex="amount"), "amount": {"logicalType": "integer"}}, "amount: integer"),
        ({"number": _role("organisation_code", sex="kind"), "kind": "Loại"}, "on role organisation_code"),
        ({"number": _role(None, partialDate=True)}, "partialDate on a date"),
        ({"one": _role("organisation_code"), "two": _role("organisation_code")}, "at most one column"),
    ],
)
def test_what_a_number_is_held_against_must_be_there(tmp_path, columns, said):
    with pytest.raises(ContractError, match=said):
        make_contract(tmp_path, columns=columns)


def test_a_personal_column_is_published_only_as_the_token_of_a_persons_number(tmp_path):
    personal = {"classification": "personal"}
    contract = make_contract(
        tmp_path,
        keys=("code",),
        columns={
            "code": "Mã",
            "number": _role("person_number") | personal,
            "tax_code": _role("organisation_code") | personal,
            "unit": _role("agency_code") | personal,
        },
    )
    assert [c["name"] for c in shared_columns(contract)] == ["code", "number_token", "number_status", "row_key"]
