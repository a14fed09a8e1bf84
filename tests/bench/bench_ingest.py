"""This ingestion beside its peers, in one run on one machine: rows a second, peak memory, and what must hold.

Databases: a table of ROWS rows (5,000,000 when not set) of PostgreSQL and of MariaDB is landed by this project
(`land`, all of it), by a bare DuckDB COPY, by dlt with its pyarrow and connectorx backends, and by pandas. Files: a
workbook of XLSX_ROWS rows (300,000) x 15 by `land`, a bare read_xlsx, pandas with calamine, and openpyxl. Each
measurement is a process of its own, so that its peak memory is its own; ours and the bare one take turns TURNS
times (3) and their medians count, as machines are noisy. Ends with 1 when a threshold is missed.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from tests.bench import ingest_cases
from tests.sector_table import make_table

ROWS = int(os.environ.get("ROWS", "5000000"))
XLSX_ROWS = int(os.environ.get("XLSX_ROWS", "300000"))
TURNS = int(os.environ.get("TURNS", "3"))
DATABASES = ("postgresql", "mysql")
PEERS = ("extraction", "dlt_pyarrow", "dlt_connectorx", "pandas")
XLSX_PEERS = ("pandas_calamine", "openpyxl")
MEMORY_MB = 1000


def measure(case: str, *arguments: str) -> tuple[float, float]:
    """Seconds and peak MB of one case, in a process of its own."""
    done = subprocess.run(
        [sys.executable, ingest_cases.__file__, case, *arguments], check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"{case} {' '.join(arguments)} failed:\n{done.stderr[-3000:]}")
    result = json.loads(done.stdout.splitlines()[-1])
    return result["seconds"], result["peak_mb"]


def compared(ours: str, bare: str, peers: tuple[str, ...], arguments: list[str]) -> dict[str, tuple[float, float]]:
    """Median seconds and greatest peak of ours and the bare one in turns, and each peer once."""
    runs: dict[str, list[tuple[float, float]]] = {ours: [], bare: []}
    for _ in range(TURNS):
        for case in (ours, bare):
            runs[case].append(measure(case, *arguments))
    for case in peers:
        runs[case] = [measure(case, *arguments)]
    return {c: (statistics.median(s for s, _ in r), max(m for _, m in r)) for c, r in runs.items()}


def show(title: str, rows: int, results: dict[str, tuple[float, float]], bare: str) -> None:
    """Print one table of results."""
    print(f"\n{title}: {rows:,} rows\n{'':<18}{'rows/s':>12}{'peak MB':>10}{'of bare':>10}")
    for case, (seconds, peak) in results.items():
        print(f"{case:<18}{rows / seconds:>12,.0f}{peak:>10,.0f}{results[bare][0] / seconds:>10.2f}", flush=True)


def judged(what: str, found: float, least: float | None = None, most: float | None = None) -> bool:
    """Print whether a figure is within its threshold."""
    fine = (least is None or found >= least) and (most is None or found < most)
    limit = f">= {least:g}" if least is not None else f"< {most:g}"
    print(f"  {'ok' if fine else 'SHORT':<6}{what}: {found:,.2f} (wanted {limit})")
    return fine


def databases() -> list[bool]:
    """Every database, side by side."""
    verdicts = []
    for kind in DATABASES:
        with make_table(kind, ROWS) as table:
            results = compared("ours", "bare", PEERS, [kind, table, str(ROWS)])
        show(kind, ROWS, results, "bare")
        seconds, peak = results["ours"]
        verdicts += [
            judged("of the bare COPY", results["bare"][0] / seconds, least=0.85),
            judged("times dlt with pyarrow", results["dlt_pyarrow"][0] / seconds, least=5),
            judged("peak memory in MB", peak, most=MEMORY_MB),
        ]
    return verdicts


def workbooks() -> list[bool]:
    """A workbook, side by side."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(ingest_cases.make_workbook(Path(folder) / "things.xlsx", XLSX_ROWS))
        results = compared("ours_xlsx", "bare_xlsx", XLSX_PEERS, [path, str(XLSX_ROWS)])
    show("xlsx", XLSX_ROWS, results, "bare_xlsx")
    seconds, _ = results["ours_xlsx"]
    return [
        judged("of a bare read_xlsx", results["bare_xlsx"][0] / seconds, least=0.6),
        judged("times openpyxl", results["openpyxl"][0] / seconds, least=10),
    ]


if __name__ == "__main__":
    sys.exit(0 if all([*databases(), *workbooks()]) else 1)
