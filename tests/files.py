"""Small source files for tests, and their extraction."""

from __future__ import annotations

import duckdb
import xlsxwriter

from ingestion.readers import files
from tests.contracts import make_contract
from warehouse.connections import connect_memory

COLUMNS = {"code": "Mã hồ sơ", "name": "Chủ hồ sơ", "received": "Ngày nhận", "fee": "Lệ phí"}
LABELS = list(COLUMNS.values())
ROWS = [
    ["0164A", "Nguyễn Thử", "05/10/2026", "0.10"],
    ["1.000650", "Trần\nMẫu", "2026-10-06", "1e5"],
    ["090000001234", 'Lê "Giả"', "45992", "12345678901234567890"],
]


def contract_of(folder, fmt="csv", *, columns=None, options=None, delimiter=None, **given):
    server = {"server": "file", "type": "local", "format": fmt, "path": f"things*.{fmt}"}
    if options:
        server["customProperties"] = [{"property": k, "value": v} for k, v in options.items()]
    if delimiter:
        server["delimiter"] = delimiter
    return make_contract(folder, columns=columns or COLUMNS, keys=("code",), server=server, **given)


def extracted(path, contract):
    """An extraction with its data and rejects."""
    folder = path.parent / f"batch of {path.name}"
    folder.mkdir()
    with connect_memory() as connection:
        read = files.extract(connection, path, contract, folder, batch_id="b1")
    assert sorted(p.name for p in folder.iterdir()) == ["data.parquet", "rejects.parquet"]
    data = duckdb.execute(f"select * from read_parquet('{folder / 'data.parquet'}')")
    names = [d[0] for d in data.description]
    rows = [dict(zip(names, row, strict=True)) for row in data.fetchall()]
    rejects = duckdb.execute(f"select * from read_parquet('{folder / 'rejects.parquet'}')").fetchall()
    assert read.rows_read == read.rows_landed + read.rows_rejected + sum(read.out_of_scope.values())
    return read, rows, rejects


def cells(rows, names=tuple(COLUMNS)):
    return [[row[name] for name in names] for row in rows]


def quoted(rows, delimiter=","):
    mark = '"'
    return "".join(delimiter.join(f'"{c.replace(mark, mark * 2)}"' for c in row) + "\r\n" for row in rows)


def write_xlsx(path, sheets, **options):
    with xlsxwriter.Workbook(path, options) as workbook:
        for name, (rows, hidden) in sheets.items():
            sheet = workbook.add_worksheet(name)
            if hidden:
                sheet.hide()
            for number, row in enumerate(rows):
                for place, cell in enumerate(row):
                    if cell is not None:
                        sheet.write_string(number, place, cell)
