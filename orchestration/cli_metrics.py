"""`kho metrics`: write the register of metrics into the page that explains them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.console import ProfileName, console, read_settings
from warehouse.metrics_page import PAGE, write_page


def metrics(
    page: Annotated[Path, typer.Option(help="Page with the two marks of the register.")] = PAGE,
    profile: ProfileName = None,
) -> None:
    """Write every metric of the register into the page of metrics, between its marks."""
    changed = write_page(page, read_settings(profile=profile).province)
    console.print(f"{page}: {'written' if changed else 'up to date'}")
