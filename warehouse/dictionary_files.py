"""The data dictionary as files: a Markdown page a schema, an index, and `dictionary.csv`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import astuple
from pathlib import Path

from warehouse.dictionary import COLUMNS, PUBLIC_SCHEMAS, DictionaryColumn, DictionaryTable

CSV_FILE = "dictionary.csv"
TITLES = {
    "shared": ("Kho dữ liệu dùng chung", "Shared data store"),
    "metrics": ("Số liệu, chỉ tiêu", "Figures"),
    "quality": ("Chất lượng dữ liệu", "Data quality"),
    "open_data": ("Dữ liệu mở", "Open data"),
    "ops": ("Vận hành, đối chiếu", "Operations"),
}
WRITTEN_BY = (
    "Viết tự động bằng `kho dictionary` từ hợp đồng dữ liệu và mô hình dbt; sửa ở đó. / Written by `kho dictionary`."
)
HEADER = (
    "| Cột / Column | Tên / Title | Kiểu / Type | Đơn vị, danh mục / Unit, codes | Mức / Class | Tên gốc / Source | "
    "Căn cứ / Basis | Mô tả / Description |"
)


def dictionary_files(tables: Iterable[DictionaryTable]) -> dict[str, bytes]:
    """Name and content of every file of the dictionary."""
    listed = list(tables)
    files = {"README.md": _index(listed)}
    for schema in PUBLIC_SCHEMAS:
        files[f"{schema}.md"] = _page(schema, [table for table in listed if table.schema == schema])
    pages = {name: text.encode() for name, text in files.items()}
    return {**pages, CSV_FILE: dictionary_csv(column for table in listed for column in table.columns)}


def write_dictionary(tables: Iterable[DictionaryTable], folder: Path) -> list[Path]:
    """Write the files into a folder, and nothing but them; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in dictionary_files(tables).items():
        path = folder / name
        path.write_bytes(content)
        written.append(path)
    return written


def dictionary_csv(columns: Iterable[DictionaryColumn]) -> bytes:
    """One line a column: UTF-8 with a byte order mark and CRLF, as spreadsheets read it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for column in columns:
        writer.writerow([_flag(value) for value in astuple(column)])
    return ("\ufeff" + text.getvalue()).encode()


def _flag(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def _index(tables: list[DictionaryTable]) -> str:
    lines = ["# Từ điển dữ liệu / Data dictionary", "", WRITTEN_BY, ""]
    lines += [f"Toàn bộ các cột trong một tệp / all columns in one file: [{CSV_FILE}]({CSV_FILE}).", ""]
    for schema in PUBLIC_SCHEMAS:
        lines += [f"## [`{schema}`]({schema}.md): {' / '.join(TITLES[schema])}", ""]
        lines += ["| Bảng / Table | Tên / Title | Số cột / Columns |", "|---|---|---|"]
        lines += [
            f"| [`{table.name}`]({schema}.md#{_anchor(table)}) | {_cell(table.title_vi)} | {len(table.columns)} |"
            for table in tables
            if table.schema == schema
        ]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _page(schema: str, tables: list[DictionaryTable]) -> str:
    lines = [f"# `{schema}`: {' / '.join(TITLES[schema])}", "", WRITTEN_BY, "🔑 khóa / key; \\* bắt buộc / required."]
    for table in tables:
        lines += ["", f"## {schema}.{table.name}", "", f"**{table.title_vi}** / {table.title_en}. {table.description}"]
        lines += ["", HEADER, "|---|---|---|---|---|---|---|---|"]
        lines += [_row(column) for column in table.columns]
    return "\n".join(lines) + "\n"


def _row(column: DictionaryColumn) -> str:
    mark = " 🔑" if column.is_key else " \\*" if column.is_required else ""
    cells = (
        f"`{column.column}`{mark}",
        f"{column.title_vi} / {column.title_en}",
        column.type,
        "; ".join(text for text in (column.unit, column.code_list) if text),
        column.classification,
        column.source_name,
        column.legal_basis,
        column.description,
    )
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _anchor(table: DictionaryTable) -> str:
    """What GitHub makes of the heading."""
    return f"{table.schema}{table.name}".replace(".", "")
