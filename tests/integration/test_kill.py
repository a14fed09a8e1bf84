"""kill -9 at any moment: after the next run nothing is lost, nothing doubled, and the history is an unbroken run's."""

from __future__ import annotations

import json
import multiprocessing
import random
import sqlite3
import time
from pathlib import Path

import duckdb
import pytest
import xlsxwriter

from ingestion.batches import DATA, INCOMING, REJECTS, dataset_folder
from ingestion.current import current_rows
from ingestion.history import read_history
from ingestion.index import write_index
from ingestion.landing import land
from tests.contracts import write_contract
from warehouse.contract_reader import load_contracts
from warehouse.contracts import ContractSet
from warehouse.profile import load_profile
from warehouse.settings import Settings

STATES, KILLS_A_STATE = 5, 20
CHANGED_AT = {"physicalName": "changed_at", "logicalType": "timestamp"}
FREELY = {"fileChange": None, "datasetChange": None}


def contracts_of(folder: Path) -> ContractSet:
    return load_contracts(folder / "contracts", load_profile("da_nang_2025"), "sample", {})


def load(folder: Path, home: Path) -> None:
    """Land every contract once: what a run does before dbt."""
    settings, contracts = Settings(home=home, as_of="2026-11-02"), contracts_of(folder)
    for contract in contracts.contracts:
        land(settings, contract)
    write_index(settings, contracts)


@pytest.fixture
def sources(tmp_path):
    """A mixed load: incremental and compared tables, monthly CSV files, a workbook."""
    (tmp_path / "contracts").mkdir()
    database = {"server": "db", "type": "custom", "customProperties": [
        {"property": "driver", "value": "sqlite"}, {"property": "path", "value": "../source.sqlite"}]}  # fmt: skip
    table = {"columns": {"code": "code", "name": "name", "changed_at": CHANGED_AT}, "keys": ("code",)}
    write_contract(
        tmp_path / "contracts", dataset="changing", server=database, **table, arrival=FREELY, detectMissing=True,
        mode="incremental", watermark={"column": "changed_at", "overlap": "1d"},
    )  # fmt: skip
    write_contract(tmp_path / "contracts", dataset="compared", server=database, **table, arrival=FREELY, mode="compare")
    files = {"columns": {"code": "Mã", "name": "Tên"}, "keys": ("code",), "arrival": FREELY}
    for dataset, form in (("monthly", "csv"), ("register", "xlsx")):
        server = {"server": "f", "type": "local", "format": form, "path": f"../{dataset}_*.{form}"}
        period = {"fileName": dataset + r"_(\d{4}_\d{2})"} if form == "csv" else {}
        write_contract(
            tmp_path / "contracts", dataset=dataset, server=server, **files, **({"period": period} if period else {})
        )
    return tmp_path


def change(folder: Path, state: int, chance: random.Random) -> None:
    """The next state of every source."""
    stamp = f"2026-05-{state + 1:02} 08:00:00"
    with sqlite3.connect(folder / "source.sqlite") as database:
        for table in ("changing", "compared"):
            database.execute(f"create table if not exists {table} (code text primary key, name text, changed_at text)")
            rows = [(f"{state:02}{i:04}", f"Tên {i}", stamp) for i in range(200)]
            database.executemany(f"insert into {table} values (?, ?, ?)", rows)
            codes = [code for (code,) in database.execute(f"select code from {table} order by code")]
            for code in chance.sample(codes, 20):
                database.execute(f"update {table} set name = ?, changed_at = ? where code = ?", (stamp, stamp, code))
            for code in chance.sample(codes, 5):
                database.execute(f"delete from {table} where code = ?", (code,))
    database.close()
    for month in {state // 2 + 1, chance.randint(1, state // 2 + 1)}:
        lines = [f"{month:02}{i:04},Tên {chance.randint(0, 9)}" for i in range(300)]
        (folder / f"monthly_2026_{month:02}.csv").write_text("\n".join(["Mã,Tên", *lines, "Tổng,1,thừa"]) + "\n")
    with xlsxwriter.Workbook(folder / f"register_{state % 3}.xlsx") as book:
        sheet = book.add_worksheet("Sổ")
        for number, row in enumerate([("SỔ THEO DÕI",), ("Mã", "Tên"), *((f"{i:03}", f"{state}") for i in range(200))]):
            sheet.write_row(number, 0, row)


def history_of(folder: Path, home: Path):
    """Every batch by what it holds, in order, and the current rows of what has keys in tables."""
    settings = Settings(home=home, as_of="2026-11-02")
    told = {}
    for contract in contracts_of(folder).contracts:
        batches = [
            (m.source_file, tuple(s if s[:2] != "20" or "_" in s else "batch" for s in m.slices), m.rows_read,
             m.rows_landed, m.rows_rejected, m.rows_missing, m.watermark, m.content_hash)
            for m in (b.manifest for b in read_history(settings, contract).batches)
        ]  # fmt: skip
        names = ", ".join(f'"{c.name}"' for c in contract.landed)
        rows = sorted(duckdb.execute(f"select {names} from ({current_rows(settings, contract)})").fetchall())
        told[contract.dataset] = (batches, rows)
    return told


def check_books(folder: Path, home: Path) -> None:
    """What manifests say is what the files hold; nothing half written is left."""
    settings = Settings(home=home)
    for contract in contracts_of(folder).contracts:
        for batch in read_history(settings, contract).batches:
            m = batch.manifest
            landed = duckdb.execute(f"select count(*) from '{batch.folder / DATA}'").fetchone()[0]
            assert (landed, m.rows_read) == (m.rows_landed, landed + m.rows_rejected + m.rows_out_of_scope)
            if m.source_file.endswith((".csv", ".xlsx")):
                others = f"select count(*) from '{batch.folder / REJECTS}' where bucket <> 'discarded_value'"
                assert duckdb.execute(others).fetchone()[0] == m.rows_rejected + m.rows_out_of_scope
        assert not (dataset_folder(settings, contract) / INCOMING).exists()
    indexed = duckdb.execute(f"select count(*), count(distinct batch_id) from '{settings.landing / 'batches.parquet'}'")
    manifests = list(settings.landing.glob("*/*/*/manifest.json"))
    assert indexed.fetchone() == (len(manifests), len(manifests))
    assert all(json.loads(m.read_text())["batch_id"] == m.parent.name for m in manifests)


def test_a_load_killed_a_hundred_times_ends_as_one_that_never_was(sources, tmp_path):
    chance = random.Random(72)
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload([__name__])
    broken, whole = tmp_path / "broken", tmp_path / "whole"
    killed = 0
    for state in range(STATES):
        change(sources, state, chance)
        started = time.monotonic()
        load(sources, whole)
        seconds = time.monotonic() - started
        for _ in range(KILLS_A_STATE):
            process = processes.Process(target=load, args=(sources, broken))
            process.start()
            process.join(chance.uniform(0, seconds * 1.2))
            killed += process.exitcode is None
            process.kill()
            process.join()
        last = processes.Process(target=load, args=(sources, broken))
        last.start()
        last.join()
        assert last.exitcode == 0
        check_books(sources, broken)
    assert killed > STATES * KILLS_A_STATE / 2, "most runs were cut off before their end"
    assert history_of(sources, broken) == history_of(sources, whole)
