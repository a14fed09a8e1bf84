"""The cases of bench_ingest.py: each reads one source whole, in this process, and prints seconds and peak memory.

Usage: python ingest_cases.py CASE ARGUMENT... A case imports what it needs and returns what is timed; what was
read is counted, and a wrong count is an error, not a figure.
"""

from __future__ import annotations

import dataclasses
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from tests.sector_table import COLUMNS, PLACES

Action = Callable[[], int]
XLSX_COLUMNS = [f"Cột {n}" for n in range(1, 16)]


def server(kind: str) -> dict[str, object]:
    """The contract's server entry."""
    place = PLACES[kind]
    entry = {
        "server": "db",
        "type": kind,
        "host": place["host"],
        "port": int(place["port"]),
        "database": place["database"],
    }
    return entry | ({"schema": "public"} if kind == "postgresql" else {})


def url(kind: str) -> str:
    """SQLAlchemy's address."""
    driver = "postgresql+psycopg2" if kind == "postgresql" else "mysql+pymysql"
    place = PLACES[kind]
    return f"{driver}://{place['user']}@{place['host']}:{place['port']}/{place['database']}"


def land_contract(folder: Path, contract: Any) -> Action:
    """Rows that `land` lands in a fresh home."""
    from ingestion.landing import land
    from warehouse.settings import Settings

    settings = Settings(home=folder / "home")
    return lambda: land(settings, contract).rows_landed


def once_a_process() -> None:
    """Start-up that is no part of ingestion: DuckDB imports pandas at the first query with parameters."""
    import pandas  # noqa: F401


def table_contract(folder: Path, kind: str, table: str) -> Any:
    """A contract for the table."""
    from tests.contracts import make_contract

    once_a_process()
    os.environ["TESTS_USER"] = PLACES[kind]["user"]
    contract = make_contract(folder, columns={n: n for n in COLUMNS}, keys=("id",), server=server(kind))
    return dataclasses.replace(contract, table=table)


def ours(folder: Path, kind: str, table: str) -> Action:
    """This project: all of `land`."""
    return land_contract(folder, table_contract(folder, kind, table))


def extraction(folder: Path, kind: str, table: str) -> Action:
    """Of this project only the extraction, without hash, checks and commit."""
    from ingestion.readers.database import extract, session

    contract = table_contract(folder, kind, table)

    def action() -> int:
        with session(contract) as source:
            return extract(source, contract, folder, batch_id="b").rows_landed

    return action


def bare(folder: Path, kind: str, table: str) -> Action:
    """DuckDB alone, at its best: MariaDB's line not compressed."""
    from warehouse.connections import connect_memory, load_extension

    extension, name, schema = (
        ("postgres_scanner", "postgres", "public") if kind == "postgresql" else ("mysql_scanner", "mysql", None)
    )
    place = PLACES[kind]
    target = f"host={place['host']} port={place['port']} user={place['user']}"
    target += (
        f" dbname={place['database']}"
        if kind == "postgresql"
        else f" database={place['database']} compression=DISABLED"
    )
    source = ".".join(p for p in ("source", schema or place["database"], table) if p)

    def action() -> int:
        with connect_memory() as connection:
            load_extension(connection, extension)
            connection.execute(f"attach '{target}' as source (type {name}, read_only)")
            copied = connection.execute(
                f"copy {source} to '{folder / 'bare.parquet'}' (format parquet, compression zstd)"
            )
            return copied.fetchall()[0][0]

    return action


def dlt(folder: Path, kind: str, table: str, backend: str) -> Action:
    """dlt's SQL source to Parquet files."""
    os.environ |= {"DLT_DATA_DIR": str(folder / "dlt"), "RUNTIME__DLTHUB_TELEMETRY": "false"}
    os.environ["DESTINATION__FILESYSTEM__BUCKET_URL"] = (folder / "out").as_uri()
    os.environ["NORMALIZE__DATA_WRITER__DISABLE_COMPRESSION"] = "true"
    import dlt as dlt_package
    from dlt.sources.sql_database import sql_table

    options: dict[str, object] = {"backend": backend, "chunk_size": 100_000}
    if backend == "connectorx":
        address = url(kind).replace("+psycopg2", "").replace("+pymysql", "")
        options |= {"backend_kwargs": {"conn": address, "return_type": "arrow"}}

    def action() -> int:
        source = sql_table(url(kind), table=table, schema="public" if kind == "postgresql" else None, **options)
        pipeline = dlt_package.pipeline("bench", pipelines_dir=str(folder / "dlt"), destination="filesystem")
        pipeline.run(source, loader_file_format="parquet")
        return pipeline.last_trace.last_normalize_info.row_counts[table]

    return action


