"""Look at a file: whatever its format, its cells become the table `cells`, then its header is found."""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import json
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb

from ingestion.draft.header import find_table
from ingestion.draft.look import SAMPLE_ROWS, Look, Seen, refuse_values_as_labels
from ingestion.draft.records import longest_list
from warehouse.contract_api import at
from warehouse.errors import SourceError, SourceMissing

WORKBOOKS = ("xlsx", "xlsm", "xls", "xlsb", "ods")
FORMATS = (*WORKBOOKS, "csv", "tsv", "json", "ndjson", "parquet")
SUFFIXES = {"txt": "csv", "jsonl": "ndjson"}
DELIMITERS = ",;\t|"
# keys in the order in which records first have them
KEYS = """
    select key
    from (select unnest(json_keys(json)) as key, generate_subscripts(json_keys(json), 1) as place from records)
    group by key order by min(place), key
"""
# more than this is not unpacked, or read as one JSON document, to look at it
LARGEST_MEMBER = 512 * 1024**2
RECORDS = "records.ndjson"


def look_at_file(connection: duckdb.DuckDBPyConnection, path: Path, written: str, folder: Path) -> Look:
    """See a file of any format that kho reads.

    Args:
        connection: gets the table `sample`.
        path: the file.
        written: how the contract writes its path.
        folder: for what a ZIP file holds.

    Raises:
        SourceMissing: there is no such file.
        SourceError: it cannot be read, or has no header.
    """
    if not path.is_file():
        raise _error(path, SourceMissing, "a file", "none", "Check the path.")
    file_format = _format(path)
    source = path
    if file_format == "zip":
        source = _unpacked(path, folder)
        file_format = _format(source)
    if file_format not in FORMATS:
        raise _error(path, SourceError, f"a file of type {', '.join(FORMATS)} or zip", file_format, "Convert it first.")
    server: dict[str, Any] = {"server": "file", "type": "local", "format": file_format, "path": written}
    if file_format in ("json", "ndjson"):
        below = _records_below(source, folder) if file_format == "json" else None
        if below:
            server["customProperties"] = [{"property": "recordsPath", "value": below}]
            source = folder / RECORDS
        return look_at_json(connection, source, server, path.name)
    if file_format == "parquet":
        return _look_at_parquet(connection, source, server, path.name)
    if file_format in WORKBOOKS:
        sheet, rows = _sheet(source)
    else:
        sheet, rows = None, _text_rows(source)
    found = find_table(connection, list(itertools.islice(rows, SAMPLE_ROWS + 1)), path.name)
    cut = found.rows > SAMPLE_ROWS
    notes = (f"only the first {SAMPLE_ROWS:,} rows were looked at",) if cut else ()
    return Look(
        server=server,
        table=path.name,
        columns=found.columns,
        rows=None if cut else found.rows,
        header_rows=found.header_rows,
        sheet=sheet,
        has_footer=True,
        notes=notes,
    )


def look_at_json(
    connection: duckdb.DuckDBPyConnection, path: Path, server: dict[str, Any], name: str, table: str | None = None
) -> Look:
    """See a file of JSON records, a list or one a line: their keys are the columns. Raises SourceError."""
    try:
        connection.execute(
            f"create or replace temporary table records as select json from read_json_objects(?) limit {SAMPLE_ROWS}",
            [str(path)],
        )
        keys = [row[0] for row in connection.execute(KEYS).fetchall()]
    except duckdb.Error as error:
        raise _error(path, SourceError, "JSON records", type(error).__name__, "Look at the file.") from None
    if not keys:
        raise _error(path, SourceError, "records with keys", "none", "Look at the file.")
    refuse_values_as_labels(connection, keys, name)
    columns = ", ".join(f"json ->> {_literal(_pointer(key))} as c{i}" for i, key in enumerate(keys))
    connection.execute(f"create or replace temporary table sample as select {columns} from records")
    rows = connection.execute("select count(*) from sample").fetchall()[0][0]
    return Look(server, table or name, tuple(Seen(key) for key in keys), rows if rows < SAMPLE_ROWS else None)


