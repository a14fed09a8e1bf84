"""Great Expectations on DuckDB: one kept connection, read-only, nothing sent anywhere.

GX closes a connection before it reads the cursor, which DuckDB does not survive
(great_expectations#10738, #11579). The two subclasses below keep the connection that they are given.
Importing GX costs seconds, so it happens when a `Judge` is made and not before.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import duckdb

# The rows that break a rule are listed by the fused query; GX is asked for counts alone.
COUNTS_ONLY = {"result_format": "BASIC", "partial_unexpected_count": 0}
NO_DATABASE = "duckdb:///:memory:"  # the datasource must name one; the connection it uses is handed over
QUOTED = re.compile(r"'[^']*'")


@dataclass(frozen=True)
class Verdict:
    """What GX says of one rule: rows that break it, rows it looked at when it says so, or why it could not run."""

    failing: int | None
    rows: int | None
    error: str | None


class Judge:
    """Runs suites of expectations on the views of one DuckDB connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        os.environ["GX_ANALYTICS_ENABLED"] = "false"
        import great_expectations as gx
        import sqlalchemy
        from duckdb_engine import ConnectionWrapper
        from great_expectations.data_context.types.base import ProgressBarsConfig
        from sqlalchemy.pool import StaticPool

        self._engine = sqlalchemy.create_engine(
            NO_DATABASE, creator=lambda: ConnectionWrapper(connection), poolclass=StaticPool
        )
        self._context = gx.get_context(mode="ephemeral")
        self._context.variables.progress_bars = ProgressBarsConfig(globally=False)
        _register_datasource()
        # GX makes `add_<type>` for every datasource class there is
        add: Any = self._context.data_sources.add_kept_duckdb
        self._source = add(name="warehouse", connection_string=NO_DATABASE)
        self._source.keep(self._engine)

    def validate(self, name: str, view: str, expectations: Sequence[Any]) -> dict[str, Verdict]:
        """Judge the rows of `view`. Returns a verdict for each expectation, by its `meta["rule_id"]`."""
        import great_expectations as gx

        if not expectations:
            return {}
        asset = self._source.add_query_asset(name=name, query=f"select * from {view}")
        batch = asset.add_batch_definition_whole_table("judged rows").get_batch()
        found = batch.validate(
            gx.ExpectationSuite(name=name, expectations=list(expectations)), result_format=COUNTS_ONLY
        )
        return {r.expectation_config.meta["rule_id"]: _verdict(r) for r in found.results}

    def release(self) -> None:
        """End the transaction that GX left open, so that others may use the connection."""
        self._source.get_execution_engine().end_transaction()

    def __enter__(self) -> Judge:
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the connection without closing it: it belongs to the caller."""
        self._source.get_execution_engine().let_go()
        self._engine.dispose(close=False)


def plain(error: object) -> str:
    """The first line of an error, without quoted values: they may be personal."""
    lines = str(error).strip().splitlines() or ["unknown error"]
    return QUOTED.sub("'…'", re.sub(r"^\(\S+\)\s*", "", lines[0]))[:500]


def _verdict(result: Any) -> Verdict:
    details = result.exception_info or {}
    infos = [details] if "raised_exception" in details else list(details.values())
    raised = [i for i in infos if i.get("raised_exception")]
    if raised:
        return Verdict(None, None, plain(raised[0].get("exception_message")))
    counted = result.result
    # over no row at all GX counts nothing, not zero
    failing = counted.get("unexpected_count", counted.get("observed_value")) or 0
    return Verdict(int(failing), counted.get("element_count"), None)


@cache
def _register_datasource() -> type:
    import sqlalchemy
    from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
    from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine

    class KeptConnectionEngine(SqlAlchemyExecutionEngine):
        """Uses one connection for as long as it lives."""

        @contextmanager
        def get_connection(self) -> Iterator[Any]:
            if self._connection is None:
                self._connection = self.engine.connect()
            yield self._connection

        def execute_query(self, query: Any) -> Any:
            """Run SQL as it is written: `:name` in a pattern is no parameter. A failed query leaves no trace."""
            with self.get_connection() as connection:
                try:
                    if isinstance(query, sqlalchemy.TextClause):
                        return connection.exec_driver_sql(query.text)
                    return super().execute_query(query)
                except Exception:
                    connection.rollback()
                    raise

        def end_transaction(self) -> None:
            """Give the connection back as it came."""
            if self._connection is not None:
                self._connection.rollback()

        def let_go(self) -> None:
            """Forget the connection."""
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    class DuckDBDatasource(SQLDatasource):
        """Names the engine above, and hands it the connection."""

        type: Literal["kept_duckdb"] = "kept_duckdb"  # type: ignore[assignment]

        @property
        def execution_engine_type(self) -> Any:
            return KeptConnectionEngine

        def keep(self, engine: Any) -> None:
            """Use this SQLAlchemy engine and no other."""
            self._execution_engine = KeptConnectionEngine(engine=engine, create_temp_table=False)

        def get_execution_engine(self) -> Any:
            return self._execution_engine

        def test_connection(self, test_assets: bool = True) -> None:
            """Nothing to test: the connection is open."""

    return DuckDBDatasource
