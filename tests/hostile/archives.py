"""Hostile files: archives."""

from __future__ import annotations

from tests.hostile.makers import (
    GOOD,
    Hostile,
    archive,
    cut,
    edited,
    flag_encrypted,
    flip,
    link_entry,
    said_size,
    share_bytes,
)

MANY = [(f"{i}.csv", "") for i in range(10_001)]

KINDS = (
    Hostile("nested.zip", "an archive in the archive", "SourceUnsafe", archive(("a.zip", b"PK\x05\x06" + b"\0" * 18))),
    Hostile(
        "nested_hidden.zip",
        "an archive in the archive, under the name of CSV",
        "SourceUnsafe",
        lambda p: (archive(("x", "y"))(p), archive(("a.csv", p.read_bytes()))(p)),
    ),
    Hostile(
        "locked.zip",
        "a member locked with a password",
        "SourceEncrypted",
        edited(archive(("a.csv", GOOD)), flag_encrypted),
    ),
    Hostile("climbs.zip", "a member named ../a.csv", "SourceUnsafe", archive(("../a.csv", GOOD))),
    Hostile("backslash.zip", "a member named ..\\a.csv", "SourceUnsafe", archive(("..\\a.csv", GOOD))),
    Hostile("absolute.zip", "a member with an absolute name", "SourceUnsafe", archive(("/tmp/a.csv", GOOD))),
    Hostile("drive.zip", "a member on a drive", "SourceUnsafe", archive(("C:/a.csv", GOOD))),
    Hostile(
        "link.zip", "a member that is a symbolic link", "SourceUnsafe", archive((link_entry("a.csv"), "/etc/hostname"))
    ),
    Hostile(
        "names_twice.zip",
        "two members of one name",
        "SourceUnsafe",
        edited(
            archive(("a.csv", GOOD), ("b.csv", GOOD)),
            lambda c: c.__setitem__(slice(None), c.replace(b"b.csv", b"a.csv")),
        ),
    ),
    Hostile(
        "overlap.zip",
        "members that share their bytes",
        "SourceUnsafe",
        edited(archive(("a.csv", GOOD), ("b.csv", GOOD)), share_bytes),
    ),
    Hostile(
        "bomb.zip",
        "a member that unpacks to 1,000 times its size",
        "SourceTooLarge",
        archive(("a.csv", b" " * (32 * 2**20))),
    ),
    Hostile(
        "liar.zip",
        "a member larger than the directory says",
        "SourceDamaged",
        edited(archive(("a.csv", GOOD * 100)), said_size(b"a.csv", 10)),
    ),
    Hostile(
        "liar_64.zip",
        "a member that claims 4 GB",
        "SourceTooLarge",
        edited(archive(("a.csv", GOOD)), said_size(b"a.csv", 2**32 - 2)),
    ),
    Hostile(
        "checksum.zip",
        "a member whose bytes changed on the way",
        "SourceDamaged",
        edited(archive(("a.csv", GOOD), packed=False), flip(b"1,m")),
    ),
    Hostile("many.zip", "more than 10,000 members", "SourceTooLarge", archive(*MANY)),
    Hostile("cut.zip", "an archive cut in the middle", "SourceDamaged", cut(archive(("a.csv", GOOD * 100)), 0.5)),
    Hostile("empty.zip", "an archive with nothing", "WrongFormat", archive()),
    Hostile("other_file.zip", "a document beside the table", "SourceError", archive(("a.csv", GOOD), ("b.docx", "x"))),
)
