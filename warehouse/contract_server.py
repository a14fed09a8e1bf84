"""Where a contract's dataset is: its `servers` entry for the environment, with `${NAME}` filled in."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from open_data_contract_standard.model import Server as OdcsServer

from warehouse.contract_check import fault, properties_of
from warehouse.contracts import FILE_FORMATS, Kind, Server


def read_server(path: Path, servers: list[OdcsServer], environment: str, variables: dict[str, str]) -> Server:
    """The entry whose `environment` is or lists (`a, b`) the given one, or the only one without.

    Raises ContractError when there is none, or more than one.
    """
    chosen = [s for s in servers if environment in re.split(r"\s*,\s*", (s.environment or "").strip())]
    if not chosen and len(servers) == 1 and servers[0].environment is None:
        chosen = servers
    if len(chosen) != 1:
        raise fault(
            path,
            f"one server with environment {environment}",
            ", ".join(str(s.environment) for s in servers) or "no server",
            "Add a `servers` entry, or choose another with KHO_ENVIRONMENT.",
        )
    server = chosen[0]
    options = properties_of(server.customProperties)

    def filled(value: str | None) -> str:
        return _fill(path, value or "", variables)

    def located(value: str | None) -> str:
        """A path as written, or relative to the contract's own folder."""
        return str((path.parent / filled(value)).resolve())

    name = str(server.server or environment)
    if server.type == "local":
        known = next((f for f in FILE_FORMATS if f == server.format), None)
        if known is None:
            raise fault(path, f"format one of {', '.join(FILE_FORMATS)}", str(server.format), "Correct the server.")
        return Server(name, "files", located(server.path), known, options.get("delimiter"), options)
    if server.type == "custom" and options.get("driver") == "sqlite":
        return Server(name, "sqlite", located(str(options.get("path", ""))), None, None, options)
    if server.type in ("postgresql", "postgres", "mysql"):
        kind: Kind = "mysql" if server.type == "mysql" else "postgresql"
        # user and password come from the environment, never from the contract
        return Server(
            name,
            kind,
            f"host={filled(server.host)} port={server.port or ''} dbname={filled(server.database)}",
            None,
            None,
            {**options, "schema": filled(server.schema_) or options.get("schema")},
        )
    if server.type in ("sqlserver", "oracle") or (server.type == "custom" and options.get("driver") == "odbc"):
        return Server(
            name,
            "odbc",
            filled(options.get("connectionString")) or _connection_string(path, server, options, filled),
            None,
            None,
            {**options, "schema": filled(server.schema_) or options.get("schema")},
        )
    if server.type == "api":
        return Server(name, "api", filled(server.location), "json", None, options)
    raise fault(
        path,
        "a server of type local, postgresql, mysql, sqlserver, oracle, api, or custom with driver sqlite or odbc",
        str(server.type),
        "Correct the server's type.",
    )


def _connection_string(path: Path, server: OdcsServer, options: dict[str, Any], filled: Callable[[Any], str]) -> str:
    """ODBC connection string of a SQL Server or Oracle, without user and password."""
    driver = options.get("odbcDriver")
    if not driver:
        raise fault(path, "connectionString, or odbcDriver with host and database", "neither", "Add one of them.")
    host, database = filled(server.host), filled(server.database)
    if server.type == "oracle":
        service = filled(server.serviceName) or database
        return f"Driver={{{driver}}};DBQ=//{host}:{server.port or 1521}/{service}"
    return f"Driver={{{driver}}};Server={host},{server.port or 1433};Database={database};ApplicationIntent=ReadOnly"


def _fill(path: Path, value: str, variables: dict[str, str]) -> str:
    """The value with `${NAME}` and `${NAME:-default}` replaced, as a shell does: empty counts as not set there."""

    def one(match: re.Match[str]) -> str:
        name, default = match.group(1), match.group(2)
        found = variables.get(name, os.environ.get(name))
        if default is not None:
            return found or default
        if found is None:
            raise fault(path, f"a value for ${{{name}}}", "nothing set", f"Set {name} in the environment.", "servers")
        return found

    return re.sub(r"\$\{(\w+)(?::-([^}]*))?\}", one, value)
