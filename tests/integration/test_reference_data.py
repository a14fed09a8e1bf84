"""What a province changes of the reference data: its own days, reorganisations, agencies and procedures."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from ingestion.landing import land
from tests.contracts import write_contract
from tests.dbt_home import dbt_build
from warehouse.connections import connect_warehouse
from warehouse.contract_reader import load_contracts
from warehouse.settings import PROJECT_ROOT, Settings

pytestmark = pytest.mark.slow

DATA_ONLY = ("--exclude-resource-type", "unit_test", "--indirect-selection", "cautious")
CALENDAR = ("--select", "+calendar_days", *DATA_ONLY)
AGENCIES = """\
code,name,level,commune,from,to
H17,UBND thành phố Đà Nẵng,province,,,
H17.3,Sở Nông nghiệp và Môi trường,province,,,
000.00.04.H17,Sở Tài chính,province,,,
H17.04,Sở Tài chính,province,,,
H17.5,Sở Nội vụ,province,,,
H17.6,Sở Y tế,province,,,
H17.9,Ban Dân tộc,province,,,
H17.9,Sở Dân tộc và Tôn giáo,province,,01/03/2025,
H17.101,UBND xã Trà Leng,commune,20938,,
H47.20,UBND huyện Quế Sơn,district,,,
"""
CHANGE = """\
agency_changes:
  - old_name: Sở Tài chính tỉnh Quảng Nam
    old_code: 000.00.07.H47
    new_name: Sở Tài chính
    new_code: H17.04
    change: merged
    effective_on: 2025-07-01
    basis: example
"""
CATALOGUE = """\
code,name,field,level,duration,online,decided
1.004756.000.00.00.H17,Cấp chứng chỉ hành nghề thú y,Thú y,Cấp tỉnh,5 ngày làm việc,,15/01/2024
1.004756.000.00.00.H17,Cấp chứng chỉ hành nghề thú y,Thú y,Cấp xã,4 ngày làm việc,2 ngày làm việc,10/02/2026
TS_lop1.000.00.00.H17,Tuyển sinh lớp 1,Giáo dục,Cấp xã,10 ngày,,10/02/2026
"""
# code, day of reception, agency as written, procedure as written; what is found and how, or why not
DOSSIERS: list[tuple[str, str, str, str, str | None, str]] = [
    ("H17.3-240501-0001", "01/05/2024", "Sở Tài nguyên và Môi trường", "1.004756", "H17.3", "succession"),
    ("H17.3-240501-0002", "01/05/2024", "Sở Lao động, Thương binh và Xã hội", "1.004756.H17", None, "split"),
    ("H17.9-240501-0001", "01/05/2024", "Ban Dân tộc", "TS_LOP1.000.00.00.H17", "H17.9", "name"),
    ("H17.9-260501-0001", "01/05/2026", "BAN  DÂN TỘC", "1.004756", "H17.9", "name"),
    ("000.00.07.H47-240501-0001", "01/05/2024", "", "", "H17.04", "dossier_code"),
    ("H17.99-240501-0001", "01/05/2024", "UBND xã Trà Leng", "", None, "not_in_force"),
    ("H17.99-260501-0001", "01/05/2026", "UBND xã Trà Leng", "1.000001", "H17.101", "name"),
    ("H17.99-240501-0002", "01/05/2024", "UBND huyện Quế Sơn", "", "H47.20", "name"),
    ("H17.99-260501-0002", "01/05/2026", "UBND huyện Quế Sơn", "", None, "not_in_force"),
    ("H17.99-240501-0003", "01/05/2024", "Sở Tài chính", "", "H17.04", "name"),
    ("H17.99-240501-0004", "01/05/2024", "000.00.04.h17", "", "H17.04", "code"),
    ("H17.99-240501-0005", "01/05/2024", "Sở Lạ", "", None, "unknown"),
    ("H17.99-240501-0006", "01/05/2024", "H17.0", "", None, "unknown"),
]


def home_with_profile(home: Path, more: str) -> Settings:
    """A data home without contracts whose profile is Đà Nẵng's with more in it."""
    (home / "contracts").mkdir()
    shipped = PROJECT_ROOT / "warehouse" / "profiles" / "da_nang_2025.yml"
    profile = home / "tinh.yml"
    profile.write_text(f"{shipped.read_text(encoding='utf-8')}{more}\n", encoding="utf-8")
    return Settings(home=home, contracts=home / "contracts", profile=str(profile), as_of=dt.date(2026, 11, 2))


def build(settings: Settings, *arguments: str) -> str:
    """Land what the contracts of a home say, and build."""
    contracts = load_contracts(settings.contracts, settings.province, settings.environment, {})
    assert not contracts.errors
    assert all(land(settings, contract).state == "landed" for contract in contracts.contracts)
    return dbt_build(settings, contracts, *arguments)


def add_list(settings: Settings, entity: str, text: str, keys: tuple[str, ...], columns: dict[str, Any]) -> None:
    """A CSV file and the contract that feeds an entity from it."""
    file = settings.home / f"{entity}.csv"
    file.write_text(text, encoding="utf-8")
    server = {"server": "file", "type": "local", "format": "csv", "path": str(file)}
    write_contract(
        settings.contracts, columns=columns, keys=keys, dataset=f"own_{entity}", server=server, entity=entity
    )


