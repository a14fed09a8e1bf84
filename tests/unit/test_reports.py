"""Form 06 as it is printed: the same numbers as the table, in workbook and page, whatever the units are called."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from rich.console import Console
from typer.testing import CliRunner

from orchestration import cli_report
from orchestration.cli import app
from tests.unit.report_home import DISTRICT, FIGURES, NASTY, OCTOBER, SEPTEMBER, ReportHome, figures
from warehouse.connections import connect_warehouse
from warehouse.errors import BooksError, SettingsError, WarehouseError
from warehouse.periods import parse_period
from warehouse.reports import write_last_reports, write_reports
from warehouse.reports.form import check_rows, read_form
from warehouse.reports.scope import scope_of

PERIOD = parse_period("2026-10")
SUMS = ", ".join(f"sum({name})" for name in FIGURES)


@pytest.fixture
def home(tmp_path: Path) -> ReportHome:
    return ReportHome(tmp_path / "home")


class Tables(HTMLParser):
    """Cells of every table of a page by rows, and the page's tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.tags: list[str] = []
        self.cell: list[str] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, _: Any) -> None:
        self.tags.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.cell = []

    def handle_data(self, data: str) -> None:
        if self.cell is not None:
            self.cell.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self.cell is not None:
            self.tables[-1][-1].append("".join(self.cell))
            self.cell = None


def write(home: ReportHome, *kinds: Any, **options: Any) -> dict[str, Path]:
    return {file.path.name: file.path for file in write_reports(home.settings, PERIOD, kinds, **options)}


def printed(path: Path) -> list[tuple[str, str, tuple[int, ...]]]:
    """Rows of a form's workbook below its column numbers: number, label, columns 3 to 13."""
    sheet = load_workbook(path).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    start = next(i for i, row in enumerate(rows) if row[0] == "(1)") + 1
    found = []
    for row in rows[start:]:
        if not isinstance(row[2], int):
            break
        found.append((row[0] or "", row[1], tuple(row[2:13])))
    return found


def shown(path: Path) -> list[tuple[str, str, tuple[int, ...]]]:
    """Rows of a form's page, the same way."""
    (table,) = Tables(path.read_text(encoding="utf-8")).tables
    body = table[4:]
    return [(row[0], row[1], tuple(int(cell.replace(".", "")) for cell in row[2:])) for row in body]


def test_form_06a_has_a_row_for_each_level_unit_and_field_equal_to_the_table(home: ReportHome) -> None:
    rows = printed(write(home, "06a")["bieu_06a.xlsx"])
    assert [(number, label) for number, label, _ in rows] == [
        ("I", "Sở, ban, ngành"), ("1", "Sở Tư pháp"), ("1.1", "Hộ tịch"), ("1.2", "Chưa rõ lĩnh vực"),
        ("2", "Sở Y tế"), ("2.1", "Đất đai"),
        ("II", "Cấp xã"), ("1", "UBND Phường Hải Châu"), ("1.1", "Hộ tịch"), ("1.2", "Đất đai"), ("2", NASTY),
        ("2.1", "Hộ tịch"), ("III", "Chưa rõ cấp"), ("1", "Chưa rõ cơ quan"), ("1.1", "Hộ tịch"), ("", "Tổng cộng"),
    ]  # fmt: skip
    fields = [counts for number, _, counts in rows if "." in number]
    assert fields == home.query(f"select {', '.join(FIGURES)} from metrics.settlement")
    (total,) = home.query(f"select {SUMS} from metrics.settlement")
    assert rows[-1][2] == total
    units = [counts for number, _, counts in rows if number.isdigit()]
    assert units == home.query(f"select {SUMS} from metrics.settlement group by agency_code order by min(rowid)")


def test_form_06b_has_a_row_for_each_level_and_field_equal_to_the_table(home: ReportHome) -> None:
    home.settle("H17.103", "LV02", figures(7, 1, 0, 0, 2, 1, 3))
    rows = printed(write(home, "06b")["bieu_06b.xlsx"])
    communes = home.query(
        f"select {SUMS} from metrics.settlement where agency_code like 'H17.10_' group by field_code order by 1 desc"
    )
    at = [label for _, label, _ in rows].index("Cấp xã")
    assert [(number, label) for number, label, _ in rows[at : at + 3]] == [
        ("II", "Cấp xã"),
        ("1", "Hộ tịch"),
        ("2", "Đất đai"),
    ]
    assert [counts for _, _, counts in rows[at + 1 : at + 3]] == communes
    assert rows[-1] == printed(write(home, "06a")["bieu_06a.xlsx"])[-1]


