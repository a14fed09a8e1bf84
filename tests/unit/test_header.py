"""Headers of exports are found by their labels, in one row or two, below any title."""

from __future__ import annotations

import dataclasses

import pytest

from ingestion.header import find_header, label_key
from tests.contracts import make_contract
from warehouse.errors import SourceError

REGISTER = {
    "dossier_code": "Mã hồ sơ",
    "procedure_name": "Tên TTHC",
    "received_at": "Ngày, tháng, năm / Nhận hồ sơ",
    "due_at": "Ngày, tháng, năm / Hẹn trả kết quả",
}


def test_a_two_row_header_below_title_rows_is_found_and_joined(tmp_path):
    contract = dataclasses.replace(make_contract(tmp_path, columns=REGISTER, keys=("dossier_code",)), header_rows=2)
    rows = [
        ("ỦY BAN NHÂN DÂN XÃ", None, None, None),
        (None, None, None, None),
        ("Mã hồ sơ", "Tên\nTTHC", "Ngày, tháng, năm", None),
        (None, None, "Nhận hồ sơ", "Hẹn trả  kết quả"),
        ("H17.1-261001-0001", "Khai sinh", "01/10/2026", "02/10/2026"),
    ]
    header = find_header(rows, contract, "a.xlsx")
    assert (header.row, header.rows, header.first_data_row) == (3, 2, 5)
    assert header.positions == {"dossier_code": 0, "procedure_name": 1, "received_at": 2, "due_at": 3}


def test_a_renamed_and_an_unknown_column_are_named_with_what_is_near(tmp_path):
    columns = {
        "code": "Mã hồ sơ",
        "name": "Chủ hồ sơ",
        "address": "Địa chỉ",
        "received": "Ngày nhận",
        "due": "Ngày hẹn trả",
    }
    contract = make_contract(tmp_path, columns=columns, keys=("code", "due"))
    rows = [("Mã hồ sơ", "Chủ hồ sơ", "Địa chỉ", "Ngày nhận", "Ngày hẹn trả kết quả", "Ghi chú")]
    with pytest.raises(SourceError) as error:
        find_header(rows, contract, "a.csv")
    text = str(error.value)
    assert "missing: Ngày hẹn trả" in text
    assert "unknown: ngày hẹn trả kết quả, ghi chú" in text
    assert "ngày hẹn trả kết quả ~ Ngày hẹn trả" in text
    assert contract.path.name in text and "row 1" in text


def test_a_sheet_without_the_labels_is_refused(tmp_path):
    contract = make_contract(tmp_path, columns=REGISTER, keys=("dossier_code",))
    with pytest.raises(SourceError, match="no row with more than 0"):
        find_header([("một", "hai", "ba")], contract, "a.csv")


def test_an_ignored_column_is_neither_unknown_nor_read(tmp_path):
    contract = make_contract(tmp_path, columns={"code": "Mã"}, keys=("code",), ignored=("Ghi chú",))
    header = find_header([("Ghi chú", "Mã")], contract, "a.csv")
    assert header.positions == {"code": 1}
    assert header.ignored == (0,)


@pytest.mark.parametrize("written", ["MÃ HỒ SƠ", "Mã\u00a0hồ  sơ ", "Mã hồ\nsơ", "Mã hồ sơ"])
def test_what_exports_change_about_a_label_does_not_matter(written):
    assert label_key(written) == "mã hồ sơ"
