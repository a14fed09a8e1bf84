"""Workbooks land with their cells as their sheets show them, from the sheets that the contract names."""

from __future__ import annotations

import datetime as dt
import json
import zipfile

import duckdb
import pytest
import xlsxwriter

from tests.contracts import make_contract
from tests.files import LABELS, cells, contract_of, extracted, write_xlsx
from tests.old_workbooks import write_xls, write_xlsb
from warehouse.errors import SourceError


def test_named_sheets_patterns_and_hidden_sheets(tmp_path):
    path = tmp_path / "things.xlsx"
    table = [LABELS, ["1", "a", "b", "c"]]
    write_xlsx(
        path,
        {"Bìa": ([["x"]], False), "T'1": (table, False), "T2": ([[], *table], False), "T3": (table, True)},
    )
    contract = contract_of(tmp_path, "xlsx", sheets=["T*"])
    read, rows, _ = extracted(path, contract)
    assert read.sheets == ("T'1", "T2")
    assert [(row["_sheet"], row["_row_number"]) for row in rows] == [("T'1", 2), ("T2", 3)]


def test_a_hidden_sheet_is_read_when_it_is_named(tmp_path):
    path = tmp_path / "things.xlsx"
    write_xlsx(path, {"Bìa": ([["x"]], False), "Ẩn": ([LABELS, ["1", "a", "b", "c"]], True)})
    assert extracted(path, contract_of(tmp_path, "xlsx", sheets=["Ẩn"]))[0].rows_landed == 1


@pytest.mark.parametrize(
    ("policy", "landed", "rejected", "out_of_scope"),
    [("evolve", 1, 0, {"header": 1, "other sheet": 2}), ("discard_row", 1, 2, {"header": 1})],
)
def test_a_sheet_without_the_header_goes_where_the_contract_says(tmp_path, policy, landed, rejected, out_of_scope):
    path = tmp_path / "things.xlsx"
    write_xlsx(path, {"A": ([LABELS, ["1", "a", "b", "c"]], False), "B": ([["Ghi chú"], ["khác"]], False)})
    contract = contract_of(tmp_path, "xlsx", sheets=["*"], drift={"tables": policy})
    read, _, rejects = extracted(path, contract)
    assert (read.rows_landed, read.rows_rejected, read.out_of_scope) == (landed, rejected, out_of_scope)
    assert [json.loads(r[3])["_sheet"] for r in rejects if r[1] == "other sheet"] == ["B", "B"]


def test_a_sheet_without_the_header_is_refused_by_default(tmp_path):
    path = tmp_path / "things.xlsx"
    write_xlsx(path, {"A": ([LABELS, ["1", "a", "b", "c"]], False), "B": ([["Ghi chú"]], False)})
    with pytest.raises(SourceError, match="sheet B"):
        extracted(path, contract_of(tmp_path, "xlsx", sheets=["*"]))


@pytest.mark.parametrize("from_1904", [False, True])
def test_days_numbers_and_codes_of_typed_cells(tmp_path, from_1904):
    path = tmp_path / "things.xlsx"
    with xlsxwriter.Workbook(path, {"date_1904": from_1904}) as workbook:
        sheet, day = workbook.add_worksheet(), workbook.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, LABELS)
        sheet.write_number(1, 0, 90000001234)
        sheet.write_string(1, 1, "0012")
        sheet.write_datetime(1, 2, dt.datetime(2026, 10, 5, 8, 30), day)
        sheet.write_number(1, 3, 0.5)
    (row,) = cells(extracted(path, contract_of(tmp_path, "xlsx"))[1])
    assert row[:2] == ["90000001234", "0012"] and row[3] == "0.5"
    assert _staged_time(row[2]) == dt.datetime(2026, 10, 5, 8, 30)


def _staged_time(value):
    from warehouse.engine_sql import engine_sql

    parsed = engine_sql("parse_timestamp('t')")
    return duckdb.execute(f"select {parsed} from (select ? as t)", [value]).fetchone()[0]


