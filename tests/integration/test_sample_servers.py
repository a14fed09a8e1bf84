"""The sample on real servers: what lands from PostgreSQL and MariaDB is what lands from the files."""

from __future__ import annotations

import datetime as dt
import uuid

import duckdb
import pytest

from ingestion.landing import land
from ingestion.sample import make_sample
from ingestion.sample.servers import load_servers
from warehouse.connections import connect_memory, load_extension
from warehouse.contract_reader import load_contracts
from warehouse.errors import SourceUnreachable
from warehouse.settings import Settings

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def settings(tmp_path_factory, postgres, mariadb):
    """A data home with a sample that has a schema of its own on both servers."""
    schema = f"kho_test_{uuid.uuid4().hex[:8]}"
    settings = Settings(home=tmp_path_factory.mktemp("home"), as_of=dt.date(2026, 11, 2))
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("KHO_SAMPLE_SCHEMA", schema)
        monkeypatch.setenv("KHO_SAMPLE_POSTGRES_DATABASE", _parts(postgres)["dbname"])
        for contract in on_servers(settings):
            user = _parts(postgres if contract.server.kind == "postgresql" else mariadb)["user"]
            monkeypatch.setenv(f"{contract.source.upper()}_USER", user)
        make_sample(settings.sample, settings.province, rows=1_500, as_of=settings.day)
        yield settings
    with connect_memory() as connection:
        for text, kind, extension in ((postgres, "postgres", "postgres_scanner"), (mariadb, "mysql", "mysql_scanner")):
            load_extension(connection, extension)
            connection.execute(f"attach '{text}' as {kind} (type {kind})")
            connection.execute(f"drop schema if exists {kind}.{schema} cascade")


def _parts(text):
    return dict(part.split("=", 1) for part in text.split())


def contracts_of(settings, environment):
    variables = {"KHO_HOME": str(settings.home), "KHO_SAMPLE": str(settings.sample)}
    return load_contracts(settings.contracts, settings.province, environment, variables).contracts


def on_servers(settings):
    return [c for c in contracts_of(settings, "sample_servers") if c.server.kind in ("postgresql", "mysql")]


def landed(home, contract):
    """Rows as landed, in the order of their text."""
    assert land(home, contract).message is None
    columns = ", ".join(f'"{c.name}"' for c in contract.landed)
    folder = home.landing / contract.source / contract.dataset
    return sorted(duckdb.execute(f"select {columns} from '{folder}/*/data.parquet'").fetchall(), key=str)


def test_both_environments_land_equal_rows(settings):
    made = make_sample(settings.sample, settings.province, rows=1_500, as_of=settings.day)
    assert not made.created
    written = load_servers(settings)
    assert load_servers(settings) == written, "loading again replaces"
    contracts = on_servers(settings)
    assert {c.server.kind for c in contracts} == {"postgresql", "mysql"}
    assert written == {c.dataset: made.rows[c.dataset] for c in contracts}
    here = {c.dataset: c for c in contracts_of(settings, "sample")}
    files, servers = (settings.model_copy(update={"home": settings.home / name}) for name in ("files", "servers"))
    for contract in contracts:
        rows = landed(servers, contract)
        assert len(rows) == made.rows[contract.dataset]
        assert rows == landed(files, here[contract.dataset])


def test_an_account_that_may_not_is_told_by_server_and_without_its_password(settings, monkeypatch):
    [source, *_] = sorted({c.source for c in on_servers(settings) if c.server.kind == "mysql"})
    monkeypatch.setenv(f"{source.upper()}_USER", "nobody_here")
    monkeypatch.setenv(f"{source.upper()}_PASSWORD", "s3cret-word")
    with pytest.raises(SourceUnreachable, match=f"set {source.upper()}_USER") as error:
        load_servers(settings)
    assert "s3cret-word" not in str(error.value)
