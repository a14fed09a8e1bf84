"""`kho trace` on a store of 10 million dossiers: a sample run, its tables multiplied in SQL, then the whole command.

Dossiers and everything that hangs on them (staging rows, flags, failing rows, repairs) are copied under new codes and
row numbers; the books and the index of keys are then built by the project's own models, as dbt compiled them.

    ROWS=10000000 python tests/bench/bench_trace.py [data home, made when it is not there]
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from warehouse.dbt_plugin import set_session
from warehouse.settings import PROJECT_ROOT, Settings

ROWS = int(os.environ.get("ROWS", "10000000"))
LIMIT_SECONDS = 2.0
SAMPLE_ROWS = "3000"
# rows of one copy are numbered from here on
STEP = 1_000_000
# tables of dossiers, and what must differ between two copies
COPIED = {
    "staging.stg_one_stop_list": {"row_key": "{0} || '-' || i", "dossier_code": "{0} || '-' || i"},
    "staging.stg_one_stop_register": {"row_key": "{0} || '-' || i", "dossier_code": "{0} || '-' || i"},
    "shared.dossier_history": {"dossier_code": "{0} || '-' || i"},
    "shared.dossiers": {"dossier_code": "{0} || '-' || i"},
    "metrics.dossier_flags": {"dossier_code": "{0} || '-' || i"},
    "quality.failing_rows": {"row_key": "{0} || '-' || i"},
    "staging.int_row_repairs": {},
}
# built from them again, as the project builds them
BUILT_AGAIN = (
    "staging.int_record_keys",
    "metrics.settlement",
    "open_data.settlement_results",
    "staging.int_settlement_cells",
    "staging.int_uncounted_dossiers",
    "staging.int_shared_outcomes",
    "staging.int_figure_outcomes",
)


def kho(home: Path, *arguments: str) -> str:
    environment = {**os.environ, "KHO_HOME": str(home), "KHO_AS_OF": "2026-11-02"}
    command = [str(Path(sys.executable).with_name("kho")), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=PROJECT_ROOT)
    if done.returncode:
        raise SystemExit(done.stdout[-3000:] + done.stderr[-3000:])
    return done.stdout


def multiply(settings: Settings) -> None:
    """Fill the warehouse of a sample up to ROWS dossiers; a home that holds them already is left as it is."""
    with duckdb.connect(str(settings.warehouse)) as connection:
        set_session(connection, settings)
        connection.execute("set preserve_insertion_order = false")
        (dossiers,) = connection.execute("select count(*) from shared.dossiers").fetchone()
        copies = ROWS // dossiers
        if copies > 1:
            for table, changed in COPIED.items():
                replaced = [f"{expression.format('t.' + name)} as {name}" for name, expression in changed.items()]
                replaced.append(f"t.row_number + i * {STEP} as row_number")
                started = time.perf_counter()
                connection.execute(
                    f"insert into {table} select t.* replace ({', '.join(replaced)})"
                    f" from {table} as t, range(1, {copies}) as copies(i)"
                )
                (rows,) = connection.execute(f"select count(*) from {table}").fetchone()
                print(f"{table:32} {rows:>12,} rows  {time.perf_counter() - started:6.1f} s", flush=True)
        (indexed,) = connection.execute("select count(*) from staging.int_record_keys").fetchone()
        if indexed < dossiers * max(copies, 1):
            for table in BUILT_AGAIN:
                started = time.perf_counter()
                connection.execute(f"create or replace table {table} as {compiled(settings, table)}")
                (rows,) = connection.execute(f"select count(*) from {table}").fetchone()
                print(f"{table:32} {rows:>12,} rows  {time.perf_counter() - started:6.1f} s (built)", flush=True)
        connection.execute("checkpoint")


def compiled(settings: Settings, table: str) -> str:
    name = table.split(".")[1]
    path = next(p for p in (settings.dbt / "target").rglob(f"{name}.sql") if "compiled" in p.parts)
    return path.read_text(encoding="utf-8")


def scan_alone(settings: Settings, key: str) -> float:
    """Seconds of the plainest query, without the index: the key in any spelling, in the largest staging table."""
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        started = time.perf_counter()
        connection.execute(
            "select * from staging.stg_one_stop_list"
            " where upper(regexp_replace(regexp_replace(row_key, '[‐‑‒–—−]', '-', 'g'), '\\s', '', 'g')) = ?",
            [key],
        ).fetchall()
        return time.perf_counter() - started


def main() -> int:
    home = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="kho-bench-trace-")).resolve()
    settings = Settings(home=home, as_of="2026-11-02")
    if not settings.warehouse.is_file():
        kho(home, "sample", "--rows", SAMPLE_ROWS)
        kho(home, "run", "--quiet")
    multiply(settings)
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        (dossiers,) = connection.execute("select count(*) from shared.dossiers").fetchone()
        keys = [k for (k,) in connection.execute(
            "select dossier_code from shared.dossiers using sample reservoir(8 rows) repeatable (72)"
        ).fetchall()]  # fmt: skip
        keys += [k for (k,) in connection.execute(
            "select dossier_code from metrics.dossier_flags using sample reservoir(2 rows) repeatable (72)"
        ).fetchall()]  # fmt: skip
    print(f"{dossiers:,} dossiers, {settings.warehouse.stat().st_size / 1e9:.1f} GB")
    seconds, worked = [], []
    for key in keys:
        started, before = time.perf_counter(), processor_seconds()
        told = json.loads(kho(home, "trace", key, "--json"))
        seconds.append(time.perf_counter() - started)
        worked.append(processor_seconds() - before)
        assert any("shared.dossiers" in row["tables"] for row in told), key
    print(f"scan of one table without the index  {scan_alone(settings, keys[0]):.2f} s")
    print(f"kho --help (start of the command)    {started_alone(home):.2f} s")
    print(f"kho trace, {len(keys)} keys: median {statistics.median(seconds):.2f} s, worst {max(seconds):.2f} s")
    # on a machine that does other things, too, this is what the command itself takes
    print(f"of which the processor worked a median of {statistics.median(worked):.2f} s")
    return 0 if max(seconds) < LIMIT_SECONDS else 1


def processor_seconds() -> float:
    """What all commands started so far have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def started_alone(home: Path) -> float:
    started = time.perf_counter()
    kho(home, "--help")
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
