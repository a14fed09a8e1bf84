"""Many rows land as the server has them, and stay so: KHO_ROWS sets how many (200,000; `make check-5m`: 5,000,000)."""

from __future__ import annotations

import dataclasses
import os

import pytest

from ingestion.readers.database import extract, session
from tests.contracts import make_contract
from tests.integration.checksums import checksum_query
from tests.integration.servers import server as open_server
from tests.sector_table import COLUMNS, make_table
from warehouse.connections import connect_memory

pytestmark = pytest.mark.services

ROWS = int(os.environ.get("KHO_ROWS", "200000"))


@pytest.fixture(params=["postgresql", "mysql"])
def source_table(request, monkeypatch):
    """A server and the name of its table of ROWS rows."""
    text = request.getfixturevalue("postgres" if request.param == "postgresql" else "mariadb")
    with open_server(request.param, text) as made, make_table(request.param, ROWS) as table:
        monkeypatch.setenv("TESTS_USER", made.user)
        yield made, table


def contract_for(folder, server, table, **more):
    contract = make_contract(folder, columns={n: n for n in COLUMNS}, keys=("id",), server=server.entry(), **more)
    return dataclasses.replace(contract, table=table)


def on_server(server, table):
    return [str(v) for v in server.ask(checksum_query(server.kind, COLUMNS, table))[0]]


def in_landing(relation):
    with connect_memory() as connection:
        return [str(v) for v in connection.execute(checksum_query("duckdb", COLUMNS, relation)).fetchall()[0]]


def test_counts_and_checksums_of_every_column_are_the_servers(source_table, tmp_path):
    server, table = source_table
    contract = contract_for(tmp_path, server, table)
    with session(contract) as source:
        assert extract(source, contract, tmp_path, batch_id="b").rows_landed == ROWS
    found = in_landing(f"'{tmp_path}/data.parquet'")
    assert found[0] == str(ROWS)
    assert found == on_server(server, table)


def test_changed_and_deleted_rows_are_found_incrementally(source_table, tmp_path):
    server, table = source_table
    contract = contract_for(tmp_path, server, table)
    first, second = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    second.mkdir()
    with session(contract) as source:
        extract(source, contract, first, batch_id="1")
    newest = "2027-06-01 00:00:00"
    server.run(f"update {table} set status = 'Đã sửa', amount = amount + 1, updated_at = '{newest}' where id <= 10000")
    server.run(f"delete from {table} where id > {ROWS - 100}")
    with session(contract) as source:
        since = source.since(contract.columns[COLUMNS.index("updated_at")], newest)
        assert extract(source, contract, second, batch_id="2", where=since).rows_landed == 10_000
        keys = tmp_path / "keys.parquet"
        source.connection.execute(f"copy ({source.query(columns=contract.key)}) to '{keys}' (format parquet)")
    current = f"""(
        select * from read_parquet('{tmp_path}/[12]/data.parquet', union_by_name = true)
        where id in (select id from '{keys}')
        qualify row_number() over (partition by id order by _batch_id desc) = 1
    ) as current_rows"""
    assert in_landing(current) == on_server(server, table)
