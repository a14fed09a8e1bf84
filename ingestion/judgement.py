"""SQL that gives every row of a table its bucket: data, rejected or out of scope, and its reason."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ingestion.header import Header
from ingestion.readers.tables import identifier, text
from warehouse.assembly import placeholders
from warehouse.contracts import Column, Contract
from warehouse.engine_sql import engine_sql

OTHER_TABLE = "other sheet"
PARSERS = {"date", "timestamp", "integer", "number", "boolean"}


@dataclass(frozen=True)
class Piece:
    """The cells of one table, in a Parquet file with columns c0, c1, …, and its header.

    Without a header it is a table that the contract does not know: all its rows go to `other_bucket`.
    Only the first `rows` rows count.
    """

    cells: Path
    width: int
    rows: int
    source_file: str
    sheet: str | None
    header: Header | None
    other_bucket: Literal["rejected", "out_of_scope"] = "out_of_scope"


def judged(contract: Contract, piece: Piece) -> str:
    """SELECT of all rows of a piece.

    Columns: _row_number; cell_0, cell_1, … as read; the contract's and the new columns as trimmed text;
    `bucket` and `reason`; under a policy that discards by type also `misfit_<column>`, whether the value is none
    of the column's type.
    """
    cells = ", ".join(f"c{i} as cell_{i}" for i in range(piece.width))
    placed = f"""
        select file_row_number + 1 as _row_number, {cells}
        from read_parquet({text(str(piece.cells))}, file_row_number = true)
        where file_row_number < {piece.rows}"""
    if piece.header is None:
        return f"select *, '{piece.other_bucket}' as bucket, '{OTHER_TABLE}' as reason from ({placed})"
    header = piece.header
    named = ", ".join(f"nullif(trim({cell_of(header, c.name)}), '') as {identifier(c.name)}" for c in contract.landed)
    return f"""
        select * exclude (scope_reason, reject_reason),
            coalesce(scope_reason, reject_reason) as reason,
            case when scope_reason is not null then 'out_of_scope'
                when reject_reason is not null then 'rejected' else 'data' end as bucket
        from (
            select *, {_scope_reason(contract, piece, header)} as scope_reason,
                {_reject_reason(contract, piece, header)} as reject_reason
            from ({_with_misfits(contract, header, f"select *, {named} from ({placed})")})
        )"""


def cell_of(header: Header, name: str) -> str:
    """SQL of a column's cell as read; null when the file lacks it."""
    position = {**header.positions, **header.new}.get(name)
    return "cast(null as varchar)" if position is None else f"cell_{position}"


def typed_columns(contract: Contract, header: Header) -> list[Column]:
    """Columns whose values a policy for types looks at: those there, with a type and no map of texts."""
    if contract.drift.types not in ("discard_value", "discard_row"):
        return []
    return [c for c in contract.landed if c.name in header.positions and c.logical_type in PARSERS and not c.value_map]


def misfit(column: Column) -> str:
    """SQL name of the flag that says that a value is none of its column's type."""
    return identifier(f"misfit_{column.name}")


def _with_misfits(contract: Contract, header: Header, named: str) -> str:
    columns = typed_columns(contract, header)
    if not columns:
        return named
    cleaned = ", ".join(
        engine_sql(f"clean_text({identifier(c.name)!r}, {placeholders(c)})") + f" as {identifier(f'clean_{c.name}')}"
        for c in columns
    )
    flags = []
    for column in columns:
        clean = identifier(f"clean_{column.name}")
        parsed = engine_sql(f"parse_{column.logical_type}({clean!r})")
        flags.append(f"{clean} is not null and ({parsed}) is null as {misfit(column)}")
    return f"select *, {', '.join(flags)} from (select *, {cleaned} from ({named}))"


def _scope_reason(contract: Contract, piece: Piece, header: Header) -> str:
    # a chain of "or" stops at the first cell with text, so that most rows cost one look
    filled = " or ".join(f"trim(cell_{i}) <> ''" for i in range(piece.width))
    kinds = " ".join(f"when ({o.when}) then {text(o.kind)}" for o in contract.out_of_scope)
    return f"""case
        when _row_number < {header.row} then 'title'
        when _row_number < {header.first_data_row} then 'header'
        when {filled} then {f"case {kinds} end" if kinds else "cast(null as varchar)"}
        else 'empty' end"""


def _reject_reason(contract: Contract, piece: Piece, header: Header) -> str:
    beyond = [f"cell_{i} is not null" for i in range(piece.width) if i not in header.known_cells]
    cases = [f"when {' or '.join(beyond)} then 'more cells than the header'"] if beyond else []
    if contract.drift.columns == "discard_row":
        cases += [
            f"when trim(cell_{i}) <> '' then {text(f'unknown column {label}')}" for label, i in header.discarded.items()
        ]
    if contract.drift.types == "discard_row":
        cases += [
            f"when {misfit(c)} then {text(f'{c.name} is no {c.logical_type}')}" for c in typed_columns(contract, header)
        ]
    return f"case {' '.join(cases)} end" if cases else "cast(null as varchar)"
