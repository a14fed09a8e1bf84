"""DuckDB connections, opened the same way everywhere: no downloads, bounded, in the province's time zone.

Extensions come from the `duckdb-extension-*` wheels, by path, so a data centre without internet
has them and no run fetches code.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import duckdb

from warehouse.errors import SettingsError, WarehouseBusy, WarehouseError
from warehouse.settings import TIME_ZONE, Settings


def connect_memory(settings: Settings | None = None) -> duckdb.DuckDBPyConnection:
    """A new in-memory database.

    Args:
        settings: gives `memory_limit`, `threads` and the spill folder; DuckDB's own limits without it.
    """
    connection = duckdb.connect(":memory:")
    return _configure(connection, settings)


def connect_warehouse(
    path: Path, read_only: bool = True, settings: Settings | None = None
) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB file. Only dbt writes the warehouse, so reading is the default.

    Raises:
        WarehouseError: there is no such file, or it is not one that this DuckDB reads.
        WarehouseBusy: a writer holds it; trying again may help.
    """
    if read_only and not path.exists():
        raise WarehouseError(
            wanted="a DuckDB file to read", found="no file", where=str(path), action="Build it first: `kho run`."
        )
    try:
        # Options other than the access mode are set afterwards: DuckDB refuses a second connection
        # of the same process to the same file when its opening options differ.
        connection = duckdb.connect(str(path), read_only=read_only)
    except (duckdb.IOException, duckdb.ConnectionException) as error:
        busy = "Could not set lock" in str(error) or "different configuration" in str(error)
        raise (WarehouseBusy if busy else WarehouseError)(
            wanted="to open the DuckDB file " + ("for reading" if read_only else "for writing"),
            found="it is held by another connection" if busy else "it cannot be opened",
            where=str(path),
            action="Wait for the running build to end." if busy else f"Check the file: {error}",
        ) from error
    return _configure(connection, settings)


def load_extension(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Load a signed DuckDB extension from its wheel; loading twice is harmless.

    Args:
        connection: where to load it.
        name: DuckDB's name of it: excel, sqlite_scanner, postgres_scanner, mysql_scanner.

    Raises:
        SettingsError: the wheel is not installed, or is for another version of DuckDB.
    """
    connection.load_extension(str(extension_file(name)))


def extension_file(name: str) -> Path:
    """Where the wheel `duckdb-extension-<name>` keeps the extension for the running DuckDB.

    Raises:
        SettingsError: the wheel is not installed, or is for another version of DuckDB.
    """
    package = f"duckdb_extension_{name}"
    spec = importlib.util.find_spec(package)
    folders = list(spec.submodule_search_locations or []) if spec else []
    version = f"v{duckdb.__version__}"
    for folder in folders:
        file = Path(folder) / "extensions" / version / f"{name}.duckdb_extension"
        if file.exists():
            return file
    raise SettingsError(
        wanted=f"the DuckDB extension {name} for DuckDB {version}",
        found="a wheel for another version" if folders else "no such wheel",
        where=package,
        action=f"Install {package.replace('_', '-')}=={duckdb.__version__}.",
    )


def _configure(connection: duckdb.DuckDBPyConnection, settings: Settings | None) -> duckdb.DuckDBPyConnection:
    options: dict[str, str | int | bool] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "TimeZone": TIME_ZONE.key,
    }
    if settings is not None:
        options["temp_directory"] = str(settings.home / "tmp")
        if settings.memory_limit:
            options["memory_limit"] = settings.memory_limit
        if settings.threads:
            options["threads"] = settings.threads
    try:
        for option, value in options.items():
            literal = "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value).lower()
            connection.execute(f"set {option} = {literal}")
    except duckdb.Error:
        connection.close()
        raise
    return connection
