import csv
import datetime as dt
import hashlib
import io
import json
import os
from pathlib import Path

import duckdb
import pytest
from frictionless import Package

from tests.unit.open_home import ROWS, OpenHome, column, model
from warehouse.errors import ReleaseError, WarehouseBusy
from warehouse.personal_data import PATTERNS
from warehouse.releases import ensure_release_log, list_releases, publish, read_latest, read_release

LATER = dt.date(2026, 11, 3)


@pytest.fixture
def home(tmp_path: Path) -> OpenHome:
    return OpenHome(tmp_path)


def logged(home: OpenHome) -> list[tuple[object, ...]]:
    return duckdb.sql(
        f"select version, as_of, tables, rows, location from read_parquet('{ensure_release_log(home.settings)}')"
    ).fetchall()


# ---------- what is published


def test_only_columns_that_say_publish_are_in_any_file(home: OpenHome) -> None:
    release = publish(home.settings)
    wanted = ["period", "agency_code", "total", "share", "period_end", "computed_at", "complete", "note"]
    assert duckdb.sql(f"from '{release.location}/settlement_results.parquet'").columns == wanted
    assert duckdb.sql(f"from read_csv('{release.location}/settlement_results.csv')").columns == wanted
    with duckdb.connect(str(release.location / "open_data.duckdb"), read_only=True) as reader:
        assert reader.table("settlement_results").columns == wanted
    for file in release.location.iterdir():
        assert b"applicant_phone" not in file.read_bytes(), file.name
        assert b"0900001111" not in file.read_bytes(), file.name


def test_rows_are_ordered_by_the_key_whatever_the_order_in_the_warehouse(home: OpenHome) -> None:
    release = publish(home.settings)
    rows = duckdb.sql(f"select period, agency_code from '{release.location}/settlement_results.parquet'").fetchall()
    assert rows == [("2026-09", "H17.01"), ("2026-09", "H17.02"), ("2026-10", "H17.01")]


def test_the_csv_is_rfc_4180_with_a_byte_order_mark_and_no_formulas(home: OpenHome) -> None:
    text = (publish(home.settings).location / "settlement_results.csv").read_bytes().decode()
    assert text == (
        "\ufeffperiod,agency_code,total,share,period_end,computed_at,complete,note\r\n"
        '2026-09,H17.01,,,2026-09-30,,false,"\'=HYPERLINK(""x"")"\r\n'
        '2026-09,H17.02,120,0.985,2026-09-30,2026-10-01T07:30:00,true,"Ghi chú, có ""ngoặc"""\r\n'
        '2026-10,H17.01,7,1.000,2026-10-31,2026-11-01T07:30:00,,"dòng một\ndòng hai"\r\n'
    )


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_every_start_of_a_formula_is_guarded_in_csv_and_kept_in_parquet(home: OpenHome, start: str) -> None:
    home.write_table(ROWS)
    home.sql(f"update open_data.settlement_results set note = chr({ord(start)}) || 'cmd'")
    folder = publish(home.settings).location
    csv = duckdb.sql(f"select distinct note from read_csv('{folder}/settlement_results.csv', new_line='\\r\\n')")
    assert csv.fetchall() == [(f"'{start}cmd",)]
    assert duckdb.sql(f"select distinct note from '{folder}/settlement_results.parquet'").fetchall() == [
        (f"{start}cmd",)
    ]


def test_frictionless_finds_the_package_valid_and_its_schema_says_types_and_key(home: OpenHome) -> None:
    release = publish(home.settings)
    package = Package(str(release.location / "datapackage.json"))
    report = package.validate()
    assert report.valid, report.flatten(["title", "message"])
    schema = package.resources[0].schema
    assert schema.primary_key == ["period", "agency_code"]
    assert {one.name: one.type for one in schema.fields} == {
        "period": "string",
        "agency_code": "string",
        "total": "integer",
        "share": "number",
        "period_end": "date",
        "computed_at": "datetime",
        "complete": "boolean",
        "note": "string",
    }


