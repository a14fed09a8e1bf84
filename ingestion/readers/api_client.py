"""Ask an HTTP JSON API: one address in, one JSON document out, or an error that says what to do.

Waits are bounded in every direction: an answer as a whole, its size, the attempts, the time between them.
What may pass (429, 5xx, a broken connection, half an answer) is tried again; what will not is refused at once.
Neither a message nor a log line holds an address with its parameters, a header, or what the server wrote.
"""

from __future__ import annotations

import asyncio
import email.utils
import json
import logging
import os
import ssl
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_exponential_jitter

from ingestion.readers.api_credentials import Credentials
from warehouse.contract_api import ApiOptions, at
from warehouse.contracts import Contract
from warehouse.errors import SourceError, SourceUnreachable

REDIRECTS = 5
# answers that may be another one in a while: timeout, too early, too many requests, and all of 5xx
PASSING = (408, 425, 429)
HEADERS = {"accept": "application/json", "user-agent": "kho"}
ACTIONS = {
    400: "Check the parameters in the contract: the server does not accept them.",
    401: "Check the credentials in the environment; they may have expired.",
    403: "Ask who operates the service to let this account read it.",
    404: "Check location in the contract: nothing is there.",
}

Texts = dict[str, str]


class Refused(SourceError):
    """The server answered with a status that trying again will not change."""

    def __init__(self, *, status: int, wanted: str, found: str, where: str, action: str) -> None:
        super().__init__(wanted=wanted, found=found, where=where, action=action)
        self.status = status


class _TryAgainError(Exception):
    """What went wrong may pass; `wait` is what the server asks for, in seconds."""

    def __init__(self, found: str, wait: float = 0) -> None:
        super().__init__(found)
        self.found, self.wait = found, wait


@dataclass(frozen=True)
class Answer:
    """A JSON document with its numbers as text, as written; `size` is 0 when the server sent none (HTTP 204).

    `link` is the next address of the Link header.
    """

    document: Any
    size: int
    link: str | None


