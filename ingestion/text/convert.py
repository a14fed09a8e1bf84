"""Legacy text encodings of landed columns."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from warehouse.contracts import Contract


@dataclass(frozen=True)
class Conversion:
    """A column whose text was converted: kind and number of values."""

    column: str
    kind: str
    values: int

    def as_dict(self) -> dict[str, Any]:
        """For the manifest."""
        return asdict(self)


def convert(connection: duckdb.DuckDBPyConnection, folder: Path, contract: Contract) -> tuple[Conversion, ...]:  # noqa: ARG001
    """Convert columns that hold a legacy encoding."""
    return ()