def test_the_dictionary_of_a_release_has_a_line_for_every_published_column_and_no_other(home: OpenHome) -> None:
    text = (publish(home.settings).location / "dictionary.csv").read_text(encoding="utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [line["column"] for line in lines if line["is_key"] == "true"] == ["period", "agency_code"]
    assert {line["column"]: (line["title_vi"], line["type"], line["unit"]) for line in lines}["total"] == (
        "Tổng số", "integer", "hồ sơ",
    )  # fmt: skip
    assert "applicant_phone" not in {line["column"] for line in lines}
    assert {line["classification"] for line in lines} == {"open"}


def test_frictionless_sees_a_file_that_was_changed_after_the_release(home: OpenHome) -> None:
    release = publish(home.settings)
    csv = release.location / "settlement_results.csv"
    csv.write_bytes(csv.read_bytes().replace(b"120", b"121"))
    assert not Package(str(release.location / "datapackage.json")).validate().valid


def test_every_file_of_the_folder_is_listed_with_its_size_and_hash(home: OpenHome) -> None:
    release = publish(home.settings)
    listed = {file.path: (file.bytes, file.sha256) for file in release.files}
    found = {
        path.name: (path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in release.location.iterdir()
        if path.name != "release.json"
    }
    assert listed == found
    package = json.loads((release.location / "datapackage.json").read_text())["resources"][0]
    assert package["hash"] == "sha256:" + listed["settlement_results.csv"][1]
    assert package["alternatives"][0]["hash"] == "sha256:" + listed["settlement_results.parquet"][1]


# ---------- versions


def test_the_same_content_on_another_day_is_no_new_release(home: OpenHome) -> None:
    first = publish(home.settings)
    home.write_table(f"select * from ({ROWS}) order by total desc nulls last")
    again = publish(home.on(LATER))
    assert (first.created, again.created) == (True, False)
    assert again.version == first.version
    assert [release.version for release in list_releases(home.settings)] == [first.version]
    assert logged(home) == [(first.version, dt.date(2026, 11, 2), 1, 3, f"releases/{first.version}")]


def test_a_version_is_the_day_and_the_content(home: OpenHome) -> None:
    release = publish(home.settings)
    assert release.version == f"2026.11.02-{release.content_hash[:8]}"


@pytest.mark.parametrize(
    "change",
    ["update open_data.settlement_results set total = 8 where total = 7", "alter table {} alter share type double"],
)
def test_changed_rows_or_types_are_a_new_release(home: OpenHome, change: str) -> None:
    first = publish(home.settings)
    home.sql(change.format("open_data.settlement_results"))
    second = publish(home.on(LATER))
    assert second.created
    assert second.version != first.version
    assert next((one.version, one.latest) for one in list_releases(home.settings)) == (second.version, True)
    assert len(logged(home)) == 2


def test_a_changed_title_is_a_new_release(home: OpenHome) -> None:
    first = publish(home.settings)
    home.columns()["total"] = column("total", "Tổng số hồ sơ")
    home.write_manifest()
    assert publish(home.settings).content_hash != first.content_hash


def test_going_back_to_earlier_content_serves_the_earlier_folder_again(home: OpenHome) -> None:
    first = publish(home.settings)
    home.sql("delete from open_data.settlement_results where total = 7")
    second = publish(home.settings)
    home.write_table(ROWS)
    third = publish(home.settings)
    assert third.version == first.version != second.version
    latest = read_latest(home.settings)
    assert latest is not None
    assert latest.version == first.version
    assert [row[0] for row in logged(home)] == [first.version, second.version, first.version]


def test_a_release_that_was_not_logged_because_the_run_died_is_logged_by_the_next(home: OpenHome) -> None:
    first = publish(home.settings)
    (home.settings.logbook / "releases.parquet").unlink()
    assert logged(home) == []
    publish(home.settings)
    assert [row[0] for row in logged(home)] == [first.version]


# ---------- swapping


def test_latest_is_a_relative_link_so_the_data_home_can_be_moved(home: OpenHome, tmp_path: Path) -> None:
    release = publish(home.settings)
    link = home.settings.releases / "latest"
    assert link.is_symlink()
    assert os.readlink(link) == release.version  # noqa: PTH115
    assert (release.location.stat().st_mode & 0o777) == 0o755


def test_a_reader_of_the_old_file_keeps_answering_while_a_new_release_is_swapped_in(home: OpenHome) -> None:
    publish(home.settings)
    current = home.settings.releases / "latest" / "open_data.duckdb"
    total = "select sum(total) from settlement_results"
    with duckdb.connect(str(current), read_only=True) as old:
        assert old.execute(total).fetchone() == (127,)
        home.sql("update open_data.settlement_results set total = 1000 where total = 7")
        publish(home.on(LATER))
        assert old.execute(total).fetchone() == (127,)
        # the same process may hold both: another path, another file
        with duckdb.connect(str(current.resolve()), read_only=True) as new:
            assert new.execute(total).fetchone() == (1120,)


def test_a_refused_release_leaves_nothing_behind_and_latest_where_it_was(home: OpenHome) -> None:
    first = publish(home.settings)
    home.sql("update open_data.settlement_results set note = 'Liên hệ dan@kho.example'")
    with pytest.raises(ReleaseError):
        publish(home.on(LATER))
    assert sorted(path.name for path in home.settings.releases.iterdir()) == [first.version, "latest"]
    assert [release.version for release in list_releases(home.settings)] == [first.version]


def test_a_warehouse_that_is_being_written_is_busy_not_broken(home: OpenHome) -> None:
    with duckdb.connect(str(home.settings.warehouse)), pytest.raises(WarehouseBusy):
        publish(home.settings)


def test_before_the_first_release_there_is_none_and_an_empty_log(home: OpenHome) -> None:
    assert list_releases(home.settings) == []
    assert read_latest(home.settings) is None
    assert logged(home) == []


@pytest.mark.parametrize("version", ["..", "../..", "latest", "2026.11.02.tmp-x", ""])
def test_only_a_version_is_read_as_one(home: OpenHome, version: str) -> None:
    publish(home.settings)
    assert read_release(home.settings, version) is None


# ---------- the gate

PLANTED = {
    "citizen_number": ["003099000001", "CCCD 000.099.000.001"],
    "identity_card": ["000000001", "số 000 000 001, cấp 2010"],
    "mobile_phone": ["0900000000", "+84 90 000 00 00", "gọi 090.000.0000 nhé"],
    "email": ["dan@kho.example"],
}
HARMLESS = [
    "1.000650",
    "000.00.16.H40-250731-0001",
    "H17.30.16-261031-0042",
    "20335",
    "2026-10-31 07:30",
    "20261031073000",
    "Quyết định số 2642/QĐ-BTP",
    "1.234.567 đồng",
]


def test_every_pattern_has_planted_values() -> None:
    assert PLANTED.keys() == PATTERNS.keys()


@pytest.mark.parametrize(("pattern", "value"), [(name, value) for name, values in PLANTED.items() for value in values])
def test_a_value_that_looks_personal_stops_the_release_and_is_not_repeated(
    home: OpenHome, pattern: str, value: str
) -> None:
    home.sql(f"update open_data.settlement_results set note = '{value}' where total = 7")
    with pytest.raises(ReleaseError) as told:
        publish(home.settings)
    assert f"1 values like {pattern} in column note" in str(told.value)
    assert "settlement_results" in str(told.value)
    assert value not in str(told.value)


@pytest.mark.parametrize("value", HARMLESS)
def test_codes_dates_and_amounts_do_not_look_personal(home: OpenHome, value: str) -> None:
    home.sql(f"update open_data.settlement_results set note = '{value}' where total = 7")
    assert publish(home.settings).created


def test_a_look_alike_is_let_through_only_with_a_reason_which_the_release_records(home: OpenHome) -> None:
    home.sql("update open_data.settlement_results set note = '0312345678' where total = 7")
    home.columns()["note"] = column("note", "Mã số thuế", not_personal={"mobile_phone": ""})
    home.write_manifest()
    with pytest.raises(ReleaseError, match="without a reason"):
        publish(home.settings)
    reason = {"mobile_phone": "Mã số doanh nghiệp có 10 chữ số"}
    home.columns()["note"] = column("note", "Mã số thuế", not_personal=reason)
    home.write_manifest()
    assert publish(home.settings).tables[0].excused == {"note": reason}


@pytest.mark.parametrize("mark", [{"personal": True}, {"classification": "personal"}, {"role": "person_number"}])
def test_a_column_marked_personal_is_refused_by_table_and_name(home: OpenHome, mark: dict[str, object]) -> None:
    home.columns()["note"] = column("note", **mark)
    home.write_manifest()
    with pytest.raises(ReleaseError, match="open table settlement_results, column note"):
        publish(home.settings)


def test_a_token_of_a_person_is_refused(home: OpenHome) -> None:
    home.columns()["applicant_token"] = column("applicant_token")
    home.write_manifest()
    with pytest.raises(ReleaseError, match="a token of a personal number"):
        publish(home.settings)


def test_a_column_that_is_personal_upstream_is_refused(home: OpenHome) -> None:
    staging = model("stg_register", schema="staging", columns={"note": column("note", publish=False, personal=True)})
    other = model("stg_other", schema="staging", columns={"total": column("total", publish=False, personal=True)})
    middle = model("dossiers", schema="shared", columns={}, depends_on={"nodes": ["model.kho.stg_register"]})
    home.nodes["model.kho.stg_register"] = staging
    home.nodes["model.kho.stg_other"] = other
    home.nodes["model.kho.dossiers"] = middle
    home.write_manifest()
    publish(home.settings)
    home.nodes["model.kho.settlement_results"]["depends_on"] = {"nodes": ["model.kho.dossiers"]}
    home.write_manifest()
    with pytest.raises(ReleaseError, match=r"column note.*found a column that is personal in a model"):
        publish(home.settings)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("insert into open_data.settlement_results from open_data.settlement_results limit 1", "1 rows too many"),
        ("update open_data.settlement_results set period = null where total = 7", "1 rows with an empty key"),
        ("alter table open_data.settlement_results drop note", "no such column"),
        ("alter table open_data.settlement_results alter note type varchar[] using [note]", r"VARCHAR\[\]"),
    ],
)
def test_a_table_that_is_not_as_it_says_is_refused(home: OpenHome, statement: str, message: str) -> None:
    home.sql(statement)
    with pytest.raises(ReleaseError, match=message):
        publish(home.settings)


