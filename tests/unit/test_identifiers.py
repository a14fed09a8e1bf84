"""Identifiers: the state of a number, told in SQL, and the number that rows are linked by."""

from __future__ import annotations

import csv
import datetime as dt
import random

import duckdb
import pytest
import yaml
from stdnum.vn import mst

from warehouse.assembly import assemble
from warehouse.citizen_prefixes import SEED, citizen_prefixes
from warehouse.contracts import ContractSet
from warehouse.dbt_plugin import set_session
from warehouse.engine_sql import engine_sql
from warehouse.settings import Settings


@pytest.fixture(scope="module")
def connection():
    opened = duckdb.connect()
    set_session(opened, Settings(as_of=dt.date(2026, 11, 2)))
    return opened


@pytest.fixture
def ask(connection):
    def answer(call, number, born_on=None, sex=None, *, synthetic=False):
        return connection.execute(
            f"select {engine_sql(call, synthetic=synthetic)}"
            " from (select cast(? as varchar) as n, cast(? as date) as born_on, cast(? as varchar) as sex)",
            [number, born_on, sex],
        ).fetchone()[0]

    return answer


CROSS_CHECKED = "'n', born_on='born_on', sex='sex'"
BORN_1990 = dt.date(1990, 5, 2)


@pytest.mark.parametrize(
    ("written", "born_on", "sex", "status", "number"),
    [
        # the golden row: 11 digits from Excel
        ("49090001234", BORN_1990, "male", "repaired", "049090001234"),
        ("49090001234", dt.date(1991, 5, 2), "male", "suspect", "49090001234"),
        ("49090001234", dt.date(2090, 5, 2), "male", "suspect", "49090001234"),
        ("49090001234", BORN_1990, "female", "suspect", "49090001234"),
        ("49090001234", BORN_1990, None, "repaired", "049090001234"),
        ("49090001234", None, "male", "suspect", "49090001234"),
        ("49090001234", None, None, "suspect", "49090001234"),
        ("49090001234.0", BORN_1990, "male", "repaired", "049090001234"),
        # Hà Nội's 001 loses two zeros
        ("1090001234", BORN_1990, "male", "repaired", "001090001234"),
        ("1090001234", None, None, "invalid", None),
        ("099090001234", BORN_1990, "male", "suspect", "099090001234"),
        ("99090001234", BORN_1990, "male", "suspect", "99090001234"),
        ("049090001234", BORN_1990, "male", "valid", "049090001234"),
        ("049090001234", None, None, "valid", "049090001234"),
        ("049090001234", dt.date(1962, 1, 1), None, "suspect", "049090001234"),
        ("049190001234", BORN_1990, "female", "valid", "049190001234"),
        ("049190001234", BORN_1990, "male", "suspect", "049190001234"),
        ("049206001234", dt.date(2006, 5, 2), "male", "valid", "049206001234"),
        # the year 2063 has not been
        ("049263001234", None, None, "suspect", "049263001234"),
        ("049.090.001.234", BORN_1990, "male", "repaired", "049090001234"),
        ("049 090 001 234", None, None, "repaired", "049090001234"),
        ("'049090001234", None, None, "repaired", "049090001234"),
        ("049.090.001.000", BORN_1990, "male", "repaired", "049090001000"),
        ("4.9090001234E+10", BORN_1990, "male", "invalid", None),
        ("4.9E+10", BORN_1990, "male", "invalid", None),
        ("205123456", BORN_1990, "male", "suspect", "205123456"),
        ("05123456", None, None, "suspect", "05123456"),
        ("0490900012345", None, None, "invalid", None),
        ("04909000123", BORN_1990, "male", "invalid", None),
        ("hộ chiếu C1234567", None, None, "invalid", None),
        ("000000000000", None, None, "placeholder", None),
        ("999999999", None, None, "placeholder", None),
        (None, BORN_1990, "male", "empty", None),
    ],
)
def test_a_citizen_number_has_a_status_and_a_number_to_link_by(ask, written, born_on, sex, status, number):
    assert ask(f"person_number_status({CROSS_CHECKED})", written, born_on, sex) == status
    assert ask(f"person_number({CROSS_CHECKED})", written, born_on, sex) == number


def test_a_dataset_without_birth_date_and_sex_repairs_no_lost_zero(ask):
    assert ask("person_number_status('n')", "49090001234") == "suspect"
    assert ask("person_number_status('n')", "049090001234") == "valid"
    assert ask("person_number('n')", "049 090 001 234") == "049090001234"


def test_the_samples_prefixes_belong_to_nobody_outside_the_sample(ask):
    for prefix in ("000", "003"):
        assert ask("person_number_status('n')", f"{prefix}090001234") == "suspect"
        assert ask("person_number_status('n')", f"{prefix}090001234", synthetic=True) == "valid"


