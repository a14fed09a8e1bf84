"""Find the header of a table in a sheet or file by the labels that its contract knows.

Exports carry title rows above the header and headers of two rows with merged cells (domain: exports
and registers). The row that shows most of the contract's labels is the header; two rows are joined
as "upper / lower".
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingestion.names import column_name
from warehouse.contracts import Contract
from warehouse.errors import HeaderMissing, SourceError

SEARCHED_ROWS = 30
# fewer matches than this do not make a header; of a contract with few columns, half of them do
ENOUGH_LABELS = 4
EVERYTHING_ELSE = "*"
# a message names this many labels, each cut to so many letters: a stray sheet may have thousands
NAMED_LABELS, LETTERS = 20, 60

Cells = Sequence[str | None]


@dataclass(frozen=True)
class Header:
    """Where the header is and which cell holds which column.

    `row` counts from 1; `rows` is 0 when the names are not a row of the data (JSON, Parquet). `positions`
    leads from a column's name to its cell, counted from 0; `new` does so for columns that drift policy
    `evolve` lets in, and `discarded` from the labels whose values are not let in. `ignored` are cells that
    the contract leaves out; `missing` are columns that are not there.
    """

    row: int
    rows: int
    positions: dict[str, int]
    ignored: tuple[int, ...]
    missing: tuple[str, ...]
    new: dict[str, int] = field(default_factory=dict)
    discarded: dict[str, int] = field(default_factory=dict)

    @property
    def first_data_row(self) -> int:
        """Row after the header, counted from 1."""
        return self.row + self.rows

    @property
    def known_cells(self) -> frozenset[int]:
        """Cells under a label; a value in any other cell stands under none."""
        return frozenset((*self.positions.values(), *self.new.values(), *self.discarded.values(), *self.ignored))


def label_key(label: str | None) -> str:
    """A label without what exports change about it: case, spacing, Unicode form, line breaks."""
    text = unicodedata.normalize("NFC", label or "").replace("\u00a0", " ").casefold()
    return re.sub(r"\s*/\s*", " / ", re.sub(r"\s+", " ", text)).strip()


def find_header(rows: Sequence[Cells], contract: Contract, where: str, *, named: bool = False) -> Header:
    """Header of the table in `rows`, the first rows of a sheet or file.

    With `named`, `rows` is one row of names that is no row of the data.

    Raises:
        HeaderMissing: no row shows enough of the contract's labels.
        SourceError: labels are missing or unknown and the contract freezes its columns; near matches are named.
    """
    height = 1 if named else contract.header_rows
    known = {label_key(label): column.name for column in contract.landed for label in column.labels}
    best_row, best_labels, best_score = 0, [""], 0
    for index in range(min(len(rows), SEARCHED_ROWS)):
        labels = _labels(rows[index : index + height])
        score = len({known[name] for names in labels for name in names if name in known})
        if score > best_score:
            best_row, best_labels, best_score = index, [_known_or_first(names, known) for names in labels], score
    if best_score < min(ENOUGH_LABELS, (len(contract.landed) + 1) // 2):
        raise HeaderMissing(
            wanted=f"a header with {', '.join(c.header for c in contract.landed[:6])}, …",
            found=f"no row with more than {best_score} of these labels among the first {len(rows)}",
            where=f"contract {contract.path.name}, {where}",
            action="Check that the right file was sent; a renamed label goes into `aliases` of its column.",
        )
    return _match(best_row + 1, 0 if named else height, best_labels, known, contract, where)


def _labels(rows: Sequence[Cells]) -> list[tuple[str, ...]]:
    """Per cell the labels it may go by: lower, "upper / lower", or the only one there is."""
    if len(rows) < 2:
        return [(label_key(cell),) for cell in rows[0]]
    upper_now = ""
    labels: list[tuple[str, ...]] = []
    for position in range(max(len(row) for row in rows)):
        upper = label_key(rows[0][position] if position < len(rows[0]) else None)
        lower = label_key(rows[1][position] if position < len(rows[1]) else None)
        if not lower:
            labels.append((upper,))
            upper_now = upper
            continue
        # a merged cell shows its text once, above the first of the cells that it spans
        upper_now = upper or upper_now
        labels.append((f"{upper_now} / {lower}", lower))
    return labels


def _known_or_first(names: tuple[str, ...], known: dict[str, str]) -> str:
    return next((name for name in names if name in known), names[-1])


def _match(row: int, rows: int, labels: list[str], known: dict[str, str], contract: Contract, where: str) -> Header:
    ignored_labels = {label_key(label) for label in contract.ignored}
    positions: dict[str, int] = {}
    ignored: list[int] = []
    unknown: list[tuple[str, int]] = []
    for position, label in enumerate(labels):
        if label in known and known[label] not in positions:
            positions[known[label]] = position
        elif label and (label in ignored_labels or EVERYTHING_ELSE in contract.ignored):
            ignored.append(position)
        elif label:
            unknown.append((label, position))
    missing = [c for c in contract.landed if c.name not in positions]
    policy = contract.drift.columns
    if policy == "freeze" and (unknown or any(c.required or c.key for c in missing)):
        raise _drift(contract, f"{where}, row {row}", [c.header for c in missing], [label for label, _ in unknown])
    new: dict[str, int] = {}
    if policy == "evolve":
        for label, position in unknown:
            new[column_name(label, [*(c.name for c in contract.columns), *new])] = position
        unknown = []
    discarded = {f"{label} ({position + 1})": position for label, position in unknown}
    missing_names = tuple(c.name for c in missing)
    return Header(row, rows, positions, tuple(ignored), missing_names, new, discarded)


def _drift(contract: Contract, where: str, missing: list[str], unknown: list[str]) -> SourceError:
    found = []
    if missing:
        found.append(f"missing: {_listed(missing)}")
    if unknown:
        found.append(f"unknown: {_listed(unknown)}")
    keys = {label_key(m): m for m in missing}
    named = unknown[:NAMED_LABELS]
    near = [f"{u} ~ {keys[n]}" for u in named for n in difflib.get_close_matches(u[:LETTERS], keys, n=1, cutoff=0.6)]
    if near:
        found.append(f"near: {', '.join(near)}")
    return SourceError(
        wanted="the columns of the contract",
        found="; ".join(found),
        where=f"contract {contract.path.name}, {where}",
        action="Ask the sender, or add an alias, a column, or an entry under ignoredColumns.",
    )


def _listed(labels: list[str]) -> str:
    shown = ", ".join(label if len(label) <= LETTERS else label[:LETTERS] + "…" for label in labels[:NAMED_LABELS])
    return shown + (f", … ({len(labels) - NAMED_LABELS} more)" if len(labels) > NAMED_LABELS else "")
