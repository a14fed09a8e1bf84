"""Verify: everything that the chain has sealed, read and hashed again; the first place that is wrong comes first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from warehouse.chain import (
    FIRST,
    Entry,
    Kind,
    chain_lines,
    folder_of,
    hash_file,
    hash_files,
    parse_line,
    sealed,
    things,
)
from warehouse.errors import ChainError
from warehouse.settings import Settings

# old releases are deleted by hand (docs/production.md)
MAY_GO: tuple[Kind, ...] = ("release",)


@dataclass(frozen=True)
class Finding:
    """One place that is not as it was sealed: where, what is wrong there."""

    place: str
    found: str


@dataclass(frozen=True)
class Verified:
    """What was verified: lines of the chain, files read, its head, what is wrong, and releases that are gone."""

    entries: int
    files: int
    head: str
    findings: tuple[Finding, ...]
    gone: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


def verify(settings: Settings, head: str | None = None) -> Verified:
    """Read the chain and all that it seals; `head` is one printed earlier, which must still be in the chain.

    The chain is looked at first, then what it seals in the order of its lines, then what has no line. One byte
    that is not as it was is named with its file, or with the line of the chain.
    """
    entries, findings = _read(settings)
    standing = sealed(entries)
    files, gone = 0, []
    for entry in standing.values():
        folder = folder_of(settings, entry)
        if entry.kind in MAY_GO and not folder.exists():
            gone.append(entry.thing)
            continue
        files += len(entry.files)
        findings += _compare(entry, hash_files(folder) if folder.exists() else None)
    if not any(finding.place.startswith("chain") for finding in findings):
        findings += [
            Finding(f"{kind} {name}", "it has no line in the chain: never sealed, or the line was removed")
            for kind, name, _ in things(settings)
            if f"{kind} {name}" not in standing
        ]
        findings += _heads(settings, entries, head)
    return Verified(
        entries=len(entries),
        files=files,
        head=entries[-1].entry_hash if entries else FIRST,
        findings=tuple(findings),
        gone=tuple(gone),
    )


def _read(settings: Settings) -> tuple[list[Entry], list[Finding]]:
    """The lines before the first that is wrong, and that one."""
    entries: list[Entry] = []
    for number, line in enumerate(chain_lines(settings), start=1):
        place = f"chain line {number} (logbook/chain.jsonl)"
        try:
            entry = parse_line(line, number)
        except ChainError as error:
            return entries, [Finding(place, error.found)]
        if entry.number != number:
            return entries, [Finding(place, f"entry {entry.number} stands where entry {number} belongs: {entry.thing}")]
        if entry.previous_hash != (entries[-1].entry_hash if entries else FIRST):
            return entries, [Finding(place, "it does not follow the line before it")]
        entries.append(entry)
    return entries, []


def _compare(entry: Entry, found: dict[str, str] | None) -> Iterator[Finding]:
    if found is None:
        yield Finding(entry.thing, f"it is gone; line {entry.number} of the chain has it")
        return
    for name in sorted(entry.files.keys() | found.keys()):
        place = f"{entry.thing}, file {name}"
        if name not in found:
            yield Finding(place, "the file is gone")
        elif name not in entry.files:
            yield Finding(place, "the file was not there when it was sealed")
        elif found[name] != entry.files[name]:
            yield Finding(place, f"its content has changed: SHA-256 {found[name]}, sealed with {entry.files[name]}")


def _heads(settings: Settings, entries: list[Entry], head: str | None) -> Iterator[Finding]:
    """Heads that were written elsewhere must be in the chain: who rewrites it from a line on does not reach them."""
    place_of = {FIRST: 0} | {entry.entry_hash: entry.number for entry in entries}
    if head is not None and head not in place_of:
        yield Finding("chain", f"the head {head} is not in it: the chain was written anew, or it is another's")
    for entry in sealed(entries).values():
        file = folder_of(settings, entry) / "freeze.json"
        if entry.kind == "freeze" and file.is_file() and hash_file(file) == entry.files.get(file.name):
            noted = json.loads(file.read_bytes()).get("chain_head")
            if place_of.get(noted, entry.number) >= entry.number:
                yield Finding(f"{entry.thing}, file freeze.json", "the head of the chain that it notes is not in it")
