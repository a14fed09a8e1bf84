"""Rows of a file that are no data: column numbers, totals, signatures. They are found, set apart and described."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

TOTAL = r"\s*(tổng|cộng|tong cong|total)\b.*"
SIGNATURE = (
    r".*(người lập|lập biểu|lập bảng|ký, |\(ký|ký tên|đóng dấu|thủ trưởng|giám đốc|chủ tịch|kế toán|xác nhận của"
    r"|ngày\s.*tháng\s.*năm).*"
)
# rows of a footer are looked for among the last of a file
FOOTER_ROWS = 15
# columns that say together that a row is no data
ANCHORS = 3


@dataclass(frozen=True)
class Scope:
    """A condition over columns, as they are called in the contract, and how many rows it takes out."""

    kind: str
    when: str
    rows: int


def set_apart(connection: duckdb.DuckDBPyConnection, names: list[str], ignored: set[int]) -> list[Scope]:
    """Conditions for rows of `sample`, read from a file, that are no data; `data` becomes the table of the others.

    Args:
        connection: holds `sample` (c0, c1, … text).
        names: the columns' names in the contract, by position.
        ignored: positions that the contract leaves out: a condition cannot name them.
    """
    kept = [i for i in range(len(names)) if i not in ignored]
    filled = f"list_count([{', '.join(f'c{i}' for i in range(len(names)))}])"
    any_total = " or ".join(_matches(i, TOTAL) for i in range(len(names)))
    any_signature = " or ".join(_matches(i, SIGNATURE) for i in range(len(names)))
    all_numbers = " and ".join(f"trim(c{i}, ' ()') = '{i + 1}'" for i in range(len(names)))
    connection.execute(
        f"""
        create or replace temporary table marked as
        with numbered as (select row_number() over () as place, count(*) over () as places, * from sample)
        select *,
            case
                when place = 1 and {all_numbers} then 'column_numbers'
                when place > places - {FOOTER_ROWS} and ({any_total}) then 'total'
                when place > places - {FOOTER_ROWS} and (({any_signature}) or {filled} <= 2) and {len(names)} > 3
                    then 'signature'
            end as odd
        from numbered
        """
    )
    connection.execute("create or replace temporary table data as select * from marked where odd is null")
    counted = "select odd, count(*) from marked where odd is not null group by odd order by odd"
    odd = connection.execute(counted).fetchall()
    return [scope for kind, rows in odd for scope in _conditions(connection, kind, rows, names, kept)]


def _conditions(
    connection: duckdb.DuckDBPyConnection, kind: str, rows: int, names: list[str], kept: list[int]
) -> list[Scope]:
    if kind == "column_numbers":
        # these cells are numbers of columns, not values
        numbering = "select * exclude (place, places, odd) from marked where odd = ?"
        cells = connection.execute(numbering, [kind]).fetchall()[0]
        return [Scope(kind, " and ".join(f"{names[i]} = '{cells[i]}'" for i in kept[:ANCHORS]), rows)]
    full = [i for i in kept if _count(connection, f"data where c{i} is null") == 0]
    empty = [i for i in full if _count(connection, f"marked where odd = '{kind}' and c{i} is not null") == 0]
    if empty:
        return [Scope(kind, " and ".join(f"{names[i]} is null" for i in empty[:ANCHORS]), rows)]
    if kind == "total":
        worded = [i for i in kept if _count(connection, f"marked where odd = 'total' and {_matches(i, TOTAL)}")]
        return [Scope(kind, f"regexp_full_match(lower({names[i]}), '{TOTAL}')", rows) for i in worded[:1]]
    return [Scope(kind, f"list_count([{', '.join(names[i] for i in kept)}]) <= 2", rows)]


def _matches(position: int, pattern: str) -> str:
    return f"regexp_full_match(lower(coalesce(c{position}, '')), '{pattern}')"


def _count(connection: duckdb.DuckDBPyConnection, what: str) -> int:
    return int(connection.execute(f"select count(*) from {what}").fetchall()[0][0])
