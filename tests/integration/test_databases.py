"""Reading real PostgreSQL and MariaDB servers: what lands, in which state of the source, and how it fails."""

from __future__ import annotations

import ctypes
import re
import socket
import threading
import uuid

import duckdb
import pytest

from ingestion.readers.database import extract, session
from tests.integration.servers import server as open_server
from warehouse.connections import connect_memory
from warehouse.errors import SourceError, SourceUnreachable

pytestmark = pytest.mark.services

COLUMNS = {
    "code": "code",
    "name": "name",
    "amount": {"physicalName": "amount", "logicalType": "integer"},
    "received_at": {"physicalName": "received_at", "logicalType": "timestamp"},
}
DEFINED = "code varchar(20) primary key, name varchar(100), amount integer, received_at timestamp null"
ROWS = [
    ("001", "Nguyễn Văn Thử", 12, "2026-10-05 08:30:00"),
    ("0164A", 'có "ngoặc"', None, None),
    ("003", None, -7, "2026-01-01 00:00:00"),
]
VALUES = """values ('001', 'Nguyễn Văn Thử', 12, '2026-10-05 08:30:00'), ('0164A', 'có "ngoặc"', null, null),
    ('003', null, -7, '2026-01-01 00:00:00')"""


@pytest.fixture(params=["postgresql", "mysql"])
def server(request, monkeypatch):
    text = request.getfixturevalue("postgres" if request.param == "postgresql" else "mariadb")
    with open_server(request.param, text) as made:
        monkeypatch.setenv("TESTS_USER", made.user)
        # the times of the tests are those that landing shows: MariaDB writes TIMESTAMP in the session's zone
        if request.param == "mysql":
            made.connection.execute("set mysql_session_time_zone = '+07:00'")
        yield made


@pytest.fixture
def postgresql(postgres, monkeypatch):
    with open_server("postgresql", postgres) as made:
        monkeypatch.setenv("TESTS_USER", made.user)
        yield made


@pytest.fixture
def mysql(mariadb, monkeypatch):
    with open_server("mysql", mariadb) as made:
        monkeypatch.setenv("TESTS_USER", made.user)
        yield made


def read(contract, folder, **given):
    with session(contract) as source:
        return extract(source, contract, folder, batch_id="b", **given)


def landed(folder, columns="*"):
    with connect_memory() as connection:
        return connection.execute(f"select {columns} from '{folder}/data.parquet' order by 1").fetchall()


def rejects(folder):
    with connect_memory() as connection:
        return connection.execute(
            f"select bucket, reason, cells from '{folder}/rejects.parquet' order by all"
        ).fetchall()


# ---------- what lands


def test_a_table_lands_as_it_is_with_its_batch(server, tmp_path):
    table = server.table(DEFINED, VALUES)
    result = read(server.contract(tmp_path, table, COLUMNS), tmp_path)
    assert (result.rows_read, result.rows_landed, result.rows_rejected) == (3, 3, 0)
    rows = landed(tmp_path, "code, name, amount, cast(received_at as varchar), _batch_id, _source_file, _row_number")
    assert rows == sorted((*row, "b", table, None) for row in ROWS)


def test_hostile_names_are_names(server, tmp_path):
    column = 'Ngày "sinh" `x`\'; drop table a; --'
    table = server.table(
        f"{server.name('Mã số')} varchar(9) primary key, {server.name(column)} varchar(9)", name='Sổ "hộ"'
    )
    server.run(f"insert into {server.name(table)} values ('1', 'một')")
    contract = server.contract(tmp_path, table, {"code": "Mã số", "born": column})
    assert read(contract, tmp_path).rows_landed == 1
    assert landed(tmp_path, "code, born") == [("1", "một")]


