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


class HeaderMissing(SourceError):
    """No row of a sheet or file shows enough of the contract's labels."""


class WrongFormat(SourceError):
    """A file holds something else than its name or its contract says."""


class SourceDamaged(SourceError):
    """A file is cut off, or its bytes do not make the text or the package that they should."""


class SourceEncrypted(SourceError):
    """A file opens only with a password."""


class SourceUnsafe(SourceError):
    """A file would do harm: a bomb, a path or link that leaves its folder, markup that expands."""


class SourceTooLarge(SourceUnsafe):
    """A file, a part of it, a line or a cell is larger than the limits allow."""


class SourceForbidden(SourceError):
    """The file system does not let us read the file, or it is no file at all."""


class SourceIncomplete(SourceError):
    """A file is still being written: trying again will help."""

    transient = True


class BooksError(KhoError):
    """Rows went missing or appeared between two layers."""


class WarehouseError(KhoError):
    """A DuckDB file is missing or cannot be opened."""


class WarehouseBusy(WarehouseError):
    """A writer holds the DuckDB file: trying again may help."""

    transient = True


class ReleaseError(KhoError):
    """Open tables may not be published as they are."""


class ChainError(KhoError):
    """The chain over batches, freezes and releases is not as it was written."""


class FreezeError(KhoError):
    """A period cannot be frozen, or what was frozen is not what is computed."""


class PassportError(KhoError):
    """There is no such figure to explain."""


class MailError(KhoError):
    """A mail could not be handed over, and trying again will not help."""


class MailUnreachable(MailError):
    """The mail server did not answer, or asked to come back later."""

    transient = True
