"""What several integration tests look at: homes that take minutes to build."""

from __future__ import annotations

import pytest

from tests.frozen_home import frozen_home


@pytest.fixture(scope="session")
def told(tmp_path_factory):
    """A home frozen in 2026 and built again in 2027, with what was before and after."""
    return frozen_home(tmp_path_factory.mktemp("frozen"))
