"""Frozen periods: the figures of a period as they were, with the dossiers that they count and what they rest on.

`<home>/freezes/<period>/` is written once and never changed: `settlement_dossiers.parquet` (where Form 06 counted each
dossier), `settlement.csv`, for every table that says `freeze: true` its rows as Parquet and CSV, `periods.parquet` and
`frozen_tables.parquet` for dbt, and `freeze.json`, which has the hashes of them all.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from warehouse.chain import chain_head, content_hash, hash_file, hash_files, seal
from warehouse.connections import connect_warehouse, literal
from warehouse.errors import FreezeError
from warehouse.files import flush_to_disk
from warehouse.freezable import FILES, PLACEMENTS, Freezable, freezable
from warehouse.freeze_compare import FREEZE_FILE, compare, read_document
from warehouse.freeze_inputs import Inputs, read_inputs
from warehouse.freeze_sql import copy_placements, copy_rows, copy_table, figures_of
from warehouse.model_version import model_version
from warehouse.periods import Period
from warehouse.settings import TIME_ZONE, Settings

# it follows from the placements, so it is kept as it was printed and compared, and not read again
FORM_06 = "settlement"


@dataclass(frozen=True)
class Freeze:
    """A frozen period: where it lies, whether this call froze it, and where the figures are other than frozen."""

    period: Period
    folder: Path
    document: dict[str, Any]
    created: bool
    differences: tuple[str, ...] = ()


def freeze(settings: Settings, period: Period, by: str | None = None) -> Freeze:
    """Fix the figures of a period; of one that is frozen, compare what the warehouse has now with what was frozen.

    Args:
        settings: gives the data home and the as-of day.
        period: a month, quarter, half-year or year, or a range that is one of the profile's `reporting_periods`.
        by: who freezes it; kept with it.

    Raises:
        FreezeError: the period has not ended, its figures are not whole, or frozen files were changed.
        WarehouseError: the warehouse cannot be read now.
        ChainError: the chain is broken.
    """
    folder = settings.freezes / period.code
    tables = freezable(settings.dbt / "models")
    with connect_warehouse(settings.warehouse, settings=settings) as connection:
        if folder.is_dir():
            document, differences = compare(connection, period, folder)
            return Freeze(period, folder, document, created=False, differences=differences)
        as_of = _check(connection, settings, period)
        # the batches it rests on are sealed before it
        seal(settings)
        inputs = read_inputs(connection, settings, [FORM_06, *(table.name for table in tables)], period)
        with _incoming(settings, period) as writing:
            document = _write(connection, settings, period, as_of, by, tables, inputs, writing)
            writing.rename(folder)
            flush_to_disk(settings.freezes)
    seal(settings)
    return Freeze(period, folder, document, created=True)


def read_freeze(settings: Settings, period: Period) -> dict[str, Any] | None:
    """What a frozen period says of itself, or None when it is not frozen."""
    file = settings.freezes / period.code / FREEZE_FILE
    return read_document(file) if file.is_file() else None


def _check(connection: duckdb.DuckDBPyConnection, settings: Settings, period: Period) -> dt.date:
    """The as-of day of the figures. Raises FreezeError when they may not be frozen."""

    def refuse(wanted: str, found: str, action: str) -> FreezeError:
        return FreezeError(wanted=wanted, found=found, where=f"period {period.code}", action=action)

    if period.end >= settings.day:
        raise refuse(
            f"a period that ended before the as-of day, {settings.day}",
            f"it ends on {period.end}",
            "Wait until it is over.",
        )
    tables = connection.execute(
        "select count(*) from duckdb_tables() where (schema_name, table_name) in"
        " (('staging', 'int_build'), ('metrics', 'settlement'), ('ops', 'row_accounting'))"
    ).fetchone()
    if tables != (3,):
        raise refuse("figures and their books", "they are not built yet", "Build them first: `kho run`.")
    as_of: dt.date
    [(as_of, version)] = connection.execute("select as_of, model_version from staging.int_build").fetchall()
    if as_of <= period.end or version != model_version():
        found = f"figures for {as_of}" if as_of <= period.end else "figures of another version of the models"
        raise refuse(f"figures built after {period.end} by these models", found, "Build them again: `kho run`.")
    [(missing,)] = connection.execute("select count(*) from ops.row_accounting where missing <> 0").fetchall()
    if missing:
        raise refuse("books that balance", f"{missing} that do not", "See ops.row_accounting, and run again.")
    rows, wrong = figures_of(connection, period)
    if not rows or wrong:
        found = f"{wrong} figures that are not the number of their dossiers" if rows else "no figures"
        raise refuse("figures of the period, each the number of its dossiers", found, "Build them again: `kho run`.")
    return as_of


def _write(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    period: Period,
    as_of: dt.date,
    by: str | None,
    tables: tuple[Freezable, ...],
    inputs: Inputs,
    folder: Path,
) -> dict[str, Any]:
    dossiers = copy_placements(connection, period, folder / f"{PLACEMENTS}.parquet")
    rows = {PLACEMENTS: dossiers} | {
        table.name: copy_rows(connection, table, period, folder / f"{table.name}.parquet") for table in tables
    }
    printed = {FORM_06: "metrics.settlement"} | {table.name: table.relation for table in tables}
    figures = {
        name: {"relation": relation, "columns": copy_table(connection, relation, period, folder / f"{name}.csv")}
        for name, relation in printed.items()
    }
    of_period = {"period_type": period.period_type, "period_start": period.start, "period_end": period.end}
    facts: dict[str, Any] = {
        **of_period,
        "period": period.code,
        "title": period.title,
        "as_of": as_of,
        "frozen_at": dt.datetime.now(TIME_ZONE).replace(tzinfo=None),
        "frozen_by": by,
        "model_version": model_version(),
        "profile_hash": _profile_hash(settings),
        "inputs_hash": inputs.sha256,
        "figures_hash": content_hash({f"{name}.csv": hash_file(folder / f"{name}.csv") for name in printed}),
        "chain_hash": chain_head(settings),
        "batch_count": len(inputs.batches),
        "dossier_count": dossiers,
    }
    _one_file(connection, "periods", [facts], folder)
    frozen = [{**of_period, "table_name": name, "row_count": count} for name, count in rows.items()]
    _one_file(connection, "frozen_tables", frozen, folder)
    document = {
        **{name: str(value) if isinstance(value, dt.date) else value for name, value in facts.items()},
        "profile": settings.profile,
        "chain_head": facts["chain_hash"],
        "tables": rows,
        "figures": figures,
        "files": hash_files(folder),
        "inputs": [asdict(batch) for batch in inputs.batches],
        "reference": inputs.reference,
    }
    (folder / FREEZE_FILE).write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    for path in (*folder.iterdir(), folder):
        if path.is_file():
            path.chmod(0o600)
        flush_to_disk(path)
    return document


def _one_file(connection: duckdb.DuckDBPyConnection, name: str, rows: list[dict[str, Any]], folder: Path) -> None:
    """Rows of Python as one of the files that dbt reads; they are few."""

    def typed(value: Any, sql_type: str) -> str:
        return f"cast({'null' if value is None else literal(value)} as {sql_type})"

    selects = [
        "select " + ", ".join(f"{typed(row[column], sql_type)} as {column}" for column, sql_type in FILES[name].items())
        for row in rows
    ]
    target = literal(folder / f"{name}.parquet")
    connection.execute(f"copy ({' union all '.join(selects)}) to {target} (format parquet)")


def _profile_hash(settings: Settings) -> str:
    text = json.dumps(settings.province.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@contextmanager
def _incoming(settings: Settings, period: Period) -> Iterator[Path]:
    """A folder to write in, on the same file system and out of the way of what dbt reads."""
    folder = settings.freezes / ".incoming" / period.code
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    folder.chmod(0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
