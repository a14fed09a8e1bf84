"""A folder of hostile files: no crash, no hang, each ends in the one outcome that the page promises."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time

import pytest

from ingestion.readers import files
from tests.contracts import make_contract
from tests.hostile import KINDS
from warehouse.connections import connect_memory
from warehouse.errors import KhoError
from warehouse.settings import PROJECT_ROOT

SECONDS = 20
PEAK_MEGABYTES = 600
LARGE = {
    "no_line_end.csv",
    "cell_1gb.csv",
    "cell_1gb_quoted.csv",
    "hole_1gb.csv",
    "blank_lines.csv",
    "bomb.xlsx",
    "shared_bomb.xlsx",
    "blank_rows.xlsx",
    "long_cell.xlsx",
    "bomb.zip",
}


def made(kind, folder):
    """Make a file, and the contract that names it."""
    (folder / "in").mkdir()
    (folder / "batch").mkdir()
    kind.make(folder / "in" / kind.name)
    server = {"server": "f", "type": "local", "format": kind.format, "path": "in/*"}
    if kind.options:
        server["customProperties"] = [{"property": k, "value": v} for k, v in kind.options.items()]
    given = {"sheets": list(kind.sheets)} if kind.sheets else {}
    return make_contract(folder, columns={"code": "Mã", "name": "Tên"}, keys=("code",), server=server, **given)


def outcome_of(kind, contract):
    """Read a file that was made, and say how it ended."""
    folder = contract.path.parent
    with connect_memory() as connection:
        timer = threading.Timer(SECONDS, connection.interrupt)
        timer.start()
        try:
            with Reader(kind):
                read = files.extract(connection, folder / "in" / kind.name, contract, folder / "batch", batch_id="b")
        except KhoError as error:
            assert len(str(error)) < 3000 and "Original Line" not in str(error)
            assert error.transient == (type(error).__name__ == "SourceIncomplete")
            assert not any((folder / "batch").iterdir()), "nothing half-written stays"
            return type(error).__name__
        finally:
            timer.cancel()
    return f"landed {read.rows_landed}, rejected {read.rows_rejected}, out of scope {sum(read.out_of_scope.values())}"


class Reader:
    """The superuser may read everything: take its rights away while a forbidden file is read."""

    def __init__(self, kind):
        self.needed = kind.name == "forbidden.csv" and os.geteuid() == 0

    def __enter__(self):
        if self.needed:
            os.seteuid(65534)

    def __exit__(self, *_):
        if self.needed:
            os.seteuid(0)


@pytest.mark.parametrize("kind", [k for k in KINDS if k.name not in LARGE], ids=lambda kind: kind.name)
def test_every_hostile_file_ends_as_documented_and_in_time(kind, tmp_path):
    contract = made(kind, tmp_path)
    started = time.monotonic()
    assert outcome_of(kind, contract) == kind.outcome
    assert time.monotonic() - started < SECONDS


# a process of its own reads one large file; making it takes memory, reading it must not
READ_ONE = """
import sys
from pathlib import Path
from tests.hostile import KINDS
from tests.integration.test_hostile_files import outcome_of
from warehouse.contract_reader import load_contract
from warehouse.profile import load_profile

kind = next(kind for kind in KINDS if kind.name == sys.argv[1])
print(outcome_of(kind, load_contract(Path(sys.argv[2]), load_profile("da_nang_2025"), "sample", {})))
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
"""


@pytest.mark.parametrize("kind", [k for k in KINDS if k.name in LARGE], ids=lambda kind: kind.name)
def test_large_hostile_files_end_as_documented_in_bounded_memory_and_time(kind, tmp_path):
    contract = made(kind, tmp_path)
    command = [sys.executable, "-c", READ_ONE, kind.name, str(contract.path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=PROJECT_ROOT, timeout=SECONDS + 10)
    (tmp_path / "in" / kind.name).unlink()
    outcome, kilobytes = done.stdout.splitlines()[-2:]
    assert outcome == kind.outcome
    assert int(kilobytes) / 1024 < PEAK_MEGABYTES


def test_the_page_of_hostile_files_lists_what_is_tested():
    page = (PROJECT_ROOT / "docs" / "hostile-files.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$", page, re.MULTILINE)
    assert [tuple(cell.strip() for cell in row) for row in listed] == [
        (kind.name, kind.what, kind.outcome) for kind in KINDS
    ]
    assert len(KINDS) == len({kind.name for kind in KINDS}) >= 60
