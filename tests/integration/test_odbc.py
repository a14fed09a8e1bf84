"""Databases through ODBC: Debian's drivers of PostgreSQL, MariaDB and SQLite stand for those of other servers."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess

import pytest

from ingestion.readers.database import extract, session
from tests.conftest import skip_or_fail
from tests.contracts import make_contract
from tests.integration.test_databases import DEFINED, ROWS, VALUES, landed, mysql, postgresql, rejects  # noqa: F401
from warehouse.errors import SourceError, SourceUnreachable

pytestmark = pytest.mark.services

COLUMNS = {
    "code": "code",
    "name": "name",
    "amount": {"physicalName": "amount", "logicalType": "integer"},
    "received_at": {"physicalName": "received_at", "logicalType": "timestamp"},
}
REPEATABLE = ["set session characteristics as transaction isolation level repeatable read, read only"]


@pytest.fixture(scope="session", autouse=True)
def drivers():
    if shutil.which("odbcinst") is None:
        skip_or_fail("KHO_REQUIRE_SERVICES", "there is no unixODBC (packages unixodbc, odbc-postgresql, libsqliteodbc)")
    found = subprocess.run(["odbcinst", "-q", "-d"], check=False, capture_output=True, text=True).stdout
    for driver in ("PostgreSQL Unicode", "MariaDB Unicode", "SQLite3"):
        if driver not in found:
            skip_or_fail("KHO_REQUIRE_SERVICES", f"there is no ODBC driver {driver}")


def odbc_contract(folder, location, table, columns=COLUMNS, *, statements=(), **more):
    given = {
        "driver": "odbc",
        "connectionString": location,
        "sessionStatements": list(statements),
        **more.pop("options", {}),
    }
    entry = {
        "server": "db",
        "type": "custom",
        "customProperties": [{"property": k, "value": v} for k, v in given.items()],
    }
    made = make_contract(folder, columns=columns, keys=(next(iter(columns)),), server=entry, **more)
    return made.__class__(**{**made.__dict__, "table": table})


def postgres_location(server, **changed):
    parts = {**server.parts, **changed}
    return f"Driver={{PostgreSQL Unicode}};Server={parts['host']};Port={parts['port']};Database={parts['dbname']}"


@pytest.fixture
def sqlite_location(tmp_path):
    path = tmp_path / "source.sqlite"
    with sqlite3.connect(path) as database:
        database.execute(
            "create table things (code text primary key, name text, amount integer, received_at timestamp)"
        )
        database.executemany("insert into things values (?, ?, ?, ?)", ROWS)
    database.close()
    return f"Driver={{SQLite3}};Database={path}"


def test_a_table_of_postgresql_lands_through_odbc(postgresql, tmp_path):  # noqa: F811
    table = postgresql.table(DEFINED, VALUES)
    contract = odbc_contract(tmp_path, postgres_location(postgresql), table, statements=REPEATABLE)
    with session(contract) as source:
        result = extract(source, contract, tmp_path, batch_id="b")
        newer = source.query(source.since(contract.columns[3], "2026-02-01 00:00:00"), contract.columns[:1])
        assert source.connection.execute(newer).fetchall() == [("001",)]
        assert "received_at\" >= {ts ''2026-02-01" in newer, "the server does the filtering"
    assert (result.reader, result.rows_landed) == ("duckdb odbc_scanner", 3)
    assert landed(tmp_path, "code, name, amount, cast(received_at as varchar)") == sorted(ROWS)


def test_a_session_through_odbc_is_of_one_state_and_cannot_write(postgresql, tmp_path):  # noqa: F811
    table = postgresql.table(DEFINED, VALUES)
    contract = odbc_contract(tmp_path, postgres_location(postgresql), table, statements=REPEATABLE)
    with session(contract) as source:
        query = f"select count(*) from ({source.query()})"
        assert source.connection.execute(query).fetchall() == [(3,)]
        postgresql.run(f"delete from {table} where code = '001'")
        assert source.connection.execute(query).fetchall() == [(3,)]
    with session(contract) as source:
        assert source.connection.execute(f"select count(*) from ({source.query()})").fetchall() == [(2,)]
        with pytest.raises(Exception, match="read-only transaction"):
            source.connection.execute(f"select * from {source.reach.on_server(f'delete from {table}')}").fetchall()


def test_a_table_of_sqlite_lands_through_odbc_with_filter_and_policies(sqlite_location, tmp_path):
    contract = odbc_contract(tmp_path, sqlite_location, "things", filter="amount is not null or code = '0164A'")
    with session(contract) as source:
        assert extract(source, contract, tmp_path, batch_id="b").rows_landed == 3
    assert landed(tmp_path, "code, name, amount, cast(received_at as varchar)") == sorted(ROWS)
    without = {k: v for k, v in COLUMNS.items() if k != "amount"}
    contract = odbc_contract(tmp_path, sqlite_location, "things", without, drift={"columns": "discard_row"})
    with session(contract) as source:
        result = extract(source, contract, tmp_path, batch_id="b")
    assert (result.rows_landed, result.rows_rejected) == (1, 2)
    assert {bucket for bucket, _, _ in rejects(tmp_path)} == {"rejected"}


def test_a_table_of_mariadb_lands_through_odbc(mysql, tmp_path):  # noqa: F811
    table = mysql.table(DEFINED.replace("timestamp", "datetime"), VALUES)
    place = mysql.parts
    location = f"Driver={{MariaDB Unicode}};Server={place['host']};Port={place['port']};Database={place['database']}"
    contract = odbc_contract(tmp_path, location, table)
    with session(contract) as source:
        assert extract(source, contract, tmp_path, batch_id="b").rows_landed == 3
    assert landed(tmp_path, "code, name, amount, cast(received_at as varchar)") == sorted(ROWS)


def test_a_closed_door_is_transient_and_a_missing_driver_or_table_is_not(postgresql, tmp_path):  # noqa: F811
    closed = odbc_contract(tmp_path, postgres_location(postgresql, port="1"), "things")
    with pytest.raises(SourceUnreachable, match="refused"), session(closed):
        pass
    absent = odbc_contract(tmp_path, "Driver={No Such Driver};Server=127.0.0.1", "things")
    with pytest.raises(SourceError) as raised, session(absent):
        pass
    assert not raised.value.transient
    missing = odbc_contract(tmp_path, postgres_location(postgresql), "kho_no_such_table")
    with pytest.raises(SourceError, match="table kho_no_such_table") as raised, session(missing) as source:
        source.check()
    assert not raised.value.transient


def test_no_driver_tells_the_login(mysql, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setenv("TESTS_USER", "kho_nobody")
    monkeypatch.setenv("TESTS_PASSWORD", "hush;hush{}=")
    place = mysql.parts
    location = f"Driver={{MariaDB Unicode}};Server={place['host']};Port={place['port']};Database={place['database']}"
    with pytest.raises(SourceError) as raised, session(odbc_contract(tmp_path, location, "things")):
        pass
    assert not raised.value.transient
    assert "hush" not in str(raised.value) and "kho_nobody" not in str(raised.value)


def test_a_statement_without_end_is_given_up_through_odbc_too(postgresql, tmp_path):  # noqa: F811
    table = postgresql.table(DEFINED, VALUES)
    contract = odbc_contract(tmp_path, postgres_location(postgresql), table, options={"sessionTimeout": 2})
    with pytest.raises(SourceUnreachable, match="within 2 s"), session(contract) as source:
        source.connection.execute(f"select * from {source.reach.on_server('select pg_sleep(60)')}").fetchall()
