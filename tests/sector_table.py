"""A table as sector databases have it, of any size, made and summed up by the server itself.

15 columns; every person in it is made up: the numbers are of no province (code 000).
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from warehouse.connections import connect_memory, load_extension

COLUMNS = (
    "id", "record_code", "full_name", "birth_date", "gender", "citizen_number", "commune_code", "address",
    "amount", "score", "is_active", "status", "recorded_on", "updated_at", "note",
)  # fmt: skip


def _place(variable: str, default: str) -> dict[str, str]:
    parts = dict(p.split("=", 1) for p in os.environ.get(variable, default).split())
    return parts | {"database": parts.get("dbname") or parts["database"]}


PLACES = {
    "postgresql": _place("KHO_TEST_POSTGRES", "host=127.0.0.1 port=5432 user=postgres dbname=test"),
    "mysql": _place("KHO_TEST_MARIADB", "host=127.0.0.1 port=3306 user=root database=test"),
}

POSTGRESQL = """
create table {table} (
    id bigint primary key, record_code varchar(30) not null, full_name varchar(100), birth_date date,
    gender smallint, citizen_number char(12), commune_code varchar(5), address varchar(200),
    amount numeric(15, 2), score double precision, is_active boolean, status varchar(20),
    recorded_on date, updated_at timestamp not null, note text
);
insert into {table}
select
    i, 'H17.' || lpad(i::text, 9, '0'),
    (array['Nguyễn Văn Thử', 'Trần Thị Mẫu', 'Lê Đức Ví Dụ'])[1 + i % 3] || ' ' || i % 9973,
    date '1950-01-01' + (i * 7919 % 27000)::int, i % 2, '000' || lpad((i * 97 % 1000000000)::text, 9, '0'),
    (20194 + i % 94)::text, 'Thôn ' || i % 40 || ', xã thử số ' || i % 94, (i * 1237 % 100000000)::numeric / 100,
    (i % 1000) / 8.0, i % 5 <> 0, (array['Đang xử lý', 'Đã trả', 'Dừng', 'Rút'])[1 + i % 4],
    date '2025-01-01' + (i % 600)::int, timestamp '2026-01-01' + i * interval '1 second',
    case when i % 10 = 0 then 'ghi chú "số" ' || i end
from generate_series(1::bigint, {rows}) as s (i)
"""

MARIADB = """
create table {table} (
    id bigint primary key, record_code varchar(30) not null, full_name varchar(100), birth_date date,
    gender smallint, citizen_number char(12), commune_code varchar(5), address varchar(200),
    amount decimal(15, 2), score double, is_active tinyint(1), status varchar(20),
    recorded_on date, updated_at datetime not null, note text
) engine = InnoDB default charset = utf8mb4;
insert into {table}
select
    i, concat('H17.', lpad(i, 9, '0')),
    concat(elt(1 + i % 3, 'Nguyễn Văn Thử', 'Trần Thị Mẫu', 'Lê Đức Ví Dụ'), ' ', i % 9973),
    date_add('1950-01-01', interval i * 7919 % 27000 day), i % 2, concat('000', lpad(i * 97 % 1000000000, 9, '0')),
    cast(20194 + i % 94 as char), concat('Thôn ', i % 40, ', xã thử số ', i % 94), (i * 1237 % 100000000) / 100,
    (i % 1000) / 8.0, i % 5 <> 0, elt(1 + i % 4, 'Đang xử lý', 'Đã trả', 'Dừng', 'Rút'),
    date_add('2025-01-01', interval i % 600 day), date_add('2026-01-01', interval i second),
    case when i % 10 = 0 then concat('ghi chú "số" ', i) end
from (select seq as i from seq_1_to_{rows}) as s
"""

# what a server would otherwise still do while the table is read for the first time: statistics, and writing it out
SETTLED = {
    "postgresql": ["analyze {table}", "checkpoint"],
    "mysql": ["analyze table {table}", "flush tables {table} for export", "unlock tables"],
}


@contextmanager
def administrator(kind: str) -> Iterator[Any]:
    """A function that runs one statement of the server's own SQL."""
    extension, name = ("postgres_scanner", "postgres") if kind == "postgresql" else ("mysql_scanner", "mysql")
    place = {k: v for k, v in PLACES[kind].items() if k != ("dbname" if kind == "mysql" else "database")}
    with connect_memory() as connection:
        load_extension(connection, extension)
        connection.execute(f"attach '{' '.join(f'{k}={v}' for k, v in place.items())}' as admin (type {name})")
        yield lambda sql: connection.execute(f"call {name}_execute('admin', ?)", [sql])


@contextmanager
def make_table(kind: str, rows: int) -> Iterator[str]:
    """A table of `rows` rows, dropped in the end."""
    table = f"kho_sector_{uuid.uuid4().hex[:8]}"
    with administrator(kind) as run:
        try:
            for statement in (
                (POSTGRESQL if kind == "postgresql" else MARIADB).format(table=table, rows=rows).split(";")
            ):
                run(statement)
            for statement in SETTLED[kind]:
                run(statement.format(table=table))
            yield table
        finally:
            run(f"drop table if exists {table}")
