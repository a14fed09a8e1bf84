"""JSON and NDJSON: every value as the text that stands in the file.

DuckDB cuts the file into records and leaves their text alone, but reading a record would round its numbers: 0.10
would become 0.1. So each number outside a string is put into a marked string first, and the mark is taken off last.
"""

from __future__ import annotations

import json
import mmap
import re
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from ingestion.readers.limits import Limits
from ingestion.readers.tables import Table, copy_cells, fault, text
from ingestion.readers.text_bytes import prepare
from warehouse.contracts import Contract
from warehouse.errors import SourceDamaged, SourceError, SourceTooLarge, WrongFormat

NAME = "duckdb read_json"
# a whole string, or what stands between two
TOKENS = r'"(?:[^"\\]|\\.)*"|[^"]+'
NUMBERS = r"(-?(?:[0-9][0-9.eE+-]*|Infinity)|NaN)"
STRUCTURE = re.compile(rb'"(?:[^"\\]|\\.)*+"|[{}\[\]]', re.DOTALL)


def tables(
    connection: duckdb.DuckDBPyConnection, path: Path, work: Path, contract: Contract, limits: Limits, place: str
) -> Iterator[Table]:
    """The one table of a JSON file: its keys are the labels, in the order of their first record.

    The records are an array, one object a line, or an array under the server's option `recordsPath` ("a.b").
    Raises a SourceError for what is no JSON, not whole, or holds no records.
    """
    file = prepare(path, work, contract, limits, place, has_lines=False).path
    records_path = contract.server.options.get("recordsPath")
    if records_path:
        file = _array_below(file, work, str(records_path).split("."), contract, limits, place)
    mark = f"number-{secrets.token_hex(8)}:"
    records = _records(file, mark, limits)
    try:
        keys = connection.execute(f"""
            select key from (select unnest(json_keys(json)) as key, row_number() over () as place from ({records}))
            group by key order by min(place)
        """).fetchall()
        ((objects, others, longest),) = connection.execute(f"""
            select count(*) filter (json_type(json) = 'OBJECT'), count(*) filter (json_type(json) <> 'OBJECT'),
                max(strlen(json))
            from ({records})
        """).fetchall()
    except duckdb.Error as error:
        raise _damaged(contract, place, error) from error
    if longest and longest > limits.max_line_bytes:
        raise _too_long(contract, place)
    if others or not objects:
        wanted = "records: an array of objects, or one object a line"
        found = f"{others:,} values that are none" if others else "none"
        action = "Name the array with recordsPath of the server, or ask the sender what changed."
        raise fault(WrongFormat, contract, place, wanted, found, action)
    names = [key for (key,) in keys]
    if len(names) > limits.max_columns:
        raise fault(SourceTooLarge, contract, place, f"at most {limits.max_columns:,} columns", f"{len(names):,}")

    def write(target: Path) -> None:
        try:
            connection.execute(copy_cells(_cells(records, names, mark), target))
        except duckdb.Error as error:
            raise _damaged(contract, place, error) from error

    yield Table(NAME, place, None, [names], write, named=True)


def _records(file: Path, mark: str, limits: Limits) -> str:
    """SELECT of one JSON text a record, its numbers in marked strings."""
    with file.open("rb") as opened:
        first = opened.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    layout = "array" if first == b"[" else "unstructured"
    marked = rf"""array_to_string(list_transform(regexp_extract_all(json, {text(TOKENS)}),
        lambda t: case when t[1] = '"' then t else regexp_replace(t, '{NUMBERS}', '"{mark}\1"', 'g') end), '')"""
    return f"""select cast({marked} as json) as json from read_json_objects(
        {text(str(file))}, format = '{layout}', maximum_object_size = {limits.max_line_bytes})"""


def _cells(records: str, names: Sequence[str], mark: str) -> str:
    pointers = ", ".join(text("/" + name.replace("~", "~0").replace("/", "~1")) for name in names)
    cells = ", ".join(
        rf"""case when starts_with(v[{i + 1}], '{mark}') then substr(v[{i + 1}], {len(mark) + 1})
        when contains(v[{i + 1}], '{mark}') then regexp_replace(v[{i + 1}], '"{mark}([^"]*)"', '\1', 'g')
        else v[{i + 1}] end as c{i}"""
        for i in range(len(names))
    )
    return f"select {cells} from (select json_extract_string(json, [{pointers}]) as v from ({records}))"


def _array_below(file: Path, work: Path, keys: list[str], contract: Contract, limits: Limits, place: str) -> Path:
    """Copy the array that stands under `keys` to a file of its own."""
    if file.stat().st_size > limits.max_memory_bytes:
        found = f"{file.stat().st_size:,}"
        wanted = f"at most {limits.max_memory_bytes:,} bytes of JSON with a recordsPath"
        raise fault(SourceTooLarge, contract, place, wanted, found)
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
        span = _span(content, keys)
        if span is None:
            found = "no such array, or one that is never closed"
            raise fault(WrongFormat, contract, place, f"an array under {'.'.join(keys)}", found)
        target = work / "records.json"
        target.write_bytes(content[span[0] : span[1]])
    return target


def _span(content: mmap.mmap, keys: list[str]) -> tuple[int, int] | None:
    """Where the array under `keys` begins and ends."""
    depth = found = start = 0
    pending = False
    for token in STRUCTURE.finditer(content):
        mark = token.group()
        if mark in (b"}", b"]"):
            depth -= 1
            if start and depth == found:
                return start - 1, token.end()
        elif mark in (b"{", b"["):
            if pending and not start:
                found += 1
                if found == len(keys) and mark == b"[":
                    start = token.start() + 1
                elif found == len(keys) or mark == b"[":
                    return None
            depth += 1
            pending = False
        elif not start:
            is_key = content[token.end() : token.end() + 64].lstrip()[:1] == b":"
            pending = is_key and depth == found + 1 and json.loads(mark) == keys[found]
    return None


def _damaged(contract: Contract, place: str, error: duckdb.Error) -> SourceError:
    found = str(error).splitlines()[0].split(" in file")[0]
    if "maximum_object_size" in str(error):
        return _too_long(contract, place)
    return fault(SourceDamaged, contract, place, "JSON", found)


def _too_long(contract: Contract, place: str) -> SourceError:
    return fault(SourceTooLarge, contract, place, "records of a sensible length", "one longer than maxLineBytes")
