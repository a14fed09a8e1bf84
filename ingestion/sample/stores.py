"""Write tables where their recipes say: SQLite, CSV, workbooks; and tell the accounts what is in them."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import xlsxwriter

from ingestion.sample.recipe import Recipe, Store
from ingestion.sample.tables import Table, read_day, write_database

TITLE_ROWS = 4
SIGNATURE_ROWS = 3


def write_stores(folder: Path, made: list[tuple[Recipe, Table]]) -> list[str]:
    """Write every table and return the files, below `folder`."""
    databases: dict[str, list[Table]] = {}
    for recipe, table in made:
        if recipe.store.sqlite:
            databases.setdefault(recipe.store.sqlite, []).append(table)
        else:
            write = _write_csv if recipe.store.csv else _write_workbook
            used = write(folder / recipe.store.path, recipe.store, table)
            account(table, used)
    for name, tables in databases.items():
        write_database(folder / name, tables)
    return sorted({recipe.store.path for recipe, _ in made})


def account(table: Table, used: int) -> None:
    """Record a file of `used` rows, and what staging should make of the data rows among them."""
    truth, rows = table.context.truth, len(table.rows)
    truth.read(table.dataset, table.table, used, out_of_scope=used - rows)
    truth.totals[table.dataset] = table.totals()


def _write_csv(path: Path, store: Store, table: Table) -> int:
    with path.open("w", encoding="utf-8-sig" if store.bom else "utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=store.delimiter, lineterminator="\r\n")
        writer.writerow(table.columns)
        writer.writerows([row[column] for column in table.columns] for row in table.rows)
    return len(table.rows) + 1


def _write_workbook(path: Path, store: Store, table: Table) -> int:
    """Write one sheet and return the number of its last used row."""
    as_of = table.context.as_of
    with xlsxwriter.Workbook(str(path)) as book:
        # a fixed moment keeps the bytes of the file equal from run to run
        book.set_properties({"title": store.title, "created": dt.datetime.combine(as_of, dt.time(8))})
        bold = book.add_format({"bold": True, "align": "center", "valign": "vcenter", "text_wrap": True, "border": 1})
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet = book.add_worksheet("Danh sach")
        sheet.set_column(1, len(table.columns), 18)
        sheet.write_string(0, 0, f"ỦY BAN NHÂN DÂN {table.context.province.name.upper()}")
        sheet.write_string(1, 2, store.title.upper())
        sheet.write_string(2, 2, f"Tính đến ngày {as_of:%d/%m/%Y}")
        _write_header(sheet, bold, store, table.columns)
        at = TITLE_ROWS + 2
        for number, row in enumerate(table.rows, start=1):
            sheet.write_number(at, 0, number)
            for column, name in enumerate(table.columns, start=1):
                _write_cell(sheet, at, column, row[name], day if number % 2 and name in store.real_dates else None)
            at += 1
        sheet.write_string(at, 0, "Tổng cộng", bold)
        sheet.write_number(at, 1, len(table.rows), bold)
        sheet.write_string(at + 2, 2, "NGƯỜI LẬP BIỂU", bold)
        sheet.write_string(at + 2, 4, "THỦ TRƯỞNG ĐƠN VỊ", bold)
    return at + SIGNATURE_ROWS


def _write_header(sheet: Any, bold: Any, store: Store, columns: tuple[str, ...]) -> None:
    upper, lower = TITLE_ROWS, TITLE_ROWS + 1
    for column, label in enumerate(("TT", *columns)):
        if label in store.grouped:
            sheet.write_string(lower, column, label, bold)
        else:
            sheet.merge_range(upper, column, lower, column, label, bold)
    first = 1 + columns.index(store.grouped[0])
    sheet.merge_range(upper, first, upper, first + len(store.grouped) - 1, store.group, bold)


def _write_cell(sheet: Any, row: int, column: int, text: str, day: Any) -> None:
    """A text, or with a format for days a real date where the text is one."""
    if day is not None:
        try:
            sheet.write_datetime(row, column, dt.datetime.combine(read_day(text), dt.time()), day)
        except ValueError:
            pass
        else:
            return
    if text:
        sheet.write_string(row, column, text)
