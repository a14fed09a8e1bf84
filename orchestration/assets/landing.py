"""Landing: one asset a contract, with its owner, columns, freshness and arrival check. Nothing here reads a source."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import dagster as dg

from ingestion.index import write_index
from ingestion.landing import Attempt, land
from orchestration.keys import BATCH_INDEX_KEYS, CHAIN_KEY, landing_key
from orchestration.preparation import Prepared
from warehouse.chain import seal
from warehouse.contracts import Contract

ARRIVED, AS_BEFORE = "source_arrived", "looks_as_before"


def landing_assets(prepared: Prepared) -> list[dg.AssetsDefinition]:
    """One asset for every contract; after them the index of all batches, and their lines in the chain."""
    landed = [_landing_asset(prepared, contract) for contract in prepared.contracts.contracts]
    return [*landed, _index_asset(prepared), _chain_asset(prepared)]


def _landing_asset(prepared: Prepared, contract: Contract) -> dg.AssetsDefinition:
    key = landing_key(contract)
    freshness = None
    if contract.cadence_days:
        freshness = dg.FreshnessPolicy.time_window(fail_window=dt.timedelta(days=contract.cadence_days))
    spec = dg.AssetSpec(
        key,
        description=f"**{contract.dataset_title}** ({contract.grain}). {contract.purpose}",
        group_name=contract.domain,
        owners=[contract.owner.email],
        kinds={contract.server.format or contract.server.kind, "parquet"},
        tags={"source": contract.source},
        freshness_policy=freshness,
        metadata={
            "contract": dg.MetadataValue.path(str(contract.path)),
            "contract_version": contract.version,
            "owner": contract.owner.name,
            "dagster/column_schema": dg.TableSchema(
                [
                    dg.TableColumn(c.name, c.sql_type, description=f"{c.title}. {c.description}")
                    for c in contract.columns
                ]
            ),
        },
    )
    checks = [
        dg.AssetCheckSpec(ARRIVED, asset=key, description="The source was there, in time, as the contract says."),
        dg.AssetCheckSpec(AS_BEFORE, asset=key, description="No batch waits for a person: sizes, dates, periods fit."),
    ]

    @dg.multi_asset(name=f"land_{contract.dataset}", specs=[spec], check_specs=checks, can_subset=True)
    def land_dataset() -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        attempt = land(prepared.settings, contract)
        yield dg.MaterializeResult(asset_key=key, metadata=_metadata(attempt))
        # a source that is late must not stop the others, so it fails a check and not the run
        yield dg.AssetCheckResult(
            asset_key=key,
            check_name=ARRIVED,
            passed=attempt.state != "late",
            severity=dg.AssetCheckSeverity.ERROR,
            metadata={"message": attempt.message or "", "transient": attempt.is_transient},
        )
        yield dg.AssetCheckResult(
            asset_key=key,
            check_name=AS_BEFORE,
            passed=not attempt.held,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={m.batch_id: "; ".join(m.hold_reasons) for m in attempt.held},
        )

    return land_dataset


def _metadata(attempt: Attempt) -> dict[str, dg.MetadataValue]:
    metadata: dict[str, dg.MetadataValue] = {
        "state": dg.MetadataValue.text(attempt.state),
        "new_batches": dg.MetadataValue.int(len(attempt.landed)),
        "rows_read": dg.MetadataValue.int(sum(m.rows_read for m in attempt.landed)),
        "rows_landed": dg.MetadataValue.int(attempt.rows_landed),
        "rows_rejected": dg.MetadataValue.int(sum(m.rows_rejected for m in attempt.landed)),
        "rows_out_of_scope": dg.MetadataValue.int(sum(m.rows_out_of_scope for m in attempt.landed)),
        "rows_missing": dg.MetadataValue.int(sum(m.rows_missing for m in attempt.landed)),
        "batches_held": dg.MetadataValue.int(len(attempt.held)),
    }
    if attempt.message:
        metadata["message"] = dg.MetadataValue.text(attempt.message)
    return metadata


def _index_asset(prepared: Prepared) -> dg.AssetsDefinition:
    descriptions = {
        "batches": "Every batch: committed, held or rejected.",
        "slices": "What each batch holds of what a later one can replace.",
        "drift": "Columns that were not as the contract says.",
        "repairs": "Text that was converted as it landed, counted.",
        "attempts": "The last attempt to read each dataset.",
    }
    specs = [
        dg.AssetSpec(
            key,
            deps=[landing_key(c) for c in prepared.contracts.contracts],
            description=descriptions[key.path[-1]],
            group_name="landing_index",
            kinds={"parquet"},
        )
        for key in BATCH_INDEX_KEYS
    ]

    @dg.multi_asset(name="index_landing", specs=specs)
    def index_landing() -> Iterator[dg.MaterializeResult[None]]:
        write_index(prepared.settings, prepared.contracts)
        for key in BATCH_INDEX_KEYS:
            yield dg.MaterializeResult(asset_key=key)

    return index_landing


def _chain_asset(prepared: Prepared) -> dg.AssetsDefinition:
    @dg.asset(
        key=CHAIN_KEY,
        deps=list(BATCH_INDEX_KEYS),
        description="The hash of every batch, freeze and release, each with that of the one before: `kho verify`.",
        group_name="landing_index",
        kinds={"json"},
    )
    def seal_batches() -> dg.MaterializeResult[None]:
        return dg.MaterializeResult(metadata={"sealed": len(seal(prepared.settings))})

    return seal_batches