@pytest.mark.parametrize("kind", ["06a", "06b"])
def test_the_page_and_the_workbook_print_the_same_rows(home: ReportHome, kind: Any) -> None:
    files = write(home, kind)
    assert shown(files[f"bieu_{kind}.html"]) == printed(files[f"bieu_{kind}.xlsx"])
    assert "2.034" in files[f"bieu_{kind}.html"].read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["06a", "06b"])
def test_the_identities_of_the_form_hold_on_every_printed_row(home: ReportHome, kind: Any) -> None:
    for _, label, (c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13) in printed(write(home, kind)[f"bieu_{kind}.xlsx"]):
        assert c3 == c4 + c5 + c6 == c7 + c11, label
        assert c7 == c8 + c9 + c10, label
        assert c11 == c12 + c13, label


def test_nothing_is_printed_when_the_table_does_not_add_up(home: ReportHome) -> None:
    home.run("update metrics.settlement set settled_late = settled_late + 1 where agency_code = 'H17.101'")
    with pytest.raises(BooksError, match="Form 06, row "):
        write(home, "06a")
    assert not list(home.settings.home.rglob("*.xlsx"))


def test_a_sum_that_its_parts_do_not_give_is_found(home: ReportHome) -> None:
    with connect_warehouse(home.settings.warehouse) as connection:
        form = read_form(connection, scope_of(connection, home.settings.province, PERIOD, "as_system", None), "06a")
    check_rows(form.rows)
    for place, row in enumerate(form.rows):
        wrong = replace(row, figures=tuple(2 * n for n in row.figures))
        rows = (*form.rows[:place], wrong, *form.rows[place + 1 :])
        if row.figures != wrong.figures:
            with pytest.raises(BooksError):
                check_rows(rows)


def test_a_province_with_districts_has_their_level_and_one_without_has_not(tmp_path: Path) -> None:
    def levels(home: ReportHome) -> list[str]:
        return [
            label
            for number, label, _ in printed(write(home, "06b")["bieu_06b.xlsx"])
            if number in ("I", "II", "III", "IV")
        ]

    two = ReportHome(tmp_path / "two")
    assert levels(two) == ["Sở, ban, ngành", "Cấp xã", "Chưa rõ cấp"]
    three = ReportHome(tmp_path / "three", profile="quang_nam_2024")
    assert levels(three) == ["Sở, ban, ngành", "Cấp huyện", "Cấp xã", "Chưa rõ cấp"]
    for home in (two, three):
        home.add_agency(*DISTRICT)
        home.settle("H17.50", "LV01", figures(1, 2, 3, 1, 1, 1, 1))
        assert levels(home) == ["Sở, ban, ngành", "Cấp huyện", "Cấp xã", "Chưa rõ cấp"]


def test_a_unit_is_reported_with_all_beneath_it(home: ReportHome) -> None:
    home.add_agency("H17.2.1", "Phòng Công chứng số 1", "H17.2", "province", None)
    home.settle("H17.2.1", "LV01", figures(5, 0, 0, 5, 0, 0, 0))
    files = write(home, "06a", agency="H17.2")
    rows = printed(files["bieu_06a_H17.2.xlsx"])
    assert [label for number, label, _ in rows if number.isdigit()] == ["Sở Tư pháp", "Phòng Công chứng số 1"]
    assert rows[-1][2][0] == 2034 + 1 + 5
    text = files["bieu_06a_H17.2.html"].read_text(encoding="utf-8")
    assert "- Đơn vị báo cáo:\nSở Tư pháp" in text
    assert "- Đơn vị nhận báo cáo:\nUBND Thành phố Đà Nẵng" in text


def test_the_prefix_of_the_province_means_all_of_it(home: ReportHome) -> None:
    assert set(write(home, "06b", agency="H17")) == {"bieu_06b.xlsx", "bieu_06b.html"}


