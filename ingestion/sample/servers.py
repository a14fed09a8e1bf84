"""Load the sample's tables into the database servers that the contracts name for `sample_servers`.

The rows are those of the SQLite files, so both environments land the same.
"""

from __future__ import annotations

import os
from collections import defaultdict

import duckdb

from warehouse.connections import connect_memory, load_extension
from warehouse.contract_reader import load_contracts
from warehouse.contracts import Contract
from warehouse.errors import SourceUnreachable
from warehouse.settings import Settings

ENVIRONMENT = "sample_servers"
EXTENSIONS = {"postgresql": ("postgres_scanner", "postgres"), "mysql": ("mysql_scanner", "mysql")}


def load_servers(settings: Settings) -> dict[str, int]:
    """Replace every table that a contract has on a server, and return the rows written by dataset.

    A table goes into the schema of the contract's server entry (PostgreSQL) or its database (MariaDB),
    which is made when it is not there. User and password are those of landing, `<SOURCE>_USER` and
    `<SOURCE>_PASSWORD`, and must be allowed to write. Raises SourceUnreachable naming the server that
    does not answer or does not let the account in.
    """
    here, there = (_contracts(settings, environment) for environment in ("sample", ENVIRONMENT))
    groups: dict[tuple[str, str, str], list[Contract]] = defaultdict(list)
    for contract in there.values():
        if contract.server.kind in EXTENSIONS:
            groups[(contract.server.kind, contract.server.location, contract.source)].append(contract)
    written: dict[str, int] = {}
    for group in groups.values():
        written |= _load(group, here)
    return written


def _contracts(settings: Settings, environment: str) -> dict[str, Contract]:
    variables = {"KHO_HOME": str(settings.home), "KHO_SAMPLE": str(settings.sample)}
    found = load_contracts(settings.contracts, settings.province, environment, variables)
    return {contract.dataset: contract for contract in found.contracts}


def _load(contracts: list[Contract], here: dict[str, Contract]) -> dict[str, int]:
    """Write the tables of one source on one server."""
    written = {}
    with connect_memory() as connection:
        load_extension(connection, "sqlite_scanner")
        connection.execute("set sqlite_all_varchar = true")
        schema = _attach(connection, contracts[0])
        for contract in contracts:
            source = f"sqlite_scan('{here[contract.dataset].server.location}', '{contract.table}')"
            target = f'server."{schema}"."{contract.table}"'
            connection.execute(f"drop table if exists {target}")
            connection.execute(f"create table {target} as select * from {source}")
            [(written[contract.dataset],)] = connection.execute(f"select count(*) from {target}").fetchall()
    return written


def _attach(connection: duckdb.DuckDBPyConnection, contract: Contract) -> str:
    """Attach the server for writing as `server`, make the schema, and return its name."""
    extension, kind = EXTENSIONS[contract.server.kind]
    load_extension(connection, extension)
    parts = dict(part.split("=", 1) for part in contract.server.location.split())
    schema = str(contract.server.options.get("schema") or parts["dbname"])
    given = {
        "host": parts["host"],
        "port": parts["port"],
        # a MariaDB database is the schema, and may not be there yet
        "database": parts["dbname"] if kind == "postgres" else None,
        "user": os.environ.get(f"{contract.source.upper()}_USER"),
        "password": os.environ.get(f"{contract.source.upper()}_PASSWORD"),
    }
    named = {name: value for name, value in given.items() if value}
    options = ", ".join(f"{name} ?" for name in named)
    connection.execute(f"create temporary secret login (type {kind}, {options})", list(named.values()))
    try:
        connection.execute(f"attach '' as server (type {kind}, secret login)")
        # the MySQL scanner makes nothing of `if not exists`
        present = "select 1 from information_schema.schemata where catalog_name = 'server' and schema_name = ?"
        if not connection.execute(present, [schema]).fetchone():
            connection.execute(f'create schema server."{schema}"')
        if kind == "mysql":
            # it drops tables of the database it is attached to, whatever the statement says
            connection.execute("detach server")
            connection.execute(f"attach 'database={schema}' as server (type mysql, secret login)")
    except duckdb.Error as error:
        raise SourceUnreachable(
            wanted="a database server that takes the sample's tables",
            found=type(error).__name__,
            where=f"{kind} at {parts['host']}:{parts['port']}",
            action=f"Start it, or set {contract.source.upper()}_USER and _PASSWORD to an account that may write.",
        ) from error
    return schema