def test_every_type_of_postgresql_reads_back_the_same(postgresql, tmp_path):
    values = {
        "numeric": ["12345678901234567890.123456789", "NaN", "1"],
        "numeric(38, 0)": ["12345678901234567890123456789012345678", "0", "-1"],
        "numeric(15, 2)": ["12.50", "NaN", "0.00"],
        "numeric(50, 10)": ["1234567890123456789012345678901234567890.0123456789", "0.0000000000", "1.0000000000"],
        "timestamp": ["2026-01-01 10:00:00.123456", "infinity", "1900-01-01 00:00:00"],
        "date": ["2026-02-03", "infinity", "0001-01-01"],
        "boolean": ["true", "false", "true"],
        "uuid": ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"] * 3,
        "integer[]": ["{1,2,NULL}", "{}", "{{1,2},{3,4}}"],
        "text[]": ['{"a,b",c}', "{}", "{NULL}"],
        "jsonb": ['{"a": [1, null]}', "null", '"x"'],
        "time": ["10:20:30.5", "24:00:00", "00:00:00"],
        "bit varying": ["101", "0", "1"],
        "inet": ["10.0.0.1/8", "::1/128", "192.0.2.1/32"],
        "char(5)": ["ab   ", "     ", "abcde"],
        "int4range": ["[1,5)", "empty", "(,3)"],
        "double precision": ["1.5", "1e+300", "-0.25"],
        "bigint": ["9223372036854775807", "-9223372036854775808", "0"],
        "xml": ["<a/>", "<b>đ</b>", "x"],
    }
    defined = ", ".join(f"c{i} {kind}" for i, kind in enumerate(values))
    rows = ", ".join(f"({n}, {', '.join(quote(texts[n]) for texts in values.values())})" for n in range(3))
    table = postgresql.table(f"id integer primary key, {defined}", f"values {rows}, (3{', null' * len(values)})")
    contract = postgresql.contract(tmp_path, table, {"id": "id", **{f"c{i}": f"c{i}" for i in range(len(values))}})
    assert read(contract, tmp_path).rows_landed == 4
    for i, (kind, texts) in enumerate(values.items()):
        found = [row[1] for row in landed(tmp_path, f"id, cast(c{i} as varchar)")]
        assert [f and f.rstrip() for f in found] == [*(t.rstrip() for t in texts), None], kind


def test_bytes_enums_and_times_with_a_zone_of_postgresql_land_as_text_or_instants(postgresql, tmp_path):
    postgresql.run("create type kho_test_colour as enum ('đỏ', 'xanh')")
    try:
        table = postgresql.table(
            "id integer primary key, raw bytea, colour kho_test_colour, at timestamptz, late timestamp",
            "values (1, '\\x00ff', 'đỏ', '2026-01-01 03:00:00+00', '294276-12-31 23:59:59')",
        )
        names = ("id", "raw", "colour", "at", "late")
        read(postgresql.contract(tmp_path, table, {n: n for n in names}), tmp_path)
        rows = landed(tmp_path, 'id, raw, colour, cast("at" as varchar), late')
        assert rows == [(1, "00FF", "đỏ", "2026-01-01 10:00:00+07", "294276-12-31 23:59:59")]
    finally:
        postgresql.run(f"drop table {postgresql.tables.pop()}")
        postgresql.run("drop type kho_test_colour")


def test_every_type_of_mariadb_reads_back_the_same(mysql, tmp_path):
    values = {
        "date": ["2026-02-03", "1950-00-00", "0000-00-00"],
        "datetime(6)": ["2026-01-01 10:00:00.123456", "0000-00-00 00:00:00.000000", "1950-01-00 00:00:00.000000"],
        "year": ["2026", "1901", "2155"],
        "tinyint(1)": ["2", "-1", "0"],
        "bigint unsigned": ["18446744073709551615", "0", "1"],
        "decimal(38, 10)": ["1234567890123456789012345678.0123456789", "0.0000000000", "-1.0000000000"],
        "decimal(65, 30)": [
            "12345678901234567890123456789012345.012345678901234567890123456789",
            "0." + "0" * 30,
            None,
        ],
        "time": ["-838:59:59", "10:20:30", None],
        "text": ["a\x00b", "", "  đ "],
        "enum('đỏ', 'xanh')": ["đỏ", "xanh", None],
        "set('a', 'b')": ["a,b", "", "b"],
        "json": ['{"a": 1}', "[]", None],
        "double": ["1.1", "1e+300", "0.0"],
        "uuid": ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", None, None],
        "longtext": ["x" * 100_000, "", None],
    }
    defined = ", ".join(f"c{i} {kind}" for i, kind in enumerate(values))
    table = mysql.table(f"id integer primary key, {defined}, raw binary(2), flag bit(1)")
    for n in range(3):
        texts = [t[n] for t in values.values()]
        hexed = [t is not None and "\x00" in t for t in texts]
        cells = ", ".join(
            "null" if t is None else f"x'{t.encode().hex()}'" if h else quote(t)
            for t, h in zip(texts, hexed, strict=True)
        )
        names = ", ".join(f"c{i}" for i in range(len(values)))
        mysql.run(f"insert ignore into {table} (id, {names}, raw, flag) values ({n}, {cells}, x'00ff', {n % 2})")
    stored = [f"cast(c{i} as char)" for i in range(len(values))]
    truth = mysql.ask(f"select id, {', '.join(stored)} from {table} order by id")
    wanted = {"id": "id", **{f"c{i}": f"c{i}" for i in range(len(values))}, "raw": "raw", "flag": "flag"}
    assert read(mysql.contract(tmp_path, table, wanted), tmp_path).rows_landed == 3
    for i, (kind, texts) in enumerate(values.items()):
        found = [row[1] for row in landed(tmp_path, f"id, cast(c{i} as varchar)")]
        assert found == texts, kind
        if kind not in ("double", "time"):
            assert truth[0][i + 1] == texts[0], f"the server holds another {kind}"
    assert landed(tmp_path, "id, raw, flag") == [(0, "00FF", False), (1, "00FF", True), (2, "00FF", False)]


