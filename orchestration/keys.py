"""Asset keys: schema and table, the same names as in the warehouse and in dbt."""

from __future__ import annotations

import dagster as dg

from warehouse.contracts import Contract

BATCH_INDEX_KEYS = tuple(
    dg.AssetKey(["landing_index", name]) for name in ("batches", "slices", "drift", "repairs", "attempts")
)
REFERENCE_KEYS = tuple(
    dg.AssetKey(["reference", name])
    for name in ("administrative_units", "administrative_unit_changes", "public_holidays")
)
RESULT_KEYS = tuple(dg.AssetKey(["results", name]) for name in ("rule_results", "failing_rows", "commune_counts"))
MAIL_KEY = dg.AssetKey(["reports", "mails"])
RELEASE_KEY = dg.AssetKey(["releases", "open_data"])
CHAIN_KEY = dg.AssetKey(["logbook", "chain"])
PRINTED_REPORTS_KEY = dg.AssetKey(["releases", "printed_reports"])
CONTRACTS_KEY = dg.AssetKey(["ingestion", "contracts"])


def landing_key(contract: Contract) -> dg.AssetKey:
    """Key of a contract's landing asset."""
    return dg.AssetKey(["landing", contract.dataset])


def staging_key(contract: Contract) -> dg.AssetKey:
    """Key of a contract's staging model."""
    return dg.AssetKey(["staging", contract.staging_table])
