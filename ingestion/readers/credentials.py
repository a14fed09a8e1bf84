"""Who reads a database, and how a driver's error is told without giving that away."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field

import duckdb

from warehouse.contracts import Contract
from warehouse.errors import SourceError, SourceUnreachable

# what servers and drivers say when trying again cannot help: wrong login, no right, no such thing
PERMANENT = re.compile(
    r"authentication failed|access denied|permission denied|command denied|login failed|invalid username|"
    r"no pg_hba\.conf entry|unknown database|"
    r"does not exist|doesn't exist|no such table|not found|invalid object name|"
    r"\b(28000|28P01|42501|42S02|3D000)\b|ORA-0(0942|1017|1031|4043)\b",
    re.IGNORECASE,
)
# what they say when it may
TRANSIENT = re.compile(
    r"refused|timed? ?out|timeout|lost connection|terminat|gone away|server closed|connection (was )?(reset|closed)|"
    r"broken pipe|could not connect|unable to connect|can't connect|cannot connect|connection failed|not accept|"
    r"starting up|shutting down|recovery mode|too many (connections|clients)|"
    r"deadlock|lock wait|canceling statement|database is locked|"
    r"no route|unreachable|could not translate host|"
    r"\b(08\w{3}|HYT0[01]|57P0[1-3]|53300|55P03)\b|ORA-(03113|03114|12\d{3})\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Login:
    """User and password of a source; neither shows when it is printed."""

    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    def scrub(self, text: str) -> str:
        """`text` without the user and the password."""
        # a driver may have cut a password with a semicolon in pieces
        pieces = [p for p in re.split(r"[;{}=]", self.password or "") if len(p) > 2]
        for secret in (self.password, self.user, *pieces):
            if secret:
                text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", "***", text)
        return re.sub(
            r"(?i)\b(pwd|password|passwd|uid|user(?: ?id| ?name)?)\s*=\s*(\{[^}]*\}|[^;\s]*)", r"\1=***", text
        )


def login_of(contract: Contract) -> Login:
    """Login from `<SOURCE>_USER` and `<SOURCE>_PASSWORD` of the environment; either may be unset."""
    prefix = _prefix(contract)
    return Login(os.environ.get(f"{prefix}_USER"), os.environ.get(f"{prefix}_PASSWORD"))


def source_error(contract: Contract, login: Login, error: duckdb.Error, wanted: str) -> SourceError:
    """What a driver's error means: SourceUnreachable when trying again may help, else SourceError.

    The driver's words are told without secrets, and not at all when they may quote a value of a row.
    """
    text, prefix = str(error), _prefix(contract)
    where = f"contract {contract.path.name}, server {contract.server.name}"
    unclear = isinstance(error, (duckdb.IOException, duckdb.InterruptException))
    if not PERMANENT.search(text) and (TRANSIENT.search(text) or unclear):
        return SourceUnreachable(
            wanted=wanted,
            found=_words(login, error),
            where=where,
            action="It is tried again at the next run; if it stays so, ask who operates the database.",
        )
    return SourceError(
        wanted=wanted,
        found=_words(login, error),
        where=where,
        action=f"Check {prefix}_USER and {prefix}_PASSWORD, what the account may read, and the contract.",
    )


def _prefix(contract: Contract) -> str:
    return re.sub(r"\W", "_", contract.source).upper()


def _words(login: Login, error: duckdb.Error) -> str:
    if isinstance(error, (duckdb.ConversionException, duckdb.OutOfRangeException)):
        return f"{type(error).__name__} (its text is not shown: it may quote a row)"
    text = re.sub(r"\s+", " ", re.split(r"\n\n(LINE |Stack Trace)", str(error))[0])
    text = re.sub(r"connection string: '.*', return:", "return:", text)
    # what was asked is known from the contract, and may hold a watermark
    text = re.sub(r"(?s)(query:? )(['\"]).*\2(?=[,:])", r"\1…", text)
    return login.scrub(text)[:400]
