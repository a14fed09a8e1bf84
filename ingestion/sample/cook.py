"""Make the datasets of the recipes: rows, the faults planted in them, what was counted outside."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path, PurePath
from typing import Any

from ingestion.sample.draws import Drawer, matches
from ingestion.sample.recipe import ControlTotal, Draw, Fault, Recipe, Records
from ingestion.sample.stores import write_stores
from ingestion.sample.tables import Context, Record, Table

# an outside count of the province that is missed, is missed by more than any tolerance
SHORT_BY = 1.12
# among the tables made before: the results of the one-stop dossiers
RESULTS = "one_stop_results"


@dataclass
class Cooked:
    """Files written, datasets of which a commune must declare zero, and lines of the control totals."""

    files: list[str] = field(default_factory=list)
    declared: list[str] = field(default_factory=list)
    totals: list[tuple[str, str, str, str]] = field(default_factory=list)


def cook(
    folder: Path,
    context: Context,
    recipes: list[Recipe],
    rows: int,
    chance: Callable[[str], random.Random],
    tables: dict[str, Table],
) -> Cooked:
    """Make and write every recipe for `rows` dossiers. `tables` are those made before; the new ones are added.

    Each dataset has `chance` of its own, so that a change in one leaves the rows of the others as they
    are, but for the numbers of people, which are handed out one after the other.
    """
    cooked = Cooked()
    made: list[tuple[Recipe, Table]] = []
    for recipe in recipes:
        own = replace(context, rng=chance(recipe.dataset))
        tables[recipe.dataset] = table = make_table(own, recipe, rows, tables)
        made.append((recipe, table))
        cooked.declared += [recipe.dataset] if recipe.covers_communes else []
        cooked.totals += _control_totals(table, recipe.control_total) if recipe.control_total else []
    cooked.files = write_stores(folder, made)
    return cooked


def make_table(context: Context, recipe: Recipe, rows: int, tables: dict[str, Table]) -> Table:
    """Rows of one recipe with its faults."""
    # landing calls a file by its name, and a database's table by the table's
    source = recipe.table if recipe.store.sqlite else PurePath(recipe.store.path).name
    table = Table(recipe.dataset, source, tuple(recipe.columns), recipe.key, recipe.commune or "", context)
    drawer = Drawer(context, tables, recipe.dataset)
    for serial, (given, pinned) in enumerate(_places(drawer, recipe, int(rows * recipe.share)), start=1):
        values = {"serial": serial, "as_of": context.as_of, **given}
        _draw(drawer, recipe.draws, values)
        row = table.add(**{column: text.format_map(values) for column, text in recipe.columns.items()})
        row.pinned, row.drawn = pinned, values
    if recipe.records:
        _record_results(table, recipe.records, tables[RESULTS])
    for fault in recipe.faults:
        _plant(table, fault, drawer)
    return table


def _record_results(table: Table, records: Records, results: Table) -> None:
    """Write the results of a procedure into rows, all but a few."""
    by_number = {r["SoKyHieu"]: r for r in results.rows if r["MaTTHC"] == records.procedure}
    twice = Counter(r["SoKyHieu"] for r in results.rows)
    left_out = table.context.rng.sample(
        [r for r in by_number.values() if not r.faulty and twice[r["SoKyHieu"]] == 1], table.count
    )
    for result in left_out:
        del by_number[result["SoKyHieu"]]
        results.plant("result_missing", records.check, result, "kết quả không vào CSDL")
    rows = table.take(len(by_number), lambda row: matches(row, records.where))
    for row, result in zip(list(rows), by_number.values(), strict=True):
        for column, text in records.set.items():
            row[column] = text.format_map({**row.drawn, "record": result})


def _draw(drawer: Drawer, draws: dict[str, Draw], values: dict[str, Any]) -> None:
    for name, draw in draws.items():
        values[name] = drawer.draw(draw, values)


def _places(drawer: Drawer, recipe: Recipe, rows: int) -> Iterator[tuple[dict[str, Any], bool]]:
    """For each row what is given before it is drawn, its commune above all, and whether it must stay clean."""
    context = drawer.context
    if recipe.missing_communes is not None:
        for commune, pinned in context.places(context.communes(recipe.dataset, recipe.missing_communes)[0], rows):
            yield {"commune": commune}, pinned
        return
    communes, weights = context.province.communes, [c.weight for c in context.province.communes]
    wanted = max(rows, recipe.at_least)
    if recipe.series is None:
        yield from (({"commune": commune}, False) for commune in context.rng.choices(communes, weights, k=wanted))
        return
    days = recipe.series.days
    for unit, commune in enumerate(context.rng.choices(communes, weights, k=wanted // days), start=1):
        common = {"unit": unit, "commune": commune, "as_of": context.as_of}
        _draw(drawer, recipe.series.draws, common)
        for back in range(days, 0, -1):
            yield {**common, "date": context.as_of - dt.timedelta(days=back)}, False


def _plant(table: Table, fault: Fault, drawer: Drawer) -> None:
    if fault.whole:
        for rule in fault.breaks:
            table.context.truth.plant_known(fault.kind, table.dataset, rule, note=fault.note)
    elif fault.communes:
        _plant_communes(table, fault, drawer)
    elif fault.same:
        _plant_pairs(table, fault)
    elif fault.twin:
        _plant_twins(table, fault)
    elif fault.gap:
        _plant_gaps(table, fault)
    else:
        for number, row in enumerate(list(table.take(table.count, lambda r: matches(r, fault.where)))):
            _spoil(row, fault, drawer, number)
            _record(table, fault, row)


def _spoil(row: Record, fault: Fault, drawer: Drawer, number: int) -> None:
    values = {**row.drawn, **({"new": drawer.draw(fault.draw, row.drawn)} if fault.draw else {})}
    for column, texts in fault.set.items():
        row[column] = texts[number % len(texts)].format_map(values)


def _plant_communes(table: Table, fault: Fault, drawer: Drawer) -> None:
    present = sorted({row.drawn["commune"].code for row in table.rows})
    for code in table.context.rng.sample(present, fault.communes):
        for number, row in enumerate(row for row in table.rows if row[table.commune] == code):
            _spoil(row, fault, drawer, number)
        for rule in fault.breaks:
            table.context.truth.plant_known(fault.kind, table.dataset, rule, commune_code=code, note=fault.note)


def _plant_pairs(table: Table, fault: Fault) -> None:
    rows = list(table.take(2 * (table.count // 2), lambda r: matches(r, fault.where)))
    for one, other in zip(rows[::2], rows[1::2], strict=True):
        for column in fault.same:
            other[column] = one[column]
        for row in (one, other):
            _record(table, fault, row)


def _plant_twins(table: Table, fault: Fault) -> None:
    for row in list(table.take(table.count, lambda r: matches(r, fault.where))):
        changed = {column: text.format_map(row.drawn) for column, text in fault.twin.items()}
        twin = table.add(**{**row, **changed})
        twin.faulty = True
        for one in (row, twin):
            _record(table, fault, one)


def _plant_gaps(table: Table, fault: Fault) -> None:
    """Take rows out of series; rows of a series follow each other."""
    pairs = []
    for _, group in groupby(table.rows, lambda row: [row[column] for column in fault.gap]):
        series = list(group)
        # every third at most, so that two gaps never touch, and never the last: nothing shows that it is missing
        pairs += list(zip(series[0:-2:3], series[1:-1:3], strict=True))
    clean = [pair for pair in pairs if not any(row.faulty for row in pair)]
    for before, missing in table.context.rng.sample(clean, table.count):
        table.rows.remove(missing)
        before.faulty = True
        _record(table, fault, before)


def _record(table: Table, fault: Fault, row: Record) -> None:
    for rule in fault.breaks:
        table.plant(fault.kind, rule, row, fault.note)


def _control_totals(table: Table, control: ControlTotal) -> list[tuple[str, str, str, str]]:
    """Lines (dataset, commune or nothing, count, source); what is missed is planted."""
    kept, truth = table.kept_by_commune(), table.context.truth
    if control.by == "province":
        total = sum(kept.values())
        if control.short:
            truth.plant_known("records_missing", table.dataset, control.rule, note="ít hơn số đối chiếu của toàn tỉnh")
            total = int(total * SHORT_BY) + 1
        return [(table.dataset, "", str(total), control.source)]
    codes = sorted({row[table.commune] for row in table.rows if row.pinned})
    short = table.context.rng.sample(codes, control.short)
    for code in short:
        truth.plant_known("records_missing", table.dataset, control.rule, commune_code=code, note="ít hơn số đối chiếu")
    return [
        (table.dataset, code, str(kept[code] + (max(3, kept[code] // 4) if code in short else 0)), control.source)
        for code in codes
    ]
