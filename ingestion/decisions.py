"""Decisions about held batches: released into the store or rejected for good, by whom, when and why."""

from __future__ import annotations

from typing import Literal

from ingestion import batches
from ingestion.batches import Batch, Decision
from ingestion.history import read_history
from warehouse.contracts import Contract, ContractSet
from warehouse.errors import BatchError
from warehouse.settings import Settings


def list_batches(settings: Settings, contracts: ContractSet) -> list[Batch]:
    """Every batch of every dataset, in every state, by dataset and time."""
    found = [batch for contract in contracts.contracts for batch in read_history(settings, contract).batches]
    return sorted(found, key=lambda b: (b.manifest.dataset, b.manifest.batch_id))


def decide(
    settings: Settings,
    contracts: ContractSet,
    batch_id: str,
    verdict: Literal["released", "rejected"],
    *,
    who: str,
    why: str,
) -> Batch:
    """Release or reject a held batch. A released one counts from the next build on.

    Raises BatchError when no such batch is held, or when no reason is given.
    """
    if not why.strip():
        raise BatchError(
            wanted="a reason",
            found="nothing",
            where=f"batch {batch_id}",
            action="Say with --why what you looked at and why it is right or wrong.",
        )
    contract, batch = _held(settings, contracts, batch_id)
    with batches.locked(settings, contract):
        # looked up again under the lock: a newer extraction may have taken its place
        still = next((b for b in read_history(settings, contract).held if b.manifest.batch_id == batch_id), None)
        if still is None:
            raise _not_held(batch_id, batch)
        state: batches.State = "committed" if verdict == "released" else "rejected"
        return batches.decide(still, Decision(state, who, batches.now(), why.strip()))


def _held(settings: Settings, contracts: ContractSet, batch_id: str) -> tuple[Contract, Batch]:
    for contract in contracts.contracts:
        for batch in read_history(settings, contract).batches:
            if batch.manifest.batch_id == batch_id:
                if batch.state != "held":
                    raise _not_held(batch_id, batch)
                return contract, batch
    raise _not_held(batch_id, None)


def _not_held(batch_id: str, batch: Batch | None) -> BatchError:
    return BatchError(
        wanted="a batch that waits for a decision",
        found=f"one that is {batch.state}" if batch else "no batch of this name",
        where=f"batch {batch_id}",
        action="`kho batch list` shows what waits.",
    )
