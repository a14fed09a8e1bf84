"""The files of the sample province, read without kho: header, rows, their numbers and keys."""

from __future__ import annotations

import csv
import sqlite3
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineWorkbook

from ingestion.sample.recipe import read_recipes
from warehouse.contracts import Column, Contract

REGISTER_HEADER = 4
DELIMITERS = {recipe.dataset: recipe.store.delimiter for recipe in read_recipes()}


@dataclass(frozen=True)
class SourceTable:
    """One file, or one table of a database, of a contract; `rows` are data rows with their number in the source."""

    contract: Contract
    source_file: str
    header: list[str]
    rows: list[tuple[int, list[str]]]

    def values(self, column: Column) -> list[str]:
        """The column's texts, by any of its labels, with single spaces; empty texts where the file has it not."""
        at = next((self.header.index(label(x)) for x in column.labels if label(x) in self.header), None)
        return ["" if at is None else " ".join(row[at].split()) for _, row in self.rows]

    def row_keys(self) -> list[str]:
        """Row keys as staging writes them; empty when a part is. Without a key column, the file and the row."""
        if not self.contract.key:
            return [f"{self.source_file}|{number}" for number, _ in self.rows]
        parts = zip(*(self.values(column) for column in self.contract.key), strict=True)
        return ["|".join(row) if all(row) else "" for row in parts]


def source_tables(folder: Path, contract: Contract) -> Iterator[SourceTable]:
    """Every file (or the table) of a contract in the sample folder."""
    place = Path(contract.server.location)
    if contract.server.kind == "sqlite":
        with sqlite3.connect(place) as database:
            found = database.execute(f'select * from "{contract.table}" order by rowid')
            header = [label(c[0]) for c in found.description]
            yield SourceTable(contract, contract.table, header, _numbered([[v or "" for v in row] for row in found], 1))
        return
    for path in sorted(folder.glob(place.relative_to(folder).as_posix())):
        if contract.server.format == "csv":
            with path.open(encoding="utf-8-sig", newline="") as lines:
                first, *rows = csv.reader(lines, delimiter=DELIMITERS.get(contract.dataset, ","))
            whole = [(n, row) for n, row in _numbered(rows, 2) if len(row) == len(first)]
            yield SourceTable(contract, path.name, [label(c) for c in first], whole)
        else:
            sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
            upper, lower = sheet[REGISTER_HEADER], sheet[REGISTER_HEADER + 1]
            header = [label(str(low or up)) for up, low in zip(upper, lower, strict=True)]
            # data rows are numbered; the total and the signatures are not
            data = _numbered(sheet[REGISTER_HEADER + 2 :], REGISTER_HEADER + 3)
            rows_ = [(n, [str(v) for v in row]) for n, row in data if isinstance(row[0], float)]
            yield SourceTable(contract, path.name, header, rows_)


def label(text: str) -> str:
    """A header label as it is compared."""
    return " ".join(unicodedata.normalize("NFC", text).split()).lower()


def _numbered(rows: list[list[str]], first: int) -> list[tuple[int, list[str]]]:
    return list(enumerate(rows, start=first))
