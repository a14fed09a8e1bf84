"""Where a record came from and what became of it: the way from a key back to file, sheet and row, and on to figures.

All look-ups are set-based and start from `staging.int_record_keys`, so a thousand keys cost little more than one.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

import duckdb

from warehouse.connections import connect_warehouse
from warehouse.settings import Settings
from warehouse.trace_sql import (
    BATCHES,
    BROKEN_RULES,
    FIGURES,
    LANDING_REPAIRS,
    NOT_COUNTED,
    PLACED_TABLES,
    PLACES,
    PRESENT,
    STAGED_IN,
    STAGING_REPAIRS,
    WANTED,
    held_in,
    hits,
    texts,
)

# columns of Form 06 in which a dossier is summed up, for each column that counts it
SUMS = {4: 3, 5: 3, 6: 3, 8: 7, 9: 7, 10: 7, 12: 11, 13: 11}


@dataclass(frozen=True)
class BrokenRule:
    """A rule of the contract, or of `dossier_rules`, that the row breaks; texts are Vietnamese."""

    rule: str
    severity: str
    sentence: str
    how_to_fix: str
    detail: str | None


@dataclass(frozen=True)
class Repair:
    """A value of the row that was repaired on its way, in which column and how; never the value."""

    column: str
    stage: str
    kind: str


@dataclass(frozen=True)
class Figure:
    """A figure of `metrics.settlement` that counts the dossier: its key, and columns of Form 06.

    `open_data` is published, withheld, or None where the open table has no such period.
    """

    columns: tuple[int, ...]
    period_type: str
    period_start: dt.date
    agency_code: str
    field_code: str
    variant: str
    open_data: str | None


@dataclass(frozen=True)
class Traced:
    """One row of a source that carries the key: its place, verdict and whereabouts.

    Attributes:
        key: the key as the index holds it, or that of the dossier that was found under its other code.
        verdict: what staging made of the row.
        tables: tables that hold this row, by its batch and row number.
        not_counted: why a dossier is in no figure.
    """

    key: str
    dataset: str
    dataset_title: str
    owner_key: str
    source: str
    source_file: str
    sheet: str | None
    row_number: int
    batch_id: str
    landed_at: dt.datetime
    contract: str
    verdict: str
    rules: tuple[BrokenRule, ...]
    repairs: tuple[Repair, ...]
    tables: tuple[str, ...]
    figures: tuple[Figure, ...]
    not_counted: str | None


FOUND_OUT = ("rules", "repairs", "tables", "figures", "not_counted")
OF_THE_SOURCE = tuple(field.name for field in fields(Traced) if field.name not in FOUND_OUT)
# a row of a source: batch, sheet (or nothing), row number
Place = tuple[str, str, int]


def trace(settings: Settings, key: str) -> list[Traced]:
    """Rows of all sources whose key, or whose dossier's other code, is `key`, newest batch first.

    Spaces, case and the kind of dash do not matter. Raises WarehouseError when nothing has been built yet.
    """
    return trace_many(settings, [key])[key]


def trace_many(settings: Settings, keys: Iterable[str]) -> dict[str, list[Traced]]:
    """`trace` for many keys at once; a key that no row has leads to an empty list."""
    wanted = list(dict.fromkeys(keys))
    with connect_warehouse(settings.warehouse, settings=settings) as connection:
        connection.execute(WANTED.format(texts=texts(wanted)))
        connection.execute(PLACES)
        connection.execute(hits(table for (table,) in connection.execute(STAGED_IN).fetchall()))
        connection.execute(PRESENT)
        found = _facts(connection, settings)
        hit = connection.execute("select * from hits order by typed, landed_at desc, batch_id desc, sheet, row_number")
        names = [name for name, *_ in hit.description]
        rows = [dict(zip(names, row, strict=True)) for row in hit.fetchall()]
    traced: dict[str, list[Traced]] = {key: [] for key in wanted}
    for row in rows:
        traced[row["typed"]].append(found.row(row))
    return traced


@dataclass(frozen=True)
class _Facts:
    """What is known about all rows that were hit, by their place; figures by the dossier's code."""

    rules: dict[Place, list[BrokenRule]]
    repairs: dict[Place, list[Repair]]
    tables: dict[Place, list[str]]
    figures: dict[str, list[Figure]]
    not_counted: dict[str, str]

    def row(self, hit: dict[str, Any]) -> Traced:
        """The traced row of a row of `hits`."""
        place = (hit["batch_id"], hit["place_sheet"], hit["row_number"])
        if hit["verdict"] == "missing":
            return Traced(
                **{name: hit[name] for name in OF_THE_SOURCE},
                rules=(), repairs=(), tables=(), figures=(), not_counted=None,
            )  # fmt: skip
        tables = self.tables.get(place, [])
        # a row that another stands for is in no figure itself
        code = hit["dossier_code"] if "shared.dossiers" in tables else None
        figures = self.figures.get(code, []) if code else []
        if figures:
            tables = [*tables, "metrics.settlement"]
        if any(figure.open_data == "published" for figure in figures):
            tables = [*tables, "open_data.settlement_results"]
        return Traced(
            **{name: hit[name] for name in OF_THE_SOURCE},
            rules=tuple(self.rules.get(place, [])),
            repairs=tuple(self.repairs.get(place, [])),
            tables=tuple(tables),
            figures=tuple(figures),
            not_counted=self.not_counted.get(code) if code else None,
        )


def _facts(connection: duckdb.DuckDBPyConnection, settings: Settings) -> _Facts:
    rules: dict[Place, list[BrokenRule]] = defaultdict(list)
    for batch, sheet, number, *rule in connection.execute(BROKEN_RULES).fetchall():
        rules[batch, sheet, number].append(BrokenRule(*rule))
    repairs: dict[Place, list[Repair]] = defaultdict(list)
    for batch, sheet, number, *repair in [
        *connection.execute(STAGING_REPAIRS).fetchall(),
        *_landing_repairs(connection, settings),
    ]:
        repairs[batch, sheet, number].append(Repair(*repair))
    tables: dict[Place, list[str]] = defaultdict(list)
    held = held_in(connection.execute(PLACED_TABLES).fetchall())
    for table, batch, sheet, number in connection.execute(held).fetchall():
        tables[batch, sheet, number].append(table)
    dossiers = connection.execute(
        "select distinct dossier_code, batch_id, row_number from present where dossier_code is not null"
    ).fetchall()
    codes = texts({code for code, *_ in dossiers})
    places = {
        "batches": texts({batch for _, batch, _ in dossiers}),
        "numbers": ", ".join({str(number) for *_, number in dossiers}) or "null",
    }
    figures: dict[str, list[Figure]] = defaultdict(list)
    for code, column_in, column_out, *figure in connection.execute(FIGURES.format(texts=codes, **places)).fetchall():
        columns = sorted({SUMS[column_in], column_in, SUMS[column_out], column_out})
        figures[code].append(Figure(tuple(columns), *figure))
    not_counted = dict(connection.execute(NOT_COUNTED.format(texts=codes)).fetchall())
    return _Facts(rules, repairs, tables, figures, not_counted)


def _landing_repairs(connection: duckdb.DuckDBPyConnection, settings: Settings) -> list[tuple[Any, ...]]:
    """What was converted before the rows landed, from the files that stand beside them."""
    batches = connection.execute(BATCHES).fetchall()
    paths = [settings.landing / source / dataset / batch / "repairs.parquet" for source, dataset, batch in batches]
    files = [str(path) for path in paths if path.is_file()]
    return connection.execute(LANDING_REPAIRS.format(texts=texts(files))).fetchall() if files else []
