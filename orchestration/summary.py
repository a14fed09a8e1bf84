"""The summary at the end of a run: what came in, how complete it is, who was told, what was published."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from orchestration.preparation import Prepared
from orchestration.run import RunOutcome
from warehouse.connections import connect_warehouse
from warehouse.settings import Settings

STATES = {"late": "red", "held": "yellow"}
BANDS = {"green": "green", "yellow": "yellow", "red": "red"}
SOURCES = """
    with books as (
        select
            dataset,
            sum(rows_in) filter (layer = 'landing') as rows_read,
            sum(kept) filter (layer = 'staging') as kept,
            sum(superseded + duplicate) filter (layer = 'staging') as older,
            sum(rejected + quarantined) filter (layer in ('landing', 'staging')) as rejected,
            sum(out_of_scope) filter (layer = 'landing') as out_of_scope
        from ops.row_accounting
        group by dataset
    )
    select
        s.dataset, s.dataset_title, coalesce(b.rows_read, 0), coalesce(b.kept, 0), coalesce(b.older, 0),
        coalesce(b.rejected, 0), coalesce(b.out_of_scope, 0), s.state, s.message
    from ops.source_status as s
    left join books as b on s.dataset = b.dataset
    order by s.dataset
"""
SCORES = """
    select key, score, band, reason
    from quality.scores
    where level = 'dataset'
    order by score nulls last, key
"""
DOSSIERS = """
    select
        d.dataset, count(*), count(*) filter (d.finished_at is not null), count(*) filter (d.finished_at is null),
        -- a promise without a time of day holds until the day ends
        count(*) filter (
            case when cast(d.due_at as time) = time '00:00' then cast(d.finished_at as date) else d.finished_at end
            > d.due_at
        ),
        count(*) filter (d.finished_at < d.received_at),
        count(distinct f.dossier_code)
    from shared.dossiers as d
    left join (select distinct dossier_code from metrics.dossier_flags) as f on d.dossier_code = f.dossier_code
    group by d.dataset order by d.dataset
"""
UNBALANCED = """
    select dataset, batch_id, layer, rows_in, missing
    from ops.row_accounting where missing <> 0 order by dataset, batch_id, layer
"""
UNMAPPED = """
    select dataset, column_name, value_found, row_count, first_file, first_row
    from ops.unmapped_values order by dataset, column_name, value_found
