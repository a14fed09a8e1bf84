"""The public tables of the sample: every column documented, and no personal value, by pattern and by value."""

from __future__ import annotations

import shutil

import duckdb
import pytest

from tests.kho import AS_OF
from tests.planted import PUBLIC, Leak, collect, days_of_their_own_row, search
from warehouse.personal_data import Finding, find_in_store
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

# what only looks like a personal value, and what it is
EXCUSED = {
    "ops.mail_log.recipient": {"email": "official address of an owner, from the profile"},
    "quality.rule_results.sentence": {"identity_card": "sums of money in the words of a rule"},
    "shared.petrol_stations.holder_code": {"identity_card": "tax codes that lack a digit"},
    "shared.planning_projects.boundary": {"mobile_phone": "coordinates"},
}


@pytest.fixture(scope="module")
def store(sample_home):
    """The warehouse with everything personal of its sources collected beside it."""
    with duckdb.connect(str(sample_home.path / "warehouse.duckdb"), read_only=True) as connection:
        found = collect(connection, Settings(home=sample_home.path, as_of=AS_OF))
        assert min(found.values()) > 500, found
        yield connection


def test_nothing_looks_like_a_personal_value(store):
    assert find_in_store(store, PUBLIC, {column: set(kinds) for column, kinds in EXCUSED.items()}) == []


def test_no_name_number_telephone_or_birthday_of_the_sources_is_in_a_public_table(store):
    assert search(store) == []


def test_no_day_of_a_shared_row_is_a_personal_day_of_its_source_row(store, sample_home):
    assert days_of_their_own_row(store, Settings(home=sample_home.path, as_of=AS_OF)) == []


def test_a_key_that_is_a_personal_number_is_a_token_wherever_rows_are_named(sample_home):
    keys = sample_home.rows(
        "select dataset, row_key from quality.failing_rows join staging.int_datasets using (dataset)"
        " where is_key_personal and row_key is not null"
    )
    assert all(len(key) == 64 for _, key in keys)


def test_planted_values_are_found_wherever_they_are(sample_home, tmp_path):
    """The search can fail: a name within a sentence, a number with spaces, a birthday as a day and as a text."""
    copy = tmp_path / "warehouse.duckdb"
    shutil.copy(sample_home.path / "warehouse.duckdb", copy)
    with duckdb.connect(str(copy)) as connection:
        collect(connection, Settings(home=sample_home.path, as_of=AS_OF))
        for schema in PUBLIC:
            connection.execute(
                f"""
                create table {schema}.planted as select
                    (select 'Hồ sơ của ' || upper(min(value)) || ' nộp' from names) as words,
                    (select min(value)[:3] || ' ' || min(value)[4:6] || '.' || min(value)[7:] from numbers
                     where length(value) = 12) as digits,
                    (select min(value) from births) as day,
                    (select 'sinh ngày ' || strftime(min(value), '%d/%m/%Y') from births) as day_in_words
                """
            )
        found = [leak for leak in search(connection) if ".planted." in leak.column]
        patterns = [f for f in find_in_store(connection, PUBLIC, {}) if ".planted." in f.column]
    kinds = {"words": "names", "digits": "numbers", "day": "births", "day_in_words": "births"}
    assert set(found) == {Leak(f"{s}.planted.{column}", kind, 1) for s in PUBLIC for column, kind in kinds.items()}
    assert {Finding(f"{s}.planted.digits", "citizen_number", 1) for s in PUBLIC} <= set(patterns)


def test_every_column_of_the_store_is_in_the_dictionary_with_its_type(sample_home):
    """What is built against what is documented: a column that no YAML names is none that readers may rely on."""
    from orchestration.preparation import read_contracts
    from warehouse.dictionary import read_dictionary

    settings = Settings(home=sample_home.path, as_of=AS_OF)
    documented = {
        (column.schema, column.table, column.column, column.type.upper())
        for table in read_dictionary(settings, read_contracts(settings))
        for column in table.columns
    }
    built = sample_home.rows(
        "select schema_name, table_name, column_name, data_type from duckdb_columns() where schema_name in"
        " ('shared', 'metrics', 'quality', 'open_data', 'ops') and database_name = current_database()"
    )
    assert set(built) - documented == set(), "built and not documented"
    assert documented - set(built) == set(), "documented and not built"
