"""Landing beside what the engine alone takes, in one run: ratios, because machines are noisy.

Prints for SQLite: rows a second of `land` and of a bare DuckDB COPY of the same source,
and their ratio (1.0 is as fast as the engine).
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from ingestion.landing import land
from tests.contracts import make_contract
from warehouse.connections import connect_memory, load_extension
from warehouse.settings import Settings

COLUMNS = {
    "code": "Mã hồ sơ",
    "procedure": "Tên thủ tục",
    "applicant": "Chủ hồ sơ",
    "received": "Ngày nhận",
    "due": "Ngày hẹn trả",
}
ROWS = {"sqlite": 500_000}


def rows(count: int) -> list[tuple[str, ...]]:
    """Made-up dossiers."""
    return [
        (f"H17.1-261001-{i:06}", "Đăng ký khai sinh", f"Người thử {i}", "01/10/2026 08:30:00", "05/10/2026 08:30:00")
        for i in range(count)
    ]


def write_sqlite(folder: Path, count: int) -> str:
    """A SQLite database, and how DuckDB alone reads it."""
    path = folder / "source.sqlite"
    names = ", ".join(f'"{label}" text' for label in COLUMNS.values())
    with sqlite3.connect(path) as database:
        database.execute(f"create table things ({names})")
        database.executemany("insert into things values (?, ?, ?, ?, ?)", rows(count))
    database.close()
    return f"sqlite_scan('{path}', 'things')"


SQLITE = [{"property": "driver", "value": "sqlite"}, {"property": "path", "value": "source.sqlite"}]
CASES: dict[str, tuple[Callable[[Path, int], str], dict[str, object]]] = {
    "sqlite": (write_sqlite, {"server": "f", "type": "custom", "customProperties": SQLITE}),
}


def bare_seconds(source: str, target: Path) -> float:
    """Seconds of a bare COPY to Parquet."""
    with connect_memory() as connection:
        load_extension(connection, "sqlite_scanner")
        started = time.perf_counter()
        connection.execute(f"copy (select * from {source}) to '{target}' (format parquet, compression zstd)")
        return time.perf_counter() - started


def main() -> None:
    """Measure every kind of source once."""
    print(f"{'source':<8}{'rows':>10}{'bare COPY rows/s':>20}{'land rows/s':>16}{'ratio':>8}")
    for kind, (write, server) in CASES.items():
        with tempfile.TemporaryDirectory() as name:
            folder, count = Path(name), ROWS[kind]
            source = write(folder, count)
            contract = make_contract(folder, columns=COLUMNS, keys=("code",), server=server)
            bare = bare_seconds(source, folder / "bare.parquet")
            started = time.perf_counter()
            attempt = land(Settings(home=folder / "home"), contract)
            ours = time.perf_counter() - started
            if attempt.rows_landed != count:
                raise SystemExit(f"{kind}: {attempt.rows_landed} of {count} rows landed. {attempt.message}")
            print(f"{kind:<8}{count:>10,}{count / bare:>20,.0f}{count / ours:>16,.0f}{bare / ours:>8.2f}")


if __name__ == "__main__":
    main()