def test_a_changed_type_of_a_column_reads_beside_what_landed_before(server, tmp_path):
    folders = [tmp_path / "1", tmp_path / "2"]
    for folder, kind in zip(folders, ("integer", "varchar(20)"), strict=True):
        folder.mkdir()
        table = server.table(f"code varchar(5) primary key, amount {kind}", "values ('a', '12')")
        read(server.contract(folder, table, {"code": "code", "amount": "amount"}), folder)
    rows = duckdb.execute(
        f"select amount from read_parquet('{tmp_path}/*/data.parquet', union_by_name = true)"
    ).fetchall()
    assert rows == [("12",), ("12",)]


# ---------- what is asked of the server


def test_a_filter_and_a_watermark_are_the_servers_work_and_only_needed_columns_travel(server, tmp_path, capfd):
    table = server.table(DEFINED, VALUES)
    contract = server.contract(tmp_path, table, COLUMNS, filter="amount > -100")
    setting = "pg_debug_show_queries" if server.kind == "postgresql" else "mysql_debug_show_queries"
    with session(contract) as source:
        query = source.query(source.since(contract.columns[3], "2026-02-01 00:00:00"), contract.columns[:1])
        source.connection.execute(f"set {setting} = true")
        capfd.readouterr()
        assert source.connection.execute(query).fetchall() == [("001",)]
        ctypes.CDLL(None).fflush(None)
        asked = next(line for line in capfd.readouterr().err.splitlines() if table in line)
    q = '"' if server.kind == "postgresql" else "`"
    assert f"{q}received_at{q} >= '2026-02-01 00:00:00'" in asked
    assert re.search(f"{q}amount{q} > '?-100", asked)
    assert f"{q}name{q}" not in asked


@pytest.mark.parametrize(
    ("kind", "logical", "values", "since", "kept"),
    [
        ("integer", "integer", ("9", "10", "11"), "10", 2),
        ("varchar(30)", "integer", ("9", "10", "11"), "10", 2),
        ("varchar(30)", "string", ("009", "010", "011"), "010", 2),
        ("date", "date", ("2026-01-31", "2026-02-01", "2026-02-02"), "2026-02-01", 2),
        ("varchar(30)", "timestamp", ("2026-01-31", "không rõ", "2026-02-02"), "2026-02-01 00:00:00", 2),
        ("decimal(10, 2)", "number", ("9.99", "10.00", "100.00"), "10.00", 2),
    ],
)
def test_a_watermark_compares_as_its_type_does(server, tmp_path, kind, logical, values, since, kept):
    rows = ", ".join(f"({i}, '{v}')" for i, v in enumerate(values))
    table = server.table(f"id integer primary key, mark {kind}", f"values {rows}, (9, null)")
    contract = server.contract(tmp_path, table, {"id": "id", "mark": {"physicalName": "mark", "logicalType": logical}})
    with session(contract) as source:
        query = source.query(source.since(contract.columns[1], since))
        assert len(source.connection.execute(query).fetchall()) == kept


# ---------- one state of the source