def test_numbers_that_java_wrote_are_whole_again(tmp_path):
    path, plain = tmp_path / "things.xlsx", tmp_path / "plain.xlsx"
    with xlsxwriter.Workbook(plain) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, LABELS)
        sheet.write_row(1, 0, [90000001234, 12, "1.0", 0.25])
    _rewrite(plain, path, {b"<v>90000001234</v>": b"<v>9.0000001234E10</v>", b"<v>12</v>": b"<v>12.0</v>"})
    assert cells(extracted(path, contract_of(tmp_path, "xlsx"))[1]) == [["90000001234", "12", "1.0", "0.25"]]


def _rewrite(source, target, replacements):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            for before, after in replacements.items():
                content = content.replace(before, after)
            new.writestr(name, content)


def test_a_register_with_a_merged_header_of_two_rows_totals_and_signatures(tmp_path):
    path = tmp_path / "things.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Sổ")
        sheet.write(0, 0, "ỦY BAN NHÂN DÂN XÃ")
        sheet.write(1, 0, "Từ ngày 01/10/2026 đến ngày 31/10/2026")
        for place, label in enumerate(["TT", "Mã hồ sơ", "Tên TTHC"]):
            sheet.merge_range(3, place, 4, place, label)
        sheet.merge_range(3, 3, 3, 5, "Ngày, tháng, năm")
        sheet.write_row(4, 3, ["Nhận hồ sơ", "Hẹn trả\nkết quả", "Trả kết quả"])
        sheet.write_row(5, 0, ["1", "H17.1-261001-0001", "Khai sinh", "01/10/2026", "02/10/2026", None])
        sheet.write_row(6, 0, ["Lĩnh vực đất đai"])
        sheet.write_row(7, 0, ["2", "H17.1-261001-0002", "Đất đai", "01/10/2026", "09/10/2026", None])
        sheet.write_row(8, 1, ["Tổng cộng", "2"])
        sheet.write_row(10, 4, ["Người lập"])
    contract = contract_of(
        tmp_path,
        "xlsx",
        columns={
            "code": "Mã hồ sơ",
            "procedure_name": "Tên TTHC",
            "received": "Ngày, tháng, năm / Nhận hồ sơ",
            "due": "Ngày, tháng, năm / Hẹn trả kết quả",
            "returned": "Trả kết quả",
        },
        ignored=("TT",),
        headerRows=2,
        outOfScope=[
            {"kind": "total", "when": "code = 'Tổng cộng'"},
            {"kind": "signature", "when": "code is null and due is not null"},
            {"kind": "section", "when": "code is null"},
        ],
    )
    read, rows, _ = extracted(path, contract)
    assert [(row["code"], row["due"], row["_row_number"]) for row in rows] == [
        ("H17.1-261001-0001", "02/10/2026", 6),
        ("H17.1-261001-0002", "09/10/2026", 8),
    ]
    assert read.out_of_scope == {"title": 3, "header": 2, "section": 1, "total": 1, "empty": 1, "signature": 1}


