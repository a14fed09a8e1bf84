"""Make the datasets of the recipes: rows, the faults planted in them, what was counted outside."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

from ingestion.sample.draws import Drawer, matches
from ingestion.sample.province import Commune
from ingestion.sample.recipe import ControlTotal, Fault, Recipe
from ingestion.sample.stores import write_stores
from ingestion.sample.tables import Context, Record, Table

# an outside count of the province that is missed, is missed by more than any tolerance
SHORT_BY = 1.12


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
    for serial, (commune, pinned) in enumerate(_places(context, recipe, int(rows * recipe.share)), start=1):
        values = {"serial": serial, "commune": commune, "as_of": context.as_of}
        for name, draw in recipe.draws.items():
            values[name] = drawer.draw(draw, values)
        row = table.add(**{column: text.format_map(values) for column, text in recipe.columns.items()})
        row.pinned, row.drawn = pinned, values
    for fault in recipe.faults:
        _plant(table, fault, drawer)
    return table


def _places(context: Context, recipe: Recipe, rows: int) -> list[tuple[Commune, bool]]:
    if recipe.missing_communes is not None:
        return context.places(context.communes(recipe.dataset, recipe.missing_communes)[0], rows)
    communes = context.province.communes
    drawn = context.rng.choices(communes, [c.weight for c in communes], k=max(rows, recipe.at_least))
    return [(commune, False) for commune in drawn]


def _plant(table: Table, fault: Fault, drawer: Drawer) -> None:
    if fault.whole:
        for rule in fault.rule:
            table.context.truth.plant_known(fault.kind, table.dataset, rule, note=fault.note)
    elif fault.communes:
        _plant_communes(table, fault, drawer)
    elif fault.same:
        _plant_pairs(table, fault)
    elif fault.twin:
        _plant_twins(table, fault)
    else:
        for number, row in enumerate(list(table.take(table.count, lambda r: matches(r, fault.where)))):
            _spoil(row, fault, drawer, number)
            _record(table, fault, row)


def _spoil(row: Record, fault: Fault, drawer: Drawer, number: int) -> None:
    values = {**row.drawn, **({"new": drawer.draw(fault.draw, row.drawn)} if fault.draw else {})}
    for column, texts in fault.set.items():
        row[column] = texts[number % len(texts)].format_map(values)


def _plant_communes(table: Table, fault: Fault, drawer: Drawer) -> None:
    present = sorted({row[table.commune] for row in table.rows if row.pinned})
    for code in table.context.rng.sample(present, fault.communes):
        for number, row in enumerate(row for row in table.rows if row[table.commune] == code):
            _spoil(row, fault, drawer, number)
        for rule in fault.rule:
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


def _record(table: Table, fault: Fault, row: Record) -> None:
    for rule in fault.rule:
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
