"""The sample province: the same from the same seed, honest about its faults, and nobody real in it."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import re
import sqlite3
from collections import Counter
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from stdnum.vn import mst

from ingestion.sample import SampleSummary, make_sample
from ingestion.sample.publications import BEHIND, PUBLICATIONS
from ingestion.sample.recipe import read_recipes
from tests.sample_files import REGISTER_HEADER, label, source_tables
from warehouse.contract_reader import load_contracts
from warehouse.contracts import ContractSet
from warehouse.cross_checks import cross_checks
from warehouse.errors import SettingsError
from warehouse.profile import load_profile
from warehouse.settings import PROJECT_ROOT

AS_OF = dt.date(2026, 11, 2)
ROWS = 2_000
FLAGS = {*(f"S{n}" for n in range(1, 7)), *(f"A{n}" for n in range(1, 11))}
KINDS_OF_INCOMPLETENESS = {
    "coverage_commune",
    "records_missing",
    "field_missing",
    "placeholder",
    "stale",
    "linkage",
    "code_currency",
    "duplicate_after_merger",
    "digital_form",
    "not_on_list",
}
# account numbers and money may have nine or twelve digits, and name nobody
NO_IDENTITY = ("SoTaiKhoan", "VonDieuLe", "btxhSoTien")
# prefixes that TT 59/2021/TT-BCA gives to no province and no country
NEVER_ISSUED = ("000", "003")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> SampleSummary:
    folder = tmp_path_factory.mktemp("home") / "sample"
    return make_sample(folder, load_profile("da_nang_2025"), rows=ROWS, seed=72, as_of=AS_OF)


@pytest.fixture(scope="module")
def contracts(made: SampleSummary) -> ContractSet:
    variables = {"KHO_SAMPLE": str(made.folder), "KHO_HOME": str(made.folder.parent)}
    return load_contracts(PROJECT_ROOT / "ingestion" / "contracts", load_profile("da_nang_2025"), "sample", variables)


@pytest.fixture(scope="module")
def truth(made: SampleSummary) -> list[dict[str, str]]:
    return _csv(made.folder / "ground_truth.csv")


def test_the_same_seed_gives_the_same_bytes(made: SampleSummary, tmp_path: Path) -> None:
    again = make_sample(tmp_path / "sample", load_profile("da_nang_2025"), rows=ROWS, seed=72, as_of=AS_OF)
    assert again.created
    assert _digests(again) == _digests(made)


def test_another_seed_gives_another_province(made: SampleSummary, tmp_path: Path) -> None:
    other = make_sample(tmp_path / "sample", load_profile("da_nang_2025"), rows=ROWS, seed=73, as_of=AS_OF)
    assert all(digest != _digests(made)[name] for name, digest in _digests(other).items() if "one_stop/" in name)


def test_a_sample_that_is_there_is_left_untouched(made: SampleSummary) -> None:
    before = {p: p.stat().st_mtime_ns for p in made.folder.rglob("*")}
    again = make_sample(made.folder, load_profile("da_nang_2025"), rows=ROWS, seed=72, as_of=AS_OF)
    assert not again.created
    assert (again.rows, again.faults, again.files) == (made.rows, made.faults, made.files)
    assert {p: p.stat().st_mtime_ns for p in made.folder.rglob("*")} == before


def test_other_arguments_replace_the_sample_whole(tmp_path: Path) -> None:
    folder = tmp_path / "sample"
    make_sample(folder, load_profile("da_nang_2025"), rows=1_500, as_of=dt.date(2026, 10, 5))
    later = make_sample(folder, load_profile("da_nang_2025"), rows=1_500, as_of=AS_OF)
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert found == {*later.files, "sample.json"}
    assert [p.name for p in tmp_path.iterdir()] == ["sample"]


def test_a_sample_too_small_for_its_faults_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="to plant every fault"):
        make_sample(tmp_path / "sample", load_profile("da_nang_2025"), rows=100, as_of=AS_OF)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("profile", "as_of"), [("da_nang_2025", dt.date(2026, 3, 2)), ("quang_nam_2024", dt.date(2026, 11, 2))]
)
def test_months_in_which_the_communes_were_others_are_refused(profile: str, as_of: dt.date, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="were in force"):
        make_sample(tmp_path / "sample", load_profile(profile), rows=ROWS, as_of=as_of)


def test_districts_are_the_foreign_codes_of_a_province_that_has_districts(tmp_path: Path) -> None:
    old = make_sample(tmp_path / "sample", load_profile("quang_nam_2024"), rows=1_500, as_of=dt.date(2025, 3, 3))
    lines = _csv(old.folder / "ground_truth.csv")
    codes = {line["commune_code"] for line in lines if line["fault"] == "code_currency" and line["dataset"] == "births"}
    assert codes and all(re.fullmatch(r"\d{3}", code) for code in codes)
    agencies = _csv(old.folder / "reference" / "agencies.csv")
    assert Counter(a["Cấp"] for a in agencies)["commune"] == 233


def test_every_contract_reads(contracts: ContractSet) -> None:
    assert contracts.errors == ()
    made_by_code = {
        "agencies", "births", "control_totals", "deaths", "decentralised_procedures", "enterprises", "one_stop_list",
        "one_stop_register", "one_stop_steps", "parcels", "procedure_publications", "recipients",
        "satisfaction_ratings", "system_inventory", "targets", "zero_declarations",
    }  # fmt: skip
    assert {c.dataset for c in contracts.contracts} == made_by_code | {r.dataset for r in read_recipes()}


def test_sector_contracts_have_rules_titles_and_personal_columns(contracts: ContractSet) -> None:
    for contract in contracts.contracts:
        assert contract.cadence_days
        assert all(column.title for column in contract.columns)
        assert all(c.personal for c in contract.columns if c.role == "person_number")
        if contract.entity is None:
            assert len(contract.rules) >= 5
            assert contract.key


def test_every_file_has_the_columns_of_its_contract(made: SampleSummary, contracts: ContractSet) -> None:
    for contract in contracts.contracts:
        headers = [table.header for table in source_tables(made.folder, contract)]
        assert headers
        for header in headers:
            missing = [c.header for c in contract.landed if not {label(x) for x in c.labels} & set(header)]
            known = {label(x) for c in contract.landed for x in c.labels} | {label(x) for x in contract.ignored}
            assert not missing
            assert set(header) <= known


def test_every_kind_of_fault_is_planted(truth: list[dict[str, str]]) -> None:
    assert {line["rule_id"] for line in truth if line["dataset"] == "dossiers"} == FLAGS
    assert {line["fault"] for line in truth} >= KINDS_OF_INCOMPLETENESS
    assert {line["fault"] for line in truth} >= {"unknown_status", "unreadable_date", "missing_key", "unreadable_row"}


def test_every_fault_names_a_rule_that_exists(truth: list[dict[str, str]], contracts: ContractSet) -> None:
    rules = {(c.dataset, rule.id) for c in contracts.contracts for rule in c.rules}
    rules |= {("dossiers", flag) for flag in FLAGS} | {("one_stop_list", "rejected")}
    rules |= {(PUBLICATIONS, what) for what in BEHIND}
    checks = {check.check for check in cross_checks()}
    assert {(line["dataset"], line["rule_id"]) for line in truth if line["rule_id"] not in checks} <= rules
    assert checks <= {line["rule_id"] for line in truth}, "every check between databases has planted faults"


def test_no_fault_is_written_down_twice(truth: list[dict[str, str]]) -> None:
    keyed = [tuple(line.values()) for line in truth if line["row_key"]]
    assert len(keyed) == len(set(keyed))


def test_every_key_of_the_ground_truth_is_in_the_files(
    made: SampleSummary, contracts: ContractSet, truth: list[dict[str, str]]
) -> None:
    keys: dict[str, set[str]] = {}
    for contract in contracts.contracts:
        keys[contract.dataset] = {key for table in source_tables(made.folder, contract) for key in table.row_keys()}
    keys["dossiers"] = keys["one_stop_list"] | keys["one_stop_register"]
    lost = [line for line in truth if line["row_key"] and line["row_key"] not in keys[line["dataset"]]]
    assert lost == []


def test_rows_are_accounted_for(made: SampleSummary, contracts: ContractSet) -> None:
    accounts = _csv(made.folder / "accounting.csv")
    left = Counter[str]()
    for account in accounts:
        rows_read, aside = int(account["rows_read"]), int(account["out_of_scope"]) + int(account["rejected"])
        left[account["dataset"]] += rows_read - aside
    assert left == Counter(made.rows)
    for contract in contracts.contracts:
        if contract.key:
            whole = Counter(key for table in source_tables(made.folder, contract) for key in table.row_keys())
            empty = whole.pop("", 0)
            assert (len(whole), empty) == (made.kept[contract.dataset], made.quarantined[contract.dataset])


def test_the_silent_communes_are_in_no_export(made: SampleSummary, truth: list[dict[str, str]]) -> None:
    silent = {line["commune_code"] for line in truth if line["rule_id"] == "one_stop_commune_silent"}
    seen = {row["Mã xã địa bàn"] for path in made.folder.glob("one_stop/*.csv") for row in _csv(path)}
    declared = {
        row["Mã xã"]
        for row in _csv(made.folder / "reference" / "zero_declarations.csv")
        if row["Cơ sở dữ liệu"] == "one_stop_list"
    }
    communes = {row["Mã xã"] for row in _csv(made.folder / "reference" / "agencies.csv")} - {""}
    assert communes - seen == silent | declared


def test_no_number_can_belong_to_a_person(made: SampleSummary) -> None:
    numbers = [n for text in _cells(made) for n in re.findall(r"(?<![\d.])\d{12}(?!\d)", text)]
    assert len(numbers) > 1_000
    assert {n[:3] for n in numbers} <= set(NEVER_ISSUED)
    old_cards = [text for text in _cells(made) if re.fullmatch(r"\d{9}", text)]
    assert all(card.startswith("000") for card in old_cards)


def test_no_tax_number_was_ever_handed_out(made: SampleSummary, truth: list[dict[str, str]]) -> None:
    wrong = {line["row_key"].split("|")[0] for line in truth if line["rule_id"] == "enterprises_code_invalid"}
    with sqlite3.connect(made.folder / "sectors" / "enterprises.sqlite") as database:
        codes = [code for (code,) in database.execute('select "MaSoDN" from doanh_nghiep where "MaSoDN" is not null')]
    assert all(code.startswith("99") for code in codes)
    assert {code for code in codes if not mst.is_valid(code)} == wrong


def test_a_row_refers_to_clean_rows_of_other_datasets(made: SampleSummary, truth: list[dict[str, str]]) -> None:
    rules = ("not_civil_servant", "number_missing", "number_invalid", "code_missing")
    changed = {rule: {line["row_key"] for line in truth if line["rule_id"] == f"teachers_{rule}"} for rule in rules}
    faulty = {line["row_key"].split("|")[0] for line in truth if line["dataset"] == "civil_servants"}
    with sqlite3.connect(made.folder / "sectors" / "civil_service.sqlite") as database:
        servants = database.execute("select SoHieuCBCCVC, SoDinhDanh from can_bo_cong_chuc_vien_chuc").fetchall()
    clean = {number for code, number in servants if code and code not in faulty}
    with sqlite3.connect(made.folder / "sectors" / "education.sqlite") as database:
        teachers = dict(database.execute("select MaGV, SoDinhDanh from giao_vien where MaGV is not null"))
    elsewhere = {code for code, number in teachers.items() if number not in clean}
    assert changed["not_civil_servant"] <= elsewhere <= set.union(*changed.values())


def test_each_fault_has_a_row_of_its_own(truth: list[dict[str, str]]) -> None:
    """Two rules of one row only where one fault breaks both, which the recipe says."""
    both = {frozenset(fault.breaks) for recipe in read_recipes() for fault in recipe.faults if len(fault.breaks) > 1}
    recipes = {recipe.dataset for recipe in read_recipes()}
    broken: dict[tuple[str, str], set[str]] = {}
    for line in truth:
        if line["row_key"] and line["dataset"] in recipes:
            broken.setdefault((line["dataset"], line["row_key"]), set()).add(line["rule_id"])
    assert {frozenset(rules) for rules in broken.values() if len(rules) > 1} == both


def test_dates_of_the_register_come_as_dates_and_as_text(made: SampleSummary) -> None:
    path = next(made.folder.glob("one_stop/*.xlsx"))
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[REGISTER_HEADER + 2 :]
    kinds = Counter(type(row[7]) for row in rows if row[1])
    assert kinds[dt.datetime] > 0 and kinds[str] > 0


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def _digests(summary: SampleSummary) -> dict[str, str]:
    return {name: hashlib.sha256((summary.folder / name).read_bytes()).hexdigest() for name in summary.files}


def _cells(made: SampleSummary) -> list[str]:
    cells: list[str] = []
    for path in sorted(made.folder.glob("sectors/*.sqlite")):
        with sqlite3.connect(path) as database:
            for (table,) in database.execute("select name from sqlite_master").fetchall():
                columns = [c[1] for c in database.execute(f'pragma table_info("{table}")') if c[1] not in NO_IDENTITY]
                picked = ", ".join(f'"{c}"' for c in columns)
                cells += [v for row in database.execute(f'select {picked} from "{table}"') for v in row if v]
    for path in sorted(made.folder.glob("one_stop/*.csv")):
        cells += [v for row in _csv(path) for v in row.values() if isinstance(v, str)]
    for path in sorted(made.folder.glob("sectors/*.csv")):
        cells += [v for line in path.read_text(encoding="utf-8-sig").splitlines() for v in re.split("[,;]", line) if v]
    for path in sorted(made.folder.glob("sectors/*.xlsx")):
        sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        cells += [v for row in sheet for v in row if isinstance(v, str) and v]
    return cells
