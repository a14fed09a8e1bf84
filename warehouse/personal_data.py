"""Values that look like a person's number, telephone or address, wherever a text column may hide them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import duckdb

# RE2, searched anywhere in a text. A citizen number begins with its province (001 to 096); an old identity card
# has 9 digits; a mobile telephone has 10 from 03, 05, 07, 08 or 09, or +84 before the last nine.
PATTERNS = {
    "citizen_number": r"(^|[^0-9])0[0-9]{2}[ .]?[0-9]{3}[ .]?[0-9]{3}[ .]?[0-9]{3}([^0-9]|$)",
    "identity_card": r"(^|[^0-9])[0-9]{3}[ .]?[0-9]{3}[ .]?[0-9]{3}([^0-9]|$)",
    "mobile_phone": r"(^|[^0-9])(0|\+?84)[ .-]?[35789][0-9]([ .-]?[0-9]){7}([^0-9]|$)",
    "email": r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+",
}


# what may have such digits in it by chance: a batch's name, a token or another hash
BY_CHANCE = r"[0-9]{8}T[0-9]{12}-[0-9a-f]{8}|[0-9a-f]{64}"


@dataclass(frozen=True)
class Finding:
    """How many values of one column look like one pattern; never the values.

    `column` is schema.table.column where a whole store was searched.
    """

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


def find_in_store(
    connection: duckdb.DuckDBPyConnection, schemas: Sequence[str], excused: dict[str, set[str]]
) -> list[Finding]:
    """Search every text column of every table and view of some schemas.

    Args:
        connection: the store.
        schemas: names of the schemas.
        excused: schema.table.column -> patterns that are known to mean something else there.
    """
    tables: dict[tuple[str, str], list[str]] = defaultdict(list)
    for schema, table, column in connection.execute(
        """
        select schema_name, table_name, column_name from duckdb_columns()
        where data_type = 'VARCHAR' and database_name = current_database()
            and schema_name in (select unnest(?::varchar[]))
        order by all
        """,
        [list(schemas)],
    ).fetchall():
        tables[schema, table].append(column)
    return [
        replace(finding, column=f"{schema}.{table}.{finding.column}")
        for (schema, table), columns in tables.items()
        for finding in find_personal_values(
            connection,
            _without_chance(f"{quoted(schema)}.{quoted(table)}", columns),
            columns,
            {column: excused.get(f"{schema}.{table}.{column}", set()) for column in columns},
        )
    ]


def _without_chance(relation: str, columns: list[str]) -> str:
    stripped = ", ".join(f"regexp_replace({quoted(c)}, '{BY_CHANCE}', '', 'g') as {quoted(c)}" for c in columns)
    return f"(select {stripped} from {relation})"


def quoted(name: str) -> str:
    """A name as SQL writes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'
