"""The passport of a figure of Form 06: what it means, how it is made, what it rests on, and the dossiers it counts."""

from __future__ import annotations

import datetime as dt
import difflib
from dataclasses import dataclass
from typing import Any

import duckdb

from warehouse.chain import Entry, read_chain, sealed
from warehouse.connections import connect_warehouse, literal
from warehouse.errors import PassportError
from warehouse.freezes import read_freeze
from warehouse.models_of import Described, TableOfModel, table_of_model
from warehouse.passport_sql import AGENCY, BATCHES, DOSSIERS, FIGURE, NEAR, PERIODS, counted_by, of_agency, of_cell
from warehouse.periods import Period
from warehouse.settings import Settings

TABLES = ("metrics.settlement", "metrics.settlement_rollups")
ALL_FIELDS = "tat_ca"


@dataclass(frozen=True)
class Asked:
    """Which figure: table, agency, period, column of Form 06; a field, or all; whether with all beneath the agency."""

    table: str
    agency: str
    period: Period
    column: int
    field: str | None = None
    variant: str = "as_system"
    with_beneath: bool = False

    @property
    def is_rolled_up(self) -> bool:
        """Whether agencies beneath are in it."""
        return self.with_beneath or self.table.endswith("_rollups")


@dataclass(frozen=True)
class FigureBatch:
    """A batch that brought dossiers of the figure; `sealed_hash` is its hash in the chain, if it has a line there."""

    batch_id: str
    dataset: str
    source_file: str
    content_hash: str | None
    landed_at: dt.datetime
    dossiers: int
    sealed_hash: str | None


@dataclass(frozen=True)
class FigureDossier:
    """A dossier that the figure counts, and the row of the source it was placed by."""

    dossier_code: str
    agency_code: str
    field_code: str
    column_in: int
    column_out: int
    batch_id: str
    row_number: int


@dataclass(frozen=True)
class Passport:
    """Everything that a figure can be defended with. Titles and definition are Vietnamese.

    `model_sql` is the SQL of the models, the table's own first; `figure_sql` and `dossiers_sql` give the figure and its
    dossiers on the warehouse as it is. `freeze` is what a frozen period notes, None of one that is open. `as_of` and
    `model_version` are of the build that the figure is from.
    """

    table: str
    column: str
    column_number: int
    table_title: str
    title: str
    definition: str
    description: str
    basis: str | None
    period: str
    period_title: str
    agency_code: str
    agency_name: str
    with_beneath: bool
    field_code: str | None
    variant: str
    value: int
    as_of: dt.date
    model_version: str
    freeze: dict[str, Any] | None
    chain_head: str | None
    figure_sql: str
    dossiers_sql: str
    model_sql: dict[str, str]
    batches: tuple[FigureBatch, ...]
    dossiers: tuple[FigureDossier, ...]


