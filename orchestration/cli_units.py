"""`kho unit` and `kho restate`: units of the country by day, and figures on the map of another day."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from orchestration.console import Home, console, errors, read_settings

DAY = ["%Y-%m-%d", "%d/%m/%Y"]
SENTENCES = {
    "ambiguous": "Several units fit equally well: say which with --within.",
    "other_type": "A unit has that name, but is of another type.",
    "wrong_generation": "It was no unit on that day, but is one on other days.",
    "unknown": "No unit has that code or name.",
    "missing": "There is nothing to look for.",
}


def unit(
    text: Annotated[str, typer.Argument(help="A code, or a name with or without its type word and marks.")],
    on: Annotated[dt.datetime | None, typer.Option(formats=DAY, help="The day; today if left out.")] = None,
    within: Annotated[str | None, typer.Option(help="Code of the province or district that a name lies in.")] = None,
    home: Home = None,
) -> None:
    """Show which unit a code or a name is on a day; what is ambiguous or unknown is said, never guessed."""
    from warehouse.units import find_unit

    settings = read_settings(home=home)
    answer = find_unit(settings, text, on.date() if on else settings.day, within)
    if answer.status != "found":
        errors.print(f"{text}: {SENTENCES[answer.status]}", highlight=False, markup=False)
    table = Table(header_style="bold")
    for name in ("code", "name", "in", "province", "level", "from", "to"):
        table.add_column(name, overflow="fold")
    for found in answer.units:
        table.add_row(
            found.code,
            found.name,
            found.parent or "",
            found.province or "",
            found.level,
            "" if found.valid_from.year == 1900 else f"{found.valid_from:%d/%m/%Y}",
            f"{found.valid_to:%d/%m/%Y}" if found.valid_to else "",
        )
    if answer.units:
        console.print(table)
    if answer.status != "found":
        raise typer.Exit(1)


def restate(
    source: Annotated[str, typer.Argument(help="A CSV or Parquet file, or a table such as metrics.settlement.")],
    to: Annotated[dt.datetime, typer.Option(formats=DAY, help="Day whose map is asked.")],
    commune: Annotated[str, typer.Option(help="Column with the code of the commune.")] = "commune_code",
    value: Annotated[str, typer.Option(help="Column with the figure.")] = "value",
    by: Annotated[list[str] | None, typer.Option(help="Column to keep, such as the year; may be repeated.")] = None,
    on: Annotated[dt.datetime | None, typer.Option(formats=DAY, help="Day whose map the codes are of.")] = None,
    on_column: Annotated[str | None, typer.Option(help="Column with that day, when each row has its own.")] = None,
    output: Annotated[Path | None, typer.Option(help="CSV file to write; the screen if left out.")] = None,
    home: Home = None,
) -> None:
    """Put figures by commune on the map of another day; what cannot be placed keeps its old code and says why."""
    from warehouse.restatement import Figures
    from warehouse.restatement import restate as put_on_map

    if (on is None) == (on_column is None):
        raise typer.BadParameter("Give one of --on and --on-column: the day whose map the codes are of.")
    figures = Figures(source, commune, value, tuple(by or ()), on.date() if on else None, on_column)
    restated = put_on_map(read_settings(home=home), figures, to.date())
    if output is None:
        restated.write(sys.stdout)
    else:
        with output.open("w", encoding="utf-8", newline="") as stream:
            restated.write(stream)
    errors.print(f"total {restated.total:,}, of it undetermined {restated.undetermined:,}", highlight=False)
