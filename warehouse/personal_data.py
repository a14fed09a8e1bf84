"""Values that look like a person's number, telephone or address, wherever a text column may hide them."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

# RE2, searched anywhere in a text. A citizen number begins with its province (001 to 096); an old identity card
# has 9 digits; a mobile telephone has 10 from 03, 05, 07, 08 or 09, or +84 before the last nine.
PATTERNS = {
    "citizen_number": r"(^|[^0-9])0[0-9]{2}[ .]?[0-9]{3}[ .]?[0-9]{3}[ .]?[0-9]{3}([^0-9]|$)",
    "identity_card": r"(^|[^0-9])[0-9]{3}[ .]?[0-9]{3}[ .]?[0-9]{3}([^0-9]|$)",
    "mobile_phone": r"(^|[^0-9])(0|\+?84)[ .-]?[35789][0-9]([ .-]?[0-9]){7}([^0-9]|$)",
    "email": r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+",
}


@dataclass(frozen=True)
class Finding:
    """How many values of one column look like one pattern; never the values."""

    column: str
    pattern: str
    values: int


def find_personal_values(
    connection: duckdb.DuckDBPyConnection, relation: str, columns: list[str], excused: dict[str, set[str]]
) -> list[Finding]:
    """Search text columns for every pattern in one pass over the table.

    Args:
        connection: where the relation is.
        relation: its name as SQL writes it.
        columns: names of its text columns.
        excused: column -> patterns that are known to mean something else there.
    """
    searched = [(c, p) for c in columns for p in PATTERNS if p not in excused.get(c, set())]
    if not searched:
        return []
    counts = ", ".join(
        f"count(*) filter (where regexp_matches({quoted(column)}, '{PATTERNS[pattern]}'))"
        for column, pattern in searched
    )
    found = connection.execute(f"select {counts} from {relation}").fetchone() or ()
    return [Finding(c, p, count) for (c, p), count in zip(searched, found, strict=True) if count]


def quoted(name: str) -> str:
    """A name as SQL writes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'
