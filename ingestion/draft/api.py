"""Look at an HTTP JSON API: its first answer tells where the records are, and hints at the next page."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import duckdb
import httpx

from ingestion.draft.files import look_at_json
from ingestion.draft.look import Look
from ingestion.draft.probe import probe
from ingestion.draft.records import longest_list
from ingestion.readers.api_client import Answer, Client
from warehouse.contract_api import at, read_api_options
from warehouse.errors import SourceError

PAGE = ("page", "trang", "p", "pageindex", "page_index", "pagenumber")
OFFSET = ("offset", "skip", "start")
SIZE = ("size", "limit", "pagesize", "page_size", "per_page", "top", "take")
NEXT = ("next", "nextLink", "links.next", "_links.next.href", "@odata.nextLink", "paging.next")
CURSOR = ("nextCursor", "next_cursor", "cursor", "meta.next_cursor", "nextPageToken", "paging.cursor")
TOTAL = ("total", "totalCount", "total_count", "totalElements", "totalRecords", "count", "meta.total", "recordsTotal")
ERROR = ("error_code", "errorCode", "code", "status")


def look_at_api(connection: duckdb.DuckDBPyConnection, source: str, prefix: str, folder: Path) -> Look:
    """See the first answer of an API.

    Args:
        connection: gets the table `sample`.
        source: address, with the parameters that ask for the first page.
        prefix: `<PREFIX>_TOKEN` (bearer), `_KEY` (header x-api-key) or `_USER` and `_PASSWORD` (basic) are sent if set.
        folder: where the records are put.

    Raises:
        KhoError: the service does not answer, refuses, or gives no list of records.
    """
    parts = urlsplit(source)
    location = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
    given = dict(parse_qsl(parts.query))
    options: dict[str, Any] = {"auth": {"type": _auth(prefix)}}
    if options["auth"]["type"] == "header":
        options["auth"]["name"] = "x-api-key"
    server = {"server": "api", "type": "api", "location": location, "customProperties": _properties(options)}
    answer = asyncio.run(_first(server, prefix, given))
    path = longest_list(answer.document)
    records = at(answer.document, path)
    if not isinstance(records, list) or not records:
        raise SourceError(
            wanted="a list of records in the answer",
            found="none with a record in it",
            where=location,
            action="Give the address with parameters that make the service answer with records.",
        )
    pagination, rest = _pagination(answer, given)
    fixed = {name: value for name, value in given.items() if name in rest}
    options = {
        **({"recordsPath": path} if path else {}),
        "pagination": pagination,
        **({"parameters": fixed} if fixed else {}),
        **_error_option(answer.document),
        **({} if options["auth"]["type"] == "none" else options),
    }
    lines = folder / "records.ndjson"
    lines.write_bytes(b"".join(json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records))
    server["customProperties"] = _properties(options)
    look = look_at_json(connection, lines, server, location, table=parts.path.strip("/").rpartition("/")[2] or "api")
    notes = (
        f"only the first answer was looked at: {len(records):,} records",
        f"pagination is {pagination['type']}: ask for the service's description",
    )
    return Look(look.server, look.table, look.columns, None, None, notes=notes)


async def _first(server: dict[str, Any], prefix: str, parameters: dict[str, str]) -> Answer:
    contract = probe(server, prefix, "records", "draft")
    options = read_api_options(contract.path, contract.server.location, contract.server.options)
    async with Client(contract, options) as client:
        return await client.get(httpx.URL(contract.server.location).copy_merge_params(parameters))


def _auth(prefix: str) -> str:
    secrets = {"TOKEN": "bearer", "KEY": "header", "USER": "basic"}
    return next((kind for name, kind in secrets.items() if os.environ.get(f"{prefix.upper()}_{name}")), "none")


def _properties(options: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"property": name, "value": value} for name, value in options.items()]


def _pagination(answer: Answer, given: dict[str, str]) -> tuple[dict[str, Any], set[str]]:
    """Guessed pagination, and the given parameters that are no part of it."""
    document = answer.document
    size = next((name for name in given if name.lower() in SIZE), None)
    sized = {"sizeParameter": size, "size": int(given[size])} if size and given[size].isdigit() else {}
    total = next((path for path in TOTAL if str(at(document, path)).isdigit()), None)
    counted = {"totalPath": total} if total else {}
    link = next((path for path in NEXT if isinstance(at(document, path), str)), None)
    cursor = next((path for path in CURSOR if isinstance(at(document, path), str)), None)
    page = next((name for name in given if name.lower() in PAGE), None)
    offset = next((name for name in given if name.lower() in OFFSET), None)
    rest = set(given) - ({size} if sized else set())
    if link or answer.link:
        return {"type": "link", **({"nextPath": link} if link else {}), **sized, **counted}, rest
    if cursor:
        name = cursor.rpartition(".")[2]
        return {"type": "cursor", "cursorParameter": name, "cursorPath": cursor, **sized, **counted}, rest
    if page and given[page].isdigit():
        first = {"firstPage": int(given[page])}
        return {"type": "page", "pageParameter": page, **first, **sized, **counted}, rest - {page}
    if offset:
        return {"type": "offset", "pageParameter": offset, **sized, **counted}, rest - {offset}
    return {"type": "none", **sized, **counted}, rest


def _error_option(document: Any) -> dict[str, Any]:
    path = next((path for path in ERROR if str(at(document, path)) in ("0", "00")), None)
    return {"errorPath": path} if path else {}
