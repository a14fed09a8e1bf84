"""What every part of the command line shares: the console, common options, settings, how an error is told."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console

from warehouse.errors import KhoError, SettingsError
from warehouse.settings import Settings

# the two ways in which Form 06 is counted, as docs/glossary.md names them
VARIANTS = {"as_system": "cách tính của phần mềm một cửa", "strict": "cách tính chặt chẽ"}
# a log or a pipe has no width of its own
PLAIN_WIDTH = 132


def _console(stderr: bool = False) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else PLAIN_WIDTH)


console = _console()
errors = _console(stderr=True)

Home = Annotated[Path | None, typer.Option(help="Data home. [env KHO_HOME; default var/]")]
ProfileName = Annotated[str | None, typer.Option("--profile", help="Province profile. [env KHO_PROFILE]")]
Contracts = Annotated[Path | None, typer.Option(help="Folder of contracts. [env KHO_CONTRACTS]")]
AsOf = Annotated[
    dt.datetime | None,
    typer.Option(formats=["%Y-%m-%d", "%d/%m/%Y"], help="Day the figures are for; today if left out. [env KHO_AS_OF]"),
]


def read_settings(**given: Any) -> Settings:
    """Settings from the environment and the options given. Raises SettingsError naming the field."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingsError(
            wanted=f"a valid value for {'.'.join(str(p) for p in first['loc'])}",
            found=str(first.get("input")),
            where="settings (options and KHO_* variables)",
            action=str(first["msg"]),
        ) from error


def say(error: KhoError) -> None:
    """Tell an expected failure: where, what was wanted, what was found, what to do."""
    errors.print(f"[red]✗[/red] {error.where}", highlight=False)
    errors.print(
        f"  wanted: {error.wanted}\n  found:  {error.found}\n  do:     {error.action}", highlight=False, markup=False
    )
