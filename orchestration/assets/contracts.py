"""Contracts as an asset: a file that cannot be read fails its own check and stops nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from orchestration.keys import CONTRACTS_KEY
from orchestration.preparation import Prepared


def contract_assets(prepared: Prepared) -> dg.AssetsDefinition:
    """The folder of contracts, one check a file."""
    errors = {path: str(error) for path, error in prepared.contracts.errors}
    paths = [*(c.path for c in prepared.contracts.contracts), *errors]
    specs = [
        dg.AssetCheckSpec(_check_name(path), asset=CONTRACTS_KEY, description=f"{path.name} is a valid contract.")
        for path in paths
    ]

    @dg.asset(
        key=CONTRACTS_KEY,
        check_specs=specs,
        description="ODCS 3.1 contracts: one file a dataset.",
        group_name="contracts",
        kinds={"yaml"},
    )
    def contracts() -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        yield dg.MaterializeResult(
            asset_key=CONTRACTS_KEY, metadata={"contracts": len(paths) - len(errors), "errors": len(errors)}
        )
        for path in paths:
            yield dg.AssetCheckResult(
                check_name=_check_name(path), passed=path not in errors, metadata={"message": errors.get(path, "")}
            )

    return contracts


def _check_name(path: Path) -> str:
    return "valid_" + re.sub(r"\W", "_", path.stem)
