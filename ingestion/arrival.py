"""The arrival guard: does a new batch look like what came before? What does not waits for a person.

Defaults follow PUDL's archiver: a file may change by a quarter, a dataset by 15 %, no period may be missing
or empty. Each contract may set its own limits under `arrival`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingestion.history import History
from warehouse.contracts import Arrival, Contract

# how much older than what it replaces a batch may be when its contract tells no cadence
DAYS_BACK = 7


@dataclass(frozen=True)
class Beginning:
    """How an attempt began: when, as manifests write it, and whether nothing had landed before.

    The files of a first load have no siblings to be compared with.
    """

    started_at: str
    is_first: bool


def reasons_to_hold(
    contract: Contract,
    history: History,
    *,
    slices: dict[str, int],
    rows_total: int | None,
    newest_on: dt.date | None,
    future_rows: float,
    as_of: dt.date,
    source_file: str,
    attempt: Beginning,
) -> list[str]:
    """Why a batch should wait, in words for the person who decides; empty when it may pass.

    Args:
        contract: its `arrival` holds the limits.
        history: what was landed before.
        slices: data rows of the new batch by slice.
        rows_total: rows of the dataset after this batch where the source tells, else None.
        newest_on: greatest day of the column with role recorded_on or updated_on.
        future_rows: share of dated rows that lie more than `future_days` after `as_of`.
        as_of: the day the figures are for.
        source_file: what the batch was read from.
        attempt: how this attempt to read the dataset began.
    """
    limits = contract.arrival
    return [
        *_empty(limits, history, slices),
        *_files(limits, history, slices, attempt.is_first),
        *_duplicates(history, slices, source_file, attempt.started_at),
        *_dataset(limits, history, slices, rows_total),
        *_dates(contract, history, slices, newest_on, future_rows, as_of),
        *_gaps(limits, history, slices),
    ]


def _empty(limits: Arrival, history: History, slices: dict[str, int]) -> Iterator[str]:
    if limits.empty == "allow" or any(slices.values()):
        return
    before = history.rows_in_force
    yield "empty: no data row" + (f", {before:,} before" if before else "")


def _files(limits: Arrival, history: History, slices: dict[str, int], is_first: bool) -> Iterator[str]:
    """A slice beside its earlier version, or beside the usual size of its siblings."""
    if limits.file_change is None or history.contract.mode != "full":
        return
    for name, rows in slices.items():
        earlier = history.slices.get(name)
        if earlier is not None:
            usual, what = earlier.manifest.slices[name], "its earlier version has"
        else:
            siblings = [batch.manifest.slices[other] for other, batch in sorted(history.slices.items())][-6:]
            if is_first or not siblings:
                continue
            usual, what = sorted(siblings)[len(siblings) // 2], "the last ones usually have"
        if _differs(rows, usual, limits.file_change, limits.minimum_rows):
            yield f"file {name}: {rows:,} rows, {what} {usual:,} (limit {limits.file_change:.0%})"


def _duplicates(history: History, slices: dict[str, int], source_file: str, started_at: str) -> Iterator[str]:
    """Two files of one period in one delivery: nobody can tell which of them counts."""
    if history.contract.period is None:
        return
    for name in slices:
        other = history.slices.get(name)
        if other and other.manifest.landed_at >= started_at and other.manifest.source_file != source_file:
            yield f"duplicate: {name} came with {other.manifest.source_file} too"


def _dataset(limits: Arrival, history: History, slices: dict[str, int], rows_total: int | None) -> Iterator[str]:
    """All rows in force before and after; a slice that is new adds to them and is no change of the others."""
    if limits.dataset_change is None or history.latest is None:
        return
    if history.contract.mode == "incremental":
        before, after = history.latest.rows_total, rows_total
    else:
        before = history.rows_in_force
        known = {name: batch.manifest.slices[name] for name, batch in history.slices.items()}
        after = sum((known | {n: r for n, r in slices.items() if n in known}).values())
    if before is not None and after is not None and _differs(after, before, limits.dataset_change, limits.minimum_rows):
        yield f"dataset: {after:,} rows, {before:,} before (limit {limits.dataset_change:.0%})"


def _dates(
    contract: Contract,
    history: History,
    slices: dict[str, int],
    newest_on: dt.date | None,
    future_rows: float,
    as_of: dt.date,
) -> Iterator[str]:
    limits = contract.arrival
    if limits.future_days is not None and future_rows > limits.future_share:
        limit = f"more than {limits.future_days} days after {as_of:%d/%m/%Y}"
        yield f"future: {future_rows:.0%} of the dated rows lie {limit}"
    if newest_on is None or contract.mode == "incremental":
        return
    earlier = [b.manifest.newest_on for n, b in history.slices.items() if n in slices and b.manifest.newest_on]
    last = dt.date.fromisoformat(max(earlier)) if earlier else newest_on
    # the newest row may be corrected or withdrawn; a whole export of an earlier time is something else
    if (last - newest_on).days > (contract.cadence_days or DAYS_BACK):
        yield f"stale: its newest row is of {newest_on:%d/%m/%Y}, what it would replace has {last:%d/%m/%Y}"
    if limits.stale_cadences and contract.cadence_days:
        allowed = int(limits.stale_cadences * contract.cadence_days)
        if (as_of - newest_on).days > allowed:
            yield f"stale: its newest row is of {newest_on:%d/%m/%Y}, more than {allowed} days before {as_of:%d/%m/%Y}"


def _gaps(limits: Arrival, history: History, slices: dict[str, int]) -> Iterator[str]:
    """Periods between the last one landed and this one that never came."""
    if limits.gaps == "allow" or history.contract.period is None:
        return
    known = [o for name in history.slices if (o := period_ordinal(name)) is not None]
    for name in sorted(slices):
        ordinal = period_ordinal(name)
        if ordinal is None or not known or ordinal <= max(known):
            continue
        absent = ordinal - max(known) - 1
        if absent:
            yield f"gap: {absent} period(s) before {name} never came"
        known.append(ordinal)


def period_ordinal(name: str) -> int | None:
    """Place of a month (2026_05, 202605), quarter (2026Q1, 20261) or year (2026) in the row of its kind."""
    if found := re.fullmatch(r"(\d{4})\D?(0[1-9]|1[0-2])", name):
        return int(found[1]) * 12 + int(found[2]) - 1
    if found := re.fullmatch(r"(\d{4})\D{0,2}([1-4])", name):
        return int(found[1]) * 4 + int(found[2]) - 1
    return int(name) if re.fullmatch(r"\d{4}", name) else None


def _differs(rows: int, before: int, share: float, minimum: int) -> bool:
    change = abs(rows - before)
    return change >= minimum and change > share * before
