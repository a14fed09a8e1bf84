"""Deadlines of ROWS dossiers (1,000,000), half with one to three pauses, a tenth extended, beside a bare join: seconds.

Usage: make bench. The bare join is what the engine takes to look each dossier's day up in the calendar.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from tests.model_sql import model_sql
from warehouse.profile import load_profile

ROWS = int(os.environ.get("ROWS", "1000000"))
TABLES = f"""
create table calendar_days as
    select
        day, isodow(day) < 6 as is_working_day,
        sum(cast(isodow(day) < 6 as bigint)) over (order by day) as working_day_number
    from (select cast(unnest(generate_series(date '2015-01-01', date '2030-12-31', interval 1 day)) as date) as day);
create table int_dossier_latest as
    select
        'H17-' || i as dossier_key, 1 + i % 3 as channel,
        timestamp '2024-01-01' + to_minutes(cast(hash(i) % 1300000 as bigint)) as received_at,
        null::timestamp as finished_at, null::timestamp as step_finished_at
    from range({ROWS}) as listed (i);
create table int_dossier_procedures as
    select
        'H17-' || i as dossier_key, null::bigint as online_duration_hours,
        cast(8 * (1 + hash(i) % 30) + hash(i + 1) % 8 as bigint) as duration_hours,
        case when i % 4 = 0 then 'calendar_day' end as duration_unit, cast(1 + hash(i) % 30 as double) as duration_value
    from range({ROWS}) as listed (i);
create table int_dossier_extensions as
    select
        dossier_key, received_at + to_minutes(cast(hash(dossier_key, 1) % 20000 as bigint)) as extended_at,
        received_at + to_minutes(cast(hash(dossier_key, 2) % 20000 as bigint)) as due_before,
        received_at + to_minutes(20000 + cast(hash(dossier_key, 3) % 20000 as bigint)) as due_set
    from int_dossier_latest
    where hash(dossier_key, 4) % 10 = 0;
create table int_dossier_steps_taken as
    select
        dossier_key, received_at + to_minutes(cast(hash(dossier_key, 5) % 20000 as bigint)) as happened_at,
        'forwarding' as step_kind
    from int_dossier_latest
    where hash(dossier_key, 6) % 20 = 0;
create table int_dossier_pauses as
    select
        dossier_key, received_at + to_minutes(begins) as paused_from,
        received_at + to_minutes(begins + 60 + cast(hash(dossier_key) % 9000 as bigint)) as paused_until
    from (
        select
            dossier_key, received_at, unnest(range(cast(1 + hash(dossier_key) % 3 as bigint))) as number,
            cast(hash(number, dossier_key) % 20000 as bigint) as begins
        from int_dossier_latest
        where hash(dossier_key) % 2 = 0
    );
"""
BARE = """
    select dossier_key, received_at + interval 1 day as due_at from int_dossier_latest
    inner join int_dossier_procedures using (dossier_key) inner join calendar_days on cast(received_at as date) = day
"""


def seconds(connection: duckdb.DuckDBPyConnection, query: str) -> float:
    """Seconds to write the rows of a query to a table."""
    started = time.monotonic()
    connection.execute(f"create or replace table written as {query}")
    return time.monotonic() - started


if __name__ == "__main__":
    province = load_profile("da_nang_2025").as_variable()
    with duckdb.connect() as connection:
        connection.execute("set threads = 2")
        connection.execute("set variable as_of = date '2026-11-02'")
        connection.execute(TABLES)
        bare = seconds(connection, BARE)
        model = seconds(connection, model_sql("int_dossier_deadlines", province))
        [[dossiers, pauses, extensions]] = connection.execute(
            "select (select count(*) from written), (select count(*) from int_dossier_pauses),"
            " (select count(*) from int_dossier_extensions)"
        ).fetchall()
    print(f"{dossiers:,} deadlines with {pauses:,} pauses and {extensions:,} extensions: {model:.2f} s")
    print(f"{model / bare:.1f} times a bare join ({bare:.2f} s)")
