"""`kho trace`: where a record came from and what became of it, for people and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from orchestration.console import Home, console, errors, read_settings

if TYPE_CHECKING:
    from warehouse.trace import Figure, Traced

STYLES = {"error": "red", "warning": "yellow", "published": "green", "withheld": "yellow"}


def trace(
    key: Annotated[str, typer.Argument(help="A dossier code, or the key of a sector record.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON: a list, one object a source row.")] = False,
    home: Home = None,
) -> None:
    """Show where a record came from (file, sheet, row) and what became of it: rules, repairs, tables, figures."""
    from warehouse.trace import trace as find

    found = find(read_settings(home=home), key)
    if not found:
        errors.print(
            f"No row has the key {key!r}. Keys are matched without spaces, case and kinds of dashes.", markup=False
        )
        raise typer.Exit(1)
    if as_json:
        print(json.dumps([asdict(row) for row in found], ensure_ascii=False, indent=2, default=str))
        return
    for row in found:
        _show(row)


def _show(row: Traced) -> None:
    place = ", ".join(part for part in (row.source_file, row.sheet, f"row {row.row_number}") if part)
    table = Table(
        title=escape(f"{row.key}  {row.dataset}: {row.dataset_title}"), title_justify="left", show_header=False
    )
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("source", escape(f"{place} ({row.source})"))
    table.add_row("batch", f"{row.batch_id}, landed {row.landed_at:%d/%m/%Y %H:%M}, contract {row.contract}")
    table.add_row("owner", row.owner_key)
    table.add_row("verdict", row.verdict)
    for label, lines in (
        ("rules failed", [_rule(r.rule, r.severity, r.sentence, r.detail) for r in row.rules]),
        ("repairs", [f"{r.column}: {r.kind} ({r.stage})" for r in row.repairs]),
        ("tables", list(row.tables)),
        ("figures", [_figure(f) for f in row.figures]),
        ("not counted", [row.not_counted.replace("_", " ")] if row.not_counted else []),
    ):
        if lines or label in ("rules failed", "tables"):
            table.add_row(label, "\n".join(lines) or "none")
    console.print(table, highlight=False)


def _rule(rule: str, severity: str, sentence: str, detail: str | None) -> str:
    colour = STYLES.get(severity, "default")
    return f"[{colour}]{rule}[/] " + escape(sentence + (f" ({detail})" if detail else ""))


def _figure(figure: Figure) -> str:
    columns = ", ".join(str(column) for column in figure.columns)
    where = f"{figure.period_type} from {figure.period_start:%d/%m/%Y}, {figure.agency_code}, {figure.field_code}"
    said = f", [{STYLES[figure.open_data]}]{figure.open_data}[/]" if figure.open_data else ""
    return f"{escape(where)}, {figure.variant}: columns {columns}{said}"
