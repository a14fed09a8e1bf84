"""Jobs: one, the whole day, in one process because the warehouse has one writer."""

from __future__ import annotations

import dagster as dg

DAILY = "daily"


def daily_job() -> dg.UnresolvedAssetJobDefinition:
    """Everything: reference, landing, store, expectations, quality, mails, release, printed reports, checks."""
    return dg.define_asset_job(
        DAILY,
        selection=dg.AssetSelection.all(),
        description="Reads every source, builds the store, judges it, tells the owners, publishes.",
        executor_def=dg.in_process_executor,
    )
