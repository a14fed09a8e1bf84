"""Before a file is opened: is it a file, is it whole, is it what its name says?"""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

from ingestion.readers.limits import Limits
from ingestion.readers.tables import fault
from warehouse.contracts import Contract
from warehouse.errors import (
    SourceDamaged,
    SourceError,
    SourceForbidden,
    SourceIncomplete,
    SourceMissing,
    SourceTooLarge,
    SourceUnsafe,
)

# what programs call a file while they write it, and what they lay beside one that is open
PARTIAL_SUFFIXES = (".part", ".partial", ".tmp", ".crdownload", ".filepart", ".download", ".swp")
PARTIAL_PREFIXES = ("~$", ".~lock.", ".~")
SPECIAL = {
    stat.S_ISDIR: "a folder",
    stat.S_ISFIFO: "a pipe",
    stat.S_ISSOCK: "a socket",
    stat.S_ISCHR: "a device",
    stat.S_ISBLK: "a device",
}

# size and time of change of a file, to see afterwards whether it stayed as it was
Stamp = tuple[int, int]


def check_path(path: Path, contract: Contract, limits: Limits) -> Stamp:
    """See that a path is a whole, regular file inside its folder, and say what it looks like.

    Raises:
        SourceMissing: nothing is there.
        SourceForbidden: it is no file, or may not be read.
        SourceUnsafe: it is a link that leads out of its folder.
        SourceIncomplete: it is still being written.
        SourceTooLarge: it is larger than the limit.
        SourceDamaged: it is empty.
    """
    _refuse_partial(path, contract)
    try:
        _refuse_link(path, contract)
        facts = path.stat()
        kind = next((name for test, name in SPECIAL.items() if test(facts.st_mode)), None)
        if kind:
            raise fault(SourceForbidden, contract, path.name, "a file", kind, "Correct the path in the contract.")
        with path.open("rb"):
            pass
    except FileNotFoundError as error:
        raise fault(SourceMissing, contract, path.name, "a file", "nothing", "Ask whether it was moved.") from error
    except OSError as error:
        found = f"that the system refuses it ({error.strerror})"
        raise fault(SourceForbidden, contract, path.name, "to read the file", found, "Give kho the right.") from error
    if facts.st_size > limits.max_file_bytes:
        found = f"{facts.st_size:,}"
        action = "Ask for smaller files, or raise maxFileBytes of the server."
        raise fault(SourceTooLarge, contract, path.name, f"at most {limits.max_file_bytes:,} bytes", found, action)
    age = time.time() - facts.st_mtime
    if age < limits.settle_seconds:
        raise _arriving(contract, path, f"a file that changed {max(age, 0):.0f} seconds ago")
    if facts.st_size == 0:
        raise fault(SourceDamaged, contract, path.name, "rows", "an empty file", "Ask the sender for the file again.")
    return facts.st_size, facts.st_mtime_ns


def check_unchanged(path: Path, contract: Contract, before: Stamp) -> None:
    """Raise SourceIncomplete when a file is no longer what it was before it was read."""
    try:
        facts = path.stat()
    except OSError as error:
        raise _arriving(contract, path, "that it went away while it was read") from error
    if (facts.st_size, facts.st_mtime_ns) != before:
        raise _arriving(contract, path, "that it changed while it was read")


def _refuse_partial(path: Path, contract: Contract) -> None:
    if path.name.startswith(PARTIAL_PREFIXES) or path.suffix.casefold() in PARTIAL_SUFFIXES:
        raise _arriving(contract, path, "the temporary file of a program that is writing")
    beside = (f"~${path.name}", f".~lock.{path.name}#", f"{path.name}.lock", f"{path.name}.part")
    for name in beside:
        if os.path.lexists(path.parent / name):
            raise _arriving(contract, path, f"that {name} lies beside it: a program has it open")


def _refuse_link(path: Path, contract: Contract) -> None:
    """A link may lead elsewhere in the folder that the contract names, but not out of it."""
    base = _base(path, contract).resolve()
    target = path.resolve(strict=True)
    if not target.is_relative_to(base):
        raise fault(
            SourceUnsafe,
            contract,
            path.name,
            f"a file inside {base.name}",
            "a link that leads out of it",
            "Put the file itself into the folder.",
        )


def _base(path: Path, contract: Contract) -> Path:
    """The part of the contract's path before the first `*`, or the file's own folder."""
    fixed = Path(contract.server.location.split("*")[0] + "x").parent
    return fixed if path.is_relative_to(fixed) else path.parent


def _arriving(contract: Contract, path: Path, found: str) -> SourceError:
    return fault(
        SourceIncomplete,
        contract,
        path.name,
        "a whole file",
        found,
        "It is tried again; close programs that have it open.",
    )
