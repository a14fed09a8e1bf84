"""Personal values that the sources of a data home hold, and where they turn up in its store: a search by value."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from orchestration.preparation import read_contracts
from warehouse.personal_data import BY_CHANCE, quoted
from warehouse.settings import Settings

PUBLIC = ("shared", "metrics", "quality", "open_data", "ops")
KINDS = ("names", "numbers", "births")
# later days are days of business, too: a child is registered on the day on which another is born
BORN_BEFORE = "date '1980-01-01'"
DAYS = "[0-9]{2}/[0-9]{2}/[0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2}"


@dataclass(frozen=True)
class Leak:
    """How many different personal values of one kind are in one column; never the values."""

    column: str
    kind: str
    values: int


def collect(connection: duckdb.DuckDBPyConnection, settings: Settings) -> dict[str, int]:
    """Fill the temporary tables of KINDS with what the contracts call personal, from landing; values by kind.

    A name has two words or more, and an address is none: an office may be where somebody lives. A number has nine
    digits or more, however they are separated, and may stand within a longer text, as a telephone does.
    """
    texts, days = ["select null::varchar as value"], ["select null::date as value"]
    for contract in read_contracts(settings).contracts:
        files = settings.landing / contract.source / contract.dataset / "*" / "data.parquet"
        for column in (c for c in contract.landed if c.personal):
            if column.logical_type == "date":
                days.append(f"select {column.name} from staging.{contract.staging_table}")
                continue
            is_name = "false" if "address" in column.name else "true"
            texts.append(
                f"select trim(nfc_normalize(cast({quoted(column.name)} as varchar))) from read_parquet('{files}')"
                f" where {is_name}"
            )
            connection.execute("create temp table if not exists numbers (value varchar)")
            connection.execute(
                f"insert into numbers select distinct unnest({_digits(quoted(column.name))})"
                f" from read_parquet('{files}')"
            )
    connection.execute(
        f"create temp table names as select distinct lower(value) as value from ({' union all '.join(texts)})"
        " where regexp_matches(value, '\\pL+ +\\pL+')"
    )
    connection.execute(
        f"create temp table births as select distinct value from ({' union all '.join(days)})"
        f" where value < {BORN_BEFORE}"
    )
    return {kind: _count(connection, f"select count(distinct value) from {kind}") for kind in KINDS}


def search(connection: duckdb.DuckDBPyConnection, schemas: tuple[str, ...] = PUBLIC) -> list[Leak]:
    """Every column of the schemas in which a collected value is: as the whole value or inside a longer text."""
    columns = connection.execute(
        """
        select schema_name, table_name, column_name, data_type from duckdb_columns()
        where database_name = current_database() and schema_name in (select unnest(?::varchar[]))
            and data_type in ('VARCHAR', 'DATE', 'TIMESTAMP')
        order by all
        """,
        [list(schemas)],
    ).fetchall()
    leaks = []
    for schema, table, column, data_type in columns:
        where = f"{quoted(schema)}.{quoted(table)}"
        queries = _in_text(where, column) if data_type == "VARCHAR" else {"births": _in_days(where, column)}
        for kind, query in queries.items():
            values = _count(connection, query)
            leaks += [Leak(f"{schema}.{table}.{column}", kind, values)] if values else []
    return leaks


def days_of_their_own_row(connection: duckdb.DuckDBPyConnection, settings: Settings) -> list[str]:
    """Columns of shared tables that hold a personal day of the same source row, in more than half of its rows."""
    found = []
    for contract in read_contracts(settings).contracts:
        days = [c.name for c in contract.columns if c.personal and c.logical_type == "date"]
        described = connection.execute(
            "select column_name from duckdb_columns() where schema_name = 'shared' and table_name = ?"
            " and data_type in ('DATE', 'TIMESTAMP')",
            [contract.dataset],
        ).fetchall()
        for day in days:
            for (column,) in described:
                same, rows = connection.execute(
                    f"select count(*) filter (cast(held.{quoted(column)} as date) = staged.{day}), count(*)"
                    f" from shared.{contract.dataset} as held inner join staging.{contract.staging_table} as staged"
                    f" using (batch_id, row_number) where staged.{day} is not null"
                ).fetchone() or (0, 0)
                found += [f"shared.{contract.dataset}.{column}"] if same * 2 > rows else []
    return found


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    (found,) = connection.execute(query).fetchone() or (0,)
    return int(found)


def _digits(text: str) -> str:
    """The runs of nine digits and more in a text, as a list, whatever separates the digits."""
    return f"regexp_extract_all(regexp_replace(cast({text} as varchar), '[ .-]', '', 'g'), '[0-9]{{9,}}')"


def _in_days(where: str, column: str) -> str:
    return (
        f"select count(*) from births semi join {where} as held on births.value = cast(held.{quoted(column)} as date)"
    )


def _in_text(where: str, column: str) -> dict[str, str]:
    texts = f"(select distinct regexp_replace({quoted(column)}, '{BY_CHANCE}', '', 'g') as text from {where})"
    digits = f"(select unnest({_digits('text')}) as value from {texts})"
    days = (
        "(select coalesce(try_strptime(found, '%d/%m/%Y'), try_strptime(found, '%Y-%m-%d')) as value"
        f" from (select unnest(regexp_extract_all(text, '{DAYS}')) as found from {texts}))"
    )
    return {
        "numbers": f"select count(distinct value) from numbers semi join {digits} as held using (value)",
        "births": f"select count(*) from births semi join {days} as held on births.value = cast(held.value as date)",
        "names": (
            f"select count(distinct value) from (select lower(nfc_normalize(text)) as text from {texts})"
            " inner join names on text = value or (length(text) > length(value) and contains(text, value))"
        ),
    }
