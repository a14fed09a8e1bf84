"""What a person should look at: flags by rule and unit, units that enter nothing, where the two counts differ."""

from __future__ import annotations

import duckdb

from warehouse.reports.form import code_order
from warehouse.reports.results import LATE, OPEN_LATE
from warehouse.reports.scope import Scope, has_table, within
from warehouse.reports.tables import Chart, Section, Table, Value
from warehouse.words import day

SEVERITIES = {"error": "lỗi", "warning": "cảnh báo"}
RULES = "select rule, severity, sentence, how_to_fix, basis from {table}"
FLAGS = f"""
    with counted as (
        select distinct dossier_code
        from staging.int_settlement_dossiers
        where
            period_type = $period_type and period_start = $period_start and period_end = $period_end
            and variant = $variant
    )
    select
        flags.rule,
        coalesce(flags.receiving_agency_code, 'khong_ro') as agency_code,
        coalesce(any_value(agencies.agency_name), any_value(flags.receiving_agency_code), 'Chưa rõ cơ quan'),
        count(*),
        count(counted.dossier_code)
    from metrics.dossier_flags as flags
    left join counted on flags.dossier_code = counted.dossier_code
    left join shared.agencies as agencies on flags.receiving_agency_code = agencies.agency_code
    where {within("flags.receiving_agency_code")}
    group by flags.rule, coalesce(flags.receiving_agency_code, 'khong_ro')
"""
EMPTY_UNITS = f"""
    select agency_code, coalesce(agency_name, agency_code)
    from shared.agencies
    where
        valid_from <= $period_end and (valid_to is null or valid_to >= $period_start)
        and agency_code not in (
            select agency_code from metrics.settlement
            where
                period_type = $period_type and period_start = $period_start and period_end = $period_end
                and variant = $variant and total_received > 0
        )
        and agency_code not in (select parent_code from shared.agencies where parent_code is not null)
        and {within("agency_code")}
"""
SILENT_UNITS = f"""
    select coalesce(agency_name, agency_code), agency_code, month_start, months_silent, last_received_on, basis
    from metrics.silent_agencies
    where month_start between $period_start and $period_end and {within("agency_code")}
"""
RESTATEMENTS = f"""
    select sentence, count(distinct dossier_code)
    from metrics.settlement_restatements
    where
        period_type = $period_type and period_start = $period_start and period_end = $period_end
        and variant = $variant and ({within("agency_code_old")} or {within("agency_code_new")})
    group by sentence
    order by 2 desc, 1
"""
DIFFERENCES = f"""
    select differences.sentence, count(distinct differences.dossier_code)
    from metrics.settlement_differences as differences
    where
        differences.period_type = $period_type and differences.period_start = $period_start
        and differences.period_end = $period_end
        and {within("differences.agency_code")}
    group by differences.sentence
    order by 2 desc, 1
"""


def checks_sections(connection: duckdb.DuckDBPyConnection, scope: Scope) -> tuple[Section, ...]:
    """Flags with the sentence of each rule, by rule and by unit; empty units; reasons why the two counts differ."""
    tables: list[Table] = []
    charts: list[Chart] = []
    missing: list[str] = []
    by_units: tuple[Section, ...] = ()
    if has_table(connection, "metrics.dossier_flags"):
        by_rule, by_unit = _flags(connection, scope)
        tables.append(by_rule)
        by_units = (Section("Cờ theo đơn vị", (by_unit,)),)
        charts.append(
            Chart("bars", "Số hồ sơ vướng từng quy tắc", by_rule, "Quy tắc", (("Tất cả", LATE),), "hồ sơ", 20)
        )
    else:
        missing.append("Kho chưa có bảng hồ sơ cần kiểm tra (metrics.dossier_flags).")
    silent = has_table(connection, "metrics.silent_agencies")
    tables.append(_silent_units(connection, scope) if silent else _empty_units(connection, scope))
    if has_table(connection, "metrics.settlement_differences"):
        differences = _differences(connection, scope)
        tables.append(differences)
        if differences.rows:
            charts.append(
                Chart(
                    "bars", "Số hồ sơ theo lý do khác nhau", differences, "Lý do", (("Số hồ sơ", OPEN_LATE),), "hồ sơ"
                )
            )
    else:
        missing.append("Kho chưa có danh sách hồ sơ mà hai cách tính khác nhau (metrics.settlement_differences).")
    if scope.freeze is not None and has_table(connection, "metrics.settlement_restatements"):
        tables.append(_restatements(connection, scope))
    return (Section("Cần kiểm tra", tuple(tables), tuple(charts), missing=tuple(missing)), *by_units)


