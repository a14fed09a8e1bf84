from pathlib import Path

import duckdb
import pytest

from warehouse.connections import attach, connect_memory, connect_warehouse, extension_file, load_extension
from warehouse.errors import SettingsError, WarehouseBusy, WarehouseError
from warehouse.settings import Settings


def setting(connection: duckdb.DuckDBPyConnection, name: str) -> object:
    (value,) = connection.execute(f"select current_setting('{name}')").fetchone() or (None,)
    return value


@pytest.mark.parametrize("name", ["excel", "sqlite_scanner", "postgres_scanner", "mysql_scanner"])
def test_an_extension_is_loaded_from_its_wheel_and_loading_twice_is_harmless(name: str) -> None:
    with connect_memory() as connection:
        load_extension(connection, name)
        load_extension(connection, name)
        loaded = connection.execute("select extension_name from duckdb_extensions() where loaded").fetchall()
    assert (name,) in loaded
    assert "site-packages" in str(extension_file(name))


def test_an_extension_without_a_wheel_says_which_package_is_wanted() -> None:
    with connect_memory() as connection, pytest.raises(SettingsError, match="Install duckdb-extension-spatial=="):
        load_extension(connection, "spatial")


def test_no_connection_downloads_and_every_one_is_in_the_province_s_time(tmp_path: Path) -> None:
    connect_warehouse(tmp_path / "w.duckdb", read_only=False).close()
    for connection in (connect_memory(), connect_warehouse(tmp_path / "w.duckdb")):
        assert setting(connection, "autoinstall_known_extensions") is False
        assert setting(connection, "autoload_known_extensions") is False
        assert setting(connection, "TimeZone") == "Asia/Ho_Chi_Minh"
        connection.close()


def test_limits_come_from_the_settings(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "it's here", memory_limit="512MiB", threads=1)
    with connect_memory(settings) as connection:
        assert setting(connection, "memory_limit") == "512.0 MiB"
        assert setting(connection, "threads") == 1
        assert setting(connection, "temp_directory") == str(settings.home / "tmp")


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    connect_warehouse(tmp_path / "w.duckdb", read_only=False).close()
    with connect_warehouse(tmp_path / "w.duckdb") as connection, pytest.raises(duckdb.InvalidInputException):
        connection.execute("create table t (a int)")


def test_a_missing_or_broken_file_is_told_from_a_busy_one(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="no file"):
        connect_warehouse(tmp_path / "absent.duckdb")
    broken = tmp_path / "broken.duckdb"
    broken.write_bytes(b"not a database" * 1000)
    with pytest.raises(WarehouseError) as told:
        connect_warehouse(broken)
    assert not told.value.transient

    held = tmp_path / "held.duckdb"
    with connect_warehouse(held, read_only=False), connect_memory() as other:
        with pytest.raises(WarehouseBusy) as busy:
            connect_warehouse(held)
        assert busy.value.transient
        with pytest.raises(WarehouseBusy):
            attach(other, held, "held")
    with connect_memory() as other:
        attach(other, held, "held")
        assert other.execute("select readonly from duckdb_databases() where database_name = 'held'").fetchone()
