"""`kho freeze`: fix the figures of a period."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from orchestration.console import AsOf, Home, ProfileName, console, errors, read_settings


def freeze(
    period: Annotated[str, typer.Argument(help="2026-10, 2026-Q4, 2026-H2 or 2026.")],
    by: Annotated[str | None, typer.Option(help="Who freezes it; the name you are logged in with if left out.")] = None,
    home: Home = None,
    profile: ProfileName = None,
    as_of: AsOf = None,
) -> None:
    """Fix the figures of a period that has ended; of a frozen one, say whether the figures are still those."""
    from orchestration.run import check_last_run
    from warehouse.freezes import freeze as fix
    from warehouse.periods import parse_period

    settings = read_settings(home=home, profile=profile, as_of=as_of.date() if as_of else None)
    wanted = parse_period(period)
    if not (settings.freezes / wanted.code).is_dir():
        check_last_run(settings)
    frozen = fix(settings, wanted, by or getpass.getuser())
    noted = frozen.document
    if frozen.created:
        console.print(
            f"{wanted.title} ({wanted.code}) is frozen as of {noted['as_of']}: {noted['dossier_count']:,} dossiers,"
            f" {noted['batch_count']:,} batches, figures {noted['figures_hash'][:12]}, in {frozen.folder}",
            markup=False, highlight=False, soft_wrap=True,
        )  # fmt: skip
        console.print("From the next `kho run` on the figures of this period stay as they are.", highlight=False)
        return
    for difference in frozen.differences:
        errors.print(f"✗ {difference}", markup=False, highlight=False, soft_wrap=True)
    if frozen.differences:
        errors.print("The warehouse has other figures than were frozen: `kho run` brings them back.", highlight=False)
        raise typer.Exit(1)
    console.print(
        f"identical: {wanted.title} ({wanted.code}), frozen on {noted['frozen_at'][:16]},"
        f" figures {noted['figures_hash'][:12]}",
        markup=False, highlight=False,
    )  # fmt: skip
