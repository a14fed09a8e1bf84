"""The first rows of a table in the encodings that Vietnamese offices still use, so that its labels can be found.

Only labels are read this way; cells land as they are and the text step converts them column by column.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import partial

Rows = Sequence[Sequence[str | None]]
LEGACY = ("tcvn3", "vni", "viscii", "vps")


def readings(rows: Rows) -> Iterator[Rows]:
    """The rows as they are, then as CP1258 and as each legacy encoding would have them."""
    yield rows
    if all(cell is None or cell.isascii() for row in rows for cell in row):
        return
    from viparse import fix

    ways: list[Callable[[str], str]] = [_windows, *(partial(fix, encoding=name) for name in LEGACY)]
    for way in ways:
        yield [[way(cell) if cell else cell for cell in row] for row in rows]


def _windows(value: str) -> str:
    """Text of Windows in Vietnamese (CP1258) whose bytes became characters of the same number."""
    try:
        return unicodedata.normalize("NFC", value.encode("latin-1").decode("cp1258"))
    except UnicodeError:
        return value
