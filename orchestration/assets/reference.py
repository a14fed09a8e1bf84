"""Reference data from packages: administrative units and public holidays."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg

from ingestion.reference import write_reference
from orchestration.keys import REFERENCE_KEYS
from orchestration.preparation import Prepared

DESCRIPTIONS = {
    "administrative_units": "Provinces, districts and communes of the country with the days on which they are valid.",
    "administrative_unit_changes": "Which commune became which on 01/7/2025.",
    "public_holidays": "Public holidays, from the `holidays` package; `calendar_overrides` adds what it lacks.",
}


def reference_assets(prepared: Prepared) -> dg.AssetsDefinition:
    """One step that writes all reference files."""
    specs = [
        dg.AssetSpec(key, description=DESCRIPTIONS[key.path[-1]], group_name="reference", kinds={"parquet"})
        for key in REFERENCE_KEYS
    ]

    @dg.multi_asset(name="write_reference", specs=specs)
    def reference() -> Iterator[dg.MaterializeResult[None]]:
        write_reference(prepared.settings)
        for key in REFERENCE_KEYS:
            yield dg.MaterializeResult(asset_key=key)

    return reference
