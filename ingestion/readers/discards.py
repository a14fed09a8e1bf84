"""Drift policies discard_value and discard_row on a database: what they keep out lies in rejects.parquet."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ingestion.readers.drift import Fit
from ingestion.readers.source import Source, literal, quoted


@dataclass(frozen=True)
class Discards:
    """Conditions (DuckDB's SQL over live columns) under which rows or values are kept out.

    `rows` are conditions that keep a whole row out; `values` lead from a contract's column, or an unknown live
    one, to the condition that keeps its value out; `replaced` are the expressions that land instead.
    """

    rows: tuple[str, ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    replaced: dict[str, str] = field(default_factory=dict)

    @property
    def kept(self) -> tuple[str, ...]:
        """Conditions of the rows that land."""
        return tuple(f"({r}) is not true" for r in self.rows)

    def write(self, source: Source, path: Path, where: str | None) -> tuple[int, int]:
        """Write rejects.parquet; how many rows and how many single values are in it."""
        parts = [self._whole_rows(source, where)] if self.rows else []
        parts += [self._single_values(source, name, condition, where) for name, condition in self.values.items()]
        rows = " union all ".join(parts) or "select null, null, null where false"
        target = str(path).replace("'", "''")
        source.connection.execute(
            f"""
            copy (
                select cast(bucket as varchar) as bucket, cast(reason as varchar) as reason,
                    cast(null as bigint) as _row_number, cast(cells as varchar) as cells
                from ({rows}) as discarded (bucket, reason, cells)
            ) to '{target}' (format parquet, compression zstd)
            """
        )
        [(whole, single)] = source.connection.execute(
            f"""
            select count(*) filter (bucket = 'rejected'), count(*) filter (bucket = 'discarded_value')
            from read_parquet('{target}')
            """
        ).fetchall()
        return whole, single

    def _whole_rows(self, source: Source, where: str | None) -> str:
        met = source.check()
        cells = {**met.found, **{name: name for name in met.unknown}}
        named = {f"_{i}": source.value(live) for i, live in enumerate(cells.values())}
        record = ", ".join(
            f"{literal(name)}, cast({column} as varchar)" for name, column in zip(cells, named, strict=True)
        )
        chosen = source.select(named, where, kept=(f"({' or '.join(f'({r})' for r in self.rows)})",))
        return f"select 'rejected', 'drift: discard_row', json_object({record}) from ({chosen})"

    def _single_values(self, source: Source, name: str, condition: str, where: str | None) -> str:
        live = source.check().found.get(name, name)
        chosen = source.select({"_0": source.value(live)}, where, kept=(*self.kept, f"({condition})"))
        cell = f"json_object({literal(name)}, cast(_0 as varchar))"
        return f"select 'discarded_value', {literal(f'drift: discard_value {name}')}, {cell} from ({chosen})"


def discards(source: Source, met: Fit) -> Discards:
    """What the contract's drift policies keep out of a table that fits it as `met` says."""
    policy = source.contract.drift
    unknown = {name: f"{quoted(name)} is not null" for name in met.unknown}
    retyped: dict[str, str] = {}
    replaced: dict[str, str] = {}
    for name, wanted in met.retyped.items():
        live = quoted(met.found[name])
        retyped[name] = f"{live} is not null and try_cast(cast({live} as varchar) as {wanted}) is null"
        replaced[name] = f"case when {retyped[name]} then null else {source.value(met.found[name])} end"
    rows = [*(unknown.values() if policy.columns == "discard_row" else ())]
    rows += retyped.values() if policy.types == "discard_row" else ()
    values = dict(unknown) if policy.columns == "discard_value" else {}
    by_value = policy.types == "discard_value"
    return Discards(tuple(rows), values | (retyped if by_value else {}), replaced if by_value else {})
