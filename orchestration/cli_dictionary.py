"""`kho dictionary`: write the data dictionary of the public tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.console import Contracts, ProfileName, console, errors, read_settings
from warehouse.settings import PROJECT_ROOT


def dictionary(
    out: Annotated[Path, typer.Option(help="Folder to write into.")] = PROJECT_ROOT / "docs" / "dictionary",
    contracts: Contracts = None,
    profile: ProfileName = None,
) -> None:
    """Write the data dictionary: a page a schema and one CSV, from the contracts and the models."""
    from orchestration.preparation import read_contracts
    from warehouse.dictionary import read_dictionary, undocumented
    from warehouse.dictionary_files import write_dictionary

    settings = read_settings(profile=profile, contracts=contracts)
    tables = read_dictionary(settings, read_contracts(settings))
    written = write_dictionary(tables, out)
    columns = sum(len(table.columns) for table in tables)
    console.print(f"{len(tables)} tables, {columns} columns: {len(written)} files in {out}")
    lacking = undocumented(tables)
    for line in lacking:
        errors.print(f"! {line}", highlight=False, markup=False)
    if lacking:
        raise typer.Exit(1)
