"""The chain: a line for every batch, freeze and release, each with the hash of the line before it.

`<home>/logbook/chain.jsonl` is only added to. A line is one JSON object with sorted keys and no spaces; its
`entry_hash` is the SHA-256 of that line without the `entry_hash`. `files` are the SHA-256 of the files of the folder,
and `content_hash` that of the list which `sha256sum` makes of them, in the order of their names.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from warehouse.errors import ChainError
from warehouse.settings import TIME_ZONE, Settings

Kind = Literal["batch", "freeze", "release", "removal"]
# the file that says that a folder is complete: it lies so deep below the folder of its kind
MARKS: dict[Kind, str] = {
    "batch": "*/*/*/manifest.json",
    "freeze": "*/freeze.json",
    "release": "*/release.json",
}
FIRST = "0" * 64


@dataclass(frozen=True)
class Entry:
    """One line of the chain; hashes are SHA-256 in hexadecimal, `at` is local time.

    `name` is the folder below landing, freezes or releases. A removal has the kind and name of what was removed as
    its name, no files, and in `why` who removed it and why.
    """

    number: int
    kind: Kind
    name: str
    files: dict[str, str]
    content_hash: str
    at: str
    why: str | None
    previous_hash: str
    entry_hash: str

    @property
    def thing(self) -> str:
        """Kind and name of what the line is about."""
        return self.name if self.kind == "removal" else f"{self.kind} {self.name}"


def chain_file(settings: Settings) -> Path:
    """Where the chain lies."""
    return settings.logbook / "chain.jsonl"


def chain_head(settings: Settings) -> str:
    """Hash of the last line, which stands for all that is in the chain; zeros before the first.

    Raises ChainError when a line is not one of a chain.
    """
    entries = read_chain(settings)
    return entries[-1].entry_hash if entries else FIRST


def read_chain(settings: Settings) -> list[Entry]:
    """All lines, oldest first. Raises ChainError at the first that is not a line of a chain."""
    return [parse_line(line, number) for number, line in enumerate(chain_lines(settings), start=1)]


def chain_lines(settings: Settings) -> list[bytes]:
    """The lines as they lie there, each with its end."""
    file = chain_file(settings)
    return file.read_bytes().splitlines(keepends=True) if file.is_file() else []


def parse_line(line: bytes, number: int) -> Entry:
    """One line. Raises ChainError when it is none that `seal` writes, down to the byte."""
    try:
        entry = Entry(**json.loads(line))
        right = (_line(asdict(entry)), _entry_hash(asdict(entry)), content_hash(entry.files))
    except (ValueError, TypeError, AttributeError) as error:
        raise _broken(number, "a line that cannot be read") from error
    if right[0] != line:
        raise _broken(number, "a line that is written otherwise")
    if right[1:] != (entry.entry_hash, entry.content_hash):
        raise _broken(number, "a line whose hash is not the one it says")
    return entry


def seal(settings: Settings) -> list[Entry]:
    """Add a line for every batch, freeze and release that has none yet, and return the lines added.

    Batches come first, then freezes, then releases, each in the order of their names. Only what is new is read.
    Raises ChainError when the chain is broken.
    """
    with _locked(settings):
        entries = read_chain(settings)
        known = sealed(entries)
        new = [(kind, name, folder) for kind, name, folder in things(settings) if f"{kind} {name}" not in known]
        return _append(settings, entries, [(kind, name, hash_files(folder), None) for kind, name, folder in new])


def record_removal(settings: Settings, thing: str, why: str, who: str) -> Entry:
    """Write down that a batch or release was removed on purpose, for example because the law asks for it.

    Args:
        settings: gives the data home.
        thing: kind and name as the chain has them, such as "batch one_stop/list/20261102T...".
        why: the reason; it is kept.
        who: who removed it.

    Raises ChainError when the chain has no such thing, or it is still there.
    """
    with _locked(settings):
        entries = read_chain(settings)
        standing = sealed(entries)
        if thing not in standing or (folder_of(settings, standing[thing])).exists():
            raise ChainError(
                wanted="the name of a batch or release that is in the chain and no longer in the data home",
                found=f"{thing} is " + ("still there" if thing in standing else "not in the chain"),
                where=str(chain_file(settings)),
                action="Write it as `kho verify` names it, for example: batch source/dataset/name.",
            )
        [entry] = _append(settings, entries, [("removal", thing, {}, f"{who}: {why}")])
        return entry


def sealed(entries: list[Entry]) -> dict[str, Entry]:
    """What the chain says is there, by kind and name: its last line, unless that is its removal."""
    standing: dict[str, Entry] = {}
    for entry in entries:
        if entry.kind == "removal":
            standing.pop(entry.name, None)
        else:
            standing[entry.thing] = entry
    return standing


def things(settings: Settings) -> Iterator[tuple[Kind, str, Path]]:
    """Batches, freezes and releases of the data home: kind, name and folder."""
    for kind, mark in MARKS.items():
        root = _root(settings, kind)
        folders = {path.parent for path in root.glob(mark)}
        for folder in sorted(folders, key=lambda found: (found.name, str(found))):
            # what is being written or waits for a person has a dot before its name; `latest` is a link
            if not folder.name.startswith((".", "_")) and not folder.is_symlink():
                yield kind, folder.relative_to(root).as_posix(), folder


def folder_of(settings: Settings, entry: Entry) -> Path:
    """The folder that a line is about."""
    return _root(settings, entry.kind) / entry.name


def hash_files(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a folder, by its name."""
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return {name: hash_file(folder / name) for name in files}