class _WithoutParameters(logging.Filter):
    """httpx logs each address with its parameters, which may hold a key: take them off."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(a.copy_with(query=None) if isinstance(a, httpx.URL) else a for a in record.args)
        return True


logging.getLogger("httpx").addFilter(_WithoutParameters())


class Client:
    """One extraction's conversation with one API; use it as an async context manager."""

    def __init__(self, contract: Contract, options: ApiOptions) -> None:
        self._options = options
        self._where = f"contract {contract.path.name}, server {contract.server.name}"
        self._credentials = Credentials(contract, options.auth)
        self._token: str | None = None
        self._next_at = 0.0
        self.requests = 0
        trusted = _trusted(os.environ.get("SSL_CERT_FILE"))
        self._http = httpx.AsyncClient(verify=trusted, timeout=options.limits.timeout_seconds, follow_redirects=False)

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def get(self, url: httpx.URL) -> Answer:
        """The document at an address.

        Raises:
            Refused: the server says no.
            SourceError: it answers with something else than JSON.
            SourceUnreachable: no answer after all attempts.
        """
        try:
            return await self._authorised(url)
        except Refused as error:
            if error.status != 401 or self._options.auth.type != "token-request":
                raise
            self._token = None
            return await self._authorised(url)

    async def _authorised(self, url: httpx.URL) -> Answer:
        headers = {**HEADERS, **self._options.headers, **self._credentials.headers}
        if self._options.auth.type == "token-request":
            self._token = self._token or await self._new_token()
            headers |= self._credentials.token_headers(self._token)
        return await self._retried("GET", self._with_key(url), headers, None)

    async def _new_token(self) -> str:
        auth = self._options.auth
        headers, form = self._credentials.token_request()
        answer = await self._retried("POST", httpx.URL(str(auth.token_url)), {**HEADERS, **headers}, form)
        token = at(answer.document, auth.token_path)
        if not isinstance(token, str) or not token:
            raise self._error(f"a token at {auth.token_path}", "none", "Check tokenUrl and tokenPath in the contract.")
        return token

    def _with_key(self, url: httpx.URL) -> httpx.URL:
        return url.copy_merge_params(self._credentials.parameters)

    async def _retried(
        self, method: str, url: httpx.URL, headers: dict[str, str], form: dict[str, str] | None
    ) -> Answer:
        limits = self._options.limits
        growing = wait_exponential_jitter(
            multiplier=limits.backoff_seconds, max=limits.max_backoff_seconds, jitter=limits.backoff_seconds
        )

        def wait(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            asked = error.wait if isinstance(error, _TryAgainError) else 0
            return max(growing(state), min(asked, limits.max_backoff_seconds))

        retrying = AsyncRetrying(
            stop=stop_after_attempt(limits.attempts),
            wait=wait,
            retry=retry_if_exception_type(_TryAgainError),
            reraise=True,
        )
        try:
            return await retrying(self._asked, method, url, headers, form)
        except _TryAgainError as error:
            raise SourceUnreachable(
                wanted="an answer from the service",
                found=f"{error.found}, {limits.attempts} times",
                where=self._where,
                action="It is tried again at the next run; if it stays so, ask who operates the service.",
            ) from None

    async def _asked(self, method: str, url: httpx.URL, headers: Texts, form: Texts | None) -> Answer:
        """One attempt, redirects within the same origin included."""
        await self._keep_rate()
        try:
            async with asyncio.timeout(self._options.limits.timeout_seconds):
                for _ in range(REDIRECTS):
                    async with self._http.stream(method, url, headers=headers, data=form) as response:
                        self.requests += 1
                        if not response.is_redirect:
                            return self._judge(response, await self._body(response))
                        url = self._followed(url, response)
        except TimeoutError:
            raise _TryAgainError(f"no whole answer within {self._options.limits.timeout_seconds:g} s") from None
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise self._broken(error) from None
        raise self._error("an answer", f"{REDIRECTS} redirects", "Put the address where it ends into the contract.")

    async def _body(self, response: httpx.Response) -> bytes:
        body = bytearray()
        limit = self._options.limits.max_page_bytes
        async for chunk in response.aiter_bytes(64 * 1024):
            body += chunk
            if len(body) > limit:
                raise self._error(
                    f"an answer of at most {limit:,} bytes", "a larger one", "Ask for smaller pages (pagination.size)."
                )
        return bytes(body).removeprefix(b"\xef\xbb\xbf")

    def _judge(self, response: httpx.Response, body: bytes) -> Answer:
        status = response.status_code
        if status in PASSING or status >= 500:
            raise _TryAgainError(f"HTTP {status}", _seconds(response.headers.get("retry-after")))
        if not response.is_success:
            raise Refused(
                status=status,
                wanted="an answer from the service",
                found=f"HTTP {status}",
                where=self._where,
                action=ACTIONS.get(status, "Ask who operates the service."),
            )
        link = response.links.get("next", {}).get("url")
        if status == 204:
            return Answer(None, 0, link)
        return Answer(self._parsed(body), len(body), link)

    def _parsed(self, body: bytes) -> Any:
        text = body.strip()
        if text.startswith(b"<"):
            raise self._error(
                "JSON", "a page of HTML or XML", "Check location in the contract, or whether the service is maintained."
            )
        try:
            # text: a number stays as it was written
            return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
        except UnicodeDecodeError:
            raise self._error("JSON in UTF-8", "bytes that are not", "Ask who operates the service.") from None
        except RecursionError:
            raise self._error("JSON", "more levels than can be read", "Ask who operates the service.") from None
        except json.JSONDecodeError:
            if not text.endswith((b"}", b"]")):
                raise _TryAgainError("half an answer") from None
            raise self._error("JSON", "text that is none", "Ask who operates the service.") from None

    def _followed(self, url: httpx.URL, response: httpx.Response) -> httpx.URL:
        target = self.joined(url, response.headers.get("location", ""))
        if response.request.method != "GET":
            raise self._error("an answer", "a redirect of the token request", "Put its target into tokenUrl.")
        return self._with_key(target)

    def joined(self, url: httpx.URL, target: str) -> httpx.URL:
        """An address that the server names. Raises SourceError when it is on another host: it would get our secrets."""
        try:
            found = url.join(target)
        except httpx.InvalidURL:
            raise self._error("an address to go on", "text that is none", "Ask who operates the service.") from None
        if _origin(found) != _origin(url):
            raise self._error(
                f"an address on {_origin(url)}",
                f"one on {_origin(found)}",
                "If the service has moved, put its new address into the contract.",
            )
        return found

    def _broken(self, error: httpx.TransportError | httpx.DecodingError) -> Exception:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                return self._error(
                    "a certificate that this machine trusts",
                    cause.verify_message,
                    "Install the issuer's certificate and name it in SSL_CERT_FILE; it is never read unverified.",
                )
            cause = cause.__cause__ or cause.__context__
        return _TryAgainError(type(error).__name__)

    async def _keep_rate(self) -> None:
        if self._options.limits.rate is None:
            return
        now = time.monotonic()
        await asyncio.sleep(max(0.0, self._next_at - now))
        self._next_at = max(now, self._next_at) + 1 / self._options.limits.rate

    def _error(self, wanted: str, found: str, action: str) -> SourceError:
        return SourceError(wanted=wanted, found=found, where=self._where, action=action)


@lru_cache(maxsize=2)
def _trusted(_certificates: str | None) -> ssl.SSLContext:
    """Certificates that we trust, read once: from SSL_CERT_FILE if it is set, else those of the package certifi."""
    return httpx.create_ssl_context()


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.host}" + (f":{url.port}" if url.port else "")


def _seconds(retry_after: str | None) -> float:
    """Retry-After: a number of seconds, or a date; 0 for anything else."""
    if not retry_after:
        return 0
    if retry_after.strip().isdigit():
        return float(retry_after)
    try:
        return email.utils.parsedate_to_datetime(retry_after).timestamp() - time.time()
    except ValueError:
        return 0
