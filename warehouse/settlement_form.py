"""Form 06 of any period and agency, with all beneath it: from the tables, or computed by the models' own SQL.

Months, quarters, half-years, years and the profile's `reporting_periods` are in the tables. Any other range is computed
on the warehouse as it stands: the same SQL, with one period of its own.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import duckdb

from warehouse.connections import connect_warehouse, literal
from warehouse.errors import SettingsError, WarehouseError
from warehouse.model_sql import model_sql, schema_of
from warehouse.periods import Period
from warehouse.settings import Settings

Variant = Literal["as_system", "strict"]
By = Literal["field", "agency"]
# the figures with their column of the form
COLUMNS = {
    "total_received": 3, "received_online": 4, "received_direct_or_post": 5, "carried_over": 6,
    "total_settled": 7, "settled_early": 8, "settled_on_time": 9, "settled_late": 10,
    "total_pending": 11, "pending_in_time": 12, "pending_late": 13,
}  # fmt: skip
ALL_FIELDS = "tat_ca"
# models between the periods and the figures, in the order in which they are made
CHAIN = (
    "int_settlement_placed_as_system",
    "int_settlement_placed_strict",
    "int_settlement_placements",
    "settlement",
    "int_settlement_rollups",
)
FIELDS = """
    select rollups.field_code, coalesce(min(fields.field_name), 'Chưa xác định'), {sums}
    from {settlement_rollups} as rollups
    left join (select field_code, min(field_name) as field_name from staging.int_fields group by field_code) as fields
        on rollups.field_code = fields.field_code
    where {asked} and rollups.agency_code = {agency} and rollups.field_code <> 'tat_ca'
    group by rollups.field_code
    order by rollups.field_code
"""
AGENCIES = """
    select settlement.agency_code, coalesce(min(agencies.agency_name), settlement.agency_code), {sums}
    from {settlement} as settlement
    left join shared.agencies as agencies on settlement.agency_code = agencies.agency_code
    where {asked} and ({agency} = {province} or settlement.agency_code in (
        select agency_code from staging.int_agency_tree where ancestor_code = {agency}
    ))
    group by settlement.agency_code
    order by settlement.agency_code
"""
TOTAL = """
    select 'tat_ca', 'Tổng số', {sums}
    from {settlement_rollups} as rollups
    where {asked} and rollups.agency_code = {agency} and rollups.field_code = 'tat_ca'
"""


@dataclass(frozen=True)
class FormRow:
    """One line: a field or an agency with its eleven counts of dossiers, by the names of COLUMNS."""

    code: str
    name: str
    counts: dict[str, int]


@dataclass(frozen=True)
class Form:
    """Form 06 of one period, agency and variant. `is_stored` says whether it was read from `metrics`."""

    period: Period
    counted_until: dt.date
    agency_code: str
    agency_name: str
    variant: Variant
    by: By
    is_stored: bool
    rows: tuple[FormRow, ...]
    total: FormRow


def settlement_form(
    settings: Settings, period: Period, agency: str | None = None, variant: Variant = "as_system", by: By = "field"
) -> Form:
    """Form 06 of an agency and all beneath it, by field (06b) or by agency (06a).

    Args:
        settings: say where the warehouse is, and the province.
        period: any; one that still runs is counted to the day of the last build.
        agency: code of a listed agency; the province when None.
        variant: `as_system` or `strict`.
        by: what a row is.

    Raises SettingsError when the period has not begun or no list has the agency, WarehouseError when the store was not
    built or was built by an older version.
    """
    province = settings.province.agency_prefix
    with connect_warehouse(settings.warehouse, settings=settings) as connection:
        try:
            return _form(connection, settings, period, agency or province, variant, by)
        except duckdb.CatalogException as error:
            raise WarehouseError(
                wanted="the tables of Form 06",
                found=str(error).splitlines()[0],
                where=str(settings.warehouse),
                action="Build the store again: `kho run`.",
            ) from error


def _form(
    connection: duckdb.DuckDBPyConnection, settings: Settings, period: Period, agency: str, variant: Variant, by: By
) -> Form:
    province = settings.province.agency_prefix
    until = _counted_until(connection, period)
    name = _agency_name(connection, agency, province, settings.province.name)
    is_stored = _is_stored(connection, period)
    tables = _stored() if is_stored else _computed(connection, settings, period, until)
    given = tables | {
        "sums": ", ".join(f"coalesce(sum({column}), 0)" for column in COLUMNS),
        "asked": f"{period.condition} and variant = '{variant}'",
        "agency": literal(agency),
        "province": literal(province),
    }
    rows = connection.execute((FIELDS if by == "field" else AGENCIES).format(**given)).fetchall()
    [total] = connection.execute(TOTAL.format(**given)).fetchall()
    return Form(period, until, agency, name, variant, by, is_stored, tuple(_row(*row) for row in rows), _row(*total))


def _row(code: str, name: str, *counts: int) -> FormRow:
    return FormRow(code, name, {column: int(count) for column, count in zip(COLUMNS, counts, strict=True)})


def _counted_until(connection: duckdb.DuckDBPyConnection, period: Period) -> dt.date:
    last: dt.date | None
    [(last,)] = connection.execute("select max(counted_until) from staging.int_periods").fetchall()
    if last is None or period.start > last:
        raise SettingsError(
            wanted="a period that has begun",
            found=f"{period.code}, and the store is of {last:%d/%m/%Y}" if last else "a store without dossiers",
            where="the command line",
            action="Ask for an earlier period, or build the store of a later day: `kho run`.",
        )
    return min(period.end, last)


def _agency_name(connection: duckdb.DuckDBPyConnection, agency: str, province: str, province_name: str) -> str:
    if agency == province:
        return province_name
    names = connection.execute(
        f"select agency_name from shared.agencies where agency_code = {literal(agency)}"
    ).fetchall()
    if not names:
        raise SettingsError(
            wanted="the code of a listed agency",
            found=agency,
            where="the command line, --agency",
            action=f"Take a code of shared.agencies, or {province} for the whole province.",
        )
    return str(names[0][0])


def _is_stored(connection: duckdb.DuckDBPyConnection, period: Period) -> bool:
    return bool(connection.execute(f"select 1 from staging.int_periods where {period.condition}").fetchall())


def _stored() -> dict[str, str]:
    return {name: f"metrics.{name}" for name in ("settlement", "settlement_rollups")}


def _computed(
    connection: duckdb.DuckDBPyConnection, settings: Settings, period: Period, until: dt.date
) -> dict[str, str]:
    """Make the figures of the one period under temporary names; the names of the two tables of figures."""
    connection.execute(
        f"create or replace temp table int_periods as select '{period.period_type}' as period_type,"
        f" date '{period.start}' as period_start, date '{period.end}' as period_end, date '{until}' as counted_until"
    )
    made = {"int_periods": "temp.int_periods", "int_settlement_dossiers": "temp.int_settlement_placements"}
    province = settings.province.as_variable()
    for name in CHAIN:
        sql = model_sql(name, province, lambda model: made.get(model, f"{schema_of(model)}.{model}"))
        connection.execute(f"create or replace temp table {name} as {sql}")
        made[name] = f"temp.{name}"
    return {"settlement": made["settlement"], "settlement_rollups": made["int_settlement_rollups"]}
