"""`kho contract`: check contracts, and draft one from a live source."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from orchestration.console import Home, ProfileName, console, read_settings, say
from warehouse.errors import SettingsError

if TYPE_CHECKING:
    from warehouse.contracts import Contract

MARKS = {"ok": "✓", "look": "!", "refused": "✗"}

app = typer.Typer(help="Draft and check contracts.", no_args_is_help=True, rich_markup_mode=None)


@app.command("check")
def contract_check(
    file: Annotated[Path, typer.Argument(help="A contract, or a folder of them.")],
    live: Annotated[bool, typer.Option("--live", help="Read a sample of the source, too.")] = False,
    home: Home = None,
    profile: ProfileName = None,
) -> None:
    """Say whether a contract is valid ODCS 3.1 and holds together; with --live, whether its source is as it says."""
    from orchestration.preparation import read_contracts
    from warehouse.contract_reader import load_contract

    settings = read_settings(home=home, profile=profile)
    if file.is_dir():
        found = read_contracts(settings.model_copy(update={"contracts": file.resolve()}))
        good, bad = list(found.contracts), [error for _, error in found.errors]
    else:
        variables = {"KHO_HOME": str(settings.home), "KHO_SAMPLE": str(settings.sample)}
        good, bad = [load_contract(file, settings.province, settings.environment, variables)], []
    for contract in good:
        console.print(
            f"✓ {contract.path.name}: dataset {contract.dataset}, {len(contract.columns)} columns, "
            f"{len(contract.rules)} rules, owner {contract.owner.name}"
        )
    for error in bad:
        say(error)
    refused = [contract for contract in good if live and not _fits(contract)]
    if bad or refused:
        raise typer.Exit(1)


def _fits(contract: Contract) -> bool:
    """Print what the live source says against its contract; whether it would land."""
    from ingestion.live_check import check_live

    found = check_live(contract)
    table = Table(title=contract.dataset, title_justify="left", header_style="bold")
    for name in ("", "what", "found"):
        table.add_column(name, overflow="fold")
    for finding in found:
        # what a source holds is no markup
        table.add_row(MARKS[finding.result], Text(finding.what), Text(finding.detail))
    console.print(table)
    return all(finding.result != "refused" for finding in found)


@app.command("new")
def contract_new(
    source: Annotated[str, typer.Argument(help="A file, or postgresql://, mysql://, sqlite:///, odbc:, http(s)://.")],
    out: Annotated[Path, typer.Option(help="Contract file to write.")],
    table: Annotated[str | None, typer.Option(help="Table of a database, with its schema.")] = None,
    dataset: Annotated[str | None, typer.Option(help="Name of the dataset: a-z, 0-9, _.")] = None,
    source_name: Annotated[str | None, typer.Option("--source", help="Source system: prefix of its login.")] = None,
    owner: Annotated[str | None, typer.Option(help="Who answers: a key under owners of the profile.")] = None,
    domain: Annotated[str | None, typer.Option(help="Sector, such as civil_status.")] = None,
    profile: ProfileName = None,
) -> None:
    """Look at a live source and write a draft contract: every guess in it is marked REVIEW."""
    from ingestion.draft import Wishes, draft_contract

    if out.exists():
        raise SettingsError(
            wanted="a new file", found="one that is there", where=str(out), action="Choose another name for --out."
        )
    settings = read_settings(profile=profile)
    wishes = Wishes(table=table, dataset=dataset, owner=owner, domain=domain, source=source_name)
    text = draft_contract(source, out, settings.province, wishes)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    console.print(f"{out}: {text.count('REVIEW') - 1} guesses to review.")
    console.print(f"Then: kho contract check {out}", markup=False)
