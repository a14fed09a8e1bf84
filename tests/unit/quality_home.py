"""A tiny data home for tests of the expectations, whose quality tables are made by the project's own models."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment

from expectations.results import SCHEMAS
from tests.contracts import make_contract
from warehouse.contracts import Contract
from warehouse.settings import PROJECT_ROOT, Settings

AS_OF = dt.date(2026, 11, 2)
COMMUNES = {"20194": "Phường Hải Châu", "20195": "Phường Hòa Cường", "20197": "Xã Bà Nà"}
PLACE = ("dataset", "source_system", "batch_id", "source_file", "sheet", "row_number", "row_key", "row_verdict")
MODELS = ("rule_results", "failing_rows", "completeness", "scores")


def column(**given: Any) -> dict[str, Any]:
    """A property of a contract; `role` and `quality` as in the files."""
    role = given.pop("role", None)
    return {**given, **({"customProperties": [{"property": "role", "value": role}]} if role else {})}


def rule(rule_id: str, **given: Any) -> dict[str, Any]:
    """A quality entry; `applies` and `weight` are custom properties, `sql` is the predicate of engine kho."""
    custom = [{"property": "howToFix", "value": f"Sửa {rule_id}."}]
    for key, name in (("weight", "weight"), ("applies", "appliesWhen")):
        if key in given:
            custom.append({"property": name, "value": given.pop(key)})
    body = given.pop("sql", None)
    if body is not None:
        given |= {"type": "custom", "engine": "kho", "implementation": body}
    return {
        "id": rule_id,
        "dimension": "completeness",
        "description": f"Quy tắc {rule_id}.",
        "customProperties": custom,
        **({"mustBe": 0} if "metric" in given else {}),
        **given,
    }


def people(folder: Path, quality: list[dict[str, Any]] | None = None, **columns: dict[str, Any]) -> Contract:
    """A contract of people by commune whose key is a personal number."""
    return make_contract(
        folder,
        dataset="people",
        keys=("number",),
        quality=quality,
        columns={
            "number": column(role="person_number", classification="personal", businessName="Số định danh"),
            "commune": column(role="commune_code", businessName="Xã"),
            "name": {"businessName": "Họ tên", "classification": "personal"},
            "kind": {"businessName": "Loại"},
            "amount": {"businessName": "Số tiền", "logicalType": "integer"},
            "seen_on": {"businessName": "Ngày cập nhật", "logicalType": "date"},
            **{k: {"businessName": k, **v} for k, v in columns.items()},
        },
    )


def settings_of(home: Path, **given: Any) -> Settings:
    """Settings of a home whose day is fixed."""
    return Settings(home=home, as_of=given.pop("as_of", AS_OF), **given)


def build_warehouse(settings: Settings, *staged: tuple[Contract, list[dict[str, Any]]]) -> None:
    """Write the warehouse file: a staging table a contract with the given rows, and what table rules look into."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(settings.warehouse)) as connection:
        for schema in ("staging", "shared", "quality", "ops"):
            connection.execute(f"create schema if not exists {schema}")
        connection.execute(
            "create or replace table shared.administrative_units"
            "(code varchar, name varchar, level varchar, province_code varchar, valid_from date, valid_to date)"
        )
        units = [(code, name, "commune", "48", dt.date(2025, 7, 1), None) for code, name in COMMUNES.items()]
        old = ("20194", "Phường Cũ", "commune", "48", dt.date(2000, 1, 1), dt.date(2025, 6, 30))
        other = ("00001", "Xã tỉnh khác", "commune", "01", dt.date(2025, 7, 1), None)
        connection.executemany(
            "insert into shared.administrative_units values (?, ?, ?, ?, ?, ?)", [*units, old, other]
        )
        connection.execute(
            "create or replace table staging.int_zero_declarations"
            "(dataset varchar, commune_code varchar, declared_on date, row_verdict varchar)"
        )
        connection.execute(
            "create or replace table staging.int_control_totals(dataset varchar, commune_code varchar,"
            " expected_rows bigint, counted_on date, row_verdict varchar, row_number bigint)"
        )
        connection.execute("create or replace table staging.int_datasets(dataset varchar, is_key_personal boolean)")
        for contract, rows in staged:
            _staging(connection, contract, rows)
            personal = any(column.personal for column in contract.key)
            connection.execute("insert into staging.int_datasets values (?, ?)", [contract.dataset, personal])


def _staging(connection: duckdb.DuckDBPyConnection, contract: Contract, rows: list[dict[str, Any]]) -> None:
    columns = {c.name: c.sql_type for c in contract.columns}
    columns |= {f"{c.name}_raw": "varchar" for c in contract.columns if c.has_raw}
    columns |= dict.fromkeys(PLACE, "varchar") | {"row_number": "bigint"}
    described = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    connection.execute(f"create or replace table staging.{contract.staging_table} ({described})")
    key = contract.key[0].name
    for number, row in enumerate(rows, start=2):
        full = {
            "dataset": contract.dataset,
            "source_system": "test",
            "batch_id": "b1",
            "source_file": "people.xlsx",
            "sheet": "T1",
            "row_number": number,
            "row_key": row.get(key),
            "row_verdict": "kept" if row.get(key) else "quarantined",
            **row,
        }
        for c in contract.columns:
            if c.has_raw and f"{c.name}_raw" not in row and row.get(c.name) is not None:
                full[f"{c.name}_raw"] = str(row[c.name])
        names = ", ".join(full)
        marks = ", ".join("?" for _ in full)
        connection.execute(
            f"insert into staging.{contract.staging_table} ({names}) values ({marks})", list(full.values())
        )


def build_quality(settings: Settings) -> None:
    """Make the quality tables with the project's own models, rendered without dbt."""
    environment = Environment()
    thresholds = settings.province.thresholds.model_dump()
    province = {"province_code": settings.province.province_code, "thresholds": thresholds}
    schemas = {"administrative_units": "shared", "int_zero_declarations": "staging", "int_datasets": "staging"}
    functions = {
        "source": lambda _, name: f"read_parquet('{settings.results / name}.parquet')",
        "ref": lambda name: f"{schemas.get(name, 'quality')}.{name}",
        "var": lambda _: province,
        "as_of": lambda: f"date '{settings.day}'",
        "token": lambda column: f"sha256('a secret' || {column})",
    }
    with duckdb.connect(str(settings.warehouse)) as connection:
        for model in MODELS:
            path = PROJECT_ROOT / "dbt_project" / "models" / "quality" / f"{model}.sql"
            query = environment.from_string(path.read_text(encoding="utf-8")).render(**functions)
            connection.execute(f"create or replace table quality.{model} as {query}")


def read_results(settings: Settings, name: str) -> list[dict[str, Any]]:
    """The rows of a result file."""
    with duckdb.connect(":memory:") as connection:
        rows = connection.execute(
            "select * from read_parquet(?)", [str(settings.results / f"{name}.parquet")]
        ).fetchall()
    return [dict(zip(SCHEMAS[name], row, strict=True)) for row in rows]