def test_a_calendar_without_24_november_2026_does_not_load(tmp_path):
    settings = home_with_profile(
        tmp_path, "calendar_overrides: [{day: 2026-11-24, day_type: LAM_VIEC, basis: the fixture}]"
    )
    with pytest.raises(AssertionError) as failed:
        build(settings, *CALENDAR)
    message = (
        "Calendar: wanted 12 public holidays of 2026; found 11, without 24/11/2026. Add what is missing to calendar"
    )
    assert message in str(failed.value)


def test_a_later_year_that_is_not_known_is_a_warning_and_has_no_working_days(tmp_path):
    settings = home_with_profile(
        tmp_path, "calendar_overrides: [{day: 2030-01-01, day_type: LAM_VIEC, basis: the fixture}]"
    )
    assert "WARN 1 every_year_of_the_calendar_has_its_public_holidays" in build(settings, *CALENDAR)
    with connect_warehouse(settings.warehouse) as connection:
        unknown = connection.execute(
            "select count(*), min(day) from shared.calendar_days where is_working_day is null"
        ).fetchall()
    assert unknown == [(365, dt.date(2030, 1, 1))]


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    """Rows of a query on a store of dossiers of 2024 and 2026, with lists of agencies and procedures of its own."""
    settings = home_with_profile(tmp_path_factory.mktemp("home"), CHANGE)
    add_list(
        settings,
        "agencies",
        AGENCIES,
        ("agency_code", "agency_name"),
        {
            "agency_code": "code",
            "agency_name": "name",
            "level": "level",
            "commune_code": "commune",
            "valid_from": {"physicalName": "from", "logicalType": "date"},
            "valid_to": {"physicalName": "to", "logicalType": "date"},
        },
    )
    add_list(
        settings,
        "procedures",
        CATALOGUE,
        ("procedure_code_raw", "decision_date"),
        {
            "procedure_code_raw": "code",
            "procedure_name": "name",
            "field_name": "field",
            "level": "level",
            "duration_text": "duration",
            "online_duration_text": "online",
            "decision_date": {"physicalName": "decided", "logicalType": "date"},
        },
    )
    rows = "".join(f'{code},{received},"{agency}",{procedure}\n' for code, received, agency, procedure, *_ in DOSSIERS)
    add_list(
        settings,
        "dossiers",
        f"code,received,agency,procedure\n{rows}",
        ("dossier_code",),
        {
            "dossier_code": "code",
            "received_at": {"physicalName": "received", "logicalType": "timestamp"},
            "receiving_agency_raw": "agency",
            "procedure_code_raw": "procedure",
        },
    )
    build(settings, "--select", "+unknown_agencies", "+dossiers", *DATA_ONLY)

    def rows_of(query: str) -> list[tuple[Any, ...]]:
        with connect_warehouse(settings.warehouse) as connection:
            return connection.execute(query).fetchall()

    return rows_of


@pytest.mark.parametrize(("code", "agency", "how"), [(code, agency, how) for code, *_, agency, how in DOSSIERS])
def test_the_agency_of_a_dossier_is_who_bore_the_name_that_day_or_took_over(ask, code, agency, how):
    found = ask(
        "select d.receiving_agency_code, coalesce(m.receiving_agency_found_by, m.receiving_agency_problem)"
        " from shared.dossiers as d join staging.int_dossier_agencies as m on d.dossier_code = m.dossier_key"
        f" where d.dossier_code = '{code}'"
    )
    assert found == [(agency, how)]


def test_what_is_not_one_agency_is_reported_with_those_that_come_into_question(ask):
    reported = ask("select written_as, problem, candidates, dossiers from quality.unknown_agencies order by 1, 2")
    assert reported == [
        ("H17.0", "unknown", None, 1),
        ("Sở Lao động, Thương binh và Xã hội", "split", "H17.3, H17.5, H17.6", 1),
        ("Sở Lạ", "unknown", None, 1),
        ("UBND huyện Quế Sơn", "not_in_force", "H47.20", 1),
        ("UBND xã Trà Leng", "not_in_force", "H17.101", 1),
    ]


def test_an_agency_that_ended_names_who_answers_now(ask):
    agencies = dict(ask("select agency_code, agency_code_current from shared.agencies"))
    assert agencies["000.00.04.H17"] == agencies["H17.04"] == "H17.04"
    assert agencies["H47.20"] is None
    assert ask("select agency_name, cast(valid_to as varchar) from shared.agencies where agency_code = 'H17.9'") == [
        ("Sở Dân tộc và Tôn giáo", None)
    ]
    assert ask(
        "select agency_name, cast(valid_to as varchar) from shared.agency_versions where agency_code = 'H17.9'"
        " order by valid_from"
    ) == [("Ban Dân tộc", "2025-02-28"), ("Sở Dân tộc và Tôn giáo", None)]


def test_a_dossier_has_the_procedure_in_the_version_of_its_day(ask):
    versions = ask(
        "select dossier_key, procedure_code, duration_hours, online_duration_hours, is_in_published_catalogue"
        " from staging.int_dossier_procedures where procedure_code is not null order by 1"
    )
    assert versions == [
        ("H17.3-240501-0001", "1.004756", 40, None, True),
        ("H17.3-240501-0002", "1.004756", 40, None, True),
        ("H17.9-240501-0001", "TS_LOP1.000.00.00.H17", None, None, False),
        ("H17.9-260501-0001", "1.004756", 32, 16, True),
        ("H17.99-260501-0001", "1.000001", None, None, False),
    ]
