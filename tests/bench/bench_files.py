"""Files beside what the engine alone takes, in one run: ratios, because machines are noisy.

Prints for CSV (1,000,000 rows x 15) and XLSX (300,000 x 15): rows a second and peak memory of `files.extract`, of a
bare DuckDB COPY of the same file to Parquet, and for XLSX of openpyxl. Each is measured in a process of its own,
three times in turn, and the quickest counts. A ratio of 1.0 is as fast as the engine.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import xlsxwriter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from ingestion.readers import files
from tests.contracts import make_contract
from warehouse.connections import connect_memory, load_extension

COLUMNS = {
    "dossier_code": "Mã hồ sơ",
    "procedure_name": "Tên thủ tục hành chính",
    "applicant": "Chủ hồ sơ",
    "received": "Ngày nhận",
    "due": "Ngày hẹn trả",
    "finished": "Ngày kết thúc xử lý",
    "address": "Địa chỉ",
    "phone": "Số điện thoại",
    "field": "Lĩnh vực",
    "agency": "Đơn vị tiếp nhận",
    "status": "Trạng thái",
    "channel": "Kênh nộp",
    "copies": "Số bộ",
    "fee": "Lệ phí",
    "note": "Ghi chú",
}
ROWS = {"csv": 1_000_000, "xlsx": 300_000}
TURNS = 3


def row(number: int) -> tuple[str, ...]:
    """A made-up dossier."""
    return (
        f"H17.1-261001-{number:06}",
        "Đăng ký khai sinh",
        f"Người thử {number}",
        "01/10/2026 08:30:00",
        "05/10/2026 08:30:00",
        "04/10/2026 10:30:00",
        f"Thôn {number % 97}, xã Thử {number % 89}",
        f"09000{number:07}",
        "G15-TP01",
        f"H17.{number % 94}",
        "Đã trả kết quả",
        "Trực tuyến",
        "1",
        str(number % 7 * 1000),
        "",
    )


def write(path: Path, count: int) -> None:
    """Make a file."""
    labels = tuple(COLUMNS.values())
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([labels, *map(row, range(count))])
        return
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, labels)
        for number in range(count):
            sheet.write_row(number + 1, 0, row(number))


def ours(path: Path, target: Path) -> int:
    """files.extract."""
    server = {"server": "f", "type": "local", "format": path.suffix[1:], "path": path.name}
    contract = make_contract(path.parent, columns=COLUMNS, keys=("dossier_code",), server=server)
    target.mkdir()
    with connect_memory() as connection:
        return files.extract(connection, path, contract, target, batch_id="bench").rows_landed


def bare(path: Path, target: Path) -> int:
    """DuckDB alone."""
    with connect_memory() as connection:
        load_extension(connection, "excel")
        read = f"read_{path.suffix[1:]}('{path}', all_varchar = true, header = true)"
        copied = connection.execute(f"copy (select * from {read}) to '{target}' (format parquet, compression zstd)")
        (rows,) = copied.fetchone()
        return int(rows)


def openpyxl(path: Path, target: Path) -> int:
    """What most scripts use."""
    from openpyxl import load_workbook

    sheet = load_workbook(path, read_only=True).active
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        count = 0
        for count, cells in enumerate(sheet.iter_rows(values_only=True)):  # noqa: B007
            writer.writerow(cells)
    return count


WAYS = {"extract": ours, "bare COPY": bare, "openpyxl": openpyxl}


def measure(way: str, path: Path) -> dict[str, float]:
    """Seconds and peak memory (MB) of one way, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, way, str(path), str(Path(folder) / "target")]
        return dict(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def main() -> None:
    """Measure both formats."""
    print(f"{'source':<8}{'way':<12}{'rows':>11}{'rows/s':>12}{'peak MB':>10}{'ratio':>8}")
    for kind, count in ROWS.items():
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / f"things.{kind}"
            write(path, count)
            best: dict[str, dict[str, float]] = {}
            for turn in range(TURNS):
                for way in WAYS if kind == "xlsx" and turn == 0 else ("bare COPY", "extract"):
                    found = measure(way, path)
                    if found["rows"] != count:
                        raise SystemExit(f"{kind}: {way} read {found['rows']:,.0f} of {count:,} rows")
                    best[way] = min(found, best.get(way, found), key=lambda f: f["seconds"])
            for way, found in best.items():
                ratio = best["bare COPY"]["seconds"] / found["seconds"]
                speed = count / found["seconds"]
                print(f"{kind:<8}{way:<12}{count:>11,}{speed:>12,.0f}{found['peak']:>10,.0f}{ratio:>8.2f}")


def measured() -> None:
    """One way, once, as JSON."""
    way, path, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    started = time.perf_counter()
    rows = WAYS[way](path, target)
    seconds = time.perf_counter() - started
    # getrusage would tell the parent's peak when that was higher
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024
    print(json.dumps({"rows": rows, "seconds": seconds, "peak": peak}))


if __name__ == "__main__":
    measured() if len(sys.argv) > 1 else main()
