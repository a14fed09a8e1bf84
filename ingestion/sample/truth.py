"""What was planted where: the ground truth, and how many rows each file holds.

`source_file` is what landing calls it: a file's name, or the table of a database.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePath

TRUTH_COLUMNS = ("fault", "dataset", "rule_id", "row_key", "commune_code", "source_file", "note")
ACCOUNTING_COLUMNS = ("dataset", "source_file", "rows_read", "out_of_scope", "rejected")


@dataclass
class Totals:
    """What staging should make of a dataset's data rows."""

    kept: int = 0
    repeated: int = 0
    quarantined: int = 0


@dataclass
class GroundTruth:
    """Faults as they are planted. Keys are read at the end, since a fault may change a key."""

    _entries: list[Callable[[], tuple[str, ...]]] = field(default_factory=list)
    accounting: list[tuple[str, str, int, int, int]] = field(default_factory=list)
    totals: dict[str, Totals] = field(default_factory=dict)

    def plant(
        self, fault: str, dataset: str, rule_id: str, where: Callable[[], tuple[str, str, str]], note: str = ""
    ) -> None:
        """Record a fault; `where` gives row key, commune code and source file when all rows are final."""

        def line() -> tuple[str, ...]:
            row_key, commune_code, source_file = where()
            return fault, dataset, rule_id, row_key, commune_code, PurePath(source_file).name, note

        self._entries.append(line)

    def plant_known(
        self,
        fault: str,
        dataset: str,
        rule_id: str,
        *,
        row_key: str = "",
        commune_code: str = "",
        source_file: str = "",
        note: str = "",
    ) -> None:
        """Record a fault whose place is known already: a commune, a whole dataset, a fixed row."""
        self.plant(fault, dataset, rule_id, lambda: (row_key, commune_code, source_file), note)

    def read(self, dataset: str, source_file: str, rows_read: int, out_of_scope: int = 0, rejected: int = 0) -> None:
        """Record how many rows a file or table holds, and how many of them are no data."""
        self.accounting.append((dataset, PurePath(source_file).name, rows_read, out_of_scope, rejected))

    def lines(self) -> list[tuple[str, ...]]:
        """All planted faults, one line a fault and rule."""
        return sorted(entry() for entry in self._entries)

    def faults_by_rule(self) -> dict[str, int]:
        """Number of lines for each `dataset.rule_id`."""
        return dict(sorted(Counter(f"{line[1]}.{line[2]}" for line in self.lines()).items()))

    def write(self, folder: Path) -> None:
        """Write `ground_truth.csv` and `accounting.csv`."""
        _write(folder / "ground_truth.csv", TRUTH_COLUMNS, self.lines())
        _write(folder / "accounting.csv", ACCOUNTING_COLUMNS, sorted(self.accounting))


def _write(
    path: Path, header: tuple[str, ...], rows: list[tuple[str, ...]] | list[tuple[str, str, int, int, int]]
) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
