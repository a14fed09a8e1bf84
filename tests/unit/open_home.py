"""A data home with one small open table, for tests of releases and of the portal."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import duckdb

from warehouse.settings import Settings

ROWS = """
    select * from (values
        ('2026-09', 'H17.02', 120, 0.985, date '2026-09-30', timestamp '2026-10-01 07:30:00', true,  '0900001111', 'Ghi chú, có "ngoặc"'),
        ('2026-09', 'H17.01', null, null, date '2026-09-30', null,                            false, '0900001111', '=HYPERLINK("x")'),
        ('2026-10', 'H17.01', 7,    1.0,  date '2026-10-31', timestamp '2026-11-01 07:30:00', null,  '0900001111', e'dòng một\ndòng hai')
    ) as t (period, agency_code, total, share, period_end, computed_at, complete, applicant_phone, note)
"""  # noqa: E501


def column(name: str, title: str = "Tên cột", publish: bool = True, **meta: Any) -> dict[str, Any]:
    return {
        "name": name,
        "description": f"What {name} means.",
        "config": {"meta": {"publish": publish, "title_vi": title, **meta}},
    }


def model(name: str = "settlement_results", schema: str = "open_data", **changes: Any) -> dict[str, Any]:
    columns = [
        column("period", "Kỳ"),
        column("agency_code", "Mã cơ quan"),
        column("total", "Tổng số", unit="hồ sơ"),
        column("share", "Tỷ lệ"),
        column("period_end", "Ngày cuối kỳ"),
        column("computed_at", "Lúc tính"),
        column("complete", "Đủ"),
        column("applicant_phone", "Điện thoại", publish=False),
        column("note", "Ghi chú"),
    ]
    node = {
        "resource_type": "model",
        "name": name,
        "schema": schema,
        "description": "Settlement by month. One row per period and agency.",
        "columns": {one["name"]: one for one in columns},
        "depends_on": {"nodes": []},
        "config": {
            "meta": {
                "title_vi": "Kết quả giải quyết thủ tục hành chính",
                "description_vi": "Số hồ sơ theo tháng và cơ quan.",
                "primary_key": ["period", "agency_code"],
                "license": "CC-BY-4.0",
                "frequency": "monthly",
                "theme": "GOVE",
                "owner_key": "van_phong_ubnd",
            }
        },
    }
    return {**node, **changes}


class OpenHome:
    """Settings, a warehouse and a manifest that a test may change before it publishes."""

    def __init__(self, home: Path, day: dt.date = dt.date(2026, 11, 2)) -> None:
        self.settings = Settings(home=home, as_of=day)
        self.nodes: dict[str, Any] = {"model.kho.settlement_results": model()}
        self.write_table(ROWS)
        self.write_manifest()

    def on(self, day: dt.date) -> Settings:
        return Settings(home=self.settings.home, as_of=day)

    def write_table(self, query: str, name: str = "settlement_results") -> None:
        with duckdb.connect(str(self.settings.warehouse)) as connection:
            connection.execute("create schema if not exists open_data")
            connection.execute(f"create or replace table open_data.{name} as {query}")

    def sql(self, statement: str) -> None:
        with duckdb.connect(str(self.settings.warehouse)) as connection:
            connection.execute(statement)

    def write_manifest(self) -> None:
        path = self.settings.dbt / "target" / "manifest.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"nodes": self.nodes, "sources": {}}), encoding="utf-8")

    def columns(self) -> dict[str, Any]:
        columns: dict[str, Any] = self.nodes["model.kho.settlement_results"]["columns"]
        return columns
