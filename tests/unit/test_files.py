"""Files of every format land with their cells as written, every row in one bucket, drift as the contract says."""

from __future__ import annotations

import datetime as dt
import json
import zipfile

import duckdb
import pytest
import xlsxwriter

from ingestion.readers import files
from tests.contracts import make_contract
from warehouse.connections import connect_memory
from warehouse.errors import SourceError, SourceUnsafe

COLUMNS = {"code": "Mã hồ sơ", "name": "Chủ hồ sơ", "received": "Ngày nhận", "fee": "Lệ phí"}
LABELS = list(COLUMNS.values())
ROWS = [
    ["0164A", "Nguyễn Thử", "05/10/2026", "0.10"],
    ["1.000650", "Trần\nMẫu", "2026-10-06", "1e5"],
    ["090000001234", 'Lê "Giả"', "45992", "12345678901234567890"],
]


def contract_of(folder, fmt="csv", *, columns=None, options=None, delimiter=None, **given):
    server = {"server": "file", "type": "local", "format": fmt, "path": f"things*.{fmt}"}
    if options:
        server["customProperties"] = [{"property": k, "value": v} for k, v in options.items()]
    if delimiter:
        server["delimiter"] = delimiter
    return make_contract(folder, columns=columns or COLUMNS, keys=("code",), server=server, **given)


def extracted(path, contract):
    """An extraction with its data and rejects."""
    folder = path.parent / f"batch of {path.name}"
    folder.mkdir()
    with connect_memory() as connection:
        read = files.extract(connection, path, contract, folder, batch_id="b1")
    assert sorted(p.name for p in folder.iterdir()) == ["data.parquet", "rejects.parquet"]
    data = duckdb.execute(f"select * from read_parquet('{folder / 'data.parquet'}')")
    names = [d[0] for d in data.description]
    rows = [dict(zip(names, row, strict=True)) for row in data.fetchall()]
    rejects = duckdb.execute(f"select * from read_parquet('{folder / 'rejects.parquet'}')").fetchall()
    assert read.rows_read == read.rows_landed + read.rows_rejected + sum(read.out_of_scope.values())
    return read, rows, rejects


def cells(rows, names=tuple(COLUMNS)):
    return [[row[name] for name in names] for row in rows]


def quoted(rows, delimiter=","):
    mark = '"'
    return "".join(delimiter.join(f'"{c.replace(mark, mark * 2)}"' for c in row) + "\r\n" for row in rows)


def write_xlsx(path, sheets, **options):
    with xlsxwriter.Workbook(path, options) as workbook:
        for name, (rows, hidden) in sheets.items():
            sheet = workbook.add_worksheet(name)
            if hidden:
                sheet.hide()
            for number, row in enumerate(rows):
                for place, cell in enumerate(row):
                    if cell is not None:
                        sheet.write_string(number, place, cell)


# ---------- encodings and dialects


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("utf-16", "\t"), ("utf-16", ","), ("utf-8", "|")],
)
def test_text_files_of_every_dialect_land_as_written(tmp_path, encoding, delimiter):
    path = tmp_path / "things.csv"
    path.write_bytes(quoted([LABELS, *ROWS], delimiter).encode(encoding))
    read, rows, _ = extracted(path, contract_of(tmp_path))
    assert cells(rows) == ROWS
    assert (read.rows_read, read.out_of_scope) == (4, {"header": 1})
    assert [row["_row_number"] for row in rows] == [2, 3, 4]


def test_short_rows_and_line_ends_inside_values_go_together(tmp_path):
    path = tmp_path / "things.csv"
    path.write_text(f'{",".join(LABELS)}\n1,"a\nb"\n2,"c",d,"e\nf"\n', encoding="utf-8")
    rows = extracted(path, contract_of(tmp_path))[1]
    assert cells(rows) == [["1", "a\nb", None, None], ["2", "c", "d", "e\nf"]]


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_line_ends_of_every_system_are_read(tmp_path, end):
    path = tmp_path / "things.csv"
    path.write_text(end.join(",".join(row) for row in [LABELS, ["1", "a", "b", "c"], ["2", "d", "e", "f"]]), newline="")
    assert cells(extracted(path, contract_of(tmp_path))[1]) == [["1", "a", "b", "c"], ["2", "d", "e", "f"]]


def test_mixed_line_ends_lose_nothing_and_those_inside_values_stay(tmp_path):
    path = tmp_path / "things.csv"
    path.write_bytes(f"{','.join(LABELS)}\r\n".encode() + b'1,"a\r\nb\rc\nd",x,y\r2,,,\n3,e,f,"g"\r\n')
    rows = extracted(path, contract_of(tmp_path))[1]
    assert cells(rows) == [["1", "a\r\nb\rc\nd", "x", "y"], ["2", None, None, None], ["3", "e", "f", "g"]]


