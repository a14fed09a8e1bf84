"""The reports of the sample: written by the daily run, with the numbers of the tables in every cell."""

from __future__ import annotations

import pytest

from tests.kho import AS_OF
from tests.unit.report_home import FIGURES
from tests.unit.test_reports import printed, shown
from warehouse.periods import parse_period
from warehouse.reports import write_reports
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

COLUMNS = ", ".join(FIGURES)
SUMS = ", ".join(f"cast(sum({name}) as bigint)" for name in FIGURES)


def test_the_daily_run_writes_the_reports_of_the_last_whole_month(sample_home):
    written = {path.name for path in (sample_home.path / "reports" / "2026-10").iterdir()}
    assert written == {
        f"{name}.{kind}" for name in ("bieu_06a", "bieu_06b", "danh_gia_thang") for kind in ("xlsx", "html")
    }


@pytest.mark.parametrize("variant", ["as_system", "strict"])
@pytest.mark.parametrize("period", ["2026-10", "2026-Q3", "2026"])
def test_every_cell_of_form_06_is_the_number_of_the_table(sample_home, tmp_path, period, variant):
    asked = parse_period(period)
    settings = Settings(home=sample_home.path, as_of=AS_OF)
    files = {
        file.path.name.split(".")[0][:8] + file.path.suffix: file.path
        for file in write_reports(settings, asked, ("06a", "06b"), variant, out=tmp_path)
    }
    where = f"where period_type = '{asked.period_type}' and period_start = '{asked.start}' and variant = '{variant}'"
    by_unit, by_field = printed(files["bieu_06a.xlsx"]), printed(files["bieu_06b.xlsx"])
    assert shown(files["bieu_06a.html"]) == by_unit
    assert shown(files["bieu_06b.html"]) == by_field
    [total] = sample_home.rows(f"select {SUMS} from metrics.settlement {where}")
    assert by_unit[-1][2] == by_field[-1][2] == total
    fields = sample_home.rows(f"select {COLUMNS} from metrics.settlement {where}")
    assert sorted(counts for number, _, counts in by_unit if "." in number) == sorted(fields)
    levels = sample_home.rows(
        f"select {SUMS} from metrics.settlement left join shared.agencies using (agency_code) {where}"
        " group by coalesce(level, 'unknown'), field_code"
    )
    assert sorted(counts for number, _, counts in by_field if number.isdigit()) == sorted(levels)
