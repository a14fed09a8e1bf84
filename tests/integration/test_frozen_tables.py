"""Any table by period is frozen by `freeze: true` and one macro: tried on a table that only this test has."""

from __future__ import annotations

import datetime as dt
import shutil

import duckdb
import pytest
import yaml

from tests.dbt_home import dbt_build
from warehouse import assembly
from warehouse.contracts import ContractSet
from warehouse.freezable import ensure_freeze_files, freezable
from warehouse.freeze_sql import copy_rows
from warehouse.periods import parse_period
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

COMPUTED = """
select 'month' as period_type, date '2026-09-01' as period_start, date '2026-09-30' as period_end,
    'a' as unit, {0} as value
union all select 'month', date '2026-10-01', date '2026-10-31', 'a', {0}
union all select 'month', date '2026-10-01', date '2026-10-31', 'b', {0}
"""
COLUMNS = {
    "period_type": "varchar",
    "period_start": "date",
    "period_end": "date",
    "unit": "varchar",
    "value": "integer",
}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """The dbt project with a table `toys`, made by the model `int_toys`."""
    project = tmp_path / "dbt_project"
    shutil.copytree(assembly.DBT_PROJECT, project)
    monkeypatch.setattr(assembly, "DBT_PROJECT", project)
    return project


def write_model(project, value, columns):
    (project / "models/staging/int_toys.sql").write_text(COMPUTED.format(value), encoding="utf-8")
    if len(columns) > len(COLUMNS):
        (project / "models/staging/int_toys.sql").write_text(
            f"select *, 'new' as note from ({COMPUTED.format(value)}) as t", encoding="utf-8"
        )
    (project / "models/metrics/toys.sql").write_text("{{ frozen_or_computed('toys', 'int_toys') }}", encoding="utf-8")
    document = {
        "version": 2,
        "models": [
            {
                "name": "toys",
                "config": {"meta": {"freeze": True}},
                "columns": [{"name": name, "data_type": sql_type} for name, sql_type in columns.items()],
            }
        ],
    }
    (project / "models/metrics/toys.yml").write_text(yaml.safe_dump(document), encoding="utf-8")


def toys(settings):
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        return connection.execute("select period_start, unit, value from metrics.toys order by all").fetchall()


def test_a_table_by_period_keeps_its_rows_where_it_is_frozen(project, tmp_path):
    settings = Settings(home=tmp_path / "home", as_of=dt.date(2026, 11, 2))
    write_model(project, 1, COLUMNS)
    dbt_build(settings, ContractSet((), ()), "--select", "+toys")
    [table] = [one for one in freezable(settings.dbt / "models") if one.name == "toys"]
    assert (table.relation, table.columns) == ('metrics."toys"', COLUMNS)
    october = (dt.date(2026, 10, 1), dt.date(2026, 10, 31))
    folder = settings.freezes / "2026-10"
    folder.mkdir()
    with duckdb.connect(str(settings.warehouse)) as connection:
        assert copy_rows(connection, table, parse_period("2026-10"), folder / "toys.parquet") == 2
        connection.execute(
            "copy (select 'month' as period_type, date '2026-10-01' as period_start, date '2026-10-31' as period_end,"
            f" 'toys' as table_name, 2 as row_count) to '{folder / 'frozen_tables.parquet'}'"
        )
    # a year later the table has a column more, and another value everywhere
    write_model(project, 2, COLUMNS | {"note": "varchar"})
    dbt_build(settings, ContractSet((), ()), "--select", "+toys")
    assert toys(settings) == [(dt.date(2026, 9, 1), "a", 2), (october[0], "a", 1), (october[0], "b", 1)]
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        assert connection.execute("select unit, note from metrics.toys order by all").fetchall() == [
            ("a", "new"),
            ("a", None),
            ("b", None),
        ]


def test_a_period_that_was_frozen_before_the_table_could_be_is_computed(project, tmp_path):
    settings = Settings(home=tmp_path / "home", as_of=dt.date(2026, 11, 2))
    write_model(project, 1, COLUMNS)
    dbt_build(settings, ContractSet((), ()), "--select", "+toys")
    ensure_freeze_files(settings)
    folder = settings.freezes / "2026-10"
    folder.mkdir()
    duckdb.execute(
        "copy (select 'month' as period_type, date '2026-10-01' as period_start, date '2026-10-31' as period_end,"
        f" 'settlement_dossiers' as table_name, 2 as row_count) to '{folder / 'frozen_tables.parquet'}'"
    )
    write_model(project, 2, COLUMNS)
    dbt_build(settings, ContractSet((), ()), "--select", "+toys")
    assert {value for _, _, value in toys(settings)} == {2}
