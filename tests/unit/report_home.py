"""A small warehouse made by hand, with the tables that printed reports read."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb

from warehouse.settings import Settings

FIGURES = (
    "total_received", "received_online", "received_direct_or_post", "carried_over", "total_settled", "settled_early",
    "settled_on_time", "settled_late", "total_pending", "pending_in_time", "pending_late",
)  # fmt: skip
OCTOBER = ("month", dt.date(2026, 10, 1), dt.date(2026, 10, 31))
SEPTEMBER = ("month", dt.date(2026, 9, 1), dt.date(2026, 9, 30))
NASTY = "=cmd|' /C calc'!A1 <script>alert(1)</script> & \"UBND\""
AGENCIES = (
    ("H17", "UBND Thành phố Đà Nẵng", None, "province", None),
    ("H17.2", "Sở Tư pháp", "H17", "province", None),
    ("H17.10", "Sở Y tế", "H17", "province", None),
    ("H17.101", "UBND Phường Hải Châu", "H17", "commune", "20242"),
    ("H17.102", NASTY, "H17", "commune", "20245"),
    ("H17.103", "UBND Xã Sông Kôn", "H17", "commune", "20248"),
)
DISTRICT = ("H17.50", "UBND huyện Duy Xuyên", "H17", "district", None)
FIELDS = (("LV01", "Hộ tịch"), ("LV02", "Đất đai"))


def figures(online: int, direct: int, carried: int, early: int, on_time: int, late: int, open_late: int) -> list[int]:
    """Columns 3 to 13 of the form from seven of them; what is left is pending within time."""
    received, settled = online + direct + carried, early + on_time + late
    pending = received - settled
    return [received, online, direct, carried, settled, early, on_time, late, pending, pending - open_late, open_late]


ROWS: tuple[tuple[str, str, list[int]], ...] = (
    ("H17.2", "LV01", figures(1200, 800, 34, 900, 500, 100, 21)),
    ("H17.2", "khong_ro", figures(1, 0, 0, 0, 0, 1, 0)),
    ("H17.10", "LV02", figures(3, 0, 2, 2, 1, 0, 1)),
    ("H17.101", "LV01", figures(10, 5, 1, 6, 2, 3, 2)),
    ("H17.101", "LV02", figures(0, 4, 0, 0, 0, 0, 4)),
    ("H17.102", "LV01", figures(0, 0, 2, 0, 0, 0, 0)),
    ("khong_ro", "LV01", figures(0, 1, 0, 0, 0, 0, 1)),
)


class ReportHome:
    """A data home with a warehouse of a few units; tables and rows can be added."""

    def __init__(self, folder: Path, profile: str = "da_nang_2025", as_of: dt.date = dt.date(2026, 11, 2)) -> None:
        self.settings = Settings(home=folder, profile=profile, as_of=as_of)
        folder.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(str(self.settings.warehouse)) as self.connection:
            self._build()

    def _build(self) -> None:
        columns = ", ".join(f"{name} bigint" for name in FIGURES)
        period = "period_type varchar, period_start date, period_end date, counted_until date"
        tables = {
            "metrics.settlement": f"{period}, agency_code varchar, field_code varchar, variant varchar, {columns}",
            "shared.agencies": "agency_code varchar, agency_name varchar, parent_code varchar, level varchar, "
            "commune_code varchar, valid_from date, valid_to date",
            "staging.int_agency_tree": "agency_code varchar, ancestor_code varchar",
            "staging.int_fields": "field_code varchar, field_name varchar",
            "staging.int_settlement_dossiers": "dossier_code varchar, agency_code varchar, field_code varchar, "
            f"{period}, variant varchar, column_in integer, column_out integer",
            "shared.dossiers": "dossier_code varchar, due_at timestamp",
        }
        for schema in ("metrics", "shared", "staging"):
            self.connection.execute(f"create schema {schema}")
        for table, types in tables.items():
            self.connection.execute(f"create table {table} ({types})")
        self._add("staging.int_fields", FIELDS)
        for agency in AGENCIES:
            self._add_agency(*agency)
        for agency, field, counts in ROWS:
            self._settle(agency, field, counts, OCTOBER, "as_system")

    def add_agency(self, code: str, name: str, parent: str | None, level: str, commune: str | None) -> None:
        """An agency, beneath its parent and the province."""
        with duckdb.connect(str(self.settings.warehouse)) as self.connection:
            self._add_agency(code, name, parent, level, commune)

    def settle(
        self,
        agency: str,
        field: str,
        counts: list[int],
        period: tuple[str, dt.date, dt.date] = OCTOBER,
        variant: str = "as_system",
    ) -> None:
        """A row of Form 06, and one placed dossier, due five days or more before, for each that is pending late."""
        with duckdb.connect(str(self.settings.warehouse)) as self.connection:
            self._settle(agency, field, counts, period, variant)

    def add(self, table: str, rows: Any) -> None:
        """Rows into a table that is there."""
        with duckdb.connect(str(self.settings.warehouse)) as self.connection:
            self._add(table, rows)

    def run(self, *statements: str) -> None:
        """Statements, one after the other."""
        with duckdb.connect(str(self.settings.warehouse)) as self.connection:
            for statement in statements:
                self.connection.execute(statement)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """What a query gives."""
        with duckdb.connect(str(self.settings.warehouse)) as self.connection:
            return self.connection.execute(sql).fetchall()

    def _add_agency(self, code: str, name: str, parent: str | None, level: str, commune: str | None) -> None:
        self._add("shared.agencies", [(code, name, parent, level, commune, dt.date(1900, 1, 1), None)])
        self._add("staging.int_agency_tree", [(code, above) for above in dict.fromkeys((code, parent, "H17")) if above])

    def _settle(
        self, agency: str, field: str, counts: list[int], period: tuple[str, dt.date, dt.date], variant: str
    ) -> None:
        until = min(period[2], self.settings.day)
        self._add("metrics.settlement", [(*period, until, agency, field, variant, *counts)])
        codes = [f"{agency}-{field}-{period[1]}-{variant}-{number}" for number in range(counts[-1])]
        due = [dt.datetime.combine(until, dt.time(9)) - dt.timedelta(days=5 + number) for number in range(counts[-1])]
        placed = [(code, agency, field, *period, until, variant, 5, 13) for code in codes]
        self._add("staging.int_settlement_dossiers", placed)
        self._add("shared.dossiers", zip(codes, due, strict=True))

    def _add(self, table: str, rows: Any) -> None:
        given = [list(row) for row in rows]
        if given:
            self.connection.executemany(f"insert into {table} values ({', '.join('?' * len(given[0]))})", given)
