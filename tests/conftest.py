"""Fixtures that every test may use. What a machine lacks is skipped with its reason, or fails where CI demands it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from xdist.scheduler import LoadFileScheduling

PROJECT = Path(__file__).resolve().parent.parent
# files that look at the same run of the sample province: one worker runs it, once
OF_THE_SAMPLE = ("test_printed_reports.py", "test_public_tables.py", "test_sample_province.py", "test_trace.py")


class SampleTogether(LoadFileScheduling):
    """Tests of one file go to one worker, and so do those of the sample province."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "sample province" if file.endswith(OF_THE_SAMPLE) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadFileScheduling:
    """Takes the place of `--dist loadfile`."""
    return SampleTogether(config, log)


def skip_or_fail(demand: str, reason: str) -> None:
    """Skip with the reason, or fail when the environment variable `demand` is 1."""
    if os.environ.get(demand) == "1":
        pytest.fail(f"{demand}=1 and {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real reference files; KHO_SHARED_DATA names it, else it stands beside the project."""
    folder = Path(os.environ.get("KHO_SHARED_DATA", PROJECT.parent / "shared" / "data"))
    if not folder.is_dir():
        skip_or_fail("KHO_REQUIRE_SHARED", f"there is no folder {folder}")
    return folder


@pytest.fixture(scope="session")
def postgres() -> str:
    """Connection text of a PostgreSQL server (database test); KHO_TEST_POSTGRES names another."""
    _listening("PostgreSQL", 5432, "KHO_TEST_POSTGRES")
    return os.environ.get("KHO_TEST_POSTGRES", "host=127.0.0.1 port=5432 user=postgres dbname=test")


@pytest.fixture(scope="session")
def mariadb() -> str:
    """Connection text of a MariaDB server (database test); KHO_TEST_MARIADB names another."""
    _listening("MariaDB", 3306, "KHO_TEST_MARIADB")
    return os.environ.get("KHO_TEST_MARIADB", "host=127.0.0.1 port=3306 user=root database=test")


def _listening(server: str, port: int, override: str) -> None:
    if override in os.environ:
        return
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError as error:
        skip_or_fail("KHO_REQUIRE_SERVICES", f"no {server} answers on 127.0.0.1:{port} ({error})")
