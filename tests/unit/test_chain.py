"""The chain: one changed byte anywhere is found, and its place named."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import subprocess

import pytest

from warehouse.chain import chain_file, chain_head, read_chain, record_removal, seal
from warehouse.errors import ChainError
from warehouse.settings import Settings
from warehouse.verify import verify

BATCH = "one_stop/list/20261102T080000000000-0000000{}"
FILES = {
    "landing": ("data.parquet", "rejects.parquet", "missing.parquet", "repairs.parquet", "manifest.json"),
    "freezes": ("settlement_dossiers.parquet", "settlement.csv", "periods.parquet", "freeze.json"),
    "releases": ("settlement_results.csv", "settlement_results.parquet", "release.json"),
}


def write(folder, names, rng):
    folder.mkdir(parents=True)
    for name in names:
        content = json.dumps({"note": rng.random()}).encode() if name.endswith(".json") else rng.randbytes(300)
        (folder / name).write_bytes(content)


@pytest.fixture
def home(tmp_path):
    """Three batches, a frozen month that notes the head before it, and a release."""
    settings, rng = Settings(home=tmp_path / "home"), random.Random(7)
    for number in (1, 2, 3):
        write(settings.landing / BATCH.format(number), FILES["landing"], rng)
    seal(settings)
    write(settings.freezes / "2026-10", FILES["freezes"], rng)
    (settings.freezes / "2026-10" / "freeze.json").write_text(json.dumps({"chain_head": chain_head(settings)}))
    write(settings.releases / "2026.11.02-12345678", FILES["releases"], rng)
    (settings.releases / "latest").symlink_to("2026.11.02-12345678")
    seal(settings)
    return settings


def flip(path, position):
    content = bytearray(path.read_bytes())
    content[position] ^= 1 << (position % 8)
    path.write_bytes(bytes(content))


def places(settings):
    return [finding.place for finding in verify(settings).findings]


def test_everything_is_sealed_once_in_one_order(home):
    entries = read_chain(home)
    assert [entry.thing for entry in entries] == [
        *(f"batch {BATCH.format(number)}" for number in (1, 2, 3)),
        "freeze 2026-10",
        "release 2026.11.02-12345678",
    ]
    before = chain_file(home).read_bytes()
    assert seal(home) == []
    assert chain_file(home).read_bytes() == before
    assert verify(home).is_whole
    assert verify(home).head == chain_head(home) == entries[-1].entry_hash


@pytest.mark.parametrize(
    ("root", "folder", "thing"),
    [
        ("landing", BATCH.format(2), f"batch {BATCH.format(2)}"),
        ("freezes", "2026-10", "freeze 2026-10"),
        ("releases", "2026.11.02-12345678", "release 2026.11.02-12345678"),
    ],
)
def test_one_changed_byte_is_named_with_its_file(home, root, folder, thing):
    rng = random.Random(root)
    for name in FILES[root]:
        path = home.home / root / folder / name
        whole = path.read_bytes()
        for _ in range(8):
            # the place comes first even when the content is no JSON any more
            position = rng.randrange(len(whole))
            flip(path, position)
            if name != "freeze.json":
                assert places(home) == [f"{thing}, file {name}"], position
            else:
                assert places(home)[0] == f"{thing}, file {name}", position
            path.write_bytes(whole)
    assert verify(home).is_whole


def test_one_changed_byte_of_the_chain_is_named_with_its_line(home):
    file = chain_file(home)
    whole = file.read_bytes()
    for position in range(0, len(whole), 3):
        flip(file, position)
        line = whole[:position].count(b"\n") + 1
        assert places(home)[0] == f"chain line {line} (logbook/chain.jsonl)", position
        file.write_bytes(whole)
    assert verify(home).is_whole


@pytest.mark.parametrize(("order", "line"), [([0, 2, 3, 4], 2), ([1, 2, 3, 4], 1), ([0, 1, 3, 2, 4], 3)])
def test_a_line_that_was_removed_or_moved_is_found(home, order, line):
    file = chain_file(home)
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[number] for number in order))
    assert places(home)[0] == f"chain line {line} (logbook/chain.jsonl)"


def test_what_lost_its_line_at_the_end_is_named(home):
    file = chain_file(home)
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-1]))
    assert places(home) == ["release 2026.11.02-12345678"]


def test_a_chain_that_was_written_anew_no_longer_has_the_heads_that_were_printed(home):
    printed = chain_head(home)
    (home.landing / BATCH.format(1) / "data.parquet").write_bytes(b"other")
    chain_file(home).unlink()
    seal(home)
    assert places(home) == ["freeze 2026-10, file freeze.json"]
    assert [finding.place for finding in verify(home, head=printed).findings] == [
        "chain",
        "freeze 2026-10, file freeze.json",
    ]
    assert verify(home, head=printed).findings[0].found.startswith(f"the head {printed} is not in it")


def test_files_that_come_or_go_are_named(home):
    folder = home.landing / BATCH.format(1)
    (folder / "rejects.parquet").unlink()
    (folder / "more.parquet").write_bytes(b"")
    shutil.rmtree(home.freezes / "2026-10")
    assert places(home) == [
        f"batch {BATCH.format(1)}, file more.parquet",
        f"batch {BATCH.format(1)}, file rejects.parquet",
        "freeze 2026-10",
    ]


def test_a_batch_that_waits_is_sealed_when_it_is_released(home):
    held = home.landing / "one_stop/list/.held/20261103T080000000000-00000009"
    write(held, FILES["landing"], random.Random(1))
    write(home.landing / "one_stop/list/.incoming", FILES["landing"], random.Random(2))
    assert seal(home) == []
    assert verify(home).is_whole
    (held / "decision.json").write_text("{}")
    held.rename(home.landing / "one_stop/list" / held.name)
    [entry] = seal(home)
    assert "decision.json" in entry.files
    assert verify(home).is_whole


def test_an_old_release_may_be_deleted_and_a_batch_only_with_a_reason(home):
    shutil.rmtree(home.releases / "2026.11.02-12345678")
    name = f"batch {BATCH.format(3)}"
    with pytest.raises(ChainError, match="still there"):
        record_removal(home, name, "Theo yêu cầu xóa", "an")
    shutil.rmtree(home.landing / BATCH.format(3))
    assert places(home) == [name]
    record_removal(home, name, "Theo yêu cầu xóa", "an")
    found = verify(home)
    assert found.is_whole
    assert found.gone == ("release 2026.11.02-12345678",)
    assert read_chain(home)[-1].why == "an: Theo yêu cầu xóa"


def test_nothing_is_added_to_a_broken_chain(home):
    flip(chain_file(home), 40)
    with pytest.raises(ChainError, match="line 1"):
        seal(home)


def test_standard_tools_come_to_the_same_hashes(home):
    entry = read_chain(home)[0]
    folder = home.landing / entry.name
    listed = subprocess.run(
        "LC_ALL=C; export LC_ALL; sha256sum * | sha256sum", shell=True, cwd=folder, capture_output=True, check=True
    )
    assert listed.stdout.split()[0].decode() == entry.content_hash
    line = chain_file(home).read_bytes().splitlines()[0]
    rest = line.replace(f'"entry_hash":"{entry.entry_hash}",'.encode(), b"")
    assert hashlib.sha256(rest).hexdigest() == entry.entry_hash
