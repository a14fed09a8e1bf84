"""What a contract says of an HTTP JSON API, in the custom properties of its server entry; checked once."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from warehouse.contract_check import fault

SinceFormat = Literal["iso", "yyyyMMddHHmmss", "yyyy-MM-dd", "epoch"]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel)


class Pagination(_Form):
    """How the API gives its records piece by piece.

    `page` and `offset` go on until an empty page, `cursor` until none comes, `link` until there is no next
    address (at `nextPath`, else in the Link header). `totalPath` leads to the number of all records.
    """

    type: Literal["none", "page", "offset", "cursor", "link"] = "none"
    page_parameter: str | None = None
    first_page: int = Field(default=1, ge=0)
    size_parameter: str | None = None
    size: int | None = Field(default=None, ge=1)
    cursor_parameter: str | None = None
    cursor_path: str | None = None
    next_path: str | None = None
    total_path: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> Pagination:
        if self.type == "cursor" and not (self.cursor_parameter and self.cursor_path):
            raise ValueError("type cursor needs cursorParameter and cursorPath")
        if (self.size is None) != (self.size_parameter is None):
            raise ValueError("size and sizeParameter come together")
        return self


class Auth(_Form):
    """How the API knows us. Secrets are in `<SOURCE>_TOKEN`, `_KEY`, `_USER` and `_PASSWORD` of the environment.

    `token-request` asks `tokenUrl` for a token with client credentials (OAuth 2), as the gateways of
    provincial service platforms do.
    """

    type: Literal["none", "bearer", "header", "query", "basic", "token-request"] = "none"
    name: str | None = None
    prefix: str | None = None
    token_url: str | None = None
    token_path: str = "access_token"  # noqa: S105 - the name of a field
    credentials_in: Literal["header", "body"] = "header"
    scope: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> Auth:
        if self.type in ("header", "query") and not self.name:
            raise ValueError(f"type {self.type} needs the name of the {self.type} parameter")
        if self.type == "token-request" and not _is_address(self.token_url):
            raise ValueError("type token-request needs tokenUrl, an http or https address without user and password")
        return self


class Limits(_Form):
    """What one extraction may take; times in seconds, `rate` in requests a second."""

    timeout_seconds: float = Field(default=60, gt=0)
    total_seconds: float = Field(default=3600, gt=0)
    max_pages: int = Field(default=10_000, ge=1)
    max_bytes: int = Field(default=2 * 1024**3, ge=1)
    max_page_bytes: int = Field(default=64 * 1024**2, ge=1)
    rate: float | None = Field(default=None, gt=0)
    attempts: int = Field(default=5, ge=1)
    backoff_seconds: float = Field(default=1, ge=0)
    max_backoff_seconds: float = Field(default=60, ge=0)


class ApiOptions(_Form):
    """One HTTP JSON API. Paths are names with dots; `errorPath` must hold one of `okValues` where it is there."""

    records_path: str = ""
    pagination: Pagination = Pagination()
    since_parameter: str | None = None
    since_format: SinceFormat = "iso"
    parameters: dict[str, str | int] = Field(default_factory=dict)
    headers: dict[str, str] = Field(default_factory=dict)
    auth: Auth = Auth()
    limits: Limits = Limits()
    error_path: str | None = None
    ok_values: tuple[str | int | bool, ...] = ("0", "00")


def read_api_options(path: Path, location: str, options: dict[str, Any]) -> ApiOptions:
    """The options of an `api` server of the contract at `path`. Raises ContractError naming the one that is wrong."""
    if not _is_address(location):
        raise fault(
            path,
            "location: an http or https address without user and password",
            "another",
            "Correct the server; user and password belong into the environment.",
            "servers",
        )
    try:
        return ApiOptions.model_validate(options)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(p) for p in first["loc"]) or "options"
        raise fault(path, f"a valid {place}", str(first["msg"]), "Correct the server's property.", "servers") from None


def at(document: Any, path: str | None) -> Any:
    """The value at a path of the contract; None when it is not there. An empty path is the document."""
    for name in path.split(".") if path else ():
        if not isinstance(document, dict) or name not in document:
            return None
        document = document[name]
    return document


def _is_address(text: str | None) -> bool:
    try:
        parts = urlsplit(text or "")
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