def test_all_that_a_session_reads_is_of_one_state_while_others_write(server, tmp_path):
    numbers = (
        "generate_series(1, 200000) as s (i)"
        if server.kind == "postgresql"
        else "(select seq as i from seq_1_to_200000) as s"
    )
    table = server.table("id integer primary key, amount integer, note varchar(100)")
    note = "repeat('x', 100)"
    server.run(f"insert into {table} select i, 1, {note} from {numbers}")
    if server.kind == "postgresql":
        server.run(f"analyze {table}")
    contract = server.contract(tmp_path, table, {"id": "id", "amount": "amount"}, ignored=("note",))
    with session(contract) as source:
        query = f"select count(*), sum(amount) from ({source.query()})"
        before = source.connection.execute(query).fetchall()
        server.run(f"update {table} set amount = 2 where id % 2 = 0")
        server.run(f"delete from {table} where id > 100000")
        assert source.connection.execute(query).fetchall() == before == [(200_000, 200_000)]
        writer = threading.Thread(target=lambda: server.run(f"update {table} set amount = 5"))
        writer.start()
        assert extract(source, contract, tmp_path, batch_id="b").rows_landed == 200_000
        writer.join()
    assert landed(tmp_path, "sum(amount)") == [(200_000,)]
    with session(contract) as source:
        assert source.connection.execute(query).fetchall() == [(100_000, 500_000)]


def test_a_source_cannot_be_written(server, tmp_path):
    table = server.table(DEFINED, VALUES)
    with session(server.contract(tmp_path, table, COLUMNS)) as source, pytest.raises(duckdb.Error, match="read-only"):
        source.connection.execute(f"delete from {source.reach.table}")


# ---------- drift


def test_unknown_and_missing_columns_are_named_with_what_is_near(server, tmp_path):
    table = server.table("code varchar(5) primary key, ho_ten varchar(50), extra integer")
    contract = server.contract(
        tmp_path, table, {"code": "code", "name": {"physicalName": "ho_va_ten", "required": True}}
    )
    with pytest.raises(SourceError, match="missing: ho_va_ten; unknown: ho_ten, extra; near: ho_va_ten ~ ho_ten"):
        read(contract, tmp_path)


def test_a_type_other_than_promised_is_refused_or_let_in_or_kept_apart(server, tmp_path):
    table = server.table(
        "code varchar(5) primary key, amount varchar(20)", "values ('a', '1'), ('b', 'ba'), ('c', null)"
    )
    amount = {"physicalName": "amount", "logicalType": "integer", "physicalType": "integer"}

    def contract(policy):
        return server.contract(tmp_path, table, {"code": "code", "amount": amount}, drift={"types": policy})

    with pytest.raises(SourceError, match="type of amount: VARCHAR instead of INTEGER"):
        read(contract("freeze"), tmp_path)
    assert read(contract("evolve"), tmp_path).rows_landed == 3
    assert landed(tmp_path, "code, amount") == [("a", "1"), ("b", "ba"), ("c", None)]
    result = read(contract("discard_value"), tmp_path)
    assert (result.rows_landed, result.rows_rejected, result.values_discarded) == (3, 0, 1)
    assert landed(tmp_path, "code, amount") == [("a", "1"), ("b", None), ("c", None)]
    assert rejects(tmp_path) == [("discarded_value", "drift: discard_value amount", '{"amount":"ba"}')]
    result = read(contract("discard_row"), tmp_path)
    assert (result.rows_read, result.rows_landed, result.rows_rejected) == (3, 2, 1)
    assert rejects(tmp_path) == [("rejected", "drift: discard_row", '{"code":"b","amount":"ba"}')]


def test_an_unknown_column_is_let_in_or_kept_apart(server, tmp_path):
    strange = server.name("Địa chỉ MỚI")
    table = server.table(f"code varchar(5) primary key, {strange} varchar(20)", "values ('a', null), ('b', 'Thôn 1')")

    def contract(policy, **more):
        return server.contract(tmp_path, table, {"code": "code", "gone": "gone"}, drift={"columns": policy}, **more)

    result = read(contract("evolve"), tmp_path)
    assert (result.new_columns, result.missing_columns) == (("dia_chi_moi",), ("gone",))
    assert landed(tmp_path, "code, gone, dia_chi_moi") == [("a", None, None), ("b", None, "Thôn 1")]
    assert read(contract("discard_value"), tmp_path).values_discarded == 1
    result = read(contract("discard_row"), tmp_path)
    assert (result.rows_landed, result.rows_rejected) == (1, 1)
    assert rejects(tmp_path)[0][2] == '{"code":"b","Địa chỉ MỚI":"Thôn 1"}'
    assert read(contract("freeze", ignored=("*",)), tmp_path).rows_landed == 2


