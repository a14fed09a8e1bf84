"""Checksums of columns that a server and DuckDB compute alike, so that what landed can be held against the source.

A column's checksum is the number of its values and the sum, over its values as one agreed text, of the first
eight hexadecimal digits of their MD5: any changed, lost, doubled or swapped value changes it.
"""

from __future__ import annotations

from collections.abc import Sequence

# column to how each engine writes its values as the same text
TEXTS = {
    "postgresql": {
        "score": "cast(cast(score as numeric(20, 4)) as text)",
        "is_active": "case when is_active then '1' else '0' end",
        "updated_at": "to_char(updated_at, 'YYYY-MM-DD HH24:MI:SS')",
        "citizen_number": "rtrim(citizen_number)",
        None: "cast({0} as text)",
    },
    "mysql": {
        "score": "cast(cast(score as decimal(20, 4)) as char)",
        "updated_at": "date_format(updated_at, '%Y-%m-%d %H:%i:%s')",
        None: "cast({0} as char)",
    },
    "duckdb": {
        "amount": "cast(cast(amount as decimal(15, 2)) as varchar)",
        "score": "cast(cast(cast(score as double) as decimal(20, 4)) as varchar)",
        "is_active": "case when lower(cast(is_active as varchar)) in ('1', 'true') then '1' else '0' end",
        "updated_at": "strftime(cast(updated_at as timestamp), '%Y-%m-%d %H:%M:%S')",
        None: "cast({0} as varchar)",
    },
}
NUMBERS = {
    "postgresql": "sum(('x' || left(md5({0}), 8))::bit(32)::bigint)",
    "mysql": "sum(cast(conv(left(md5({0}), 8), 16, 10) as unsigned))",
    "duckdb": "sum(cast('0x' || left(md5({0}), 8) as ubigint))",
}


def checksum_query(engine: str, columns: Sequence[str], relation: str) -> str:
    """SELECT of the row count, then of each column the count of its values and its checksum, as text."""
    kind = "char" if engine == "mysql" else "varchar"
    parts = ["count(*)"]
    for column in columns:
        texts = TEXTS[engine]
        text = texts.get(column, texts[None].format(column))
        parts += [f"count({column})", f"cast({NUMBERS[engine].format(text)} as {kind})"]
    return f"select {', '.join(f'{p} as v{i}' for i, p in enumerate(parts))} from {relation}"
