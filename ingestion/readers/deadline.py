"""A limit on how long a database may keep us waiting, whichever driver does the waiting.

No driver here can be told in all cases how long to wait for a server that took the call and then is silent.
So when the time is up, the connections that were opened meanwhile to that server are shut: the driver then
sees an end of the line and raises its own error.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

Descriptors = frozenset[tuple[int, int]]


class Deadline:
    """Whether the time was up."""

    def __init__(self) -> None:
        self.passed = False


@contextmanager
def deadline(
    connection: duckdb.DuckDBPyConnection, port: int | None, seconds: float, before: Descriptors
) -> Iterator[Deadline]:
    """Stop what `connection` does after `seconds`.

    Args:
        connection: its query is interrupted.
        port: connections of this process to this port are shut; None: none is.
        seconds: the limit.
        before: `sockets` before the first connection was made: these are left alone.
    """
    state = Deadline()

    def stop() -> None:
        state.passed = True
        connection.interrupt()
        for number, identity in sockets() - before:
            _shut(number, identity, port)

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield state
    finally:
        timer.cancel()


def sockets() -> Descriptors:
    """Open sockets of this process: descriptor and what it stands for, as a descriptor's number is used again."""
    found = set()
    for entry in Path("/proc/self/fd").glob("*") if Path("/proc/self/fd").is_dir() else ():
        with contextlib.suppress(OSError):
            target = entry.readlink().name
            if target.startswith("socket:"):
                found.add((int(entry.name), int(target[8:-1])))
    return frozenset(found)


def _shut(number: int, identity: int, port: int | None) -> None:
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(number)) as line:
        peer = line.getpeername()
        if isinstance(peer, tuple) and peer[1] == port and os.fstat(line.fileno()).st_ino == identity:
            line.shutdown(socket.SHUT_RDWR)
