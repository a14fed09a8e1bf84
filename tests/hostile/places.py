"""Hostile files: the file system."""

from __future__ import annotations

import os
from pathlib import Path

from tests.hostile.makers import GOOD, Hostile, beside, forbidden, linked, text

KINDS = (
    Hostile("missing.csv", "a file that went away", "SourceMissing", lambda _: None),
    Hostile("pipe.csv", "a pipe", "SourceForbidden", os.mkfifo),
    Hostile("folder.csv", "a folder", "SourceForbidden", Path.mkdir),
    Hostile("device.csv", "a link to a device", "SourceUnsafe", lambda path: path.symlink_to("/dev/zero")),
    Hostile("link.csv", "a link that leads out of the folder", "SourceUnsafe", linked),
    Hostile("dangling.csv", "a link to nothing", "SourceMissing", lambda path: path.symlink_to("nothing.csv")),
    Hostile("forbidden.csv", "a file that may not be read", "SourceForbidden", forbidden),
    Hostile("~$open.xlsx", "what Excel lays beside an open workbook", "SourceIncomplete", text(b"\x05user")),
    Hostile("half.csv.part", "a file that a program is still fetching", "SourceIncomplete", text(GOOD)),
    Hostile("open.csv", "a file that LibreOffice has open", "SourceIncomplete", beside(".~lock.{}#")),
    Hostile("young.csv", "a file that changed a moment ago", "SourceIncomplete", text(GOOD), {"settleSeconds": 60}),
    Hostile("large.csv", "a file larger than the limit", "SourceTooLarge", text(GOOD), {"maxFileBytes": 10}),
    Hostile(
        "wrong_limit.csv", "a limit in the contract that is no number", "ContractError", text(GOOD), {"maxRows": "many"}
    ),
)
