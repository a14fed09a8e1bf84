"""`kho report`: Form 06 and the evaluation of a period, as workbooks and pages."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from orchestration.console import Home, ProfileName, console, read_settings
from warehouse.periods import parse_period


class FormChoice(StrEnum):
    """Which reports to write."""

    FORM_06A = "06a"
    FORM_06B = "06b"
    MONTHLY = "monthly"
    ALL = "all"


class VariantChoice(StrEnum):
    """How dossiers are counted."""

    AS_SYSTEM = "as_system"
    STRICT = "strict"


def report(
    period: Annotated[str, typer.Argument(help="2026-10, 2026-Q4, 2026-H2, 2026, or a range that the store has.")],
    form: Annotated[FormChoice, typer.Option(help="Which report.")] = FormChoice.ALL,
    agency: Annotated[
        str | None, typer.Option(help="Code of a unit, with all beneath it; the whole province if left out.")
    ] = None,
    variant: Annotated[VariantChoice, typer.Option(help="How dossiers are counted.")] = VariantChoice.AS_SYSTEM,
    out: Annotated[Path | None, typer.Option(help="Folder to write into. [default <home>/reports/<period>]")] = None,
    home: Home = None,
    profile: ProfileName = None,
) -> None:
    """Write Form 06a and 06b and the evaluation of a period: XLSX and HTML, the same numbers as the tables."""
    from warehouse.reports import REPORT_KINDS, write_reports

    settings = read_settings(home=home, profile=profile)
    kinds = tuple(kind for kind in REPORT_KINDS if form.value in (kind, "all"))
    written = write_reports(settings, parse_period(period), kinds, variant.value, agency, out)
    for file in written:
        console.print(
            f"{'wrote    ' if file.new else 'unchanged'} {file.path}", highlight=False, markup=False, soft_wrap=True
        )