@pytest.mark.parametrize(
    ("labels", "values", "encoding"),
    [
        ("M· hå s¬,Chñ hå s¬,Ngµy nhËn,LÖ phÝ", "1,NguyÔn,x,y", "latin-1"),  # TCVN3
        ("Maõ hoà sô,Chuû hoà sô,Ngaøy nhaän,Leä phí", "1,Nguyeãn,x,y", "latin-1"),  # VNI
    ],
)
def test_old_encodings_are_carried_byte_by_byte_and_their_labels_found(tmp_path, labels, values, encoding):
    path = tmp_path / "things.csv"
    path.write_bytes(f"{labels}\n{values}\n".encode(encoding))
    assert cells(extracted(path, contract_of(tmp_path))[1]) == [values.split(",")]


def test_windows_vietnamese_is_carried_or_decoded_as_the_contract_says(tmp_path):
    import unicodedata

    decomposed = unicodedata.normalize("NFD", "Mã hồ sơ,Chủ hồ sơ,Ngày nhận,Lệ phí\n1,Nguyễn,x,y\n")
    for whole in "âêôăơưđ":
        decomposed = decomposed.replace(unicodedata.normalize("NFD", whole), whole)
    path = tmp_path / "things.csv"
    path.write_bytes(_cp1258("Mã hồ sơ,Chủ hồ sơ,Ngày nhận,Lệ phí\n1,Nguyễn,x,y\n"))
    carried = extracted(path, contract_of(tmp_path))[1][0]["name"]
    assert carried.encode("latin-1") == _cp1258("Nguyễn")
    (tmp_path / "again").mkdir()
    again = path.rename(tmp_path / "again" / "things.csv")
    decoded = extracted(again, contract_of(again.parent, options={"encoding": "cp1258"}))[1][0]["name"]
    assert unicodedata.normalize("NFC", decoded) == "Nguyễn"


def _cp1258(text):
    """Bytes as Windows writes them: a letter with its shape, then the tone as a mark."""
    import unicodedata

    tones = "\u0300\u0301\u0303\u0309\u0323"
    result = b""
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        tone = "".join(c for c in parts if c in tones)
        base = unicodedata.normalize("NFC", "".join(c for c in parts if c not in tones))
        result += (base + tone).encode("cp1258")
    return result


def test_a_row_that_is_far_too_long_is_rejected_with_all_its_cells(tmp_path):
    path = tmp_path / "things.csv"
    path.write_text(f"{','.join(LABELS)}\n1,a,b,c\n2,a,b,c,,,,,,,,,,,,,đuôi\n3,a\n", encoding="utf-8")
    _, rows, rejects = extracted(path, contract_of(tmp_path))
    assert [row["code"] for row in rows] == ["1", "3"]
    (reject,) = [r for r in rejects if r[0] == "rejected"]
    assert reject[1:3] == ("more cells than the header", 3)
    assert "đuôi" in json.loads(reject[3]).values()


def test_quoted_line_ends_deep_in_a_large_file_keep_row_numbers_right(tmp_path):
    path = tmp_path / "things.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(LABELS) + "\n")
        for number in range(300_000):
            name = 'line\nline, ""x""' if number % 1000 == 999 else "a name that is long enough"
            file.write(f'{number},"{name}",d,f\n')
    read, rows, _ = extracted(path, contract_of(tmp_path))
    assert read.rows_landed == 300_000
    assert all(row["_row_number"] == int(row["code"]) + 2 for row in rows)


# ---------- workbooks


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


# ---------- JSON, Parquet, archives


def test_json_values_are_the_text_of_the_file(tmp_path):
    path = tmp_path / "things.json"
    path.write_text(
        """[{"Mã hồ sơ": "0164A", "Chủ hồ sơ": {"Tên": "x: 1, y", "n": [1.0, -2e3]}, "Ngày nhận": null, "Lệ phí": 0.10},
        {"Mã hồ sơ": 12345678901234567890123, "Chủ hồ sơ": "a\\nb \\"c\\" 5", "Ngày nhận": true, "Lệ phí": 1e5}]""",
        encoding="utf-8",
    )
    read, rows, _ = extracted(path, contract_of(tmp_path, "json"))
    assert cells(rows) == [
        ["0164A", '{"Tên":"x: 1, y","n":[1.0,-2e3]}', None, "0.10"],
        ["12345678901234567890123", 'a\nb "c" 5', "true", "1e5"],
    ]
    assert [row["_row_number"] for row in rows] == [1, 2]
    assert read.out_of_scope == {}


def test_json_records_below_a_path_and_one_a_line(tmp_path):
    record = dict.fromkeys(LABELS, "v")
    path = tmp_path / "things.json"
    text = json.dumps({"meta": {"items": [1]}, "items": 3, "data": {"n": 1, "items": [record, record]}, "x": []})
    path.write_text(text, encoding="utf-8")
    contract = contract_of(tmp_path, "json", options={"recordsPath": "data.items"})
    assert extracted(path, contract)[0].rows_landed == 2
    lines = tmp_path / "things.ndjson"
    lines.write_text("\n".join([json.dumps(record)] * 3), encoding="utf-8")
    assert extracted(lines, contract_of(tmp_path, "ndjson"))[0].rows_landed == 3