# domain: exports and registers; two of the labels are enough to tell each variant's columns apart
VARIANTS = {
    "list template": "STT,MaHoSo,TrichYeuHoSo,SoBoHoSo,ChuHoSo,DiaChiChuHoSo,SoDienThoaiChuHoSo,NgayTiepNhan,"
    "NgayHenTra,NgayTra,TenNguoiNhanHoSo,TenDiaBan",
    "Excel list": "Đơn vị tiếp nhận,Tên thủ tục hành chính,Mã hồ sơ,Trạng thái,Địa chỉ,Người nộp,Chủ hồ sơ,"
    "Ngày nộp hồ sơ,Ngày nhận,Ngày hẹn trả,Ngày kết thúc xử lý",
    "handover": "TT,Mã hồ sơ,Tên TTHC,Số lượng hồ sơ (bộ),Địa chỉ,Cơ quan chủ trì giải quyết,Ngày nhận,Ngày hẹn trả,"
    "Ngày nhận kết quả,Ký nhận",
    "overdue": "Tên thủ tục,Người nộp,Ngày nhận,Ngày hẹn trả,Tình trạng,Ghi chú",
    "iGate": "Mã hồ sơ,Ngày tiếp nhận,Ngày hẹn trả,Hạn xử lý toàn quy trình,Hạn xử lý,Thời gian còn lại",
    "ministry": "MaHoSo,MaTTHC,NgayGuiHoSo,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,NgayTra,NgayHuyHoSo",
}
ONE_STOP = {
    "code": {"physicalName": "Mã hồ sơ", "customProperties": [{"property": "aliases", "value": ["MaHoSo"]}]},
    "procedure": {
        "physicalName": "Tên thủ tục hành chính",
        "customProperties": [
            {"property": "aliases", "value": ["TrichYeuHoSo", "Tên TTHC", "Tên thủ tục", "MaTTHC"]},
        ],
    },
    "received": {
        "physicalName": "Ngày nhận",
        "customProperties": [{"property": "aliases", "value": ["NgayTiepNhan", "Ngày tiếp nhận"]}],
    },
    "due": {
        "physicalName": "Ngày hẹn trả",
        "customProperties": [{"property": "aliases", "value": ["NgayHenTra"]}],
    },
    "remaining": "Thời gian còn lại",
    "applicant": {
        "physicalName": "Chủ hồ sơ",
        "customProperties": [{"property": "aliases", "value": ["ChuHoSo", "Người nộp"]}],
    },
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_real_headers_of_exports_are_found_below_their_titles(tmp_path, variant):
    labels = VARIANTS[variant].split(",")
    labels = ["Địa chỉ" if label == "Người nộp" and "Chủ hồ sơ" in labels else label for label in labels]
    path = tmp_path / "things.xlsx"
    write_xlsx(path, {"DS": ([["SỞ THỬ"], [], labels, [f"v{i}" for i in range(len(labels))]], False)})
    contract = make_contract(
        tmp_path,
        columns=ONE_STOP,
        server={"server": "f", "type": "local", "format": "xlsx", "path": "things*.xlsx"},
        ignored=("*",),
    )
    _, rows, _ = extracted(path, contract)
    due = next(place for place, label in enumerate(labels) if label in ("Ngày hẹn trả", "NgayHenTra"))
    assert (rows[0]["due"], rows[0]["_row_number"]) == (f"v{due}", 4)


def test_an_open_document_sheet_is_read_with_its_days_and_codes(tmp_path):
    def row(*given):
        return "<table:table-row>" + "".join(given) + "</table:table-row>"

    def string(value):
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    body = row(*map(string, LABELS)) + row(
        string("0164A"),
        string("Nguyễn"),
        '<table:table-cell office:value-type="date" office:date-value="1950-10-05"/>',
        '<table:table-cell office:value-type="float" office:value="90000001234"/>',
    )
    names = "urn:oasis:names:tc:opendocument:xmlns"
    path = tmp_path / "things.ods"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr(
            "content.xml",
            f'<office:document-content xmlns:office="{names}:office:1.0" xmlns:table="{names}:table:1.0" '
            f'xmlns:text="{names}:text:1.0"><office:body><office:spreadsheet><table:table table:name="Sổ">{body}'
            "</table:table></office:spreadsheet></office:body></office:document-content>",
        )
        package.writestr(
            "META-INF/manifest.xml", '<manifest xmlns="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
        )
    assert cells(extracted(path, contract_of(tmp_path, "ods"))[1]) == [["0164A", "Nguyễn", "1950-10-05", "90000001234"]]


@pytest.mark.parametrize(("form", "write"), [("xls", write_xls), ("xlsb", write_xlsb)])
def test_old_and_binary_workbooks_land_with_titles_codes_and_numbers(tmp_path, form, write):
    path = tmp_path / f"things.{form}"
    write(
        path,
        "Sổ",
        [
            ["ỦY BAN NHÂN DÂN XÃ"],
            LABELS,
            ["0164A", "Nguyễn Thử", "01/10/2026", 90000001234.0],
            ["007", None, "5/1/26", 2.5],
        ],
    )
    read, rows, _ = extracted(path, contract_of(tmp_path, form))
    assert (read.rows_landed, read.out_of_scope, read.sheets) == (2, {"title": 1, "header": 1}, ("Sổ",))
    assert cells(rows) == [["0164A", "Nguyễn Thử", "01/10/2026", "90000001234"], ["007", None, "5/1/26", "2.5"]]
    assert [(row["_sheet"], row["_row_number"]) for row in rows] == [("Sổ", 3), ("Sổ", 4)]
