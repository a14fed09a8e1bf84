"""The store that grew batch by batch is the store built at once, whatever happened to the batches in between.

KHO_RUNS says how many states of landing are compared (`make check-incremental RUNS=200`).
"""

from __future__ import annotations

import datetime as dt
import os
import shutil

import duckdb
import pytest

from ingestion.history import read_history
from ingestion.index import write_index
from tests.changing_sources import CHANGES, ChangingSources
from tests.dbt_home import DbtInProcess
from tests.replay import Replay

pytestmark = pytest.mark.slow

RUNS = int(os.environ.get("KHO_RUNS", "10"))
PROVED = 25
SEED = int(os.environ.get("KHO_SEED", "2026"))
COMPARED = (
    "shared.dossiers",
    "shared.dossier_history",
    "shared.dossier_aliases",
    "ops.row_accounting",
    "staging.int_row_verdicts",
    "staging.typed_monthly",
    "staging.typed_dump",
    "staging.typed_office",
    "staging.typed_steps",
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


def contents(database):
    """Rows of the compared tables, whatever their order."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return {t: connection.execute(f"select * from {t} order by all").fetchall() for t in COMPARED}


def by_dbt(sources, dbt, *options):
    """The same tables after dbt itself has run on a copy; the warehouse stays as it was."""
    kept = sources.settings.warehouse.with_suffix(".kept")
    shutil.copy(sources.settings.warehouse, kept)
    try:
        dbt.run(*options, *FOLLOWING)
        return contents(sources.settings.warehouse)
    finally:
        kept.replace(sources.settings.warehouse)


def test_after_any_changes_the_grown_store_equals_the_rebuilt_one(sources, dbt):
    """What dbt compiled is replayed, and every PROVED builds dbt itself is asked for the same tables."""
    warehouse = sources.settings.warehouse
    whole_build = dbt.run("--full-refresh", *FOLLOWING)
    sources.renew()
    replay = Replay(sources.settings, whole_build, dbt.run(*FOLLOWING))
    beside = warehouse.parent / "whole" / warehouse.name
    beside.parent.mkdir()
    shutil.copy(warehouse, beside)
    for number in range(RUNS):
        happened = [sources.change(CHANGES[number % len(CHANGES)])]
        happened += [sources.change() for _ in range(sources.random.randint(0, 3))]
        write_index(sources.settings, sources.contracts)
        is_proved = number % PROVED == 0
        wanted = [by_dbt(sources, dbt), by_dbt(sources, dbt, "--full-refresh")] if is_proved else []
        replay.run(warehouse, whole=False)
        replay.run(beside, whole=True)
        grown, whole = contents(warehouse), contents(beside)
        for other in (whole, *wanted):
            for table in COMPARED:
                assert grown[table] == other[table], f"run {number} (seed {SEED}), {table}, after {happened}"
        assert rows(sources, "select * from ops.row_accounting where missing <> 0") == []
        assert latest_of_dump(sources) == newest_landed_in_dump(sources)
    dbt.test(*TESTED)


def test_a_changed_contract_types_its_rows_anew_by_itself(sources, dbt):
    """A new column and a new meaning of a text, on an ordinary run; the other sources stay as they are."""
    before = dict(rows(sources, "select distinct 'monthly', typed_by from staging.typed_monthly"))
    others = rows(sources, "select distinct typed_by from staging.typed_dump")
    strange = "select count(*) from staging.typed_monthly where status_raw = 'lạ' and status is not null"
    assert rows(sources, strange) == [(0,)]
    mapped = {"logicalType": "integer", "physicalName": "Trạng thái"}
    mapped["customProperties"] = [{"property": "valueMap", "value": {"8": ["lạ"]}}]
    sources.write_list_contract(
        status=mapped, fee_amount={"logicalType": "number", "transformLogic": "cast(status as double) * 10"}
    )
    with DbtInProcess(sources.settings, sources.contracts) as anew:
        anew.run(*FOLLOWING)
        assert contents(sources.settings.warehouse) == by_dbt(sources, anew, "--full-refresh")
    assert dict(rows(sources, "select distinct 'monthly', typed_by from staging.typed_monthly")) != before
    assert rows(sources, "select distinct typed_by from staging.typed_dump") == others
    assert rows(sources, strange) == rows(sources, f"{strange} and status = 8 and fee_amount = 80") != [(0,)]


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
            said = min(moment(updated), landed_at) if updated else landed_at
            place = (said, batch.manifest.batch_id, number)
            newest[code] = max(newest.get(code, place), place)
    return {(code, *newest[code][1:]) for code in standing}


def moment(text):
    day, clock = text.split()
    return dt.datetime.fromisoformat("-".join(reversed(day.split("/"))) + " " + clock)


def rows(sources, query):
    with duckdb.connect(str(sources.settings.warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()