def test_parquet_values_are_cast_to_text(tmp_path):
    path = tmp_path / "things.parquet"
    duckdb.execute(
        f"""copy (select '0164A' as "Mã hồ sơ", [1, 2] as "Chủ hồ sơ", date '2026-10-05' as "Ngày nhận",
        12.50::decimal(9, 2) as "Lệ phí") to '{path}' (format parquet)"""
    )
    rows = extracted(path, contract_of(tmp_path, "parquet"))[1]
    assert cells(rows) == [["0164A", "[1,2]", "2026-10-05", "12.50"]]


def test_members_of_an_archive_are_read_each_under_its_name(tmp_path):
    path = tmp_path / "things.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("một/a.csv", quoted([LABELS, ROWS[0]]))
        archive.writestr("b.csv", quoted([LABELS[::-1], ROWS[1][::-1]]))
        archive.writestr("__MACOSX/._b.csv", "x")
    read, rows, _ = extracted(path, contract_of(tmp_path))
    assert [(row["code"], row["_source_file"], row["_row_number"]) for row in rows] == [
        ("0164A", "things.zip/một/a.csv", 2),
        ("1.000650", "things.zip/b.csv", 2),
    ]
    assert read.rows_read == 4


# ---------- drift


CHANGED = [[*LABELS[:3], "Số ĐT", "Ghi chú"], ["1", "a", "b", "0900", None], ["2", "a", "b", None, None]]


@pytest.mark.parametrize(
    ("policy", "landed", "rejected", "discarded", "new"),
    [
        ("evolve", 2, 0, 0, ("so_dt", "ghi_chu")),
        ("discard_value", 2, 0, 1, ()),
        ("discard_row", 1, 1, 0, ()),
    ],
)
def test_unknown_columns_follow_the_policy(tmp_path, policy, landed, rejected, discarded, new):
    path = tmp_path / "things.csv"
    path.write_text("\n".join(",".join(c or "" for c in row) for row in CHANGED), encoding="utf-8")
    read, rows, rejects = extracted(
        path, contract_of(tmp_path, columns={**COLUMNS, "d": "D"}, drift={"columns": policy})
    )
    assert (read.rows_landed, read.rows_rejected, read.values_discarded, read.new_columns) == (
        landed,
        rejected,
        discarded,
        new,
    )
    assert read.missing_columns == ("fee", "d")
    if policy == "evolve":
        assert [row["so_dt"] for row in rows] == ["0900", None]
    if policy == "discard_value":
        assert [(r[0], r[2], json.loads(r[3])) for r in rejects if r[0] != "out_of_scope"] == [
            ("discarded_value", 2, {"c3": "0900"})
        ]


@pytest.mark.parametrize(
    ("policy", "landed", "rejected", "discarded"),
    [("freeze", 3, 0, 0), ("evolve", 3, 0, 0), ("discard_value", 3, 0, 2), ("discard_row", 1, 2, 0)],
)
def test_values_of_another_type_follow_the_policy(tmp_path, policy, landed, rejected, discarded):
    path = tmp_path / "things.csv"
    path.write_text(f"{','.join(LABELS)}\n1,a,05/10/2026,1\n2,a,hôm qua,5\n3,a,-,nhiều\n", encoding="utf-8")
    columns = {
        **COLUMNS,
        "received": {"physicalName": "Ngày nhận", "logicalType": "date"},
        "fee": {"physicalName": "Lệ phí", "logicalType": "number"},
    }
    read, rows, rejects = extracted(path, contract_of(tmp_path, columns=columns, drift={"types": policy}))
    assert (read.rows_landed, read.rows_rejected, read.values_discarded) == (landed, rejected, discarded)
    if policy == "discard_value":
        assert cells(rows)[1:] == [["2", "a", None, "5"], ["3", "a", "-", None]]
        assert {r[1] for r in rejects} == {"header", "received is no date", "fee is no number"}


def test_everything_unknown_may_be_left_out_on_purpose(tmp_path):
    path = tmp_path / "things.csv"
    path.write_text(f"{','.join(LABELS)},Khác\n1,a,b,c,d\n", encoding="utf-8")
    assert extracted(path, contract_of(tmp_path, ignored=("*",)))[0].rows_landed == 1


def test_links_that_leave_the_folder_are_refused_and_others_followed(tmp_path):
    (tmp_path / "in").mkdir()
    outside = tmp_path / "things_out.csv"
    outside.write_text(quoted([LABELS, ROWS[0]]), encoding="utf-8")
    contract = contract_of(tmp_path / "in")
    link = tmp_path / "in" / "things_link.csv"
    link.symlink_to(outside)
    with pytest.raises(SourceUnsafe, match="a link that leads out of it"):
        extracted(link, contract)
    link.unlink()
    (tmp_path / "in" / "real.csv").write_text(quoted([LABELS, ROWS[0]]), encoding="utf-8")
    link.symlink_to(tmp_path / "in" / "real.csv")
    (tmp_path / "in" / "batch of things_link.csv").rmdir()
    assert extracted(link, contract)[0].rows_landed == 1