# ---------- failure


def test_a_table_that_is_not_there_is_named_and_permanent(server, tmp_path):
    with pytest.raises(SourceError, match="wanted table kho_no_such_table") as raised:
        read(server.contract(tmp_path, "kho_no_such_table", COLUMNS), tmp_path)
    assert not raised.value.transient


def test_a_wrong_password_is_permanent_and_not_told(server, tmp_path, monkeypatch):
    monkeypatch.setenv("TESTS_USER", "kho_nobody")
    monkeypatch.setenv("TESTS_PASSWORD", "hush-hush")
    with pytest.raises(SourceError) as raised:
        read(server.contract(tmp_path, "anything", COLUMNS), tmp_path)
    assert not raised.value.transient
    assert "hush-hush" not in str(raised.value) and "kho_nobody" not in str(raised.value)
    assert "TESTS_PASSWORD" in str(raised.value)


def test_an_account_without_the_right_to_read_is_permanent(postgresql, tmp_path, monkeypatch):
    table = postgresql.table(DEFINED, VALUES)
    postgresql.run("create role kho_test_reader login")
    try:
        monkeypatch.setenv("TESTS_USER", "kho_test_reader")
        with pytest.raises(SourceError, match="permission denied") as raised:
            read(postgresql.contract(tmp_path, table, COLUMNS), tmp_path)
        assert not raised.value.transient
    finally:
        postgresql.run("drop role kho_test_reader")


@pytest.fixture
def account(server, monkeypatch):
    """An account of which no other test has a session; it may read everything."""
    name = f"kho_test_{uuid.uuid4().hex[:8]}"
    made = f"create role {name} login superuser" if server.kind == "postgresql" else f"create user {name}@'%'"
    server.run(made)
    if server.kind == "mysql":
        server.run(f"grant select on *.* to {name}@'%'")
    monkeypatch.setenv("TESTS_USER", name)
    yield name
    server.run(f"drop role {name}" if server.kind == "postgresql" else f"drop user {name}@'%'")


def test_a_server_that_ends_the_session_in_the_middle_is_transient(server, account, tmp_path):
    table = server.table(DEFINED, VALUES)
    contract = server.contract(tmp_path, table, COLUMNS)
    with pytest.raises(SourceUnreachable) as raised, session(contract) as source:
        source.connection.execute(source.query()).fetchall()
        if server.kind == "postgresql":
            [[ended]] = server.ask(
                f"select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = '{account}'"
            )
            assert ended > 0
        else:
            server.run(f"kill user {account}@'%'")
        extract(source, contract, tmp_path, batch_id="b")
    assert raised.value.transient


def test_mariadb_is_not_asked_to_compress_unless_the_contract_wants_it(mysql, tmp_path):
    table = mysql.table(DEFINED, VALUES)
    for options, expected in (({}, "OFF"), ({"compression": "PREFERRED"}, "ON")):
        with session(mysql.contract(tmp_path, table, COLUMNS, options=options)) as source:
            [row] = source.reach.on_server("show status like 'Compression'").fetchall()
        assert row == ("Compression", expected)


def test_nobody_listening_is_transient_and_tried_again(server, tmp_path):
    entry = {**server.parts, "port": "1"}
    server.parts = entry
    with pytest.raises(SourceUnreachable, match="refused"):
        read(server.contract(tmp_path, "anything", COLUMNS), tmp_path)


def test_a_server_that_takes_the_call_and_is_silent_is_given_up(server, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server.parts = {**server.parts, "port": str(silent.getsockname()[1])}
        with pytest.raises(SourceUnreachable, match="within 1 s"):
            read(server.contract(tmp_path, "anything", COLUMNS, options={"connectTimeout": 1}), tmp_path)


def test_a_statement_that_does_not_end_is_given_up(server, tmp_path):
    table = server.table(DEFINED, VALUES)
    endless = "select pg_sleep(60)" if server.kind == "postgresql" else "select sleep(60)"
    contract = server.contract(tmp_path, table, COLUMNS, options={"sessionTimeout": 2})
    with pytest.raises(SourceUnreachable, match="within 2 s") as raised, session(contract) as source:
        source.reach.on_server(endless).fetchall()
    assert raised.value.transient


def quote(text):
    return "'" + text.replace("'", "''") + "'"
