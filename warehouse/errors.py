"""The errors of kho. Each says what was wanted, what was found, where, and what to do.

`transient` tells the caller whether trying again can help; a message never holds a secret
or a value of a personal column.
"""

from __future__ import annotations


class KhoError(Exception):
    """Base of every expected failure.

    Args:
        wanted: what the step needed.
        found: what it met instead.
        where: contract, file, sheet, row, column: as exact as is known.
        action: what the reader can do about it.
    """

    transient = False

    def __init__(self, *, wanted: str, found: str, where: str, action: str) -> None:
        self.wanted, self.found, self.where, self.action = wanted, found, where, action
        super().__init__(f"{where}: wanted {wanted}; found {found}. {action}")


class SettingsError(KhoError):
    """A setting, profile or path is wrong."""


class ContractError(KhoError):
    """A contract cannot be read or does not hold together."""


class SourceError(KhoError):
    """A source is there but cannot be read as its contract says."""


class SourceMissing(SourceError):
    """Nothing is where the contract points."""


class SourceUnreachable(SourceError):
    """A source did not answer: trying again may help."""

    transient = True


class SourceOverdue(SourceError):
    """A source answers but has had nothing new for longer than its contract promises."""


class SourceRepeated(SourceError):
    """The content of one period came again under the name of another."""


class BatchError(KhoError):
    """A batch cannot be released or rejected."""


class BooksError(KhoError):
    """Rows went missing or appeared between two layers."""


class WarehouseError(KhoError):
    """A DuckDB file is missing or cannot be opened."""


class WarehouseBusy(WarehouseError):
    """A writer holds the DuckDB file: trying again may help."""

    transient = True


class ReleaseError(KhoError):
    """Open tables may not be published as they are."""


class MailError(KhoError):
    """A mail could not be handed over, and trying again will not help."""


class MailUnreachable(MailError):
    """The mail server did not answer, or asked to come back later."""

    transient = True