def test_the_strict_count_goes_to_files_of_its_own_and_says_so(home: ReportHome) -> None:
    home.settle("H17.101", "LV01", figures(10, 5, 1, 6, 2, 3, 5), variant="strict")
    files = write(home, "06b", variant="strict")
    assert printed(files["bieu_06b_chat_che.xlsx"])[-1][2] == tuple(figures(10, 5, 1, 6, 2, 3, 5))
    assert "Cách tính: Chặt chẽ" in files["bieu_06b_chat_che.html"].read_text(encoding="utf-8")


def test_a_name_is_text_and_neither_formula_nor_markup(home: ReportHome) -> None:
    files = write(home, "06a", "monthly")
    for name, path in files.items():
        if path.suffix == ".html":
            text = path.read_text(encoding="utf-8")
            assert "script" not in Tables(text).tags, name
            assert "&lt;script&gt;" in text, name
        else:
            cells = [cell for sheet in load_workbook(path) for row in sheet.iter_rows() for cell in row]
            assert [cell for cell in cells if cell.data_type == "f"] == []
            assert NASTY in [cell.value for cell in cells]


def test_a_page_fetches_nothing(home: ReportHome) -> None:
    for path in write(home, "06a", "06b", "monthly").values():
        if path.suffix == ".html":
            text = path.read_text(encoding="utf-8")
            assert not any(
                sign in text for sign in ("<script", "<link", "<img", "@import", "src=", "http://", "https://")
            )


def test_the_same_store_gives_the_same_bytes_and_leaves_the_files_alone(home: ReportHome, tmp_path: Path) -> None:
    first = write_reports(home.settings, PERIOD)
    assert all(file.new for file in first)
    before = {file.path: file.path.stat().st_mtime_ns for file in first}
    again = write_reports(home.settings, PERIOD)
    assert not any(file.new for file in again)
    assert {file.path: file.path.stat().st_mtime_ns for file in again} == before
    elsewhere = write_reports(home.settings, PERIOD, out=tmp_path / "elsewhere")
    assert [file.path.read_bytes() for file in elsewhere] == [file.path.read_bytes() for file in first]
    home.settle("H17.103", "LV02", figures(1, 0, 0, 0, 0, 0, 1))
    assert all(file.new for file in write_reports(home.settings, PERIOD))


def test_the_form_says_whether_its_figures_are_fixed(home: ReportHome) -> None:
    text = write(home, "06b")["bieu_06b.html"].read_text(encoding="utf-8")
    assert "Số liệu tính đến hết ngày 31/10/2026, theo dữ liệu của kho ngày 31/10/2026." in text
    assert "Số liệu tạm tính, chưa chốt." in text
    home.run(
        "create table metrics.period_freezes (period_type varchar, period_start date, period_end date, as_of date, "
        "frozen_at timestamp, figures_hash varchar, chain_hash varchar)"
    )
    home.add(
        "metrics.period_freezes", [(*OCTOBER, dt.date(2026, 11, 5), dt.datetime(2026, 11, 6, 8), "ab12cd", "ef34")]
    )
    text = write(home, "06b")["bieu_06b.html"].read_text(encoding="utf-8")
    assert (
        "theo dữ liệu của kho ngày 05/11/2026. Đã chốt ngày 06/11/2026, mã băm ab12cd. Mã băm trong chuỗi: ef34."
        in text
    )
    assert "tạm tính" not in text


def test_a_period_that_has_not_ended_says_so(home: ReportHome) -> None:
    november = ("month", dt.date(2026, 11, 1), dt.date(2026, 11, 30))
    home.settle("H17.101", "LV01", figures(1, 0, 0, 0, 0, 0, 0), november)
    files = write_reports(home.settings, parse_period("2026-11"), ("06b",))
    text = files[1].path.read_text(encoding="utf-8")
    assert "đến hết ngày 02/11/2026 (kỳ báo cáo chưa kết thúc)" in text


