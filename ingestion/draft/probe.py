"""A source that has no contract yet, in the form that the readers take: a contract without columns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from open_data_contract_standard.model import Server as OdcsServer

from warehouse.contract_server import read_server
from warehouse.contracts import Contract
from warehouse.profile import Owner


def probe(server: dict[str, Any], source: str, table: str, where: str) -> Contract:
    """A contract of nothing but a server entry, so that the readers open the source as they will later.

    Raises ContractError when the entry does not hold together.
    """
    path = Path(where)
    return Contract(
        path=path,
        fingerprint="",
        id=source,
        version="",
        status="draft",
        title=table,
        purpose="",
        domain="",
        source=source,
        dataset=source,
        table=table,
        dataset_title=table,
        grain="",
        entity=None,
        source_priority=0,
        columns=(),
        rules=(),
        out_of_scope=(),
        ignored=(),
        owner_key="",
        owner=Owner(name="", email=""),
        server=read_server(path, [OdcsServer(**server)], "", {}),
        header_rows=1,
        sheets=(),
        cadence_days=None,
    )
