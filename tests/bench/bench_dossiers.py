"""Dossiers: what a small batch costs beside building all anew (`make bench`; ROWS=1000000).

Landing files of a monthly list are made by SQL, then dbt builds everything from landing to `shared.dossiers`,
`shared.dossier_history` and the books: whole, with nothing new, and with one batch of 1 % more.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from ingestion import batches
from ingestion.batches import Manifest
from tests.changing_sources import ChangingSources
from tests.dbt_home import DbtInProcess
from warehouse.connections import connect_memory

ROWS = int(os.environ.get("ROWS", "1000000"))
FILES = 10
SELECTED = ("dossiers", "dossier_history", "dossier_aliases", "row_accounting")
FOLLOWING = [f"source:landing_index+,+{name}" for name in SELECTED]
ROW = """
    select
        'H17.' || i % 94 || '-' || strftime(day, '%y%m%d') || '-' || lpad(cast(i % 10000 as varchar), 4, '0')
            || lpad(cast(i // 10000 as varchar), 3, '0') as dossier_code,
        case when i % 50 = 0 then 'CU-' || i end as dossier_code_alias,
        '1.00' || lpad(cast(i % 2000 as varchar), 4, '0') as procedure_code_raw,
        '000' || lpad(cast(i * 97 % 1000000000 as varchar), 9, '0') as applicant_number,
        cast({status} as varchar) as status,
        strftime(day, '%d/%m/%Y') || ' 09:' || lpad(cast(i % 60 as varchar), 2, '0') || ':00' as received_at,
        strftime(day + 10, '%d/%m/%Y') || ' 17:00:00' as due_at,
        case when {status} > 8 then strftime(day + 7, '%d/%m/%Y') || ' 15:00:00' end as finished_at,
        '{batch}' as _batch_id, '{file}' as _source_file, cast(null as varchar) as _sheet,
        cast(i as bigint) as _row_number
    from (select range as i, date '2026-01-01' + cast(range % 280 as integer) as day from range({first}, {last}))
"""


def land(sources: ChangingSources, file: str, first: int, last: int, status: str) -> None:
    """One batch of the list, as landing would have written it."""
    contract = sources.contracts.named("monthly")
    manifest = next(batches.batches_in(batches.dataset_folder(sources.settings, contract))).manifest
    batch = batches.new_batch_id()
    with batches.incoming(sources.settings, contract) as folder, connect_memory() as connection:
        row = ROW.format(status=status, batch=batch, file=file, first=first, last=last)
        connection.execute(f"copy ({row}) to '{folder / 'data.parquet'}' (format parquet)")
        count = last - first
        made = asdict(manifest) | {
            "batch_id": batch, "slices": {file: count}, "source_file": file, "rows_read": count, "rows_landed": count,
            "rows_rejected": 0, "rows_out_of_scope": 0, "out_of_scope": {}, "landed_at": batches.now(),
            "content_hash": batch, "hold_reasons": [],
        }  # fmt: skip
        batches.place(sources.settings, contract, folder, Manifest(**json.loads(json.dumps(made))))


def timed(what: str, work: object) -> float:
    """Processor seconds that a piece of work takes, printed with the time that passed."""
    started, used = time.perf_counter(), time.process_time()
    work()  # type: ignore[operator]
    seconds = time.process_time() - used
    print(f"{what:<40} {seconds:8.1f} s of processor, {time.perf_counter() - started:8.1f} s", flush=True)
    return seconds


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        sources = ChangingSources(Path(folder), seed=1)
        each = ROWS // FILES
        for number in range(FILES):
            land(
                sources,
                f"big_{number}.csv",
                number * each,
                (number + 1) * each,
                "case when i % 5 < 4 then 10 else 4 end",
            )
        with DbtInProcess(sources.settings, sources.contracts) as dbt:
            dbt.build("agencies", "procedures", "calendar_days", "administrative_units", *(f"+{n}" for n in SELECTED))
            whole = timed(f"all of {ROWS:,} dossiers built anew", lambda: dbt.run("--full-refresh", *FOLLOWING))
            timed("nothing new", lambda: dbt.run(*FOLLOWING))
            land(sources, "news.csv", ROWS - ROWS // 100, ROWS, "10")
            grown = timed("one batch of 1 % more", lambda: dbt.run(*FOLLOWING))
        print(f"ratio of processor time {whole / grown:.1f}")


if __name__ == "__main__":
    main()
