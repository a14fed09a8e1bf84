"""`kho batch`: what landed, what waits for a person, and the person's decision."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.table import Table

from orchestration.console import Contracts, Home, console, read_settings

app = typer.Typer(
    help="Look at batches of landing; release or reject those that wait.", no_args_is_help=True, rich_markup_mode=None
)

BatchId = Annotated[str, typer.Argument(help="Name of the batch, as `kho batch list` shows it.")]
Why = Annotated[str, typer.Option(help="What you looked at, and why you decide so. It is kept with the batch.")]
Who = Annotated[str | None, typer.Option(help="Who decides; the name you are logged in with if left out.")]


@app.command("list")
def list_batches(
    everything: Annotated[bool, typer.Option("--all", help="Committed and rejected batches too.")] = False,
    home: Home = None,
    contracts: Contracts = None,
) -> None:
    """List the batches that wait for a decision, with the reason."""
    from ingestion.decisions import list_batches as find
    from orchestration.preparation import read_contracts

    settings = read_settings(home=home, contracts=contracts)
    table = Table(header_style="bold")
    table.add_column("batch", no_wrap=True)
    for name in ("dataset", "source", "rows", "state", "why it waits", "decided by", "because"):
        table.add_column(name, overflow="fold")
    for batch in find(settings, read_contracts(settings)):
        if everything or batch.state == "held":
            decision = batch.decision
            table.add_row(
                batch.manifest.batch_id,
                batch.manifest.dataset,
                batch.manifest.source_file,
                f"{batch.manifest.rows_landed:,}",
                batch.state,
                "\n".join(batch.manifest.hold_reasons),
                f"{decision.who}, {decision.at[:16]}" if decision else "",
                decision.why if decision else "",
            )
    console.print(table)


@app.command()
def release(batch_id: BatchId, why: Why, who: Who = None, home: Home = None, contracts: Contracts = None) -> None:
    """Let a held batch into the store: the next run reads it."""
    _decide(batch_id, "released", who, why, home, contracts)


@app.command()
def reject(batch_id: BatchId, why: Why, who: Who = None, home: Home = None, contracts: Contracts = None) -> None:
    """Keep a held batch out of the store for good; its files stay in landing."""
    _decide(batch_id, "rejected", who, why, home, contracts)


def _decide(
    batch_id: str,
    verdict: Literal["released", "rejected"],
    who: str | None,
    why: str,
    home: Path | None,
    contracts: Path | None,
) -> None:
    from ingestion.decisions import decide
    from orchestration.preparation import read_contracts
    from warehouse.chain import seal

    settings = read_settings(home=home, contracts=contracts)
    batch = decide(settings, read_contracts(settings), batch_id, verdict, who=who or getpass.getuser(), why=why)
    seal(settings)
    console.print(f"{batch_id} of {batch.manifest.dataset}: {verdict}. `kho run` brings the store up to date.")
