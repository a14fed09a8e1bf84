"""Checks between databases: files that are read strictly, and a dataset without a contract is never asked."""

from __future__ import annotations

import pytest
import yaml

from tests.contracts import make_contract
from warehouse.assembly_checks import pairs
from warehouse.contracts import ContractSet
from warehouse.cross_checks import FOLDER, cross_checks
from warehouse.errors import SettingsError

GOOD = {
    "severity": "error",
    "kind": "match",
    "owner": "left",
    "sentence": "Câu.",
    "how_to_fix": "Sửa.",
    "basis": "Quy tắc của kho",
    "evidence": "'x'",
    "pairs": [{"left": {"dataset": "a"}, "right": {"dataset": "b"}, "link": "left_row.k = right_row.k"}],
}


def test_the_checks_of_the_domain_are_there():
    assert {check.check for check in cross_checks()} == {path.stem for path in FOLDER.glob("*.yml")}
    assert len(cross_checks()) == 8


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "both"}, "kind"),
        ({"owner": None}, "owner"),
        ({"colour": "red"}, "colour"),
        ({"kind": "absent", "evidence": "right_row.state"}, "right_row"),
        ({"pairs": [{"left": {"dataset": "a"}, "right": {"dataset": "b"}}]}, "link"),
    ],
)
def test_a_wrong_file_is_refused_by_name_and_field(tmp_path, change, said):
    (tmp_path / "wrong.yml").write_text(yaml.safe_dump({**GOOD, **change}, allow_unicode=True), encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        cross_checks(tmp_path)
    assert "wrong.yml" in str(refused.value) and said in str(refused.value)


def test_a_pair_without_a_contract_is_kept_and_not_asked(tmp_path):
    deaths = make_contract(tmp_path, dataset="deaths", columns={"code": "Mã"})
    found = {p["id"]: p for p in pairs(ContractSet((deaths,), ()))}
    assert found["benefit_paid_after_death:1"]["is_possible"] is False
    assert found["result_not_in_database:1"]["is_possible"] is False
    assert not any(pair["is_possible"] for pair in found.values() if pair["left_name"])


def test_a_role_makes_a_pair_of_every_dataset_that_has_it_and_takes_its_day(tmp_path):
    role = {"customProperties": [{"property": "role", "value": "commune_code"}]}
    day = {"logicalType": "date", "customProperties": [{"property": "role", "value": "recorded_on"}]}
    dated = make_contract(tmp_path, dataset="dated", columns={"commune": role, "seen_on": day})
    undated = make_contract(tmp_path, dataset="undated", columns={"commune": role})
    without = make_contract(tmp_path, dataset="without", columns={"code": "Mã"})
    found = [p for p in pairs(ContractSet((dated, undated, without), ())) if p["check"].check.startswith("commune")]
    assert [(p["left_name"], p["is_possible"]) for p in found] == [("dated", True), ("undated", True)]
    assert "coalesce(left_row.seen_on, {{ as_of() }}) >=" in found[0]["pair"].link
    assert "and {{ as_of() }} >=" in found[1]["pair"].link
