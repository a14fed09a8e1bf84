"""Is the SQL in a contract SQL? Asked of DuckDB when the contract is read, before any row is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import duckdb

from warehouse.connections import connect_memory
from warehouse.errors import ContractError

if TYPE_CHECKING:
    from warehouse.contracts import Contract


def check_sql(contract: Contract) -> None:
    """Raise ContractError for a transformLogic or outOfScope condition that cannot run.

    One wrong expression would otherwise stop the build of everything that needs the dataset. Rules are
    not looked at here: they may ask other tables, and one that cannot run ends as `error` by itself.
    """
    typed = {c.name: c.sql_type for c in contract.landed}
    typed |= {f"{c.name}_raw": "varchar" for c in contract.landed if c.has_raw}
    text = {c.name: "varchar" for c in contract.landed}
    for column in contract.columns:
        if column.expression:
            expression = f"cast({column.expression} as {column.sql_type})"
            _try(contract, expression, typed.items(), f"column {column.name}, transformLogic")
    for condition in contract.out_of_scope:
        _try(contract, f"({condition.when}) is true", text.items(), f"outOfScope {condition.kind}")


def _try(contract: Contract, expression: str, columns: Iterable[tuple[str, str]], where: str) -> None:
    selected = ", ".join(f'cast(null as {sql_type}) as "{name}"' for name, sql_type in columns)
    try:
        with connect_memory() as connection:
            connection.execute(f"explain select {expression} from (select {selected})")
    except duckdb.Error as error:
        raise ContractError(
            wanted="SQL over the contract's own columns",
            found=str(error).splitlines()[0],
            where=f"contract {contract.path.name}, {where}",
            action="Correct the expression; docs/contracts.md lists what it may use.",
        ) from error