def _records_below(path: Path, folder: Path) -> str | None:
    """Path of the records inside one JSON object, written to `folder` one a line; None when the file is a list."""
    if path.stat().st_size > LARGEST_MEMBER:
        return None
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError:
        return None
    below = longest_list(document)
    records = at(document, below)
    if not below or not isinstance(records, list) or not records:
        return None
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in records[:SAMPLE_ROWS])
    (folder / RECORDS).write_text("".join(lines), encoding="utf-8")
    return below


def _look_at_parquet(connection: duckdb.DuckDBPyConnection, path: Path, server: dict[str, Any], name: str) -> Look:
    relation = f"read_parquet({_literal(str(path))})"
    try:
        described = connection.execute(f"describe select * from {relation}").fetchall()
        rows = connection.execute(f"select count(*) from {relation}").fetchall()[0][0]
    except duckdb.Error as error:
        raise _error(path, SourceError, "a Parquet file", type(error).__name__, "Ask for the file again.") from None
    labels = [str(row[0]) for row in described]
    refuse_values_as_labels(connection, labels, name)
    whole = as_text(relation, labels)
    connection.execute(f"create or replace temporary table sample as select * from {whole} limit {SAMPLE_ROWS}")
    return Look(server, name, tuple(Seen(str(r[0]), physical_type=str(r[1])) for r in described), rows, whole)


def as_text(relation: str, labels: Iterable[str]) -> str:
    """A relation with the columns as text, named c0, c1 and so on."""
    columns = ", ".join(
        f'cast("{label.replace(chr(34), chr(34) * 2)}" as varchar) as c{i}' for i, label in enumerate(labels)
    )
    return f"(select {columns} from {relation})"


def _sheet(path: Path) -> tuple[str, Iterator[list[str | None]]]:
    """The first visible sheet and its rows as text."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    try:
        workbook = CalamineWorkbook.from_path(str(path))
        visible = [s.name for s in workbook.sheets_metadata if s.visible == SheetVisibleEnum.Visible]
        if not visible:
            raise _error(path, SourceError, "a visible sheet", "none", "Ask for the file again.")
        rows = workbook.get_sheet_by_name(visible[0]).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as error:
        raise _error(path, SourceError, "a workbook", type(error).__name__, "Ask for the file again.") from None
    return visible[0], ([_cell(value) for value in row] for row in rows)


def _cell(value: object) -> str | None:
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip() or None


def _text_rows(path: Path) -> Iterator[list[str | None]]:
    """Rows of a text file; what is not Unicode stays unreadable here, and is the reader's to convert."""
    with path.open("rb") as file:
        head = file.read(256 * 1024)
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    lines = head.decode(encoding, errors="replace").splitlines()[:30]
    if not lines:
        raise _error(path, SourceError, "rows", "an empty file", "Ask the sender for the file again.")
    delimiter = max(DELIMITERS, key=lambda mark: sum(line.count(mark) for line in lines))
    csv.field_size_limit(32 * 1024**2)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        for row in csv.reader(file, delimiter=delimiter):
            yield [cell.strip() or None for cell in row]


def _unpacked(path: Path, folder: Path) -> Path:
    """The first member of a ZIP file that kho reads, below `folder` under a name of our own."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if _format(Path(m.filename)) in FORMATS]
            if not members:
                raise _error(path, SourceError, f"a file of type {', '.join(FORMATS)}", "none", "Look into the file.")
            member = members[0]
            target = folder / f"member.{_format(Path(member.filename))}"
            with archive.open(member) as packed, target.open("wb") as file:
                while block := packed.read(1024**2):
                    file.write(block)
                    if file.tell() > LARGEST_MEMBER:
                        raise _error(path, SourceError, f"at most {LARGEST_MEMBER:,} bytes", "more", "Unpack it first.")
            return target
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError) as error:
        raise _error(path, SourceError, "a ZIP file", type(error).__name__, "Ask for the file again.") from None


def _format(path: Path) -> str:
    suffix = path.suffix.lower().lstrip(".")
    return SUFFIXES.get(suffix, suffix)


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _error(path: Path, kind: type[SourceError], wanted: str, found: str, action: str) -> SourceError:
    return kind(wanted=wanted, found=found, where=path.name, action=action)
