"""The command line: a thin front over the same job and tables that Dagster shows."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Annotated

import typer
from rich.table import Table

from orchestration import (
    cli_batch,
    cli_contract,
    cli_dictionary,
    cli_report,
    cli_settlement,
    cli_trace,
    cli_units,
)
from orchestration.console import AsOf, Contracts, Home, ProfileName, console, read_settings, say
from warehouse.errors import KhoError

app = typer.Typer(
    name="kho",
    help="A province's shared data store: sector databases in, gaps named, owners told, open tables published.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
release_app = typer.Typer(help="Look at published releases.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(cli_contract.app, name="contract")
app.add_typer(release_app, name="release")
app.add_typer(cli_batch.app, name="batch")
app.command()(cli_units.unit)
app.command()(cli_units.restate)
app.command()(cli_trace.trace)
app.command()(cli_settlement.settlement)
app.command()(cli_dictionary.dictionary)
app.command()(cli_report.report)


def main() -> None:
    """Entry point: an expected failure is one clear message and exit code 1."""
    try:
        app()
    except KhoError as error:
        say(error)
        sys.exit(1)


@app.command()
def sample(
    rows: Annotated[int, typer.Option(min=1500, help="Dossiers to make; sector databases grow with them.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Same seed, same files.")] = 72,
    home: Home = None,
    profile: ProfileName = None,
    as_of: AsOf = None,
    servers: Annotated[
        bool,
        typer.Option("--servers", help="Load it into PostgreSQL and MariaDB too, for KHO_ENVIRONMENT=sample_servers."),
    ] = False,
) -> None:
    """Make the sample province: exports, sector databases and the ground truth of their faults."""
    from ingestion.sample import make_sample
    from ingestion.sample.servers import load_servers

    settings = read_settings(home=home, profile=profile, as_of=as_of.date() if as_of else None)
    made = make_sample(settings.sample, settings.province, rows=rows, seed=seed, as_of=settings.day)
    console.print(
        f"Sample province {settings.province.name}: {sum(made.rows.values()):,} rows, "
        f"{sum(made.faults.values()):,} planted faults, in {settings.sample}"
    )
    if servers:
        written = load_servers(settings)
        console.print(f"Loaded {len(written)} tables with {sum(written.values()):,} rows into the database servers")


@app.command()
def run(
    contracts: Contracts = None,
    profile: ProfileName = None,
    as_of: AsOf = None,
    home: Home = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar.")] = False,
) -> None:
    """Read every source, build the store, judge it, tell the owners, publish: the daily job, now."""
    from orchestration.preparation import prepare
    from orchestration.run import progress_bar, run_daily
    from orchestration.summary import print_summary

    settings = read_settings(home=home, profile=profile, contracts=contracts, as_of=as_of.date() if as_of else None)
    with progress_bar(console, quiet or not console.is_terminal) as progress:
        waiting = progress.add_task("preparing", total=None)
        prepared = prepare(settings)
        progress.remove_task(waiting)
        outcome = run_daily(prepared, progress)
    print_summary(console, prepared, outcome)
    if not outcome.success:
        raise typer.Exit(1)


@app.command()
def status(home: Home = None, contracts: Contracts = None, profile: ProfileName = None, as_of: AsOf = None) -> None:
    """Show what the last run left: sources, scores, mails, release."""
    from orchestration.preparation import Prepared, read_contracts
    from orchestration.summary import print_summary

    settings = read_settings(home=home, profile=profile, contracts=contracts, as_of=as_of.date() if as_of else None)
    manifest = settings.dbt / "target" / "manifest.json"
    print_summary(console, Prepared(settings, read_contracts(settings), manifest), None)


@app.command()
def ui(
    home: Home = None,
    contracts: Contracts = None,
    profile: ProfileName = None,
    as_of: AsOf = None,
    port: Annotated[int, typer.Option(help="Port of the web server.")] = 3000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Open Dagster: assets, checks, runs, schedules and sensors of this data home."""
    from orchestration.preparation import prepare
    from warehouse.settings import PROJECT_ROOT

    prepare(read_settings(home=home, profile=profile, contracts=contracts, as_of=as_of.date() if as_of else None))
    command = [
        sys.executable,
        "-m",
        "dagster",
        "dev",
        "-w",
        str(PROJECT_ROOT / "workspace.yaml"),
        "-p",
        str(port),
        "-h",
        host,
    ]
    raise typer.Exit(subprocess.run(command, check=False, env=os.environ).returncode)


@app.command()
def portal(
    home: Home = None,
    port: Annotated[int, typer.Option(help="Port of the web server.")] = 8080,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Serve the published releases, read-only, with strong ETags."""
    import uvicorn

    from warehouse.portal import create_app

    console.print(f"http://{host}:{port}/")
    uvicorn.run(create_app(read_settings(home=home)), host=host, port=port, log_level="warning")


@release_app.command("list")
def release_list(home: Home = None) -> None:
    """List the published releases, newest first."""
    from warehouse.releases import list_releases

    table = Table(header_style="bold")
    for name in ("version", "as of", "content", "tables", ""):
        table.add_column(name)
    settings = read_settings(home=home)
    for release in list_releases(settings):
        table.add_row(
            release.version,
            f"{release.as_of:%d/%m/%Y}",
            release.content_hash[:12],
            str(len(release.tables)),
            "latest" if release.latest else "",
        )
    console.print(table)


if __name__ == "__main__":
    main()
