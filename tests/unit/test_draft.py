"""Drafts: a contract for a source that nobody has described lands every row, and shows no personal value."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import zipfile
from uuid import uuid4

import duckdb
import pytest
import xlsxwriter
import yaml
from typer.testing import CliRunner

from ingestion.draft import Wishes, draft_contract
from ingestion.draft.names import identifiers
from ingestion.landing import land
from orchestration.cli_contract import app
from tests.api_server import serving
from tests.conftest import skip_or_fail
from tests.kho import kho
from warehouse.connections import load_extension
from warehouse.contract_reader import load_contract
from warehouse.errors import KhoError, SettingsError, SourceError, SourceMissing
from warehouse.profile import load_profile
from warehouse.settings import Settings

PROFILE = load_profile("da_nang_2025")
LABELS = [
    "Mã hộ", "Họ tên chủ hộ", "Số CCCD", "Điện thoại", "Thư", "MaXa", "Ngày sinh", "Ngày cập nhật", "Số nhân khẩu",
    "Diện tích", "Hộ nghèo",
]  # fmt: skip
# numbers and addresses that belong to nobody: 003 is no province, 030 is no mobile network
ROWS = [
    [
        f"0{i:04d}", f"Nguyễn Văn Mẫu {i}", f"0030700000{i:02d}", f"03000000{i:02d}", f"mau{i}@kho.example", "20263",
        f"{i % 28 + 1:02d}/03/1970", f"2026-11-{i % 28 + 1:02d}", str(i % 7 + 1), f"{i},5", "có" if i % 3 else "không",
    ]
    for i in range(1, 41)
]  # fmt: skip
ROWS[4][4] = ROWS[7][4] = None


def draft(address, folder, **wishes):
    """Path of the draft, after `kho contract check` has accepted it."""
    out = folder / "draft.yml"
    out.write_text(draft_contract(str(address), out, PROFILE, Wishes(**wishes)), encoding="utf-8")
    checked = CliRunner().invoke(app, ["check", str(out), "--home", str(folder / "home")])
    assert checked.exit_code == 0, checked.exception
    return out


def contract_of(path):
    return load_contract(path, PROFILE, "sample", {})


def landed(contract, folder):
    """Rows that landed, after every row was in a bucket."""
    attempt = land(Settings(home=folder / "home"), contract)
    assert attempt.state == "landed", attempt.message
    [manifest] = attempt.landed
    assert manifest.rows_rejected == 0
    return manifest.rows_landed


def shown(path):
    """Personal values of the source that a draft shows."""
    text = path.read_text(encoding="utf-8")
    return [cell for row in ROWS for cell in row[:7] if cell and len(cell) > 5 and cell in text]


def as_csv(rows, delimiter=","):
    return "".join(delimiter.join(f'"{c or ""}"' for c in row) + "\n" for row in rows)


def write_csv(folder):
    path = folder / "ho_gia_dinh.csv"
    path.write_text("DANH SÁCH HỘ GIA ĐÌNH\n\n" + as_csv([LABELS, *ROWS], ";"), encoding="utf-8-sig")
    return path


def write_xlsx(folder):
    path = folder / "ho_gia_dinh.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        workbook.add_worksheet("Ẩn").hide()
        sheet = workbook.add_worksheet("Hộ")
        for row, cells in enumerate([["SỞ NÔNG NGHIỆP VÀ MÔI TRƯỜNG"], [], LABELS, *ROWS]):
            sheet.write_row(row, 0, cells)
        workbook.get_worksheet_by_name("Hộ").activate()
        workbook.worksheets_objs[0].hide()
    return path


def write_ods(folder):
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>'
            if c
            else "<table:table-cell/>"
            for c in row
        )
        + "</table:table-row>"
        for row in [LABELS, *ROWS]
    )
    spaces = "".join(f' xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    body = f'<office:spreadsheet><table:table table:name="Ho">{cells}</table:table></office:spreadsheet>'
    content = f"<office:document-content{spaces}><office:body>{body}</office:body></office:document-content>"
    manifest = '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    path = folder / "ho_gia_dinh.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
    return path


def records():
    return [dict(zip(LABELS, row, strict=True)) for row in ROWS]


def write_json(folder):
    path = folder / "ho_gia_dinh.json"
    path.write_text(json.dumps(records(), ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def write_ndjson(folder):
    path = folder / "ho_gia_dinh.ndjson"
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records()), encoding="utf-8")
    return path


def write_parquet(folder):
    path = folder / "ho_gia_dinh.parquet"
    duckdb.execute(f"copy (select * from '{write_json(folder)}') to '{path}' (format parquet)")
    return path


def write_zip(folder):
    path = folder / "ho_gia_dinh.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("ho.csv", as_csv([LABELS, *ROWS]))
    return path


FILES = {f.__name__.removeprefix("write_"): f for f in (
    write_csv, write_xlsx, write_ods, write_json, write_ndjson, write_parquet, write_zip,
)}  # fmt: skip


@pytest.mark.parametrize("kind", FILES)
def test_a_draft_of_a_file_says_what_the_file_holds(tmp_path, kind):
    path = draft(FILES[kind](tmp_path), tmp_path)
    contract = contract_of(path)
    assert [c.header for c in contract.columns] == LABELS
    assert [c.name for c in contract.key] == ["ma_ho"]
    assert {c.name for c in contract.columns if c.personal} == {
        "ho_ten_chu_ho", "so_cccd", "dien_thoai", "thu", "ngay_sinh", "ho_ngheo",
    }  # fmt: skip
    assert {c.name: c.logical_type for c in contract.columns if c.logical_type != "string"} == {
        "ngay_sinh": "date", "ngay_cap_nhat": "date", "so_nhan_khau": "integer", "dien_tich": "number",
        "ho_ngheo": "boolean",
    }  # fmt: skip
    assert {c.name: c.role for c in contract.columns if c.role} == {"so_cccd": "person_number", "ma_xa": "commune_code"}
    assert [c.name for c in contract.columns if not c.required] == ["thu"]
    assert len(contract.rules) == 10
    assert "column: ngay_cap_nhat" in path.read_text(encoding="utf-8")
    assert shown(path) == []
    assert landed(contract, tmp_path) == 40


def test_a_draft_of_a_register_knows_its_header_its_numbers_its_total_and_its_signatures(tmp_path):
    source = tmp_path / "so_theo_doi.xlsx"
    with xlsxwriter.Workbook(source) as workbook:
        sheet = workbook.add_worksheet("Sổ")
        sheet.write(0, 0, "UBND PHƯỜNG HẢI CHÂU")
        sheet.write(1, 2, "SỔ THEO DÕI HỒ SƠ")
        for column, label in enumerate(["TT", "Mã hồ sơ", "Người nộp"]):
            sheet.merge_range(3, column, 4, column, label)
        sheet.merge_range(3, 3, 3, 5, "Ngày, tháng, năm")
        sheet.write_row(4, 3, ["Nhận hồ sơ", "Hẹn trả", "Trả kết quả"])
        sheet.merge_range(3, 6, 4, 6, "Số bản")
        sheet.write_row(5, 0, [f"({i})" for i in range(1, 8)])
        for i in range(20):
            days = [f"{i + 1:02d}/10/2026", f"{i + 5:02d}/10/2026", f"{i + 3:02d}/10/2026"]
            sheet.write_row(6 + i, 0, [i + 1, f"H17.{i:03d}", f"Trần Thị Mẫu {i}", *days, 2])
        sheet.write_row(26, 2, ["Tổng cộng"])
        sheet.write(26, 6, 40)
        sheet.write(28, 5, "Đà Nẵng, ngày 31 tháng 10 năm 2026")
        sheet.write(29, 5, "NGƯỜI LẬP BIỂU")
        sheet.write(31, 5, "Lê Văn Mẫu")
    path = draft(source, tmp_path)
    contract = contract_of(path)
    assert contract.header_rows == 2
    assert contract.ignored == ("TT",)
    assert contract.sheets == ("Sổ",)
    received = next(c for c in contract.columns if c.header == "Ngày, tháng, năm / Nhận hồ sơ")
    assert (received.aliases, received.logical_type) == (("Nhận hồ sơ",), "date")
    assert [c.name for c in contract.key] == ["ma_ho_so"]
    assert "Mẫu" not in path.read_text(encoding="utf-8")
    scopes = {scope.kind: scope.when for scope in contract.out_of_scope}
    assert set(scopes) == {"column_numbers", "total", "signature"}
    assert scopes["signature"].startswith("ma_ho_so is null and nguoi_nop is null")
    assert landed(contract, tmp_path) == 20


def write_sqlite(folder):
    path = folder / "ho.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute(f"create table ho_gia_dinh ({', '.join(chr(34) + n + chr(34) for n in LABELS)})")
        connection.executemany(f"insert into ho_gia_dinh values ({', '.join('?' * len(LABELS))})", ROWS)
    return path


def test_a_draft_of_a_sqlite_table_lands(tmp_path):
    path = draft(f"sqlite:///{write_sqlite(tmp_path)}?table=ho_gia_dinh", tmp_path)
    contract = contract_of(path)
    assert (contract.dataset, [c.name for c in contract.key]) == ("ho_gia_dinh", ["ma_ho"])
    assert shown(path) == []
    assert landed(contract, tmp_path) == 40


@pytest.mark.services
def test_a_draft_of_a_table_behind_odbc_lands(tmp_path):
    if shutil.which("odbcinst") is None or "SQLite3" not in subprocess.getoutput("odbcinst -q -d"):
        skip_or_fail("KHO_REQUIRE_SERVICES", "there is no ODBC driver SQLite3")
    address = f"odbc:Driver={{SQLite3}};Database={write_sqlite(tmp_path)}"
    contract = contract_of(draft(address, tmp_path, table="ho_gia_dinh"))
    assert (contract.server.kind, [c.name for c in contract.key]) == ("odbc", ["ma_ho"])
    assert landed(contract, tmp_path) == 40


TYPED = "select i as id, 'Nguyễn Văn Mẫu' as ho_ten, cast('2026-11-01' as date) as ngay_sinh, i * 1.5 as so_tien, cast('2026-11-01 10:00:00' as {timestamp}) as updated_at"  # noqa: E501
PHYSICAL = {"id": "integer", "ho_ten": "string", "ngay_sinh": "date", "so_tien": "number", "updated_at": "timestamp"}


def test_records_inside_a_json_object_are_found_and_land(tmp_path):
    path = tmp_path / "ho.json"
    path.write_text(json.dumps({"meta": {"n": 1}, "ket_qua": {"ds": records()}}, ensure_ascii=False), encoding="utf-8")
    contract = contract_of(draft(path, tmp_path))
    assert contract.server.options["recordsPath"] == "ket_qua.ds"
    assert [c.header for c in contract.columns] == LABELS
    assert landed(contract, tmp_path) == 40


@pytest.mark.services
def test_a_draft_of_a_postgresql_table_lands(tmp_path, postgres, monkeypatch):
    monkeypatch.setenv("DRAFTS_USER", "postgres")
    schema = f"draft_{uuid4().hex[:8]}"
    with duckdb.connect() as connection:
        load_extension(connection, "postgres_scanner")
        connection.execute(f"attach '{postgres}' as server (type postgres)")
        connection.execute(f"create schema server.{schema}")
        try:
            query = TYPED.format(timestamp="timestamp")
            connection.execute(f"create table server.{schema}.ho as {query} from range(3000) as numbers(i)")
            parts = dict(p.split("=") for p in postgres.split())
            address = f"postgresql://{parts['host']}:{parts['port']}/{parts['dbname']}"
            path = draft(address, tmp_path, table=f"{schema}.ho", source="drafts")
            contract = contract_of(path)
            assert {c.name: c.logical_type for c in contract.columns} == PHYSICAL
            assert [c.name for c in contract.key] == ["id"]
            assert "3,000 different values in the 3,000 rows of the table" in path.read_text(encoding="utf-8")
            assert landed(contract, tmp_path) == 3000
        finally:
            connection.execute(f"drop schema server.{schema} cascade")


@pytest.mark.services
def test_a_draft_of_a_mariadb_table_lands(tmp_path, mariadb, monkeypatch):
    monkeypatch.setenv("DRAFTS_USER", "root")
    table = f"draft_{uuid4().hex[:8]}"
    with duckdb.connect() as connection:
        load_extension(connection, "mysql_scanner")
        connection.execute(f"attach '{mariadb}' as server (type mysql)")
        try:
            query = TYPED.format(timestamp="timestamp")
            connection.execute(f"create table server.{table} as {query} from range(300) as numbers(i)")
            parts = dict(p.split("=") for p in mariadb.split())
            address = f"mysql://{parts['host']}:{parts['port']}/{parts['database']}?table={table}"
            contract = contract_of(draft(address, tmp_path, source="drafts"))
            assert {c.name: c.logical_type for c in contract.columns} == PHYSICAL
            assert landed(contract, tmp_path) == 300
        finally:
            connection.execute(f"drop table server.{table}")


def test_a_draft_of_an_api_knows_records_pages_and_the_way_in(tmp_path, monkeypatch):
    monkeypatch.setenv("HO_KHAU_TOKEN", "secret-of-nobody")

    def behave(request):
        assert request.headers["authorization"] == "Bearer secret-of-nobody"
        start = int(request.parameters["page"]) * 10
        body = {"error_code": "00", "result": {"items": records()[start : start + 10]}, "total": 40}
        request.answer(body)

    with serving(behave) as service:
        path = draft(service.url + "/api/ho_khau?page=0&size=10&xa=20263", tmp_path)
        contract = contract_of(path)
        assert landed(contract, tmp_path) == 40
    assert contract.server.location == service.url + "/api/ho_khau"
    assert contract.server.options == {
        "recordsPath": "result.items",
        "pagination": {
            "type": "page", "pageParameter": "page", "firstPage": 0, "sizeParameter": "size", "size": 10,
            "totalPath": "total",
        },
        "parameters": {"xa": "20263"},
        "errorPath": "error_code",
        "auth": {"type": "bearer"},
    }  # fmt: skip
    assert [c.header for c in contract.columns] == LABELS
    assert shown(path) == [] and "secret" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Ngày tiếp nhận", "ngay_tiep_nhan"),
        ("NgayTiepNhan", "ngay_tiep_nhan"),
        ("ndkksMaXa", "ndkks_ma_xa"),
        ("MaSoDN", "ma_so_dn"),
        ("Đường  phố (m²)", "duong_pho_m"),
        ("Tờ", "to_2"),
        ("2 bước", "column_2_buoc"),
        ("???", "column_2"),
    ],
)
def test_a_label_becomes_a_name(label, name):
    assert identifiers([label]) == [name]


def test_names_differ_where_labels_differ_only_in_marks():
    assert identifiers(["Hộ", "Họ", "ho"]) == ["ho", "ho_2", "ho_3"]


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_values_where_labels_should_be_are_refused_and_not_shown(tmp_path, kind):
    if kind == "csv":
        source = tmp_path / "x.csv"
        source.write_text(as_csv(ROWS), encoding="utf-8")
    else:
        source = tmp_path / "x.json"
        source.write_text(json.dumps({"003070000001": {"a": 1}, "003070000002": {"a": 1}}), encoding="utf-8")
    with pytest.raises(SourceError) as error:
        draft_contract(str(source), tmp_path / "draft.yml", PROFILE, Wishes())
    assert "00307" not in str(error.value)


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("nothing.csv", SourceMissing),
        ("postgresql://kho:secret@127.0.0.1:5432/test?table=x", SettingsError),
        ("postgresql://127.0.0.1:5432/test", SettingsError),
        ("odbc:Driver={SQLite3};Database=x;UID=kho;PWD=secret", SettingsError),
        ("sqlite:////nowhere/x.sqlite?table=x", SourceMissing),
        ("tests/unit/test_draft.py", SourceError),
    ],
)
def test_a_source_that_cannot_be_looked_at_is_named_without_its_password(tmp_path, source, error):
    with pytest.raises(KhoError) as caught:
        draft_contract(source, tmp_path / "draft.yml", PROFILE, Wishes())
    assert type(caught.value) is error
    assert "secret" not in str(caught.value)


def test_the_command_writes_a_draft_once(tmp_path):
    source, out = write_csv(tmp_path), tmp_path / "contracts" / "ho.yml"
    arguments = ("contract", "new", str(source), "--out", str(out), "--dataset", "ho", "--owner", "so_y_te")
    done = kho(tmp_path / "home", *arguments, "--domain", "health")
    assert done.code == 0 and "guesses to review" in done.output
    document = yaml.safe_load(out.read_text(encoding="utf-8"))
    assert (document["status"], document["domain"], document["schema"][0]["name"]) == ("draft", "health", "ho")
    assert kho(tmp_path / "home", *arguments).code == 1