"""
MAILS = "select owner_name, recipient, location from ops.mail_log where as_of = ? order by owner_name"


def print_summary(console: Console, prepared: Prepared, outcome: RunOutcome | None) -> None:
    """Print what the warehouse knows after a run (or now, without one)."""
    settings = prepared.settings
    parts: list[Any] = []
    for path, error in prepared.contracts.errors:
        parts.append(Text(f"✗ {path.name}: {error}", style="red"))
    for step, message in outcome.failures if outcome else ():
        parts.append(Text.from_ansi(f"✗ {step}: {message}", style="red"))
    if outcome and not outcome.success:
        parts += _unbalanced(settings)
    if settings.warehouse.is_file() and (outcome is None or outcome.success):
        with connect_warehouse(settings.warehouse) as connection:
            titles = {c.dataset: c.dataset_title for c in prepared.contracts.contracts}
            parts += _sources(connection.execute(SOURCES).fetchall())
            parts += _unmapped(connection.execute(UNMAPPED).fetchall(), prepared)
            parts += _dossiers(connection.execute(DOSSIERS).fetchall(), titles)
            if _has(connection, "quality", "scores"):
                parts.append(_scores(connection.execute(SCORES).fetchall(), titles))
            parts.append(_mails(connection.execute(MAILS, [settings.day]).fetchall(), settings))
    parts.append(_next_steps(settings, outcome))
    console.print(Group(*parts))


def _unbalanced(settings: Settings) -> list[Any]:
    """Which books do not balance, when that is why a run failed."""
    if not settings.warehouse.is_file():
        return []
    with connect_warehouse(settings.warehouse) as connection:
        if not _has(connection, "ops", "row_accounting"):
            return []
        rows = connection.execute(UNBALANCED).fetchall()
    return [
        Text(
            f"✗ books of {dataset}, batch {batch}, layer {layer}: {rows_in} rows came in, {missing} are in no bucket.",
            style="red",
        )
        for dataset, batch, layer, rows_in, missing in rows
    ]


def _sources(rows: list[tuple[Any, ...]]) -> list[Any]:
    table = Table(title="Sources", title_justify="left", header_style="bold")
    for name in ("dataset", "title"):
        table.add_column(name, overflow="fold")
    for name in ("read", "kept", "older", "rejected", "out of scope"):
        table.add_column(name, justify="right")
    table.add_column("state")
    notes: list[Any] = []
    for dataset, title, *counts, state, message in rows:
        style = STATES.get(state, "")
        table.add_row(dataset, title, *(f"{int(n):,}" for n in counts), Text(state, style=style))
        if message:
            notes.append(Text(f"{'!' if state == 'held' else '✗'} {dataset} is {state}: {message}", style=style))
    return [table, *notes]


def _dossiers(rows: list[tuple[Any, ...]], titles: dict[str, str]) -> list[Any]:
    if not rows:
        return []
    table = Table(title="Dossiers", title_justify="left", header_style="bold")
    table.add_column("source", overflow="fold")
    for name in ("dossiers", "finished", "open", "finished late", "finished before received", "flagged"):
        table.add_column(name, justify="right")
    for dataset, *counts in rows:
        table.add_row(titles.get(dataset, dataset), *(f"{n:,}" for n in counts))
    return [table]


def _unmapped(rows: list[tuple[Any, ...]], prepared: Prepared) -> list[Any]:
    files = {c.dataset: c.path.name for c in prepared.contracts.contracts}
    return [
        Text(
            f"! contract {files.get(dataset, dataset)}, column {column}: “{value}” is in no value map; "
            f"{count} rows are kept without a code, first in {file} row {row}. Add the text to `valueMap`.",
            style="yellow",
        )
        for dataset, column, value, count, file, row in rows
    ]


def _scores(rows: list[tuple[Any, ...]], titles: dict[str, str]) -> Table:
    table = Table(title="Databases", title_justify="left", header_style="bold")
    table.add_column("database", overflow="fold")
    table.add_column("score", justify="right")
    table.add_column("band")
    for key, score, band, reason in rows:
        # cut and not rounded, as in the mails: 89.96 is not yet 90
        shown = f"{math.floor(score * 10) / 10:.1f}" if score is not None else "–"
        table.add_row(titles.get(key, key), shown, Text(band or reason or "", style=BANDS.get(band, "")))
    return table


def _mails(rows: list[tuple[Any, ...]], settings: Settings) -> Table:
    table = Table(title=f"Mails for {settings.day:%d/%m/%Y}", title_justify="left", header_style="bold")
    for name in ("owner", "to", "where"):
        table.add_column(name, overflow="fold")
    for owner, recipient, location in rows:
        table.add_row(owner, recipient, _short(location))
    return table


def _next_steps(settings: Settings, outcome: RunOutcome | None) -> Panel:
    latest = settings.releases / "latest"
    lines = []
    if latest.exists():
        lines += [f"Release   {latest.resolve().name}", f"Open it   {_short(str(latest))}/ or `kho portal`"]
    lines += [
        "Look      `make ui` (Dagster), `kho status`, `kho trace KEY`",
        f"Reports   {_short(str(settings.reports))}/<period>/: Form 06 and the evaluation, `kho report PERIOD`",
        f"Outbox    {_short(str(settings.outbox))}/*.eml open in any mail program",
        "Next      `kho contract check FILE` for a source of your own; README shows how",
    ]
    good = outcome is None or outcome.success
    title = "Done" if good else "Failed: nothing was published"
    return Panel("\n".join(lines), title=title, title_align="left", border_style="green" if good else "red")


def _short(path: str) -> str:
    """A path as one would type it from here."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return path


def _has(connection: Any, schema: str, table: str) -> bool:
    found = connection.execute(
        "select 1 from information_schema.tables where table_schema = ? and table_name = ?", [schema, table]
    ).fetchone()
    return found is not None
