"""Release: the open tables, published whole and swapped at once."""

from __future__ import annotations

import dagster as dg

from orchestration.keys import RELEASE_KEY
from orchestration.preparation import Prepared
from warehouse.releases import publish


def release_assets(prepared: Prepared, tables: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """The step that publishes; `tables` are the open tables it waits for."""

    @dg.asset(
        key=RELEASE_KEY,
        # the books are an input: what does not balance is not published
        deps=[*tables, dg.AssetKey(["ops", "row_accounting"])],
        description="Parquet, CSV, datapackage.json and open_data.duckdb; `latest` is swapped when all is written.",
        group_name="releases",
        kinds={"parquet", "csv", "duckdb"},
    )
    def open_data() -> dg.MaterializeResult[None]:
        release = publish(prepared.settings, prepared.manifest)
        return dg.MaterializeResult(
            metadata={
                "version": release.version,
                "content_hash": release.content_hash,
                "new": release.created,
                "location": dg.MetadataValue.path(str(release.location)),
            }
        )

    return open_data
