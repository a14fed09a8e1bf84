"""The evaluation of a period: every number of its sheets and of its page is one of the tables."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.unit.report_home import FIGURES, NASTY, OCTOBER, SEPTEMBER, ReportHome, figures
from tests.unit.test_reports import Tables
from warehouse.connections import connect_warehouse
from warehouse.periods import parse_period, previous
from warehouse.reports import write_reports
from warehouse.reports.charts import draw
from warehouse.reports.evaluation import read_evaluation
from warehouse.reports.form import code_order
from warehouse.reports.look import COUNT
from warehouse.reports.page import shown
from warehouse.reports.scope import scope_of
from warehouse.reports.tables import Chart, Report, Table
from warehouse.settlement_form import COLUMNS

PERIOD = parse_period("2026-10")
KEYS = "period_type varchar, period_start date, period_end date"
UNIT = "unit_kind varchar, unit_code varchar, unit_name varchar"
MORE_TABLES = {
    "metrics.metric_register": "metric varchar, title_vi varchar, unit varchar, better varchar, basis varchar",
    "metrics.indicators": f"indicator varchar, {UNIT}, {KEYS}, counted_until date, numerator bigint, "
    "denominator bigint, value double, reason varchar, version varchar",
    "metrics.service_quality_index": f"item varchar, title_vi varchar, {UNIT}, {KEYS}, numerator bigint, "
    "denominator bigint, ratio double, points double, max_points double, reason_vi varchar, published_ratio double, "
    "published_points double, weights_version varchar, basis varchar, is_assumed boolean",
    "metrics.service_quality_scores": f"{UNIT}, {KEYS}, item_group varchar, group_title_vi varchar, points double, "
    "applicable_points double, share double",
    "metrics.targets": f"target_key varchar, indicator varchar, {UNIT}, {KEYS}, target_value double, "
    "document varchar, value double, gap double, forecast_value double, light varchar, reason_vi varchar",
    "metrics.target_progress": f"target_key varchar, indicator varchar, {UNIT}, {KEYS}, target_value double, "
    "expected_value double, value double, gap double, light varchar",
    "metrics.dossier_flags": "dossier_code varchar, rule varchar, receiving_agency_code varchar",
    "staging.dossier_rules": "rule varchar, severity varchar, sentence varchar, how_to_fix varchar, basis varchar",
    "metrics.settlement_differences": f"{KEYS}, dossier_code varchar, agency_code varchar, sentence varchar",
}  # fmt: skip
AGENCY, PROVINCE = ("agency", "H17.101", "UBND Phường Hải Châu"), ("province", "H17", "Thành phố Đà Nẵng")
JANUARY, NEW_YEARS_EVE = dt.date(2026, 1, 1), dt.date(2026, 12, 31)
COURT = ("agency", "H17.2", "Sở Tư pháp")
PAUSED = "tạm dừng sau khi quá hạn"
COMMUNE = ("commune", "20242", "Phường Hải Châu")


@pytest.fixture
def home(tmp_path: Path) -> ReportHome:
    home = ReportHome(tmp_path / "home")
    home.settle("H17.101", "LV01", figures(8, 0, 0, 4, 3, 1, 0), SEPTEMBER)
    return home


@pytest.fixture
def full(home: ReportHome) -> ReportHome:
    home.run(*(f"create table {name} ({columns})" for name, columns in MORE_TABLES.items()))
    home.add("metrics.metric_register", [("digitised", "Tỷ lệ số hóa hồ sơ", "%", "higher", "QĐ 766")])
    home.add("metrics.indicators", [
        ("digitised", *PROVINCE, *OCTOBER, OCTOBER[2], 1350, 2040, 66.1764, None, "1"),
        ("digitised", *AGENCY, *OCTOBER, OCTOBER[2], 7, 11, 63.6363, None, "1"),
        ("digitised", *COMMUNE, *OCTOBER, OCTOBER[2], 0, 0, None, "denominator_zero", "1"),
        ("digitised", *PROVINCE, *SEPTEMBER, SEPTEMBER[2], 1, 3, 33.3333, None, "1"),
    ])  # fmt: skip
    item, group = ("2.1", "Hồ sơ giải quyết đúng hạn"), ("2", "Tiến độ giải quyết")
    home.add("metrics.service_quality_index", [
        (*item, *PROVINCE, *OCTOBER, 1500, 2055, 72.99, 14.6, 20.0, None, 73.01, 14.6, "766/1", "766", True),
        ("5.2", "Phản ánh", *PROVINCE, *OCTOBER, *[None] * 4, 6.0, "Chưa có nguồn.", None, None, "766/1", "766", True),
        (*item, *AGENCY, *OCTOBER, 8, 20, 40.0, 8.0, 20.0, None, 40.0, 8.0, "766/1", "766", True),
        ("5.2", "Phản ánh", *COURT, *OCTOBER, *[None] * 4, 6.0, "Chưa có nguồn.", None, None, "766/1", "766", True),
        (*item, *AGENCY, *SEPTEMBER, 8, 8, 100.0, 20.0, 20.0, None, 100.0, 20.0, "766/1", "766", True),
    ])  # fmt: skip
    home.add("metrics.service_quality_scores", [
        (*unit, *OCTOBER, *of, points, 20.0, 5 * points)
        for unit, points in ((AGENCY, 8.0), (PROVINCE, 14.6), (COURT, 7.0))
        for of in (group, ("total", "Tổng điểm"))
    ])  # fmt: skip
    year, quarter = ("year", JANUARY, NEW_YEARS_EVE), ("quarter", OCTOBER[1], NEW_YEARS_EVE)
    home.add("metrics.targets", [
        ("1", "digitised", *AGENCY, *year, 80.0, "KH 29/KH-BCĐ", 63.64, -16.36, 65.5, "red", None),
        ("2", "digitised", *PROVINCE, *quarter, 60.0, "KH 29/KH-BCĐ", 66.18, 6.18, 66.5, "green", None),
        ("3", "digitised", *COMMUNE, *year, 60.0, "KH 29/KH-BCĐ", None, None, None, None, "Không phát sinh."),
        ("4", "digitised", *AGENCY, "month", *SEPTEMBER[1:], 80.0, "KH cũ", 63.64, -16.36, None, "red", None),
    ])  # fmt: skip
    home.add("metrics.target_progress", [
        ("1", "digitised", *AGENCY, *OCTOBER, 80.0, 75.5, 63.64, -11.86, "red"),
        ("1", "digitised", *AGENCY, *SEPTEMBER, 80.0, 75.0, 63.64, -11.36, "red"),
    ])  # fmt: skip
    home.add("staging.dossier_rules", [
        ("A10", "error", "Thứ tự ngày sai.", "Sửa ngày.", "Quy tắc của kho"),
        ("A2", "warning", "Dừng quá lâu.", "Tiếp tục giải quyết.", "Thông báo 72/TB-UBND"),
        ("S1", "error", "Không dùng.", "Sửa.", "Quy tắc của kho"),
    ])  # fmt: skip
    in_period = "H17.101-LV01-2026-10-01-as_system-0"
    home.add("metrics.dossier_flags", [
        (in_period, "A2", "H17.101"), ("elsewhere", "A2", "H17.101"), ("elsewhere", "A10", "H17.102"),
        ("lost", "A2", None),
    ])  # fmt: skip
    home.add("metrics.settlement_differences", [
        (*OCTOBER, "d1", "H17.101", PAUSED), (*OCTOBER, "d2", "H17.101", PAUSED), (*SEPTEMBER, "d1", "H17.101", PAUSED),
    ])  # fmt: skip
    return home


def report_of(home: ReportHome, period: str = "2026-10", agency: str | None = None) -> Report:
    with connect_warehouse(home.settings.warehouse) as connection:
        scope = scope_of(connection, home.settings.province, parse_period(period), "as_system", agency)
        return read_evaluation(connection, scope)


def table(report: Report, title: str) -> Table:
    (found,) = [t for section in report.sections for t in section.tables if t.title == title]
    return found


def cells_of(sheet: Any) -> list[tuple[Any, ...]]:
    return [row for row in sheet.iter_rows(values_only=True) if any(cell is not None for cell in row)]


def test_every_row_of_every_table_is_in_its_sheet_and_on_the_page(full: ReportHome) -> None:
    report = report_of(full)
    files = {file.path.suffix: file.path for file in write_reports(full.settings, PERIOD, ("monthly",))}
    book = load_workbook(files[".xlsx"])
    assert book.sheetnames == [section.name for section in report.sections]
    page = Tables(files[".html"].read_text(encoding="utf-8")).tables
    printed = iter(page)
    for section in report.sections:
        assert section.missing == (), section.name
        sheet = cells_of(book[section.name])
        for one in section.tables:
            title = next(i for i, row in enumerate(sheet) if row[0] == one.title and i > 0)
            head = title + (2 if one.note else 1)
            assert sheet[head][: len(one.columns)] == tuple(name for name, _ in one.columns)
            rows = [*one.rows, *([one.total] if one.total else [])]
            if not rows:
                continue
            for wanted, found in zip(rows, sheet[head + 1 :], strict=False):
                assert tuple(cell if cell != "" else None for cell in wanted) == found[: len(wanted)]
            assert next(printed)[1:] == [[shown(cell) for cell in row] for row in rows]
    assert next(printed, None) is None


def test_units_are_those_of_form_06_with_the_days_their_open_dossiers_are_late(home: ReportHome) -> None:
    units = table(report_of(home), "Kết quả theo đơn vị")
    rows = {row[0]: dict(zip([name for name, _ in units.columns], row, strict=True)) for row in units.rows}
    assert list(rows) == ["Sở Tư pháp", "Sở Y tế", "UBND Phường Hải Châu", NASTY, "Chưa rõ cơ quan"]
    court = rows["Sở Tư pháp"]
    # due 5, 6, 7 … 25 days before the last counted day
    assert [court[name] for name, _ in units.columns[8:]] == [1, 10, 10, 0, 0]
    assert court["Tỷ lệ trước và đúng hạn (%)"] == pytest.approx(100 * 1400 / 1501)
    assert rows[NASTY]["Tỷ lệ trước và đúng hạn (%)"] is None
    assert units.total is not None
    late = [name for name, _ in units.columns].index("Đang giải quyết quá hạn")
    assert sum(n for n in units.total[late + 1 :] if isinstance(n, int)) == units.total[late]
    for row in units.rows:
        assert sum(n for n in row[late + 1 :] if isinstance(n, int)) == row[late]


def test_form_06_by_unit_is_the_table_summed_over_fields(home: ReportHome) -> None:
    rows = table(report_of(home), "Biểu 06 theo đơn vị")
    sums = ", ".join(f"sum({name})" for name in FIGURES)
    where = "where period_start = '2026-10-01'"
    assert [row[4:] for row in rows.rows] == home.query(
        f"select {sums} from metrics.settlement {where} group by agency_code order by min(rowid)"
    )
    assert rows.total is not None
    assert [rows.total[4:]] == home.query(f"select {sums} from metrics.settlement {where}")


def test_the_summary_compares_with_the_period_before(home: ReportHome) -> None:
    headline = table(report_of(home), "Kết quả chung")
    assert [name for name, _ in headline.columns] == ["Nội dung", "Tháng 10/2026", "Tháng 09/2026", "Tăng, giảm"]
    assert headline.rows[0] == ("Hồ sơ nhận giải quyết", 2063, 8, 2055)
    assert headline.rows[-1][2] == pytest.approx(87.5)
    assert table(report_of(home, "2026-09"), "Kết quả chung").note.endswith(
        "Kho không có số liệu của kỳ trước để so sánh."
    )
    assert [row[0] for row in table(report_of(home), "Diễn biến qua các kỳ").rows] == ["Tháng 09/2026", "Tháng 10/2026"]
    assert [row[0] for row in table(report_of(home, "2026-09"), "Diễn biến qua các kỳ").rows] == ["Tháng 09/2026"]


@pytest.mark.parametrize(
    ("period", "before"),
    [("2026-01", "2025-12"), ("2026-10", "2026-09"), ("2026-Q1", "2025-Q4"), ("2026-Q4", "2026-Q3"),
     ("2026-H1", "2025-H2"), ("2026-H2", "2026-H1"), ("2026", "2025")],
)  # fmt: skip
def test_the_period_before_is_of_the_same_kind(period: str, before: str) -> None:
    assert previous(parse_period(period)) == parse_period(before)


def test_a_range_has_no_period_before() -> None:
    assert previous(parse_period("2025-12-15..2026-03-14")) is None


def test_units_with_most_late_dossiers_stand_first(home: ReportHome) -> None:
    worst = table(report_of(home), "Đơn vị có nhiều hồ sơ quá hạn nhất")
    assert [(row[0], row[4]) for row in worst.rows] == [
        ("Sở Tư pháp", 122), ("UBND Phường Hải Châu", 9), ("Chưa rõ cơ quan", 1), ("Sở Y tế", 1),
    ]  # fmt: skip


def test_what_the_store_does_not_have_is_said_in_one_line_each(home: ReportHome) -> None:
    missing = {section.name: section.missing for section in report_of(home).sections if section.missing}
    assert {name: len(lines) for name, lines in missing.items()} == {
        "Chỉ số": 1, "Chỉ số 766": 1, "Chỉ tiêu": 1, "Cần kiểm tra": 2,
    }  # fmt: skip
    page = write_reports(home.settings, PERIOD, ("monthly",))[1].path.read_text(encoding="utf-8")
    assert all(line in page for lines in missing.values() for line in lines)


def test_flags_are_counted_by_rule_with_its_sentence_in_the_period_and_in_all(full: ReportHome) -> None:
    report = report_of(full)
    rules = table(report, "Hồ sơ cần kiểm tra theo quy tắc")
    assert [row[:4] for row in rules.rows] == [
        ("A2. Dừng quá lâu.", "cảnh báo", 1, 3), ("A10. Thứ tự ngày sai.", "lỗi", 0, 1),
        ("S1. Không dùng.", "lỗi", 0, 0),
    ]  # fmt: skip
    units = table(report, "Số cờ theo đơn vị tiếp nhận")
    assert units.rows == (
        ("UBND Phường Hải Châu", 2, 0, 0, 2), (NASTY, 0, 1, 0, 1), ("Chưa rõ cơ quan", 1, 0, 0, 1),
    )  # fmt: skip
    assert units.total == ("Tổng cộng", 3, 1, 0, 4)


def test_units_without_a_dossier_and_the_differences_of_the_period_are_listed(full: ReportHome) -> None:
    report = report_of(full)
    assert table(report, "Đơn vị không có hồ sơ nào trong kỳ").rows == (("UBND Xã Sông Kôn", "H17.103"),)
    assert table(report, "Hồ sơ mà hai cách tính khác nhau").rows == ((PAUSED, 2),)


def test_units_that_enter_nothing_are_those_of_the_months_of_the_period(full: ReportHome) -> None:
    full.run(
        "create table metrics.silent_agencies (agency_code varchar, agency_name varchar, month_start date, "
        "months_silent bigint, last_received_on date, basis varchar)"
    )
    last = dt.date(2026, 8, 7)
    full.add("metrics.silent_agencies", [
        ("H17.103", "UBND Xã Sông Kôn", month, number, last, "TB 72")
        for number, month in enumerate((SEPTEMBER[1], OCTOBER[1], dt.date(2026, 11, 1)), start=1)
    ])  # fmt: skip
    silent = table(report_of(full), "Đơn vị không nhập hồ sơ nào trong tháng")
    assert silent.rows == (("UBND Xã Sông Kôn", "H17.103", "10/2026", 2, last, "TB 72"),)
    assert table(report_of(full, agency="H17.2"), "Đơn vị không nhập hồ sơ nào trong tháng").rows == ()


def test_a_frozen_period_lists_what_has_changed_since(full: ReportHome) -> None:
    full.run(
        "create table metrics.period_freezes (period_type varchar, period_start date, period_end date, as_of date, "
        "frozen_at timestamp, figures_hash varchar, chain_hash varchar)",
        f"create table metrics.settlement_restatements ({KEYS}, variant varchar, dossier_code varchar, "
        "sentence varchar, agency_code_old varchar, agency_code_new varchar)",
    )
    title = "Hồ sơ thay đổi sau khi chốt"
    assert title not in {t.title for section in report_of(full).sections for t in section.tables}
    frozen = (dt.date(2026, 11, 5), dt.datetime(2026, 11, 6, 8), "ab", "cd")
    full.add("metrics.period_freezes", [(*OCTOBER, *frozen)])
    full.add("metrics.settlement_restatements", [
        (*OCTOBER, variant, code, "Ngày kết thúc được sửa.", "H17.2", new)
        for variant, code, new in (("as_system", "d1", "H17.2"), ("as_system", "d2", None), ("strict", "d3", "H17.2"))
    ])  # fmt: skip
    assert table(report_of(full), title).rows == (("Ngày kết thúc được sửa.", 2),)
    assert table(report_of(full, agency="H17.10"), title).rows == ()


def test_codes_are_sorted_as_people_do() -> None:
    codes = ["khong_ro", "H17.101", "H17.2", "4", "3b", "3.10", "3", "3.5b", "3.5"]
    assert sorted(codes, key=code_order) == ["3", "3.5", "3.5b", "3.10", "3b", "4", "H17.2", "H17.101", "khong_ro"]


def test_indicators_points_and_targets_are_those_of_the_period_and_the_units_asked_for(full: ReportHome) -> None:
    report = report_of(full)
    whole = table(report, "Chỉ số của UBND Thành phố Đà Nẵng")
    assert whole.rows == (("Tỷ lệ số hóa hồ sơ", 1350, 2040, 66.1764, None),)
    assert table(report, "Chỉ số theo đơn vị (%)").rows == (("UBND Phường Hải Châu", 63.6363),)
    assert table(report, "Chỉ số theo xã (%)").rows == (("Phường Hải Châu", None),)
    items = table(report, "Điểm từng mục của UBND Thành phố Đà Nẵng")
    assert items.rows == (
        ("2.1", "Hồ sơ giải quyết đúng hạn", 1500, 2055, 72.99, 14.6, 20.0, None, 73.01, 14.6),
        ("5.2", "Phản ánh", None, None, None, None, 6.0, "Chưa có nguồn.", None, None),
    )
    groups = table(report, "Điểm theo nhóm của UBND Thành phố Đà Nẵng")
    assert groups.rows == (("2", "Tiến độ giải quyết", 14.6, 20.0, 73.0), ("", "Tổng điểm", 14.6, 20.0, 73.0))
    ranking = table(report, "Điểm theo đơn vị")
    assert ranking.rows == (("Sở Tư pháp", 7.0, 20.0, 35.0, 7.0), ("UBND Phường Hải Châu", 8.0, 20.0, 40.0, 8.0))
    assert table(report, "Điểm từng mục theo đơn vị").rows == (("Sở Tư pháp", None), ("UBND Phường Hải Châu", 8.0))
    assert table(report, "Mục không áp dụng theo đơn vị").rows == (("5.2. Phản ánh: Chưa có nguồn.", 1),)
    assert table(report, "Số chỉ tiêu theo đèn, đến nay").rows == (("Tỷ lệ số hóa hồ sơ", 1, 0, 1, 1),)
    given = table(report, "Chỉ tiêu được giao")
    assert [(row[1], row[3], *row[4:9]) for row in given.rows] == [
        ("UBND Phường Hải Châu", "Năm 2026", 80.0, 65.5, 63.64, -16.36, "đỏ"),
        ("Thành phố Đà Nẵng", "Quý IV/2026", 60.0, 66.5, 66.18, 6.18, "xanh"),
        ("Phường Hải Châu", "Năm 2026", 60.0, None, None, None, "chưa đánh giá"),
    ]
    road = table(report, "Tiến độ trong kỳ so với lộ trình")
    assert [row[3:] for row in road.rows] == [("Năm 2026", 80.0, 75.5, 63.64, -11.86, "đỏ")]


def test_the_evaluation_of_a_unit_has_its_own_figures_and_its_commune(full: ReportHome) -> None:
    report = report_of(full, agency="H17.101")
    assert table(report, "Chỉ số theo xã (%)").rows == (("Phường Hải Châu", None),)
    assert [row[1] for row in table(report, "Chỉ tiêu được giao").rows] == ["UBND Phường Hải Châu", "Phường Hải Châu"]
    assert [row[0] for row in table(report, "Điểm theo đơn vị").rows] == ["UBND Phường Hải Châu"]
    assert [row[:4] for row in table(report, "Điểm từng mục của UBND Phường Hải Châu").rows] == [
        ("2.1", "Hồ sơ giải quyết đúng hạn", 8, 20)
    ]
    assert table(report, "Chỉ số của UBND Phường Hải Châu").rows == (("Tỷ lệ số hóa hồ sơ", 7, 11, 63.6363, None),)
    titles = {t.title for section in report_of(full, agency="H17.2").sections for t in section.tables}
    assert not titles & {"Chỉ số theo xã (%)", "Chỉ tiêu được giao", "Chỉ số của UBND Thành phố Đà Nẵng"}


def test_a_chart_draws_the_rows_of_its_table_and_tells_them_to_who_cannot_see() -> None:
    rows = (("A", 30, 10), ("B <b>", 0, 20), ("C", None, None))
    chart = Chart("stacked_bars", "Hồ sơ", Table("", (("Đơn vị", 9), ("Tốt", 9), ("Trễ", 9)), rows), "Đơn vị",
                  (("Tốt", "#0a0"), ("Trễ", "#a00")), "hồ sơ")  # fmt: skip
    drawn = draw(chart)
    assert [bar.says for bar in drawn.bars] == ["A: Tốt 30", "A: Trễ 10", "B <b>: Trễ 20"]
    widths = [bar.width for bar in drawn.bars]
    assert widths[0] == pytest.approx(3 * widths[1], abs=0.2)
    assert widths[2] == pytest.approx(2 * widths[1], abs=0.2)
    assert drawn.description == "Hồ sơ (hồ sơ). A: Tốt 30, Trễ 10; B <b>: Tốt 0, Trễ 20; C: Tốt –, Trễ –."
    line = draw(Chart("line", "Tỷ lệ", Table("", (("Kỳ", 9), ("%", 9)), (("1", 80.0), ("2", None), ("3", 90.0))), "Kỳ",
                      (("%", "#0a0"),), "%"))  # fmt: skip
    assert len(line.dots) == 2
    assert line.dots[0][1] > line.dots[1][1]


def test_each_chart_has_a_native_one_over_the_cells_of_its_table(full: ReportHome) -> None:
    report = report_of(full)
    path = write_reports(full.settings, PERIOD, ("monthly",))[0].path
    book = load_workbook(path)
    for section in report.sections:
        sheet = book[section.name]
        assert len(sheet._charts) == len(section.charts), section.name
    page = path.with_suffix(".html").read_text(encoding="utf-8")
    assert page.count('role="img"') == page.count("<desc ") == sum(len(s.charts) for s in report.sections)


def test_a_number_below_zero_keeps_its_sign_in_the_workbook(home: ReportHome) -> None:
    """A format with conditions, as the dots of thousands need, shows -6 as 6 in some office programs."""
    larger = ", ".join(f"{name} = {name} * 1000" for name in COLUMNS)
    home.run(f"update metrics.settlement set {larger} where period_start = date '2026-09-01'")
    [file, *_] = write_reports(home.settings, PERIOD, ("monthly",))
    cells = [c for sheet in load_workbook(file.path) for row in sheet.iter_rows() for c in row]
    below_zero = {c.number_format for c in cells if isinstance(c.value, int) and c.value < 0}
    assert below_zero == {"#,##0"}
    assert COUNT in {c.number_format for c in cells}


def test_a_number_is_shown_as_in_vietnamese() -> None:
    cells = (0, 1234567, -1234, 85.345, 2.0, -0.694, None, dt.date(2026, 11, 2), "=1")
    assert [shown(cell) for cell in cells] == [
        "0", "1.234.567", "−1.234", "85,35", "2,00", "−0,69", "–", "02/11/2026", "=1",
    ]  # fmt: skip