def test_the_workbook_prints_as_the_form_does(home: ReportHome) -> None:
    sheet = load_workbook(write(home, "06a")["bieu_06a.xlsx"]).active
    assert sheet is not None
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$7:$10"
    assert "&P/&N" in sheet.oddFooter.center.text
    merged = {str(cells) for cells in sheet.merged_cells.ranges}
    assert {"A7:A9", "B7:B9", "C7:F7", "C8:C9", "D8:E8", "F8:F9", "G7:J7", "K7:M7", "K8:K9"} <= merged
    assert [sheet.cell(10, column).value for column in range(1, 14)] == [
        "(1)", "(2)", "(3)=(4)+(5)+(6)", "(4)", "(5)", "(6)", "(7)=(8)+(9)+(10)", "(8)", "(9)", "(10)",
        "(11)=(12)+(13)", "(12)", "(13)",
    ]  # fmt: skip
    assert [sheet.cell(9, column).value for column in (4, 5)] == ["Trực tuyến", "Trực tiếp, dịch vụ bưu chính"]
    fonts = {cell.font.name for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert fonts == {"Times New Roman"}
    texts = [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert {"Biểu số II.06a/VPCP/KSTT", "Đơn vị tính: hồ sơ", "NGƯỜI LẬP BIỂU", "THỦ TRƯỞNG ĐƠN VỊ"} <= set(texts)
    assert "Kỳ báo cáo: Tháng 10/2026 (từ ngày 01/10/2026 đến ngày 31/10/2026)" in texts


def test_thousands_have_dots_in_any_office_program(home: ReportHome) -> None:
    sheet = load_workbook(write(home, "06a")["bieu_06a.xlsx"]).active
    assert sheet is not None
    formats = {cell.number_format for row in sheet.iter_rows() for cell in row if isinstance(cell.value, int)}
    assert formats == {'[>=1000000]0"."000"."000;[>=1000]0"."000;0'}


def test_what_cannot_be_reported_is_said_with_what_can(home: ReportHome) -> None:
    with pytest.raises(SettingsError, match="2026-10"):
        write_reports(home.settings, parse_period("2025-01"))
    with pytest.raises(SettingsError, match="counted strict"):
        write(home, "06a", variant="strict")
    with pytest.raises(SettingsError, match=r"H17\.999"):
        write(home, "06a", agency="H17.999")
    home.run("drop table metrics.settlement")
    with pytest.raises(WarehouseError, match="kho run"):
        write(home, "06a")


def test_the_daily_run_reports_the_last_whole_month_and_the_quarter_that_ended_with_it(tmp_path: Path) -> None:
    third = ("quarter", dt.date(2026, 7, 1), dt.date(2026, 9, 30))
    for as_of, wanted in (
        (dt.date(2026, 11, 2), {"2026-10"}),
        (dt.date(2026, 10, 31), {"2026-09", "2026-Q3"}),
        (dt.date(2026, 12, 1), set()),
    ):
        home = ReportHome(tmp_path / f"{as_of}", as_of=as_of)
        for period in (SEPTEMBER, third):
            home.settle("H17.101", "LV01", figures(1, 0, 0, 0, 0, 0, 0), period)
        assert {file.path.parent.name for file in write_last_reports(home.settings)} == wanted


def test_the_command_writes_the_files_and_says_which(home: ReportHome, monkeypatch: Any) -> None:
    said = io.StringIO()
    monkeypatch.setattr(cli_report, "console", Console(file=said, width=400))

    def kho(*words: str) -> Any:
        return CliRunner().invoke(app, ["report", *words, "--home", str(home.settings.home)])

    done = kho("2026-10", "--form", "06a", "--agency", "H17.2")
    assert done.exit_code == 0, done.output
    folder = home.settings.home / "reports" / "2026-10"
    assert {path.name for path in folder.iterdir()} == {"bieu_06a_H17.2.xlsx", "bieu_06a_H17.2.html"}
    assert said.getvalue().count("wrote") == 2
    kho("2026-10", "--form", "06a", "--agency", "H17.2")
    assert said.getvalue().count("unchanged") == 2
    assert isinstance(kho("2026-13").exception, SettingsError)


def test_a_workbook_opens_from_memory_too(home: ReportHome) -> None:
    path = write(home, "monthly")["danh_gia_thang.xlsx"]
    assert load_workbook(io.BytesIO(path.read_bytes())).sheetnames[:3] == ["Tóm tắt", "Biểu 06", "Theo đơn vị"]