def hash_file(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def content_hash(files: dict[str, str]) -> str:
    """SHA-256 of the list of files with their hashes, as `sha256sum` writes it."""
    return hashlib.sha256("".join(f"{files[name]}  {name}\n" for name in sorted(files)).encode()).hexdigest()


def _root(settings: Settings, kind: Kind) -> Path:
    return {"batch": settings.landing, "freeze": settings.freezes}.get(kind, settings.releases)


def _append(
    settings: Settings, entries: list[Entry], contents: list[tuple[Kind, str, dict[str, str], str | None]]
) -> list[Entry]:
    added: list[Entry] = []
    previous = entries[-1].entry_hash if entries else FIRST
    at = f"{dt.datetime.now(TIME_ZONE):%Y-%m-%d %H:%M:%S}"
    for number, (kind, name, files, why) in enumerate(contents, start=len(entries) + 1):
        values: dict[str, Any] = {"number": number, "kind": kind, "name": name, "files": files, "why": why, "at": at}
        values |= {"content_hash": content_hash(files), "previous_hash": previous}
        previous = _entry_hash(values)
        added.append(Entry(**values, entry_hash=previous))
    if added:
        file = chain_file(settings)
        # the whole file is swapped, so a line is there whole or not at all
        fresh = file.with_name(f".{file.name}.tmp")
        lines = [*chain_lines(settings), *(_line(asdict(entry)) for entry in added)]
        with fresh.open("wb") as out:
            out.writelines(lines)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(file)
    return added


def _line(values: dict[str, Any]) -> bytes:
    return f"{_canonical(values)}\n".encode()


def _entry_hash(values: dict[str, Any]) -> str:
    rest = {name: value for name, value in values.items() if name != "entry_hash"}
    return hashlib.sha256(_canonical(rest).encode()).hexdigest()


def _canonical(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _broken(number: int, found: str) -> ChainError:
    return ChainError(
        wanted="a chain in which every line is as it was written",
        found=found,
        where=f"logbook/chain.jsonl, line {number}",
        action="Bring the file back from a backup; `kho verify` says whether it is whole.",
    )


@contextmanager
def _locked(settings: Settings) -> Iterator[None]:
    settings.logbook.mkdir(parents=True, exist_ok=True)
    with (settings.logbook / ".chain.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
