"""dbt-duckdb plugin: gives every session of the warehouse what SQL must know but no file may hold.

`as_of` is the day the figures are for. `token_inner_pad` and `token_outer_pad` are the key of the
personal-number tokens, prepared as RFC 2104 says; as session variables they appear in no compiled SQL.
"""

from __future__ import annotations

import hashlib
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin

from warehouse.settings import Settings

BLOCK_SIZE = 64  # bytes, of SHA-256


def key_pads(key: bytes) -> tuple[bytes, bytes]:
    """Inner and outer pad of HMAC-SHA-256 for `key` (RFC 2104, section 2)."""
    block = (hashlib.sha256(key).digest() if len(key) > BLOCK_SIZE else key).ljust(BLOCK_SIZE, b"\0")
    return bytes(b ^ 0x36 for b in block), bytes(b ^ 0x5C for b in block)


def set_session(cursor: Any, settings: Settings) -> None:
    """Set the session variables of a DuckDB connection or cursor."""
    inner, outer = key_pads(settings.token_secret)
    cursor.execute("set variable as_of = cast(? as date)", [settings.day])
    cursor.execute("set variable token_inner_pad = cast(? as blob)", [inner])
    cursor.execute("set variable token_outer_pad = cast(? as blob)", [outer])


class Plugin(BasePlugin):
    """Called by dbt-duckdb for every cursor, because variables do not pass from one to the next."""

    def configure_cursor(self, cursor: Any) -> None:
        """Set the session variables of this run."""
        set_session(cursor, Settings())