def passport(settings: Settings, asked: Asked) -> Passport:
    """Explain a figure.

    Raises:
        PassportError: there is no such figure (near ones are named), or it is not the number of its dossiers.
        WarehouseError: the warehouse cannot be read now.
        ChainError: the chain is broken.
    """
    if asked.table not in TABLES:
        raise _unknown("table", asked.table, list(TABLES))
    schema, name = asked.table.split(".")
    model = table_of_model(settings, schema, name)
    column = _column(model, asked.column)
    with connect_warehouse(settings.warehouse, settings=settings) as connection:
        agency_name = _check(connection, settings, asked)
        figure_sql = FIGURE.format(column=column.name, **of_cell(asked, settings))
        dossiers_sql = DOSSIERS.format(counted=counted_by(asked.column), **of_agency(asked, settings))
        [(value,)] = connection.execute(figure_sql).fetchall()
        dossiers = tuple(FigureDossier(*row) for row in connection.execute(dossiers_sql).fetchall())
        if value != len(dossiers):
            raise PassportError(
                wanted=f"a figure that is the number of its dossiers, {len(dossiers)}",
                found=str(value),
                where=f"{asked.table}, column {asked.column}",
                action="Build again: `kho run`. If it stays so, the models are at fault: please report it.",
            )
        entries = read_chain(settings)
        standing = sealed(entries)
        found = connection.execute(BATCHES.format(dossiers=dossiers_sql)).fetchall()
        batches = tuple(_batch(row, standing) for row in found)
        [(as_of, version)] = connection.execute("select as_of, model_version from staging.int_build").fetchall()
    frozen = read_freeze(settings, asked.period)
    notes = (
        "as_of",
        "frozen_at",
        "frozen_by",
        "model_version",
        "profile_hash",
        "inputs_hash",
        "figures_hash",
        "chain_head",
    )
    return Passport(
        table=asked.table,
        column=column.name,
        column_number=asked.column,
        table_title=model.table.title,
        title=column.title,
        definition=_definition(column, asked.variant),
        description=column.description,
        basis=column.meta.get("basis"),
        period=asked.period.code,
        period_title=asked.period.title,
        agency_code=asked.agency,
        agency_name=agency_name,
        with_beneath=asked.is_rolled_up,
        field_code=asked.field,
        variant=asked.variant,
        value=value,
        as_of=as_of,
        model_version=version,
        freeze={name: frozen[name] for name in notes} | {"files": frozen["files"]} if frozen else None,
        chain_head=entries[-1].entry_hash if entries else None,
        figure_sql=figure_sql.strip(),
        dossiers_sql=dossiers_sql.strip(),
        model_sql=model.sql,
        batches=batches,
        dossiers=dossiers,
    )


def _batch(row: tuple[Any, ...], standing: dict[str, Entry]) -> FigureBatch:
    thing, *facts, dossiers = row
    entry = standing.get(thing)
    batch_id, dataset, source_file, file_hash, landed_at = facts
    return FigureBatch(
        batch_id, dataset, source_file, file_hash, landed_at, dossiers, entry.content_hash if entry else None
    )


def _column(model: TableOfModel, number: int) -> Described:
    columns = {column.meta["form_column"]: column for column in model.columns if "form_column" in column.meta}
    if number not in columns:
        raise _unknown("column of Form 06", str(number), [str(known) for known in sorted(columns)])
    return columns[number]


def _definition(column: Described, variant: str) -> str:
    own = column.meta.get("definition_strict_vi") if variant == "strict" else None
    return str(own or column.meta.get("definition_vi") or column.title).strip()


def _check(connection: duckdb.DuckDBPyConnection, settings: Settings, asked: Asked) -> str:
    """The agency's name. Raises PassportError when the table has no such period, variant, agency or field."""
    periods = [Period(*row).code for row in connection.execute(PERIODS).fetchall()]
    if asked.period.code not in periods:
        raise _unknown("period", asked.period.code, periods)
    for what, column, wanted in (
        ("variant", "variant", asked.variant),
        ("agency", "agency_code", asked.agency),
        ("field", "field_code", asked.field),
    ):
        if wanted is None or (
            column == "agency_code" and asked.is_rolled_up and wanted == settings.province.agency_prefix
        ):
            continue
        query = NEAR.format(table="metrics.settlement" if what != "agency" else asked.table, column=column)
        known = [str(value) for (value,) in connection.execute(query).fetchall()]
        if what == "agency" and asked.is_rolled_up:
            known += [code for (code,) in connection.execute("select agency_code from shared.agencies").fetchall()]
        if wanted not in known and not (column == "field_code" and wanted == ALL_FIELDS):
            raise _unknown(what, wanted, known)
    found = connection.execute(AGENCY.format(agency=literal(asked.agency))).fetchone()
    return str(found[0]) if found else asked.agency


def _unknown(what: str, found: str, known: list[str]) -> PassportError:
    near = difflib.get_close_matches(found, known, n=5, cutoff=0.5) or sorted(known)[-5:]
    return PassportError(
        wanted=f"a {what} that the figures have",
        found=found,
        where="the figure to explain",
        action=f"Near it: {', '.join(near)}." if near else "There are no figures yet: `kho run`.",
    )
