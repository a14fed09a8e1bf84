"""Text files, JSON, Parquet and archives land with their cells as written."""

from __future__ import annotations

import json
import zipfile

import duckdb
import pytest

from tests.files import LABELS, ROWS, cells, contract_of, extracted, quoted


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
