"""SQLite sources: one state of the source while others write, whatever its journal; what is no database is named."""

from __future__ import annotations

import contextlib
import sqlite3

import pytest

from ingestion.readers.database import extract, session
from tests.contracts import make_contract
from warehouse.connections import connect_memory
from warehouse.errors import SourceError, SourceMissing

SQLITE = {
    "server": "db",
    "type": "custom",
    "customProperties": [{"property": "driver", "value": "sqlite"}, {"property": "path", "value": "source.sqlite"}],
}


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_a_session_sees_one_state_while_others_write(tmp_path, journal):
    with contextlib.closing(sqlite3.connect(tmp_path / "source.sqlite", timeout=0.1)) as writer:
        writer.execute(f"pragma journal_mode = {journal}")
        writer.execute("create table things (code text, amount integer)")
        writer.executemany("insert into things values (?, 1)", ((str(i),) for i in range(300_000)))
        writer.commit()
        contract = make_contract(tmp_path, columns={"code": "code", "amount": "amount"}, keys=("code",), server=SQLITE)
        with session(contract) as source:
            assert extract(source, contract, tmp_path, batch_id="1").rows_landed == 300_000
            # without a write-ahead log the writer has to wait
            with (
                contextlib.nullcontext()
                if journal == "wal"
                else pytest.raises(sqlite3.OperationalError, match="locked")
            ):
                writer.execute("update things set amount = 2")
                writer.commit()
            writer.rollback()
            extract(source, contract, tmp_path, batch_id="2")
        with connect_memory() as connection:
            total = f"select sum(amount::int) from '{tmp_path}/data.parquet'"
            assert connection.execute(total).fetchall() == [(300_000,)]
        writer.execute("update things set amount = 3")
        writer.commit()
        with session(contract) as source:
            extract(source, contract, tmp_path, batch_id="3")
        with connect_memory() as connection:
            assert connection.execute(total).fetchall() == [(900_000,)]


def test_a_file_that_is_no_database_or_is_not_there_is_named(tmp_path):
    contract = make_contract(tmp_path, columns={"code": "code"}, keys=("code",), server=SQLITE)
    with pytest.raises(SourceMissing, match=r"source\.sqlite"), session(contract):
        pass
    (tmp_path / "source.sqlite").write_bytes(b"Not a database, but long enough to look like one. " * 50)
    with pytest.raises(SourceError, match="wanted a SQLite database") as raised, session(contract):
        pass
    assert not raised.value.transient
