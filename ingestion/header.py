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
from dataclasses import dataclass

from warehouse.contracts import Contract
from warehouse.errors import SourceError

SEARCHED_ROWS = 30
# fewer matches than this do not make a header, unless the contract has fewer columns
ENOUGH_LABELS = 4

Cells = Sequence[str | None]


@dataclass(frozen=True)
class Header:
    """Where the header is and which cell holds which column.

    `row` counts from 1; `positions` leads from a column's name to its cell, counted from 0;
    `ignored` are cells that the contract leaves out; `missing` are optional columns not there.
    """

    row: int
    rows: int
    positions: dict[str, int]
    ignored: tuple[int, ...]
    missing: tuple[str, ...]

    @property
    def first_data_row(self) -> int:
        """Row after the header, counted from 1."""
        return self.row + self.rows


def label_key(label: str | None) -> str:
    """A label without what exports change about it: case, spacing, Unicode form, line breaks."""
    text = unicodedata.normalize("NFC", label or "").replace("\u00a0", " ").casefold()
    return re.sub(r"\s*/\s*", " / ", re.sub(r"\s+", " ", text)).strip()


def find_header(rows: Sequence[Cells], contract: Contract, where: str) -> Header:
    """Header of the table in `rows`, the first rows of a sheet or file.

    Raises SourceError naming the labels that are missing or unknown, with near matches.
    """
    known = {label_key(label): column.name for column in contract.landed for label in column.labels}
    best_row, best_labels, best_score = 0, [""], 0
    for index in range(min(len(rows), SEARCHED_ROWS)):
        labels = _labels(rows[index : index + contract.header_rows])
        score = len({known[name] for names in labels for name in names if name in known})
        if score > best_score:
            best_row, best_labels, best_score = index, [_known_or_first(names, known) for names in labels], score
    if best_score < min(ENOUGH_LABELS, len(contract.landed)):
        raise SourceError(
            wanted=f"a header with {', '.join(c.header for c in contract.landed[:6])}, …",
            found=f"no row with more than {best_score} of these labels among the first {len(rows)}",
            where=f"contract {contract.path.name}, {where}",
            action="Check that the right file was sent; a renamed label goes into `aliases` of its column.",
        )
    return _match(best_row, best_labels, known, contract, where)


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


def _match(row: int, labels: list[str], known: dict[str, str], contract: Contract, where: str) -> Header:
    ignored_labels = {label_key(label) for label in contract.ignored}
    positions: dict[str, int] = {}
    ignored: list[int] = []
    unknown: list[str] = []
    for position, label in enumerate(labels):
        if label in known and known[label] not in positions:
            positions[known[label]] = position
        elif label in ignored_labels:
            ignored.append(position)
        elif label:
            unknown.append(label)
    missing = [c for c in contract.landed if c.name not in positions]
    if unknown or any(c.required or c.key for c in missing):
        raise _drift(contract, where, row, [c.header for c in missing], unknown)
    return Header(row + 1, contract.header_rows, positions, tuple(ignored), tuple(c.name for c in missing))


def _drift(contract: Contract, where: str, row: int, missing: list[str], unknown: list[str]) -> SourceError:
    found = []
    if missing:
        found.append(f"missing: {', '.join(missing)}")
    if unknown:
        found.append(f"unknown: {', '.join(unknown)}")
    keys = {label_key(m): m for m in missing}
    near = [f"{u} ~ {keys[n]}" for u in unknown for n in difflib.get_close_matches(u, keys, n=1, cutoff=0.6)]
    if near:
        found.append(f"near: {', '.join(near)}")
    return SourceError(
        wanted="the columns of the contract",
        found="; ".join(found),
        where=f"contract {contract.path.name}, {where}, row {row + 1}",
        action="Ask the sender, or add an alias, a column, or an entry under ignoredColumns.",
    )