def dlt_pyarrow(folder: Path, kind: str, table: str) -> Action:
    """dlt with its pyarrow backend."""
    return dlt(folder, kind, table, "pyarrow")


def dlt_connectorx(folder: Path, kind: str, table: str) -> Action:
    """dlt with its connectorx backend."""
    return dlt(folder, kind, table, "connectorx")


def pandas(folder: Path, kind: str, table: str) -> Action:
    """pandas in chunks to Parquet, as one would write it by hand."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq
    import sqlalchemy

    def action() -> int:
        rows, writer = 0, None
        with sqlalchemy.create_engine(url(kind)).connect().execution_options(stream_results=True) as connection:
            for chunk in pd.read_sql(sqlalchemy.text(f"select * from {table}"), connection, chunksize=100_000):
                block = pa.Table.from_pandas(chunk, schema=writer and writer.schema, preserve_index=False)
                writer = writer or pq.ParquetWriter(folder / "pandas.parquet", block.schema, compression="zstd")
                writer.write_table(block)
                rows += len(chunk)
        if writer:
            writer.close()
        return rows

    return action


def make_workbook(path: Path, rows: int) -> Path:
    """A workbook of made-up rows x 15 columns of text, numbers and dates as text."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, XLSX_COLUMNS)
        for row in range(1, rows + 1):
            texts = [f"H17.{row:09}", f"Người thử {row}", "Đăng ký khai sinh", "01/10/2026", f"Thôn {row % 40}"]
            sheet.write_row(row, 0, [*texts, row, row % 7, row / 8, *texts[1:], row % 94, "Đã trả", "ghi chú"])
    return path


def ours_xlsx(folder: Path, path: str) -> Action:
    """This project: all of `land`."""
    from tests.contracts import make_contract

    once_a_process()
    contract = make_contract(
        folder,
        columns={f"c{n}": label for n, label in enumerate(XLSX_COLUMNS)},
        keys=("c0",),
        server={"server": "f", "type": "local", "format": "xlsx", "path": path},
    )
    return land_contract(folder, contract)


def bare_xlsx(folder: Path, path: str) -> Action:
    """DuckDB alone, at its best: MariaDB's line not compressed."""
    from warehouse.connections import connect_memory, load_extension

    def action() -> int:
        with connect_memory() as connection:
            load_extension(connection, "excel")
            query = f"select * from read_xlsx('{path}', all_varchar = true, header = true)"
            copied = connection.execute(
                f"copy ({query}) to '{folder / 'bare.parquet'}' (format parquet, compression zstd)"
            )
            return copied.fetchall()[0][0]

    return action


def pandas_calamine(folder: Path, path: str) -> Action:
    """pandas with calamine to Parquet."""
    import pandas as pd
    import pyarrow.parquet  # noqa: F401

    def action() -> int:
        frame = pd.read_excel(path, engine="calamine", dtype=str)
        frame.to_parquet(folder / "pandas.parquet", compression="zstd")
        return len(frame)

    return action


def openpyxl(folder: Path, path: str) -> Action:
    """openpyxl, row by row, to Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from openpyxl import load_workbook

    def action() -> int:
        rows = load_workbook(path, read_only=True).active.iter_rows(values_only=True)
        labels = next(rows)
        columns = zip(*([None if c is None else str(c) for c in row] for row in rows), strict=True)
        table = pa.table(dict(zip(labels, (list(c) for c in columns), strict=True)))
        pq.write_table(table, folder / "openpyxl.parquet", compression="zstd")
        return table.num_rows

    return action


CASES = (ours, extraction, bare, dlt_pyarrow, dlt_connectorx, pandas, ours_xlsx, bare_xlsx, pandas_calamine, openpyxl)


def main() -> None:
    """Run the case that the command line names."""
    case = next(c for c in CASES if c.__name__ == sys.argv[1])
    *arguments, rows = sys.argv[2:]
    with tempfile.TemporaryDirectory() as folder:
        action = case(Path(folder), *arguments)
        started = time.perf_counter()
        found = action()
        seconds = time.perf_counter() - started
    if found != int(rows):
        raise SystemExit(f"{found} of {rows} rows were read")
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"seconds": seconds, "peak_mb": peak / 1024}))


if __name__ == "__main__":
    main()
