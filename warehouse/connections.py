"""DuckDB connections, opened the same way everywhere: no downloads, bounded, in the province's time zone.

Extensions come from the `duckdb-extension-*` wheels, by path, so a data centre without internet
has them and no run fetches code.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from warehouse.errors import SettingsError, WarehouseBusy, WarehouseError
from warehouse.settings import TIME_ZONE, Settings

# how DuckDB says that another connection holds the file
BUSY = ("Could not set lock", "different configuration", "already attached")


def literal(value: str | Path) -> str:
    """A text or path as SQL writes it, for the places where DuckDB takes no parameter or one would cost too much."""
    return "'" + str(value).replace("'", "''") + "'"


def connect_memory(settings: Settings | None = None) -> duckdb.DuckDBPyConnection:
    """A new in-memory database.

    Args:
        settings: gives `memory_limit`, `threads` and the spill folder; DuckDB's own limits without it.
    """
    connection = _configure(duckdb.connect(":memory:"), settings)
    if settings is not None:
        # a database in a file spills beside its file; one in memory would spill where the process stands
        connection.execute(f"set temp_directory = {literal(settings.home / 'tmp')}")
    return connection


def connect_warehouse(
    path: Path, read_only: bool = True, settings: Settings | None = None
) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB file. Only dbt writes the warehouse, so reading is the default.

    Raises:
        WarehouseError: there is no such file, or it is not one that this DuckDB reads.
        WarehouseBusy: a writer holds it; trying again may help.
    """
    with _opening(path, read_only):
        # Options other than the access mode are set afterwards: DuckDB refuses a second connection
        # of the same process to the same file when its opening options differ.
        connection = duckdb.connect(str(path), read_only=read_only)
    return _configure(connection, settings)


def attach(connection: duckdb.DuckDBPyConnection, path: Path, name: str, read_only: bool = True) -> None:
    """Attach a DuckDB file to a connection under a name.

    Raises:
        WarehouseError: there is no such file to read, or it is not one that this DuckDB reads.
        WarehouseBusy: a writer holds it; trying again may help.
    """
    with _opening(path, read_only):
        connection.execute(f"attach {literal(path)} as {name} ({'read_only' if read_only else 'read_write'})")


@contextmanager
def _opening(path: Path, read_only: bool) -> Iterator[None]:
    if read_only and not path.exists():
        raise WarehouseError(
            wanted="a DuckDB file to read", found="no file", where=str(path), action="Build it first: `kho run`."
        )
    try:
        yield
    except (duckdb.IOException, duckdb.ConnectionException, duckdb.BinderException) as error:
        busy = any(sign in str(error) for sign in BUSY)
        raise (WarehouseBusy if busy else WarehouseError)(
            wanted="to open the DuckDB file " + ("for reading" if read_only else "for writing"),
            found="it is held by another connection" if busy else "it cannot be opened",
            where=str(path),
            action="Wait for the running build to end." if busy else f"Check the file: {error}",
        ) from error


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
        # a bar on standard output would end up in logs and summaries
        "enable_progress_bar": False,
        "TimeZone": TIME_ZONE.key,
    }
    if settings is not None and settings.memory_limit:
        options["memory_limit"] = settings.memory_limit
    if settings is not None and settings.threads:
        options["threads"] = settings.threads
    try:
        for option, value in options.items():
            setting = literal(value) if isinstance(value, str) else str(value).lower()
            connection.execute(f"set {option} = {setting}")
    except duckdb.Error:
        connection.close()
        raise
    return connection