@pytest.mark.parametrize("key", ["title_vi", "description_vi", "primary_key", "license", "owner_key"])
def test_a_table_without_its_metadata_is_refused(home: OpenHome, key: str) -> None:
    del home.nodes["model.kho.settlement_results"]["config"]["meta"][key]
    home.write_manifest()
    with pytest.raises(ReleaseError, match=f"no {key}"):
        publish(home.settings)


def test_a_key_that_readers_cannot_see_is_refused(home: OpenHome) -> None:
    home.columns()["agency_code"] = column("agency_code", publish=False)
    home.write_manifest()
    with pytest.raises(ReleaseError, match="agency_code in the key, but not published"):
        publish(home.settings)


def test_tables_of_other_schemas_and_tables_that_publish_nothing_stay_home(home: OpenHome) -> None:
    home.nodes["model.kho.dossiers"] = model("dossiers", schema="shared")
    silent = {name: column(name, publish=False) for name in home.columns()}
    home.nodes["model.kho.silent"] = model("silent", columns=silent)
    home.write_manifest()
    assert [table.name for table in publish(home.settings).tables] == ["settlement_results"]
    del home.nodes["model.kho.settlement_results"]
    home.write_manifest()
    with pytest.raises(ReleaseError, match="at least one open table"):
        publish(home.settings)
