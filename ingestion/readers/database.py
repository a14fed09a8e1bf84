"""Databases: one session a source, read-only, in one snapshot, written to Parquet as fast as the engine can."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import duckdb

from ingestion.batches import DATA, REJECTS
from ingestion.extraction import Extraction
from ingestion.readers import attached, odbc
from ingestion.readers.attached import Attached
from ingestion.readers.credentials import Login, login_of, source_error
from ingestion.readers.deadline import Deadline, Descriptors, deadline, sockets
from ingestion.readers.discards import Discards, discards
from ingestion.readers.source import Source, quoted
from ingestion.retry import retrying
from warehouse.connections import connect_memory
from warehouse.contracts import Contract
from warehouse.errors import KhoError, SourceError, SourceUnreachable
from warehouse.settings import Settings

CONNECT_SECONDS, SESSION_SECONDS = 15.0, 3600.0
# one attempt to connect waits this often for a server that is starting or has no line free
ATTEMPTS = 3


@contextmanager
def session(contract: Contract, settings: Settings | None = None) -> Iterator[Source]:
    """Open a contract's table for reading: read-only, and all that is read within shows one state of the source.

    The state is one for PostgreSQL (repeatable read, the snapshot shared by parallel connections), SQLite, and
    MySQL and MariaDB at their default isolation level (REPEATABLE READ); over ODBC it is what the server's
    `sessionStatements` make it. Connecting is tried `ATTEMPTS` times; server options `connectTimeout` and
    `sessionTimeout` (seconds) bound connecting and the whole session.

    Args:
        contract: says where the source is; user and password are `<SOURCE>_USER` and `<SOURCE>_PASSWORD`.
        settings: limits of memory and threads.

    Raises:
        SourceMissing: the database file is not there.
        SourceUnreachable: the server did not answer, went away, or took too long (transient).
        SourceError: wrong login, no right to read, no such database or table; a source that shows its rows in
            no single state although `detectMissing` needs one.
    """
    login = login_of(contract)
    options = contract.server.options
    connect_seconds = float(options.get("connectTimeout", CONNECT_SECONDS))
    with ExitStack() as things:
        before = sockets()
        source = retrying(
            lambda: _opened(things, contract, settings, login, connect_seconds, before), attempts=ATTEMPTS
        )
        seconds = float(options.get("sessionTimeout", SESSION_SECONDS))
        limit = things.enter_context(deadline(source.connection, _port(contract), seconds, before))
        try:
            _same_state(source)
            yield source
        except duckdb.Error as error:
            raise _told(contract, login, error, limit, seconds) from error
        except SourceError as error:
            if limit.passed:
                raise _late(contract, seconds) from error
            raise


def _opened(
    things: ExitStack, contract: Contract, settings: Settings | None, login: Login, seconds: float, before: Descriptors
) -> Source:
    with ExitStack() as attempt:
        connection = attempt.enter_context(connect_memory(settings))
        with deadline(connection, _port(contract), seconds, before) as limit:
            try:
                if contract.server.kind == "odbc":
                    reach: Attached | odbc.Odbc = attempt.enter_context(odbc.connected(connection, contract, login))
                else:
                    reach = attempt.enter_context(attached.attached(connection, contract, login, seconds))
            except KhoError as error:
                if limit.passed:
                    raise _late(contract, seconds) from error
                raise
        things.push(attempt.pop_all())
    return Source(connection, contract, reach, login)


def _same_state(source: Source) -> None:
    contract = source.contract
    if contract.detect_missing and isinstance(source.reach, Attached) and not attached.one_snapshot(source.reach):
        raise SourceError(
            wanted="one state of the source for the rows and for the keys that are still there",
            found="a server whose isolation level is lower than REPEATABLE READ",
            where=f"contract {contract.path.name}, server {contract.server.name}",
            action="Ask its operator to set transaction_isolation to REPEATABLE-READ, or leave out detectMissing.",
        )


def extract(source: Source, contract: Contract, folder: Path, *, batch_id: str, where: str | None = None) -> Extraction:
    """Write the rows of a source to data.parquet of `folder`, and what its contract discards to rejects.parquet.

    data.parquet holds the landed columns in the source's own types where these read back from Parquet beside
    other types, else as text; then _batch_id, _source_file (the table), _sheet and _row_number, both null: a row's
    number is its place in the file (`file_row_number`). Casting everything to text, or numbering the rows here,
    each took twice the time of the scan.

    Args:
        source: from `session`.
        contract: whose dataset is read.
        folder: where the batch is written.
        batch_id: name of the batch, for `_batch_id`.
        where: see `Source.query`.

    Raises:
        SourceError: the table does not fit the contract, or may not be read.
        SourceUnreachable: the server went away meanwhile (transient).
    """
    met = source.check(contract)
    connection = source.connection
    connection.execute("set preserve_insertion_order = false")
    dropped = discards(source, met)
    as_text: frozenset[str] = frozenset()
    try:
        _write(source, folder, dropped, batch_id, where, as_text)
        as_text = _untrue(source, folder)
        _within_snapshot(source, as_text)
        if as_text:
            _write(source, folder, dropped, batch_id, where, as_text)
        rejected, values = dropped.write(source, folder / REJECTS, where)
        [(landed,)] = connection.execute(f"select count(*) from read_parquet('{_path(folder / DATA)}')").fetchall()
    except duckdb.Error as error:
        raise source_error(contract, source.login, error, f"the rows of table {contract.table}") from error
    return Extraction(
        reader=source.name,
        rows_read=landed + rejected,
        rows_landed=landed,
        rows_rejected=rejected,
        values_discarded=values,
        missing_columns=met.missing,
        new_columns=tuple(met.new),
    )


def _within_snapshot(source: Source, as_text: frozenset[str]) -> None:
    reach, contract = source.reach, source.contract
    if isinstance(reach, Attached) and contract.server.kind == "mysql" and contract.detect_missing:
        texts = as_text | reach.inexact()
        if reach.passes(texts):
            raise SourceError(
                wanted="the rows and the keys that are still there in one state of the source",
                found=f"columns that take a statement of their own: {', '.join(sorted(texts)) or 'odd names'}",
                where=f"contract {contract.path.name}, table {contract.table}",
                action="Leave out detectMissing, or ask for whole dates and decimals of at most 38 digits.",
            )


def _write(
    source: Source, folder: Path, dropped: Discards, batch_id: str, where: str | None, as_text: frozenset[str]
) -> None:
    query = source.query(where, as_text=as_text, kept=dropped.kept, replaced=dropped.replaced)
    source.connection.execute(
        f"""
        copy (
            select *, ? as _batch_id, ? as _source_file,
                cast(null as varchar) as _sheet, cast(null as bigint) as _row_number
            from ({query})
        ) to '{_path(folder / DATA)}' (format parquet, compression zstd)
        """,
        [batch_id, source.contract.table],
    )


def _untrue(source: Source, folder: Path) -> frozenset[str]:
    """Live columns in which a scanner has told some value otherwise than the server holds it."""
    if not isinstance(source.reach, Attached):
        return frozenset()
    met, live = source.check(), source.columns()
    landed = {live_name: name for name, live_name in {**met.found, **met.new}.items()}
    doubts = source.reach.doubts({n: t for n, t in live.items() if n in landed and n not in source.reach.inexact()})
    # one question a column: what Parquet knows of its row groups answers most of them
    doubtful = {
        name: there
        for name, (here, there) in doubts.items()
        if source.connection.execute(
            f"""
            select 1 from read_parquet('{_path(folder / DATA)}')
            where {here.format(quoted(landed[name]))} limit 1
            """
        ).fetchall()
    }
    told = frozenset(name for name, there in doubtful.items() if there is None)
    return told | source.reach.confirmed({n: there for n, there in doubtful.items() if there is not None})


def _port(contract: Contract) -> int | None:
    if contract.server.kind == "odbc":
        return odbc.address(contract)[1]
    return attached.address(contract)[1] if contract.server.kind in attached.PORTS else None


def _told(contract: Contract, login: Login, error: duckdb.Error, limit: Deadline, seconds: float) -> SourceError:
    return (
        _late(contract, seconds)
        if limit.passed
        else source_error(contract, login, error, "an answer from the database")
    )


def _late(contract: Contract, seconds: float) -> SourceUnreachable:
    return SourceUnreachable(
        wanted=f"an answer from the database within {seconds:g} s",
        found="none: the connection was given up",
        where=f"contract {contract.path.name}, server {contract.server.name}",
        action="It is tried again at the next run; connectTimeout and sessionTimeout of the server give it more time.",
    )


def _path(path: Path) -> str:
    return str(path).replace("'", "''")
