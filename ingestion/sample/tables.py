"""Tables of the sector databases: rows of text, faults planted in them, written as SQLite."""

from __future__ import annotations

import datetime as dt
import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ingestion.sample.clock import WorkClock
from ingestion.sample.people import People
from ingestion.sample.province import Commune, Province
from ingestion.sample.truth import GroundTruth, Totals


class Record(dict[str, str]):
    """One row, by the names of the source; `drawn` are the values it was made of.

    A pinned row stays clean: its commune needs it.
    """

    faulty = False
    pinned = False
    drawn: Mapping[str, Any] = MappingProxyType({})


@dataclass
class Context:
    """What every sector's maker needs."""

    province: Province
    as_of: dt.date
    months: list[tuple[dt.date, dt.date]]
    clock: WorkClock
    people: People
    rng: random.Random
    truth: GroundTruth

    def communes(self, dataset: str, missing: int) -> tuple[list[Commune], list[Commune]]:
        """Communes with rows of a dataset, and `missing` ones that have none and no excuse.

        The commune that declared zero is in neither.
        """
        others = [c for c in self.province.communes if c != self.province.zero]
        absent = self.rng.sample(others, missing)
        for commune in absent:
            self.truth.plant_known(
                "coverage_commune",
                dataset,
                f"{dataset}_commune_missing",
                commune_code=commune.code,
                note="không có bản ghi nào",
            )
        return [c for c in others if c not in absent], absent

    def places(self, communes: list[Commune], rows: int) -> list[tuple[Commune, bool]]:
        """A commune for each row, by weight; the first one of each commune is pinned."""
        drawn = self.rng.choices(communes, [c.weight for c in communes], k=max(rows - len(communes), 2 * len(communes)))
        return [(c, True) for c in communes] + [(c, False) for c in drawn]


@dataclass
class Table:
    """One table of a sector database and the dataset it is in the contracts."""

    dataset: str
    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    commune: str
    context: Context
    rows: list[Record] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many rows take each fault."""
        return max(3, len(self.rows) * 5 // 1000)

    def add(self, **values: str) -> Record:
        """A new row."""
        row = Record(values)
        self.rows.append(row)
        return row

    def take(self, count: int, test: Callable[[Record], bool] | None = None) -> Iterator[Record]:
        """Clean rows for a fault, at random; each row takes one fault."""
        free = [row for row in self.rows if not row.faulty and not row.pinned and (test is None or test(row))]
        for row in self.context.rng.sample(free, count):
            row.faulty = True
            yield row

    def row_key(self, row: Record) -> str:
        """Key as staging writes it; empty when a part is missing."""
        parts = [row[name] for name in self.key]
        return "|".join(parts) if all(parts) else ""

    def plant(self, fault: str, rule: str, row: Record, note: str = "") -> None:
        """Record that a row must break a rule of the contract."""
        self.context.truth.plant(
            fault, self.dataset, rule, lambda: (self.row_key(row), row.get(self.commune, ""), self.table), note
        )

    def spoil(self, fault: str, rule: str, column: str, *texts: str, note: str = "") -> None:
        """Write one of some texts over a column of `count` rows."""
        for number, row in enumerate(self.take(self.count)):
            row[column] = texts[number % len(texts)]
            self.plant(fault, rule, row, note)

    def plant_foreign_communes(self, rule: str, rows: Iterator[Record]) -> list[Record]:
        """Give rows a commune code that is no longer (or never was) one; returns them."""
        changed = list(rows)
        for row in changed:
            row[self.commune] = self.context.rng.choice(self.context.province.foreign_codes)
            for broken in (rule, "commune_not_of_its_date"):
                self.plant("code_currency", broken, row, "mã đơn vị không còn hiệu lực")
        return changed

    def kept_by_commune(self) -> Counter[str]:
        """Rows with a whole key, by commune code."""
        return Counter(row.get(self.commune, "") for row in self.rows if self.row_key(row))

    def totals(self) -> Totals:
        """What staging should make of the rows."""
        keys = [self.row_key(row) for row in self.rows]
        kept = len({key for key in keys if key})
        return Totals(kept, sum(bool(key) for key in keys) - kept, sum(not key for key in keys))


def iso(day: dt.date) -> str:
    """yyyy-mm-dd."""
    return day.isoformat()


def day_first(day: dt.date) -> str:
    """dd/mm/yyyy."""
    return f"{day:%d/%m/%Y}"


def read_day(text: str) -> dt.date:
    """The day of a dd/mm/yyyy text."""
    day, month, year = text.split("/")
    return dt.date(int(year), int(month), int(day))


def write_database(path: Path, tables: list[Table]) -> None:
    """Write tables in the given order to one SQLite file and record how many rows each has."""
    with sqlite3.connect(path) as database:
        for table in tables:
            columns = ", ".join(f'"{c}" text' for c in table.columns)
            database.execute(f'create table "{table.table}" ({columns})')
            marks = ", ".join("?" for _ in table.columns)
            database.executemany(
                f'insert into "{table.table}" values ({marks})',
                ([row[c] or None for c in table.columns] for row in table.rows),
            )
            truth = table.context.truth
            truth.read(table.dataset, table.table, len(table.rows))
            truth.totals[table.dataset] = table.totals()
    database.close()
