"""`kho verify`: is everything as it was sealed, and if not, where."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from orchestration.console import Home, console, errors, read_settings

# so many places are named; the first is the one to look at
NAMED = 20


def verify(
    head: Annotated[
        str | None, typer.Option(help="A head of the chain printed earlier: it must still be in it.")
    ] = None,
    removed: Annotated[
        str | None, typer.Option(help="A batch or release that was removed on purpose, as this command names it.")
    ] = None,
    why: Annotated[str | None, typer.Option(help="Why it was removed; kept in the chain.")] = None,
    who: Annotated[
        str | None, typer.Option(help="Who removed it; the name you are logged in with if left out.")
    ] = None,
    home: Home = None,
) -> None:
    """Read every batch, freeze and release again and say the first place that is not as it was sealed."""
    from warehouse.chain import record_removal
    from warehouse.verify import verify as check

    settings = read_settings(home=home)
    if removed is not None:
        if not why:
            raise typer.BadParameter("say why it was removed", param_hint="--why")
        record_removal(settings, removed, why, who or getpass.getuser())
    found = check(settings, head)
    for one in found.findings[:NAMED]:
        errors.print(f"✗ {one.place}: {one.found}", markup=False, highlight=False, soft_wrap=True)
    if len(found.findings) > NAMED:
        errors.print(f"… and {len(found.findings) - NAMED} more places", markup=False)
    for name in found.gone:
        console.print(f"! {name} is no longer there: old releases may be deleted", markup=False, highlight=False)
    counted = f"{found.entries:,} lines of the chain, {found.files:,} files"
    console.print(f"{'✓' if found.is_whole else '✗'} {counted}; head {found.head}", markup=False, highlight=False)
    if not found.is_whole:
        raise typer.Exit(1)
