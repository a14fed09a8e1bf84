"""The store that grew batch by batch is the store built at once, whatever happened to the batches in between.

KHO_RUNS says how many builds are compared (`make check-incremental RUNS=200`).
"""

from __future__ import annotations

import datetime as dt
import os
import shutil

import duckdb
import pytest

from ingestion.history import read_history
from tests.changing_sources import ChangingSources
from tests.dbt_home import DbtInProcess

pytestmark = pytest.mark.slow

RUNS = int(os.environ.get("KHO_RUNS", "3"))
SEED = int(os.environ.get("KHO_SEED", "2026"))
COMPARED = (
    "shared.dossiers",
    "shared.dossier_history",
    "shared.dossier_aliases",
    "ops.row_accounting",
    "ops.int_row_verdicts",
    "staging.typed_monthly",
)
# everything that follows from batches, on the way to what is compared
FOLLOWING = [f"source:landing_index+,+{table.split('.')[1]}" for table in COMPARED]
TESTED = ("dossiers", "dossier_history", "dossier_aliases", "batches", "typed_monthly", "typed_dump", "typed_office")


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    return ChangingSources(tmp_path_factory.mktemp("home"), SEED)


@pytest.fixture(scope="module")
def dbt(sources):
    with DbtInProcess(sources.settings, sources.contracts) as runner:
        runner.build(*(f"+{table.split('.')[1]}" for table in COMPARED))
        yield runner


def contents(sources):
    """Rows of the compared tables, whatever their order."""
    with duckdb.connect(str(sources.settings.warehouse), read_only=True) as connection:
        return {t: connection.execute(f"select * from {t} order by all").fetchall() for t in COMPARED}


def rebuilt(sources, dbt):
    """The same tables after a full rebuild of a copy; the warehouse itself stays as it grew."""
    grown = sources.settings.warehouse.with_suffix(".grown")
    shutil.copy(sources.settings.warehouse, grown)
    dbt.run("--full-refresh", *FOLLOWING)
    try:
        return contents(sources)
    finally:
        grown.replace(sources.settings.warehouse)


def test_after_any_changes_the_grown_store_equals_the_rebuilt_one(sources, dbt):
    seen = set()
    for number in range(RUNS):
        happened = [sources.change() for _ in range(sources.random.randint(1, 4))]
        dbt.run(*FOLLOWING)
        grown = contents(sources)
        whole = rebuilt(sources, dbt)
        for table in COMPARED:
            assert grown[table] == whole[table], f"run {number} (seed {SEED}), {table}, after {happened}"
        assert rows(sources, "select * from ops.row_accounting where missing <> 0") == []
        assert latest_of_dump(sources) == newest_landed_in_dump(sources)
        seen |= {h.split()[1] for h in happened}
        if number % 10 == 0:
            dbt.test(*TESTED)
    assert "corrected" in seen and ("withdrawn" in seen or RUNS < 20)


def latest_of_dump(sources):
    """Rows that stand for dossiers of one code in the source that gives its own time of change."""
    return set(
        rows(
            sources,
            """
            select dossier_code, batch_id, row_number from shared.dossiers
            where dataset = 'dump' and dossier_code not in (select dossier_key from staging.int_dossier_codes)
            """,
        )
    )


def newest_landed_in_dump(sources):
    """The same, told from the landing files without any SQL of the project."""
    standing = {code for code, _, _ in latest_of_dump(sources)}
    newest = {}
    for batch in read_history(sources.settings, sources.contracts.named("dump")).committed:
        landed_at = dt.datetime.fromisoformat(batch.manifest.landed_at)
        landed = duckdb.execute(f"select dossier_code, updated_at, _row_number from '{batch.folder / 'data.parquet'}'")
        for written, updated, number in landed.fetchall():
            code = (written or "").upper().replace("–", "-")
            said = min(dt.datetime.strptime(updated, "%d/%m/%Y %H:%M:%S"), landed_at) if updated else landed_at
            place = (said, batch.manifest.batch_id, number)
            newest[code] = max(newest.get(code, place), place)
    return {(code, *newest[code][1:]) for code in standing}


def rows(sources, query):
    with duckdb.connect(str(sources.settings.warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()