def test_only_the_environments_of_the_sample_know_the_samples_prefixes(tmp_path):
    known = {}
    for environment in ("sample", "sample_servers", "production"):
        project = assemble(Settings(home=tmp_path / environment, environment=environment), ContractSet((), ()))
        variables = yaml.safe_load((project / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
        known[environment] = {"000", "003", "049"} & set(variables["citizen_prefixes"])
    assert known == {"sample": {"000", "003", "049"}, "sample_servers": {"000", "003", "049"}, "production": {"049"}}


def test_one_person_has_one_token_however_the_number_was_damaged(connection):
    token = engine_sql("token('p')")
    number = engine_sql(f"person_number({CROSS_CHECKED})")
    forms = ["049090001234", "49090001234", "49090001234.0", "049.090.001.234", "'049090001234"]
    found = connection.execute(
        f"select distinct {token} from (select {number} as p from"
        " (select unnest(?) as n, date '1990-05-02' as born_on, 'male' as sex))",
        [forms],
    ).fetchall()
    assert len(found) == 1 and len(found[0][0]) == 64


def test_there_are_63_provinces_from_memory_and_the_synthetic_prefixes_are_not_among_them():
    with SEED.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    provinces = [r["prefix"] for r in rows if r["kind"] == "province"]
    assert len(provinces) == len(set(provinces)) == 63
    assert all("trí nhớ" in r["basis"] for r in rows if r["kind"] == "province")
    assert set(citizen_prefixes(synthetic=True)) - set(citizen_prefixes(synthetic=False)) == {"000", "003"}


@pytest.mark.parametrize(
    ("written", "status", "code"),
    [
        ("0100047516", "valid", "0100047516"),
        ("0100047517", "invalid", "0100047517"),
        ("01000475 16", "valid", "0100047516"),
        ("0314409058-002", "valid", "0314409058-002"),
        ("0314409058002", "valid", "0314409058-002"),
        ("0314409058-000", "invalid", "0314409058-000"),
        ("100047516", "repaired", "0100047516"),
        ("3600247325.0", "repaired", "3600247325"),
        ("314409058002", "repaired", "0314409058-002"),
        ("100047517", "invalid", None),
        # a household's tax code is its holder's number
        ("049090001234", "suspect", None),
        ("0000000000", "placeholder", None),
        ("33A8001234", "invalid", None),
        (None, "empty", None),
    ],
)
def test_a_tax_code_has_a_status_and_a_code_to_link_by(ask, written, status, code):
    assert ask("tax_code_status('n')", written) == status
    assert ask("organisation_code('n')", written) == code


def test_a_persons_number_in_a_column_of_tax_codes_is_not_published(ask):
    assert ask("unless_person_number('n')", "049 090 001 234") is None
    assert ask("unless_person_number('n')", "0100047517") == "0100047517"
    assert ask("unless_person_number('n')", None) is None


def test_a_tax_code_is_valid_exactly_when_python_stdnum_says_so(connection):
    """300,000 numbers; python-stdnum knows nothing of numbers beginning with 00, which no office gives out."""
    chance = random.Random(6)
    bodies = [f"{chance.randrange(10**9):09d}" for _ in range(60_000)]
    right = [b + mst.calc_check_digit(b) for b in bodies]
    numbers = [n for n in right if len(n) == 10]
    numbers += [b + str(chance.randrange(10)) for b in bodies]
    numbers += [f"{n}-{chance.randrange(1000):03d}" for n in numbers[:60_000]]
    numbers += [f"{n[:4]} {n[4:]}{chance.randrange(1000):03d}" for n in numbers[:30_000]]
    numbers += [f"{chance.randrange(1, 100):02d}0000000{d}" for d in range(10) for _ in range(300)]
    numbers += ["".join(chance.choices("0123456789- .", k=chance.randrange(6, 16))) for _ in range(87_000)]
    numbers = [n for n in numbers if len(set(n) - set(" .-")) > 1 and not mst.compact(n).startswith("00")]
    assert len(numbers) > 250_000
    status = engine_sql("tax_code_status('n')")
    found = connection.execute(f"select n, {status} = 'valid' from (select unnest(?) as n)", [numbers]).fetchall()
    differing = [(n, valid) for n, valid in found if mst.is_valid(n) != valid]
    assert differing == []
    known_difference = connection.execute(f"select {status} from (select '0012345672' as n)").fetchone()
    assert (known_difference, mst.is_valid("0012345672")) == (("invalid",), True)
    assert 0.2 < sum(valid for _, valid in found) / len(found) < 0.8


@pytest.mark.parametrize(
    ("written", "status"),
    [("H47.12", "valid"), ("000.00.12.H47", "valid"), ("h47.12.3 ", "valid"), ("47.12", "invalid"), (None, "empty")],
)
def test_an_agency_code_has_a_status(ask, written, status):
    assert ask("agency_code_status('n')", written) == status


@pytest.mark.parametrize(
    ("written", "status", "number"),
    [
        ("0300000001", "valid", "0300000001"),
        ("+84 300 000 001", "valid", "0300000001"),
        ("84300000001", "valid", "0300000001"),
        ("300000001", "repaired", "0300000001"),
        ("0235 3000 001", "valid", "02353000001"),
        ("01230000001", "suspect", "01230000001"),
        ("0000000000", "placeholder", None),
        ("12345", "invalid", None),
        (None, "empty", None),
    ],
)
def test_a_telephone_has_a_status_and_a_number_with_its_zero(ask, written, status, number):
    assert ask("phone_status('n')", written) == status
    assert ask("phone_number('n')", written) == number


@pytest.mark.parametrize(
    ("written", "precision", "earliest"),
    [
        ("05/10/1962", "day", dt.date(1962, 10, 5)),
        ("1962-10-05 00:00:00", "day", dt.date(1962, 10, 5)),
        ("1962", "year", dt.date(1962, 1, 1)),
        ("--/--/1962", "year", dt.date(1962, 1, 1)),
        ("00/00/1962", "year", dt.date(1962, 1, 1)),
        ("10/1962", "month", dt.date(1962, 10, 1)),
        ("00/10/1962", "month", dt.date(1962, 10, 1)),
        ("01/01/1962", "day", dt.date(1962, 1, 1)),
        ("13/1962", None, None),
        ("31/02/1962", None, None),
        ("khoảng 1962", None, None),
        (None, None, None),
    ],
)
def test_a_date_in_part_keeps_what_it_knows(ask, written, precision, earliest):
    assert ask("date_precision('n')", written) == precision
    assert ask("earliest_day('n')", written) == earliest