def _flags(connection: duckdb.DuckDBPyConnection, scope: Scope) -> tuple[Table, Table]:
    table = next(name for name in ("metrics.flag_rules", "staging.dossier_rules") if has_table(connection, name))
    rules = sorted(
        connection.execute(RULES.format(table=table)).fetchall(), key=lambda row: (row[0][0], int(row[0][1:]))
    )
    found = connection.execute(FLAGS, _without(scope, ())).fetchall()
    all_of, in_period = dict.fromkeys((r[0] for r in rules), 0), dict.fromkeys((r[0] for r in rules), 0)
    units: dict[str, tuple[str, dict[str, int]]] = {}
    for rule, code, name, every, counted in found:
        all_of[rule] = all_of.get(rule, 0) + every
        in_period[rule] = in_period.get(rule, 0) + counted
        units.setdefault(code, (name, {}))[1][rule] = every
    rows: list[tuple[Value, ...]] = [
        (f"{rule}. {sentence}", SEVERITIES.get(severity, severity), in_period[rule], all_of[rule], how, basis)
        for rule, severity, sentence, how, basis in rules
    ]
    note = (
        f"Cờ là lý do để xem lại, chưa phải kết luận. “Trong kỳ” là hồ sơ được tính trong kỳ báo cáo, “Tất cả” là mọi "
        f"hồ sơ của kho đến ngày {day(scope.store_day)}. Một hồ sơ có thể vướng nhiều quy tắc."
    )
    by_rule = Table("Hồ sơ cần kiểm tra theo quy tắc", (
        ("Quy tắc", 60), ("Mức", 10), ("Trong kỳ", 10), ("Tất cả", 10), ("Cách xử lý", 50), ("Căn cứ", 44),
    ), tuple(rows), ("Tổng số cờ", "", sum(in_period.values()), sum(all_of.values()), "", ""), note)  # fmt: skip
    names = [rule for rule, *_ in rules]
    unit_rows: list[tuple[Value, ...]] = [
        (name, *(counts.get(rule, 0) for rule in names), sum(counts.values()))
        for _, (name, counts) in sorted(
            units.items(), key=lambda item: (-sum(item[1][1].values()), code_order(item[0]))
        )
    ]
    by_unit = Table(
        "Số cờ theo đơn vị tiếp nhận",
        (("Đơn vị", 36), *((rule, 7) for rule in names), ("Cộng", 9)),
        tuple(unit_rows),
        ("Tổng cộng", *(all_of[rule] for rule in names), sum(all_of.values())),
        "Số của mọi hồ sơ trong kho (“Tất cả”), đơn vị nhiều cờ xếp trước.",
    )
    return by_rule, by_unit


def _empty_units(connection: duckdb.DuckDBPyConnection, scope: Scope) -> Table:
    found = sorted(connection.execute(EMPTY_UNITS, scope.keys).fetchall(), key=lambda row: code_order(row[0]))
    rows = tuple((name, code) for code, name in found)
    note = "" if rows else "Đơn vị nào cũng có hồ sơ trong kỳ."
    return Table("Đơn vị không có hồ sơ nào trong kỳ", (("Đơn vị", 60), ("Mã", 12)), rows, None, note)


def _silent_units(connection: duckdb.DuckDBPyConnection, scope: Scope) -> Table:
    found = connection.execute(SILENT_UNITS, _without(scope, ("period_type", "variant"))).fetchall()
    rows = tuple(
        (name, code, f"{month:%m/%Y}", months, last, basis)
        for name, code, month, months, last, basis in sorted(found, key=lambda row: (row[2], code_order(row[1])))
    )
    columns = (
        ("Đơn vị", 60), ("Mã", 12), ("Tháng", 12), ("Số tháng liền", 12), ("Tiếp nhận lần cuối", 14), ("Căn cứ", 44),
    )  # fmt: skip
    note = "Đơn vị vẫn hoạt động nhưng không có hồ sơ tiếp nhận trong tháng." if rows else "Không có đơn vị nào."
    return Table("Đơn vị không nhập hồ sơ nào trong tháng", columns, rows, None, note)


def _restatements(connection: duckdb.DuckDBPyConnection, scope: Scope) -> Table:
    rows = tuple(connection.execute(RESTATEMENTS, scope.keys).fetchall())
    note = "Số đã chốt không đổi; đây là hồ sơ mà nếu tính lại sẽ khác." if rows else "Không có hồ sơ nào."
    return Table("Hồ sơ thay đổi sau khi chốt", (("Lý do", 60), ("Số hồ sơ", 12)), rows, None, note)


def _differences(connection: duckdb.DuckDBPyConnection, scope: Scope) -> Table:
    found = connection.execute(DIFFERENCES, _without(scope, ("variant",))).fetchall()
    rows = tuple(tuple(row) for row in found)
    note = "Hồ sơ mà “theo hệ thống” và “chặt chẽ” xếp vào cột khác nhau; danh sách ở metrics.settlement_differences."
    return Table("Hồ sơ mà hai cách tính khác nhau", (("Lý do", 60), ("Số hồ sơ", 12)), rows, None, note)


def _without(scope: Scope, names: tuple[str, ...]) -> dict[str, object]:
    return {name: value for name, value in scope.keys.items() if name not in names}
