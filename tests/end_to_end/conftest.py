"""Data homes that are built once for all end-to-end tests of a worker."""

from __future__ import annotations

import pytest

from tests.conftest import PROJECT
from tests.kho import Home, kho

ROWS = "3000"


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory) -> Home:
    """The sample province, run once."""
    home = tmp_path_factory.mktemp("sample")
    made = kho(home, "sample", "--rows", ROWS)
    assert made.code == 0, made.output
    ran = kho(home, "run")
    assert ran.code == 0, ran.output
    return ran


@pytest.fixture(scope="session")
def real_home(tmp_path_factory, shared_data) -> Home:
    """The real inputs, run once with nothing but their contracts."""
    if shared_data != PROJECT.parent / "shared" / "data":
        pytest.skip("the real contracts point to ../shared/data, and KHO_SHARED_DATA to another folder")
    return kho(tmp_path_factory.mktemp("real"), "run", "--contracts", "tests/real/contracts")
