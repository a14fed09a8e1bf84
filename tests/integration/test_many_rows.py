"""Many rows land as the server has them, and stay so: KHO_ROWS sets how many (200,000; `make check-5m`: 5,000,000)."""

from __future__ import annotations

import dataclasses
import os

import pytest

from ingestion.current import current_rows
from ingestion.landing import land
from tests.contracts import make_contract
from tests.integration.checksums import checksum_query
from tests.integration.servers import server as open_server
from tests.sector_table import COLUMNS, make_table
from warehouse.connections import connect_memory
from warehouse.settings import Settings

pytestmark = pytest.mark.services

ROWS = int(os.environ.get("KHO_ROWS", "200000"))


@pytest.fixture(params=["postgresql", "mysql"])
def source_table(request, monkeypatch):
    """A server and the name of its table of ROWS rows."""
    text = request.getfixturevalue("postgres" if request.param == "postgresql" else "mariadb")
    with open_server(request.param, text) as made, make_table(request.param, ROWS) as table:
        monkeypatch.setenv("TESTS_USER", made.user)
        yield made, table


def contract_for(folder, server, table):
    types = {"id": "integer", "updated_at": "timestamp"}
    columns = {n: {"physicalName": n, "logicalType": types.get(n, "string")} for n in COLUMNS}
    contract = make_contract(
        folder,
        columns=columns,
        keys=("id",),
        server=server.entry(),
        mode="incremental",
        watermark={"column": "updated_at", "overlap": "60s"},
        detectMissing=True,
        # numbers and days of the source are compared as texts here
        drift={"types": "evolve"},
    )
    return dataclasses.replace(contract, table=table)


def on_server(server, table):
    return [str(v) for v in server.ask(checksum_query(server.kind, COLUMNS, table))[0]]


def in_landing(relation):
    with connect_memory() as connection:
        return [str(v) for v in connection.execute(checksum_query("duckdb", COLUMNS, relation)).fetchall()[0]]


def test_what_landed_has_the_servers_count_and_checksums_and_has_them_again_after_changes(source_table, tmp_path):
    server, table = source_table
    contract, settings = contract_for(tmp_path, server, table), Settings(home=tmp_path / "home", as_of="2026-11-02")
    first = land(settings, contract)
    assert first.rows_landed == ROWS, first.message
    landed = in_landing(f"({current_rows(settings, contract)}) as landed")
    assert landed[0] == str(ROWS)
    assert landed == on_server(server, table)

    newest = "2027-06-01 00:00:00"
    server.run(f"update {table} set status = 'Đã sửa', amount = amount + 1, updated_at = '{newest}' where id <= 10000")
    server.run(f"delete from {table} where id > {ROWS - 100}")
    [manifest] = land(settings, contract).landed
    assert (manifest.rows_landed, manifest.rows_missing, manifest.rows_total) == (10_000, 100, ROWS - 100)
    assert in_landing(f"({current_rows(settings, contract)}) as landed") == on_server(server, table)
    assert land(settings, contract).state == "unchanged"
