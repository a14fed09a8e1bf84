"""What a report is about, and how sure its figures are: period, variant, unit, last counted day, freeze."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import duckdb

from warehouse.errors import SettingsError, WarehouseError
from warehouse.periods import Period
from warehouse.profile import Profile
from warehouse.settlement_form import Variant
from warehouse.words import day

VARIANTS: dict[Variant, tuple[str, str]] = {
    "as_system": (
        "Theo hệ thống",
        "tính như phần mềm một cửa: hồ sơ chờ bổ sung hoặc tạm dừng được tính là trong hạn.",
    ),
    "strict": (
        "Chặt chẽ",
        "tính theo quá trình xử lý: tạm dừng không che hồ sơ đã quá hạn, không hồ sơ nào bị bỏ ra ngoài.",
    ),
}
PERIODS = """
    select distinct period_type, period_start, period_end
    from metrics.settlement
    where variant = $variant
    order by period_start desc, period_end
"""
COUNTED = """
    select
        max(counted_until) filter (
            period_type = $period_type and period_start = $period_start and period_end = $period_end
            and variant = $variant
        ),
        max(counted_until)
    from metrics.settlement
"""
AGENCY = """
    select any_value(below.agency_name), any_value(above.agency_name), count(*)
    from shared.agencies as below
    left join shared.agencies as above on below.parent_code = above.agency_code
    where below.agency_code = $agency
"""
FREEZE = """
    select as_of, frozen_at, figures_hash, chain_hash
    from metrics.period_freezes
    where period_type = $period_type and period_start = $period_start and period_end = $period_end
    order by frozen_at desc
    limit 1
"""


@dataclass(frozen=True)
class Freeze:
    """When a period's figures were fixed, their hash, and that of the freeze's line in the chain."""

    as_of: dt.date
    frozen_at: dt.datetime
    figures_hash: str
    chain_hash: str | None


@dataclass(frozen=True)
class Scope:
    """A report's subject.

    Attributes:
        agency_code: the unit with all beneath it; None for the whole province.
        reporting_unit: name of the unit that reports.
        receiving_unit: name of the unit above; empty where nothing says it.
        counted_until: last day that the figures count.
        store_day: the day the store was built for.
        freeze: None while the figures may still change.
    """

    period: Period
    variant: Variant
    agency_code: str | None
    reporting_unit: str
    receiving_unit: str
    province: str
    province_code: str
    has_districts: bool
    counted_until: dt.date
    store_day: dt.date
    freeze: Freeze | None

    @property
    def keys(self) -> dict[str, object]:
        """Parameters of the queries: period, variant, agency."""
        return {**period_keys(self.period), "variant": self.variant, "agency": self.agency_code}

    @property
    def variant_title(self) -> str:
        """How the figures are counted, in Vietnamese."""
        return VARIANTS[self.variant][0]

    @property
    def standing(self) -> str:
        """One sentence: until when the figures count, and whether they are fixed."""
        counted = f"Số liệu tính đến hết ngày {day(self.counted_until)}"
        if self.counted_until < self.period.end:
            counted += " (kỳ báo cáo chưa kết thúc)"
        if self.freeze is None:
            return f"{counted}, theo dữ liệu của kho ngày {day(self.store_day)}. Số liệu tạm tính, chưa chốt."
        chain = f" Mã băm trong chuỗi: {self.freeze.chain_hash}." if self.freeze.chain_hash else ""
        return (
            f"{counted}, theo dữ liệu của kho ngày {day(self.freeze.as_of)}. "
            f"Đã chốt ngày {day(self.freeze.frozen_at)}, mã băm {self.freeze.figures_hash}.{chain}"
        )


def scope_of(
    connection: duckdb.DuckDBPyConnection, profile: Profile, period: Period, variant: Variant, agency: str | None
) -> Scope:
    """Find a report's subject in the warehouse.

    Raises SettingsError when no figure is of that period and variant, or nobody knows the agency; WarehouseError when
    Form 06 has not been built.
    """
    if not has_table(connection, "metrics.settlement"):
        raise WarehouseError(
            wanted="the figures of Form 06",
            found="no table metrics.settlement",
            where="the warehouse",
            action="Build it first: `kho run`.",
        )
    if agency == profile.agency_prefix:
        agency = None
    found = connection.execute(COUNTED, {**period_keys(period), "variant": variant}).fetchone()
    if found is None or found[0] is None:
        raise _no_figures(connection, period, variant)
    name, above = _names(connection, profile, agency)
    return Scope(
        period, variant, agency, name, above, profile.name, profile.agency_prefix, profile.has_districts,
        found[0], found[1], _freeze(connection, period),
    )  # fmt: skip


def periods_known(connection: duckdb.DuckDBPyConnection, variant: Variant) -> list[Period]:
    """Periods that have figures of the variant, the latest first."""
    rows = connection.execute(PERIODS, {"variant": variant}).fetchall()
    return [Period(kind, start, end) for kind, start, end in rows]


def period_keys(period: Period) -> dict[str, object]:
    """Parameters that name a period in queries."""
    return {"period_type": period.period_type, "period_start": period.start, "period_end": period.end}


def within(column: str) -> str:
    """SQL: the unit of `column` is the one asked for ($agency) or beneath it; every unit where none is asked for."""
    return (
        f"(cast($agency as varchar) is null or {column} = $agency or {column} in ("
        "select below.agency_code from staging.int_agency_tree as below where below.ancestor_code = $agency))"
    )


def has_table(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether the warehouse has the table, such as `metrics.targets`."""
    schema, table = name.split(".")
    found = connection.execute(
        "select 1 from information_schema.tables where table_schema = ? and table_name = ?", [schema, table]
    ).fetchone()
    return found is not None


def _names(connection: duckdb.DuckDBPyConnection, profile: Profile, agency: str | None) -> tuple[str, str]:
    found = connection.execute(AGENCY, {"agency": agency or profile.agency_prefix}).fetchone()
    name, above, listed = found or (None, None, 0)
    if agency is None:
        return name or f"UBND {profile.name}", above or ""
    if not listed:
        raise SettingsError(
            wanted="the code of an agency, as in shared.agencies",
            found=agency,
            where="--agency",
            action="Use a code of the list of agencies, or leave it out for the whole province.",
        )
    return name or agency, above or ""


def _no_figures(connection: duckdb.DuckDBPyConnection, period: Period, variant: Variant) -> SettingsError:
    codes = [one.code for one in periods_known(connection, variant)]
    known = ", ".join(codes[:12]) + (", …" if len(codes) > 12 else "")
    return SettingsError(
        wanted=f"figures of {period.code} counted {variant}",
        found="none in metrics.settlement",
        where=f"period {period.code}",
        action=f"Ask for a period that the store has: {known}. A range has figures when the profile names it under "
        "`reporting_periods`."
        if codes
        else "Build the store first: `kho run`.",
    )


def _freeze(connection: duckdb.DuckDBPyConnection, period: Period) -> Freeze | None:
    if not has_table(connection, "metrics.period_freezes"):
        return None
    found = connection.execute(FREEZE, period_keys(period)).fetchone()
    return Freeze(*found) if found else None
