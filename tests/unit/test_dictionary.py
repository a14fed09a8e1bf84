"""The data dictionary: nothing public is undocumented, and what is committed is what the sources say."""

from __future__ import annotations

import csv
import io

import pytest

from orchestration.preparation import read_contracts
from tests.conftest import PROJECT
from tests.contracts import make_contract
from warehouse.contracts import ContractSet
from warehouse.dictionary import COLUMNS, PUBLIC_SCHEMAS, read_dictionary, undocumented
from warehouse.dictionary_files import CSV_FILE, dictionary_files, write_dictionary
from warehouse.settings import Settings

FOLDER = PROJECT / "docs" / "dictionary"


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    return read_dictionary(settings, read_contracts(settings))


def test_every_public_column_has_a_vietnamese_title_a_description_and_a_type(tables):
    assert undocumented(tables) == []
    assert {table.schema for table in tables} == set(PUBLIC_SCHEMAS)


def test_a_column_without_a_title_or_a_description_is_named(tmp_path, monkeypatch):
    project = tmp_path / "dbt_project"
    (project / "models" / "metrics").mkdir(parents=True)
    (project / "dbt_project.yml").write_text("vars: {}\n", encoding="utf-8")
    (project / "profiles.yml").write_text("{}\n", encoding="utf-8")
    (project / "models" / "metrics" / "figures.yml").write_text(
        """
models:
  - name: figures
    description: Figures. One row per period.
    config: {meta: {title_vi: Số liệu}}
    columns:
      - {name: period, description: Period., data_type: date, config: {meta: {title_vi: Kỳ}}}
      - {name: batch_id, description: Batch., data_type: varchar}
      - {name: total, description: All of them., data_type: bigint}
      - {name: share, data_type: double, config: {meta: {title_vi: Tỷ lệ}}}
  - {name: bare, config: {meta: {title_vi: Bảng trống}}}
""",
        encoding="utf-8",
    )
    monkeypatch.setattr("warehouse.assembly.DBT_PROJECT", project)
    monkeypatch.setattr("warehouse.assembly._generated_files", lambda *_: ())
    found = undocumented(read_dictionary(Settings(home=tmp_path), ContractSet((), ())))
    assert found == [
        "metrics.bare: no description",
        "metrics.bare: no columns",
        "metrics.figures.total: no title_vi",
        "metrics.figures.share: no description",
    ]


def test_the_committed_dictionary_is_what_contracts_and_models_say(tables):
    wanted = dictionary_files(tables)
    assert {path.name for path in FOLDER.iterdir()} == set(wanted)
    stale = [name for name, content in wanted.items() if (FOLDER / name).read_bytes() != content]
    assert stale == [], "run `kho dictionary` and commit what it writes"


def test_the_csv_has_one_line_a_column_and_opens_in_a_spreadsheet(tables, tmp_path):
    write_dictionary(tables, tmp_path)
    content = (tmp_path / CSV_FILE).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf") and b"\r\n" in content
    lines = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert tuple(lines[0]) == COLUMNS
    assert len(lines) == sum(len(table.columns) for table in tables)
    [token] = [line for line in lines if (line["table"], line["column"]) == ("civil_servants", "person_number_token")]
    assert token["classification"] == "token"
    open_lines = [line for line in lines if line["classification"] == "open"]
    assert {line["schema"] for line in open_lines} == {"open_data"}


def test_what_a_contract_says_of_a_column_is_in_the_dictionary(tmp_path):
    contract = make_contract(
        tmp_path,
        keys=("code",),
        columns={
            "code": {"physicalName": "MaSo", "businessName": "Mã số"},
            "kind": {
                "physicalName": "Loai",
                "businessName": "Loại",
                "customProperties": [
                    {"property": "valueMap", "value": {"a": ["Loại A", "A"], "b": ["Loại B"]}},
                    {"property": "legalBasis", "value": "QĐ 1"},
                ],
            },
            "name": {"physicalName": "HoTen", "businessName": "Họ tên", "classification": "personal"},
        },
    )
    tables = read_dictionary(Settings(home=tmp_path), ContractSet((contract,), ()))
    [table] = [table for table in tables if table.name == "things"]
    code, kind, *technical = table.columns
    assert (code.is_key, code.source_name, code.title_vi, code.type) == (True, "MaSo", "Mã số", "varchar")
    assert (kind.code_list, kind.legal_basis) == ("a Loại A; b Loại B", "QĐ 1")
    assert [column.column for column in technical] == ["row_key", "source_system", "batch_id", "row_number"]
