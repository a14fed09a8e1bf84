"""The first three digits that a citizen number may have, from the seed of that name."""

from __future__ import annotations

import csv

from warehouse.settings import PROJECT_ROOT

SEED = PROJECT_ROOT / "dbt_project" / "seeds" / "citizen_number_prefixes.csv"


def citizen_prefixes(*, synthetic: bool) -> list[str]:
    """Prefixes that are given out, in order; with `synthetic` also those that belong to nobody, for the sample."""
    with SEED.open(encoding="utf-8", newline="") as lines:
        return [row["prefix"] for row in csv.DictReader(lines) if synthetic or row["kind"] != "synthetic"]
