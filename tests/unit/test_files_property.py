"""Whatever cells hold, written in any format, reads back the same; every row is in one bucket."""

from __future__ import annotations

import csv
import json
import tempfile
from pathlib import Path

import duckdb
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.readers import files
from tests.contracts import make_contract
from warehouse.connections import connect_memory

LABELS = ["Mã", "Tên"]
# what XML and text files can carry: no control characters but line ends, no half characters
letters = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\ufffe\uffff")
special = st.sampled_from(
    [
        "0164A",
        "1.000650",
        "049090001234",
        "1e5",
        "=1+1",
        "'",
        '""',
        '"',
        ";",
        ",",
        "\t",
        "|",
        "a\nb",
        "Hô\u0323\u0300",
        "NULL",
        " x ",
    ]
)
cell = st.one_of(special, st.text(letters, min_size=1, max_size=12))
tables = st.lists(st.tuples(st.from_regex(r"[0-9A-Z]{1,12}", fullmatch=True), cell), max_size=20)


def write_text(path, rows, delimiter, end):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([LABELS, *rows])


def write_workbook(path, rows):
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate([LABELS, *rows]):
            for place, value in enumerate(row):
                sheet.write_string(number, place, value)


def write_lines(path, rows):
    lines = [json.dumps(dict(zip(LABELS, row, strict=True)), ensure_ascii=len(rows) % 2 == 0) for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8")


def write_parquet(path, rows):
    with duckdb.connect() as connection:
        connection.execute('create table t ("Mã" varchar, "Tên" varchar)')
        if rows:
            connection.executemany("insert into t values (?, ?)", rows)
        connection.execute(f"copy t to '{path}' (format parquet)")


WAYS = {
    "comma.csv": lambda path, rows: write_text(path, rows, ",", "\r\n"),
    "semicolon.csv": lambda path, rows: write_text(path, rows, ";", "\n"),
    "pipe.csv": lambda path, rows: write_text(path, rows, "|", "\n"),
    "tab.tsv": lambda path, rows: write_text(path, rows, "\t", "\r"),
    "book.xlsx": write_workbook,
    "lines.ndjson": write_lines,
    "file.parquet": write_parquet,
}


@pytest.mark.parametrize("name", WAYS)
@settings(max_examples=25, deadline=None)
@given(rows=tables)
def test_what_is_written_reads_back(name, rows):
    named = name.endswith(("ndjson", "parquet"))
    if named and not rows:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        WAYS[name](path, rows)
        server = {"server": "f", "type": "local", "format": path.suffix[1:], "path": name}
        contract = make_contract(Path(folder), columns={"code": "Mã", "name": "Tên"}, keys=("code",), server=server)
        batch = Path(folder) / "batch"
        batch.mkdir()
        with connect_memory() as connection:
            read = files.extract(connection, path, contract, batch, batch_id="b")
            found = connection.execute(f"select code, name, _row_number from '{batch}/data.parquet'").fetchall()
            rejects = connection.execute(f"select count(*) from '{batch}/rejects.parquet'").fetchone()[0]
    assert found == [(*row, number) for number, row in enumerate(rows, 1 if named else 2)]
    assert read.rows_read == len(rows) + (0 if named else 1) == read.rows_landed + rejects
