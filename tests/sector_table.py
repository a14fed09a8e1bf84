"""A table as sector databases have it, of any size, made and summed up by the server itself.

15 columns; every person in it is made up: the numbers are of no province (code 000).
"""

from __future__ import annotations

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
