"""Names for columns that no contract knows yet: ASCII, snake_case, never twice."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

LONGEST = 60


def column_name(label: str, taken: Iterable[str]) -> str:
    """A column name made of a source's label, different from every name in `taken` whatever the case.

    "Số điện thoại" becomes so_dien_thoai; a second one so_dien_thoai_2.
    """
    decomposed = unicodedata.normalize("NFD", label.replace("đ", "d").replace("Đ", "D"))
    ascii_text = decomposed.encode("ascii", "ignore").decode().casefold()
    stem = re.sub(r"[^a-z0-9]+", "_", ascii_text).strip("_")[:LONGEST].strip("_") or "column"
    if stem[0].isdigit():
        stem = f"column_{stem}"
    used = {name.casefold() for name in taken}
    name, number = stem, 1
    while name in used:
        number += 1
        name = f"{stem}_{number}"
    return name
