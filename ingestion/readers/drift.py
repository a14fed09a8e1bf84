"""What a live table has beside what its contract says: columns and types, and what the contract lets pass."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import duckdb

from ingestion.names import column_name
from warehouse.contracts import Column, Contract, LogicalType
from warehouse.errors import SourceError

WHOLE = r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL\(\d+,0\)"
# types of the source from which staging reads each logical type; text never drifts, its types are given in staging
FAMILIES: dict[LogicalType, str] = {
    "string": ".*",
    "integer": rf"{WHOLE}|FLOAT|DOUBLE|DECIMAL\(.*\)|BOOLEAN",
    "number": rf"{WHOLE}|FLOAT|DOUBLE|DECIMAL\(.*\)",
    "boolean": rf"BOOLEAN|{WHOLE}",
    "date": rf"DATE|TIMESTAMP.*|{WHOLE}",
    "timestamp": rf"TIMESTAMP.*|DATE|{WHOLE}",
}
# names that servers have and DuckDB does not
NAMES = {"datetime": "TIMESTAMP", "datetime2": "TIMESTAMP", "mediumint": "INTEGER", "year": "INTEGER"}
NAMES |= dict.fromkeys(("nvarchar", "varchar2", "nvarchar2", "nchar", "longtext", "mediumtext"), "VARCHAR")


@dataclass(frozen=True)
class Fit:
    """How a live table meets its contract.

    `found` leads from a contract's column to the live column; `missing` are optional columns that are not
    there; `new` are unknown live columns that policy `evolve` lets in, by the name that they land under;
    `unknown` are live columns that policy `discard_value` or `discard_row` keeps out; `retyped` are the
    contract's columns of another type than promised, with that type, under one of these two policies.
    """

    found: dict[str, str]
    missing: tuple[str, ...] = ()
    new: dict[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    retyped: dict[str, str] = field(default_factory=dict)


def fit(contract: Contract, live: Mapping[str, str], connection: duckdb.DuckDBPyConnection) -> Fit:
    """Compare live columns (name to type, as DuckDB shows it) with the contract.

    Raises SourceError with every missing and unknown column, near matches, and every type that drifted, as far
    as `drift` of the contract does not let them pass.
    """
    by_name = {name.casefold(): name for name in live}
    found: dict[str, str] = {}
    for column in contract.landed:
        match = next((by_name[label.casefold()] for label in column.labels if label.casefold() in by_name), None)
        if match is not None:
            found[column.name] = match
    missing = [c for c in contract.landed if c.name not in found]
    ignored = {label.casefold() for label in contract.ignored}
    unknown = [n for n in live if n not in found.values() and n.casefold() not in ignored and "*" not in ignored]
    retyped = {
        c.name: t for c in contract.landed if c.name in found and (t := _promised(c, live[found[c.name]], connection))
    }
    _refuse(contract, live, found, missing, unknown, retyped)
    evolves, types = contract.drift.columns == "evolve", contract.drift.types
    return Fit(
        found=found,
        missing=tuple(c.name for c in missing),
        new=_named(unknown, contract) if evolves else {},
        unknown=() if evolves else tuple(unknown),
        retyped=retyped if types in ("discard_value", "discard_row") else {},
    )


def _named(unknown: Iterable[str], contract: Contract) -> dict[str, str]:
    """Names under which live columns land that the contract does not know."""
    named: dict[str, str] = {}
    for live in unknown:
        named[column_name(live, [*(c.name for c in contract.columns), *named])] = live
    return named


def _promised(column: Column, live: str, connection: duckdb.DuckDBPyConnection) -> str | None:
    """The type that the contract promises, when the live one is another; else None."""
    if column.physical_type:
        wanted = _canonical(column.physical_type, connection)
        return wanted if wanted != live else None
    if live.startswith(("VARCHAR", "ENUM")) or re.fullmatch(FAMILIES[column.logical_type], live):
        return None
    return column.sql_type.upper()


def _canonical(physical: str, connection: duckdb.DuckDBPyConnection) -> str:
    """A server's type as DuckDB names it; the text itself when DuckDB does not know it."""
    base = physical.strip().lower().split("(", maxsplit=1)[0].strip()
    named = NAMES.get(base, physical)
    if not re.fullmatch(r"[\w \[\](),]+", named):
        return named.upper()
    try:
        [(name,)] = connection.execute(f"select typeof(cast(null as {named}))").fetchall()
    except duckdb.Error:
        return named.upper()
    return str(name)


def _refuse(
    contract: Contract, live: Mapping[str, str], found: dict[str, str], missing: list[Column], unknown: list[str],
    retyped: dict[str, str],
) -> None:  # fmt: skip
    needed = [c for c in missing if c.required or c.key]
    frozen = unknown if contract.drift.columns == "freeze" else []
    drifted = retyped if contract.drift.types == "freeze" else {}
    # an optional column may be absent; beside an unknown one it was probably renamed
    absent = [c.header for c in (missing if frozen else needed)]
    words = [f"missing: {', '.join(absent)}"] if absent else []
    words += [f"unknown: {', '.join(frozen)}"] if frozen else []
    free = [n for n in live if n not in found.values()]
    near = [f"{m} ~ {n}" for m in absent for n in difflib.get_close_matches(m, free, n=1)]
    words += [f"near: {', '.join(near)}"] if near else []
    words += [f"type of {found[name]}: {live[found[name]]} instead of {wanted}" for name, wanted in drifted.items()]
    if words:
        raise SourceError(
            wanted="the columns of the contract",
            found="; ".join(words),
            where=f"contract {contract.path.name}, table {contract.table}",
            action="Ask the database's owner what changed; then correct the columns, ignoredColumns or drift.",
        )
