"""Landing from real PostgreSQL and MariaDB servers."""

from __future__ import annotations

import uuid

import duckdb
import pytest

from ingestion.batches import dataset_folder
from ingestion.landing import land
from tests.contracts import make_contract
from warehouse.connections import connect_memory, load_extension
from warehouse.settings import Settings

pytestmark = pytest.mark.services

ROWS = [
    ("001", "Nguyễn Văn Thử", 12, "2026-10-05 08:30:00"),
    ("0164A", 'có "ngoặc"', None, None),
    ("003", None, -7, "2026-01-01 00:00:00"),
]


@pytest.fixture(params=["postgresql", "mysql"])
def server(request):
    """A server with a table of its own: (contract's server entry, table, user)."""
    text = request.getfixturevalue("postgres" if request.param == "postgresql" else "mariadb")
    parts = dict(p.split("=", 1) for p in text.split())
    database = parts.get("dbname") or parts.get("database")
    table = f"kho_test_{uuid.uuid4().hex[:8]}"
    extension, kind = ("postgres_scanner", "postgres") if request.param == "postgresql" else ("mysql_scanner", "mysql")
    with connect_memory() as connection:
        load_extension(connection, extension)
        connection.execute(f"attach '{text}' as db (type {kind})")
        schema = "public" if kind == "postgres" else database
        connection.execute(
            f"create table db.{schema}.{table} (code varchar, name varchar, amount integer, received_at timestamp)"
        )
        connection.executemany(f"insert into db.{schema}.{table} values (?, ?, ?, ?)", ROWS)
        entry = {
            "server": "db",
            "type": request.param,
            "host": parts["host"],
            "port": int(parts["port"]),
            "database": database,
        }
        if kind == "postgres":
            entry["schema"] = "public"
        yield entry, table, parts["user"], lambda sql: connection.execute(sql.format(table=f"db.{schema}.{table}"))
        connection.execute(f"drop table db.{schema}.{table}")


def contract_for(folder, entry, table):
    columns = {
        "code": "code",
        "name": "name",
        "amount": {"physicalName": "amount", "logicalType": "integer"},
        "received_at": {"physicalName": "received_at", "logicalType": "timestamp"},
    }
    contract = make_contract(folder, columns=columns, keys=("code",), server=entry)
    import dataclasses

    return dataclasses.replace(contract, table=table)


def test_a_table_lands_as_it_is_once_and_again_when_it_changed(server, tmp_path, monkeypatch):
    entry, table, user, run = server
    monkeypatch.setenv("TESTS_USER", user)
    contract = contract_for(tmp_path, entry, table)
    settings = Settings(home=tmp_path / "home")
    first = land(settings, contract)
    assert (first.state, first.rows_landed) == ("landed", 3), first.message
    files = dataset_folder(settings, contract) / first.landed[0].batch_id / "data.parquet"
    rows = duckdb.execute(
        f"select code, name, amount, cast(received_at as varchar) from '{files}' order by _row_number"
    ).fetchall()
    assert sorted(rows, key=str) == sorted(ROWS, key=str)
    assert land(settings, contract).state == "unchanged"
    run("delete from {table} where code = '003'")
    again = land(settings, contract)
    assert (again.state, again.rows_landed) == ("landed", 2)


def test_a_table_that_is_not_there_is_named(server, tmp_path, monkeypatch):
    entry, _, user, _ = server
    monkeypatch.setenv("TESTS_USER", user)
    attempt = land(Settings(home=tmp_path / "home"), contract_for(tmp_path, entry, "kho_no_such_table"))
    assert attempt.state == "late" and not attempt.is_transient
    assert "wanted table kho_no_such_table" in attempt.message


def test_a_source_cannot_be_written_through_its_attachment(server, tmp_path, monkeypatch):
    from ingestion.readers import database

    entry, table, user, _ = server
    monkeypatch.setenv("TESTS_USER", user)
    contract = contract_for(tmp_path, entry, table)
    with connect_memory() as connection:
        database.attach(connection, contract)
        query = database.select(connection, contract)
        source = query.split(" from ")[1]
        with pytest.raises(duckdb.Error, match="read-only"):
            connection.execute(f"delete from {source}")
