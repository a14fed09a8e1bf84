"""HTTP JSON APIs: all pages of an answer become one file of JSON lines, or none do.

`ingestion/readers/api_client.py` speaks HTTP; here is which address comes next and when it is enough.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from ingestion.readers.api_client import Answer, Client, Refused
from warehouse.contract_api import ApiOptions, SinceFormat, at, read_api_options
from warehouse.contracts import Contract
from warehouse.errors import SourceError, SourceUnreachable
from warehouse.settings import TIME_ZONE

NAME = "httpx"
FORMATS = {"yyyyMMddHHmmss": "%Y%m%d%H%M%S", "yyyy-MM-dd": "%Y-%m-%d"}
Record = dict[str, Any]


@dataclass(frozen=True)
class Fetched:
    """What was fetched: `path` holds one JSON object a line, in the order of the pages; numbers are text, as written.

    `size` counts bytes of the answers, `requests` also those that were repeated.
    """

    path: Path
    records: int
    pages: int
    requests: int
    size: int


def fetch(contract: Contract, target: Path, since: object | None = None) -> Fetched:
    """Write all records of an API to `target`; on failure nothing is written.

    Args:
        contract: its server is of kind `api`.
        target: file of JSON lines to write.
        since: greatest watermark seen, less the overlap; sent as `sinceParameter`. Local time when it has no zone.

    Raises:
        SourceUnreachable: the service does not answer, or answers half; trying again may help.
        SourceError: it refuses, or its answer is not what the contract says.
        SettingsError: a secret is not in the environment.
    """
    options = read_api_options(contract.path, contract.server.location, contract.server.options)
    partial = target.with_name(target.name + ".part")
    try:
        fetched = asyncio.run(_Fetch(contract, options, since).into(partial))
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return Fetched(target, fetched.records, fetched.pages, fetched.requests, fetched.size)


@dataclass
class _Fetch:
    contract: Contract
    options: ApiOptions
    since: object | None
    records: int = 0
    pages: int = 0
    size: int = 0
    total: int | None = None
    seen: set[bytes] = field(default_factory=set)

    async def into(self, path: Path) -> Fetched:
        limit = self.options.limits.total_seconds
        try:
            async with asyncio.timeout(limit), Client(self.contract, self.options) as client:
                with path.open("wb") as file:
                    async for records in self._pages(client):
                        file.writelines(self._lines(records))
        except TimeoutError:
            raise SourceUnreachable(
                wanted=f"all pages within {limit:g} s",
                found=f"{self.pages} pages, {self.records} records",
                where=self._where,
                action="It is tried again at the next run; raise limits.totalSeconds if the service is that slow.",
            ) from None
        if self.total is not None and self.records < self.total:
            raise SourceUnreachable(
                wanted=f"{self.total} records, as {self.options.pagination.total_path} says",
                found=str(self.records),
                where=self._where,
                action="The data may have changed meanwhile: it is tried again. Leave out totalPath if it is wrong.",
            )
        return Fetched(path, self.records, self.pages, client.requests, self.size)

    async def _pages(self, client: Client) -> AsyncIterator[list[Record]]:
        url: httpx.URL | None = self._first()
        while url is not None:
            try:
                answer = await client.get(url)
            except Refused as error:
                # some services answer 404 for the page after the last
                if error.status == 404 and self.total is not None and self.records >= self.total:
                    return
                raise
            records = self._records(answer)
            if self._again(records):
                return
            self._count(answer, records)
            yield records
            url = self._next(client, url, answer, records)

    def _first(self) -> httpx.URL:
        pagination = self.options.pagination
        parameters = dict(self.options.parameters)
        if self.since is not None and self.options.since_parameter:
            parameters[self.options.since_parameter] = written(self.since, self.options.since_format)
        if pagination.size and pagination.size_parameter:
            parameters[pagination.size_parameter] = pagination.size
        if pagination.type == "page":
            parameters[pagination.page_parameter or "page"] = pagination.first_page
        if pagination.type == "offset":
            parameters[pagination.page_parameter or "offset"] = 0
        return httpx.URL(self.contract.server.location).copy_merge_params(parameters)

    def _next(self, client: Client, url: httpx.URL, answer: Answer, records: list[Record]) -> httpx.URL | None:
        """Address of the next page; None after the last."""
        pagination = self.options.pagination
        if pagination.type == "page" and records:
            return url.copy_set_param(pagination.page_parameter or "page", pagination.first_page + self.pages)
        if pagination.type == "offset" and records:
            # what came, not what was asked for: a server may give smaller pages
            return url.copy_set_param(pagination.page_parameter or "offset", self.records)
        if pagination.type == "cursor" and (cursor := at(answer.document, pagination.cursor_path)):
            return self._unseen(url.copy_set_param(str(pagination.cursor_parameter), str(cursor)), "cursor")
        if pagination.type == "link":
            link = at(answer.document, pagination.next_path) if pagination.next_path else answer.link
            if link:
                return self._unseen(client.joined(url, str(link)), "next address")
        return None

    def _records(self, answer: Answer) -> list[Record]:
        if answer.size == 0:
            return []
        self._check_code(answer.document)
        path = self.options.records_path
        parent, _, name = path.rpartition(".")
        found = at(answer.document, path)
        if found is None and (holder := at(answer.document, parent)) is not None:
            found = [] if isinstance(holder, dict) and name in holder else None
        if isinstance(found, dict):
            # gateways that make JSON of XML write a list of one as its one element
            found = [found] if path else None
        if not isinstance(found, list) or not all(isinstance(r, dict) for r in found):
            raise self._error(
                f"a list of records at recordsPath {path or '(the top)'}",
                "no such list",
                "Correct recordsPath in the contract, or ask who operates the service what changed.",
            )
        return found

    def _check_code(self, document: Any) -> None:
        code = at(document, self.options.error_path) if self.options.error_path else None
        if code is None:
            return
        if _code(code) not in {_code(value) for value in self.options.ok_values}:
            raise self._error(
                f"{self.options.error_path} one of {', '.join(map(_code, self.options.ok_values))}",
                # a code, not a sentence: what a server writes may hold anything
                _code(code) if len(_code(code)) <= 8 and _code(code).isalnum() else "another value",
                "Ask who operates the service what the code means.",
            )

    def _again(self, records: list[Record]) -> bool:
        """Whether the page was there before, at the end of the data. Raises SourceError in the middle of them."""
        if self.options.pagination.type not in ("page", "offset") or not records:
            return False
        digest = hashlib.sha256(json.dumps(records).encode()).digest()
        if digest not in self.seen:
            self.seen.add(digest)
            return False
        # some services give the last page for every page after it
        if self.total is not None and self.records >= self.total:
            return True
        raise self._endless("page")

    def _unseen(self, url: httpx.URL, what: str) -> httpx.URL:
        digest = hashlib.sha256(str(url).encode()).digest()
        if digest in self.seen:
            raise self._endless(what)
        self.seen.add(digest)
        return url

    def _count(self, answer: Answer, records: list[Record]) -> None:
        limits = self.options.limits
        self.pages += 1
        self.records += len(records)
        self.size += answer.size
        if self.pages > limits.max_pages:
            raise self._error(f"at most {limits.max_pages} pages", "more", "Raise limits.maxPages if that is right.")
        if self.size > limits.max_bytes:
            raise self._error(f"at most {limits.max_bytes:,} bytes", "more", "Raise limits.maxBytes if that is right.")
        total = at(answer.document, self.options.pagination.total_path) if self.options.pagination.total_path else None
        if total is not None:
            if not str(total).isdigit():
                raise self._error("a number at totalPath", "something else", "Correct totalPath in the contract.")
            self.total = int(total)

    def _lines(self, records: list[Record]) -> list[bytes]:
        try:
            return [json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records]
        except UnicodeEncodeError:
            raise self._error("text in Unicode", "half a character", "Ask who operates the service.") from None

    def _endless(self, what: str) -> SourceError:
        return self._error(
            f"another {what} after page {self.pages}",
            f"a {what} that was there before",
            "Check pagination in the contract; with totalPath a last page that repeats is understood.",
        )

    @property
    def _where(self) -> str:
        return f"contract {self.contract.path.name}, server {self.contract.server.name}, page {self.pages + 1}"

    def _error(self, wanted: str, found: str, action: str) -> SourceError:
        return SourceError(wanted=wanted, found=found, where=self._where, action=action)


def written(since: object, form: SinceFormat) -> str:
    """A watermark as the API wants it; text and numbers go as they are. Local time when it has no zone."""
    if not isinstance(since, dt.date):
        return str(since)
    moment = since if isinstance(since, dt.datetime) else dt.datetime.combine(since, dt.time())
    moment = moment.astimezone(TIME_ZONE) if moment.tzinfo else moment.replace(tzinfo=TIME_ZONE)
    if form == "epoch":
        return str(int(moment.timestamp()))
    return moment.isoformat() if form == "iso" else moment.strftime(FORMATS[form])


def _code(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
