"""The workbook of a mail: summary, rules, rows to fix, matrix of communes.

It names rows by key and place, never by the value of a personal column. Every text is written as
text, so a key that begins with `=` is no formula (OWASP, CSV injection).
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from typing import Any

import duckdb
import xlsxwriter

from expectations.findings import DatasetFindings, OwnerFindings
from expectations.words import BAND_COLOURS, BANDS, CRITERIA, OUTCOMES, REASONS, STATES, change, day, whole
from warehouse.contracts import Contract

MOST_ROWS_A_RULE = 5_000
MOST_ROWS = 20_000
Row = Sequence[Any]
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def workbook_of(connection: duckdb.DuckDBPyConnection, found: OwnerFindings) -> bytes:
    """The XLSX file of one owner. The same findings give the same bytes."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, OPTIONS)
    book.set_properties({"title": "Chất lượng dữ liệu", "created": dt.datetime.combine(found.as_of, dt.time(8))})
    sheets = _Sheets(book)
    _summary(sheets, found)
    _rules(sheets, found)
    _rows_to_fix(sheets, connection, found)
    _matrix(sheets, connection, found)
    book.close()
    return buffer.getvalue()


class _Sheets:
    """Writes tables with one look."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.title = book.add_format({"bold": True, "font_size": 14, "font_color": "#12324f"})
        self.note = book.add_format({"font_color": "#4a5560"})
        self.head = book.add_format(
            {
                "bold": True,
                "bg_color": "#12324f",
                "font_color": "#ffffff",
                "text_wrap": True,
                "valign": "vcenter",
                "border": 1,
            }
        )
        self.text = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        self.number = book.add_format({"num_format": "#,##0", "valign": "top"})
        self.score = book.add_format({"num_format": "0.00", "valign": "top"})
        self.bands = {
            band: book.add_format({"font_color": text, "bg_color": ground, "valign": "top"})
            for band, (text, ground) in BAND_COLOURS.items()
        }

    def table(self, name: str, notes: Iterable[str], columns: Sequence[tuple[str, int]], rows: Iterable[Row]) -> None:
        """One sheet: title, notes, then a table with a filter. A text, whatever it looks like, stays text."""
        sheet = self.book.add_worksheet(name)
        sheet.write_string(0, 0, name, self.title)
        top = 1
        for note in notes:
            sheet.write_string(top, 0, note, self.note)
            top += 1
        top += 1
        for index, (label, width) in enumerate(columns):
            sheet.set_column(index, index, width)
            sheet.write_string(top, index, label, self.head)
        last = top
        for last, row in enumerate(rows, start=top + 1):
            for index, value in enumerate(row):
                self._cell(sheet, last, index, value)
        sheet.autofilter(top, 0, max(last, top + 1), len(columns) - 1)
        sheet.freeze_panes(top + 1, 0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)

    def _cell(self, sheet: Any, row: int, column: int, value: Any) -> None:
        if value in (None, ""):
            return
        if isinstance(value, float):
            sheet.write_number(row, column, value, self.score)
        elif isinstance(value, int):
            sheet.write_number(row, column, value, self.number)
        else:
            band = next((key for key, word in BANDS.items() if word == value), None)
            sheet.write_string(row, column, str(value), self.bands[band] if band else self.text)


def _summary(sheets: _Sheets, found: OwnerFindings) -> None:
    columns = [
        ("Cơ sở dữ liệu", 34), ("Điểm", 9), ("Mức", 9), ("So với kỳ trước", 14), ("Lượt kiểm tra đạt", 14),
        ("Lượt kiểm tra", 14), ("Lượt chưa đạt", 14), ("Xã chưa có dữ liệu", 12), ("Xã không phát sinh", 12),
        ("Ghi chú", 50),
    ]  # fmt: skip
    notes = [
        f"Đơn vị: {found.owner.name}. Số liệu đến ngày {day(found.as_of)}.",
        "Điểm = tổng (tỷ lệ đạt của quy tắc × trọng số) / tổng trọng số.",
    ]
    sheets.table("Tổng hợp", notes, columns, (_summary_row(d) for d in found.datasets))


def _summary_row(d: DatasetFindings) -> Row:
    note = "" if d.score is not None else REASONS.get(d.reason or "", "")
    if d.is_late:
        note = "; ".join(part for part in (note, "nguồn chưa đọc được ở kỳ này") if part)
    return (
        d.contract.dataset_title, d.score, BANDS.get(d.band or ""), change(d.score, d.previous), d.numerator,
        d.denominator, d.failing, len(d.silent_communes), d.declared_zero, note,
    )  # fmt: skip


def _rules(sheets: _Sheets, found: OwnerFindings) -> None:
    columns = [
        ("Cơ sở dữ liệu", 24), ("Trường", 22), ("Quy tắc", 50), ("Tiêu chí", 11), ("Trọng số", 9), ("Kết quả", 16),
        ("Đã kiểm tra", 12), ("Chưa đạt", 12), ("Điểm tăng nếu sửa hết", 12), ("Cách sửa", 50), ("Căn cứ", 30),
    ]  # fmt: skip
    rows = (
        (
            d.contract.dataset_title, r.field_title, r.sentence, r.criterion, r.weight, OUTCOMES[r.outcome],
            r.denominator, r.failing, r.effect, r.how_to_fix, r.legal_basis,
        )
        for d in found.datasets for r in d.rules
    )  # fmt: skip
    sheets.table("Quy tắc", ["Xếp theo mức ảnh hưởng đến điểm."], columns, rows)


def _rows_to_fix(sheets: _Sheets, connection: duckdb.DuckDBPyConnection, found: OwnerFindings) -> None:
    columns = [
        ("Cơ sở dữ liệu", 24), ("Khóa bản ghi", 28), ("Mã xã", 9), ("Tên xã", 24), ("Quy tắc", 46), ("Cách sửa", 46),
        ("Tệp hoặc bảng", 26), ("Trang tính", 14), ("Dòng", 9), ("Chi tiết", 32),
    ]  # fmt: skip
    rows = [row for d in found.datasets for row in _failing_rows(connection, d)]
    total = found.failing
    notes = ["Khóa là dữ liệu cá nhân được che; tìm dòng theo tệp, trang tính và số dòng."]
    if total > len(rows[:MOST_ROWS]):
        notes.append(
            f"Liệt kê {whole(len(rows[:MOST_ROWS]))} trong {whole(total)} lượt chưa đạt; "
            "sửa xong, kỳ sau liệt kê phần còn lại."
        )
    sheets.table("Dòng cần sửa", notes, columns, rows[:MOST_ROWS])


def _failing_rows(connection: duckdb.DuckDBPyConnection, d: DatasetFindings) -> list[Row]:
    """Rows of one dataset, the rules with most effect first."""
    order = [r.rule_id for r in d.rules]
    rules = {r.rule_id: r for r in d.rules}
    found = connection.execute(
        f"""
        with names as (select distinct commune_code, commune_name from quality.completeness),
        -- a personal key is in staging alone
        keyed as (
            select failing.* exclude (row_key), staged.row_key
            from quality.failing_rows as failing
            left join (
                select * from staging.{d.contract.staging_table} where row_verdict in ('kept', 'quarantined')
            ) as staged
                on staged.batch_id = failing.batch_id and staged.row_number = failing.row_number
                and staged.sheet is not distinct from failing.sheet
            where failing.dataset = $dataset
        ),
        listed as (
            select *, row_number() over (
                partition by rule_id order by commune_code, source_file, sheet, row_number, row_key
            ) as place
            from keyed
        )
        select
            {masked_key(d.contract)} as shown_key, listed.commune_code,
            coalesce(names.commune_name, case when listed.commune_code is not null then 'mã không còn hiệu lực' end),
            rule_id, source_file, sheet, row_number, detail
        from listed
        left join names on listed.commune_code = names.commune_code
        where place <= $most
        order by list_position($order::varchar[], rule_id), place
        """,
        {"dataset": d.contract.dataset, "most": MOST_ROWS_A_RULE, "order": order},
    ).fetchall()
    title = d.contract.dataset_title
    return [
        (title, key, code, name, rules[rule].sentence, rules[rule].how_to_fix, file, sheet, number, detail)
        for key, code, name, rule, file, sheet, number, detail in found
    ]


def masked_key(contract: Contract) -> str:
    """SQL that shows `row_key` with every personal part hidden but for the last three signs of a long number."""
    hidden = [i for i, c in enumerate(contract.key, start=1) if c.personal or c.role == "person_number"]
    if not hidden:
        return "row_key"
    parts = "string_split(row_key, '|')"
    shown = "case when regexp_full_match(part, '[0-9]{9,}') then '•••' || right(part, 3) else '•••' end"
    masked = f"case when i in ({', '.join(map(str, hidden))}) then {shown} else part end"
    return f"""
        case
            when len({parts}) = {len(contract.key)}
                then array_to_string(list_transform({parts}, lambda part, i: {masked}), '|')
            when row_key is not null then '•••'
        end
    """


def _matrix(sheets: _Sheets, connection: duckdb.DuckDBPyConnection, found: OwnerFindings) -> None:
    columns = [
        ("Cơ sở dữ liệu", 24), ("Mã xã", 9), ("Tên xã", 28), ("Điểm", 9), ("Mức", 12),
        *((criterion.capitalize() + " (%)", 16) for criterion in CRITERIA),
    ]  # fmt: skip
    titles = {d.contract.dataset: d.contract.dataset_title for d in found.datasets}
    cells = connection.execute(
        """
        select c.dataset, c.commune_code, c.commune_name, c.criterion, c.ratio, c.state, s.score, s.band
        from quality.completeness as c
        left join quality.scores as s
            on s.level = 'dataset_commune' and s.dataset = c.dataset and s.commune_code = c.commune_code
        where c.dataset in (select unnest($datasets::varchar[]))
        order by list_position($datasets::varchar[], c.dataset), c.commune_code
        """,
        {"datasets": list(titles)},
    ).fetchall()
    rows: dict[tuple[str, str], list[Any]] = {}
    for dataset, code, name, criterion, ratio, state, score, band in cells:
        row = rows.setdefault(
            (dataset, code), [titles[dataset], code, name, score, BANDS.get(band or ""), *(None for _ in CRITERIA)]
        )
        if criterion in CRITERIA:
            row[5 + CRITERIA.index(criterion)] = ratio * 100 if state == "measured" else STATES[state]
    notes = ["“Chưa có dữ liệu” không phải là 0: xã chưa gửi gì thì chưa chấm được."]
    sheets.table("Ma trận xã", notes, columns, rows.values())
