"""Landing: what a contract's source holds now becomes batches, or the reason why it does not.

The same content twice lands nothing. A file or database that cannot be read stops nothing else: the
attempt is recorded with its message and the dataset is shown as late. A batch that looks unlike what came
before is held for a person.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Literal

from ingestion import batches
from ingestion.arrival import Beginning
from ingestion.batches import Batch, Manifest
from ingestion.candidates import Candidate, api_candidates, database_candidates, file_candidates
from ingestion.history import read_history
from ingestion.retry import retrying
from ingestion.work import Work
from warehouse.connections import connect_memory
from warehouse.contracts import Contract
from warehouse.errors import KhoError, SourceOverdue
from warehouse.settings import TIME_ZONE, Settings

# readers try again by themselves what is worth several attempts; this is for what broke off half way
ATTEMPTS = 2

State = Literal["landed", "unchanged", "held", "late"]


@dataclass(frozen=True)
class Attempt:
    """How one attempt to read a dataset ended.

    `late` means that at least one file, or the database, could not be read, or that nothing new came for
    longer than the contract promises; what could be read was landed. `held` means that a batch waits for a
    person, now or since an earlier attempt.
    """

    dataset: str
    dataset_title: str
    owner_key: str
    state: State
    message: str | None
    is_transient: bool
    attempted_at: str
    landed: list[Manifest] = field(default_factory=list)
    held: list[Manifest] = field(default_factory=list)

    @property
    def rows_landed(self) -> int:
        """New rows of this attempt."""
        return sum(m.rows_landed for m in self.landed)


def land(settings: Settings, contract: Contract) -> Attempt:
    """Read what is new in a contract's source into landing, and record how it went.

    A transient failure is tried again with growing pauses. An expected failure (KhoError) becomes the
    attempt's message; anything else is a fault and is raised.
    """
    landed: list[Manifest] = []
    problems: list[KhoError] = []
    with batches.locked(settings, contract):
        with connect_memory(settings) as connection:
            batches.ensure_columns(settings, contract, connection)
        beginning = Beginning(batches.now(), not read_history(settings, contract).committed)
        for candidate in _candidates(contract, problems):
            try:
                batch = retrying(lambda: _land(settings, contract, candidate, beginning), attempts=ATTEMPTS)  # noqa: B023 - called at once
            except KhoError as error:
                problems.append(error)
                continue
            landed += [batch.manifest] if batch and batch.state == "committed" else []
        problems += _overdue(settings, contract) if not landed and not problems else []
        attempt = _attempt(settings, contract, landed, problems)
        _record(settings, contract, attempt)
    return attempt


def _candidates(contract: Contract, problems: list[KhoError]) -> Iterable[Candidate]:
    kinds: dict[str, Callable[[Contract], Iterable[Candidate]]] = {"files": file_candidates, "api": api_candidates}
    try:
        return list(kinds.get(contract.server.kind, database_candidates)(contract))
    except KhoError as error:
        problems.append(error)
        return []


def _land(settings: Settings, contract: Contract, candidate: Candidate, beginning: Beginning) -> Batch | None:
    """Write one batch and put it in its place; None when there is nothing new in the source."""
    history = read_history(settings, contract)
    with batches.incoming(settings, contract) as folder, connect_memory(settings) as connection:
        manifest = candidate.write(Work(settings, connection, history, folder, beginning))
        if manifest is None:
            return None
        batch = batches.place(settings, contract, folder, manifest)
    for older in history.held if batch.state == "held" else ():
        if set(older.manifest.slices) & set(manifest.slices):
            why = f"batch {manifest.batch_id} took its place"
            batches.decide(older, batches.Decision("rejected", "kho", batches.now(), why))
    return batch


def _overdue(settings: Settings, contract: Contract) -> list[KhoError]:
    """The source answers, but has had nothing new for longer than its contract promises."""
    latest = read_history(settings, contract).latest
    if latest is None or contract.cadence_days is None:
        return []
    landed_at = dt.datetime.fromisoformat(latest.landed_at).replace(tzinfo=TIME_ZONE)
    days = (dt.datetime.now(TIME_ZONE) - landed_at).days
    if days <= contract.cadence_days:
        return []
    return [
        SourceOverdue(
            wanted=f"something new every {contract.cadence_days} days",
            found=f"nothing new for {days} days, since {landed_at:%d/%m/%Y}",
            where=f"contract {contract.path.name}, server {contract.server.name}",
            action="Ask the sender or the database's owner whether it is still kept up.",
        )
    ]


def _attempt(settings: Settings, contract: Contract, landed: list[Manifest], problems: list[KhoError]) -> Attempt:
    held = [b.manifest for b in read_history(settings, contract).held]
    lines = [str(p) for p in problems]
    lines += [
        f"held: batch {m.batch_id} ({m.source_file}): {'; '.join(m.hold_reasons)}. Look at it, then "
        f"`kho batch release {m.batch_id} --why ...` or `kho batch reject {m.batch_id} --why ...`."
        for m in held
    ]
    return Attempt(
        dataset=contract.dataset,
        dataset_title=contract.dataset_title,
        owner_key=contract.owner_key,
        state="late" if problems else "held" if held else "landed" if landed else "unchanged",
        message="\n".join(lines) or None,
        is_transient=any(p.transient for p in problems),
        attempted_at=batches.now(),
        landed=landed,
        held=held,
    )


def _record(settings: Settings, contract: Contract, attempt: Attempt) -> None:
    path = batches.dataset_folder(settings, contract) / batches.ATTEMPT
    batches.write_json(path, {k: v for k, v in asdict(attempt).items() if k not in ("landed", "held")})
