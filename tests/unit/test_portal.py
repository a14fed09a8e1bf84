import datetime as dt
import hashlib
import io
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from starlette.testclient import TestClient

from tests.unit.open_home import OpenHome, column
from warehouse.portal import create_app
from warehouse.releases import publish

LATER = dt.date(2026, 11, 3)


@pytest.fixture
def home(tmp_path: Path) -> OpenHome:
    return OpenHome(tmp_path)


@pytest.fixture
def portal(home: OpenHome) -> Iterator[TestClient]:
    with TestClient(create_app(home.settings)) as client:
        yield client


def test_the_page_lists_tables_in_vietnamese_with_links_that_work(home: OpenHome, portal: TestClient) -> None:
    release = publish(home.settings)
    page = portal.get("/").text
    for text in (
        "Kết quả giải quyết thủ tục hành chính",
        "<p>Số hồ sơ theo tháng và cơ quan.</p>",
        "3 dòng",
        "CC-BY-4.0",
        "<b>02/11/2026</b>",
        f"<b>{release.created_at:%d/%m/%Y}</b>",
        "Thành phố Đà Nẵng",
    ):
        assert text in page
    links = {part.split('"')[0] for part in page.split('href="/')[1:]}
    assert {"latest/settlement_results.csv", "latest/settlement_results.parquet", "latest/open_data.duckdb"} <= links
    for link in links:
        assert portal.get(f"/{link}").status_code == 200, link


def test_the_page_fetches_nothing_from_elsewhere(home: OpenHome, portal: TestClient) -> None:
    publish(home.settings)
    page = portal.get("/")
    assert not any(tag in page.text for tag in ("<script", "<link", "<img", "@import", "src="))
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


def test_a_title_is_text_not_html(home: OpenHome, portal: TestClient) -> None:
    home.nodes["model.kho.settlement_results"]["config"]["meta"]["title_vi"] = "<b>Đậm</b>"
    home.write_manifest()
    publish(home.settings)
    assert "&lt;b&gt;Đậm&lt;/b&gt;" in portal.get("/").text


def test_before_the_first_release_the_page_says_so_and_files_are_not_found(portal: TestClient) -> None:
    assert "Chưa có bản phát hành nào" in portal.get("/").text
    assert portal.get("/latest/datapackage.json").status_code == 404


def test_pandas_reads_the_same_rows_from_parquet_and_csv(home: OpenHome, portal: TestClient) -> None:
    import pandas

    publish(home.settings)
    parquet = pandas.read_parquet(io.BytesIO(portal.get("/latest/settlement_results.parquet").content))
    csv = pandas.read_csv(
        io.BytesIO(portal.get("/latest/settlement_results.csv").content), parse_dates=["period_end", "computed_at"]
    )
    assert list(parquet.columns) == list(csv.columns)
    assert parquet["total"].tolist()[1:] == csv["total"].tolist()[1:] == [120, 7]
    assert parquet["computed_at"].astype(str).tolist() == csv["computed_at"].astype(str).tolist()
    assert parquet["note"].tolist()[1:] == csv["note"].tolist()[1:]


def test_duckdb_opens_the_downloaded_file_read_only(home: OpenHome, portal: TestClient, tmp_path: Path) -> None:
    publish(home.settings)
    copy = tmp_path / "downloaded.duckdb"
    copy.write_bytes(portal.get("/latest/open_data.duckdb").content)
    copy.chmod(0o444)
    with duckdb.connect(str(copy), read_only=True) as reader:
        assert reader.execute("select count(*), sum(total) from settlement_results").fetchone() == (3, 127)
        (comment,) = reader.execute("select comment from duckdb_tables()").fetchone() or ("",)
    assert comment == "Kết quả giải quyết thủ tục hành chính"


MEDIA_TYPES = {
    "settlement_results.csv": "text/csv; charset=utf-8",
    "settlement_results.parquet": "application/vnd.apache.parquet",
    "datapackage.json": "application/json",
    "release.json": "application/json",
    "open_data.duckdb": "application/vnd.duckdb",
}


@pytest.mark.parametrize(("name", "media_type"), MEDIA_TYPES.items())
def test_a_file_has_its_media_type_name_and_the_hash_of_its_content_as_etag(
    home: OpenHome, portal: TestClient, name: str, media_type: str
) -> None:
    release = publish(home.settings)
    for address in (f"/latest/{name}", f"/v/{release.version}/{name}"):
        answer = portal.get(address)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == media_type
        assert f'filename="{name}"' in answer.headers["content-disposition"]
        assert answer.headers["etag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
        assert int(answer.headers["content-length"]) == len(answer.content)


def test_the_etag_is_the_hash_in_the_data_package(home: OpenHome, portal: TestClient) -> None:
    publish(home.settings)
    resource = portal.get("/latest/datapackage.json").json()["resources"][0]
    for file in (resource, *resource["alternatives"]):
        assert portal.head(f"/latest/{file['path']}").headers["etag"] == f'"{file["hash"].removeprefix("sha256:")}"'


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
def test_a_known_etag_is_answered_not_modified_without_a_body(home: OpenHome, portal: TestClient, form: str) -> None:
    publish(home.settings)
    etag = portal.head("/latest/settlement_results.csv").headers["etag"]
    answer = portal.get("/latest/settlement_results.csv", headers={"If-None-Match": form.format(etag)})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == etag


def test_after_a_new_release_the_old_etag_gets_the_new_file_and_the_old_version_stays(
    home: OpenHome, portal: TestClient
) -> None:
    first = publish(home.settings)
    etag = portal.head("/latest/settlement_results.csv").headers["etag"]
    home.sql("update open_data.settlement_results set total = 8 where total = 7")
    second = publish(home.on(LATER))
    answer = portal.get("/latest/settlement_results.csv", headers={"If-None-Match": etag})
    assert answer.status_code == 200
    assert b",8," in answer.content
    old = portal.get(f"/v/{first.version}/settlement_results.csv")
    assert old.headers["etag"] == etag
    assert "immutable" in old.headers["cache-control"]
    assert first.version in portal.get("/").text
    assert second.version in portal.get("/").text


def test_part_of_a_file_can_be_fetched(home: OpenHome, portal: TestClient) -> None:
    publish(home.settings)
    answer = portal.get("/latest/settlement_results.parquet", headers={"Range": "bytes=0-3"})
    assert (answer.status_code, answer.content) == (206, b"PAR1")


@pytest.mark.parametrize(
    "address",
    [
        "/latest/../../warehouse.duckdb",
        "/latest/..%2f..%2fwarehouse.duckdb",
        "/latest/%2e%2e/%2e%2e/warehouse.duckdb",
        "/v/../warehouse.duckdb",
        "/v/..%2f../warehouse.duckdb",
        "/v/latest/datapackage.json",
        "/v/2026.11.02-00000000/datapackage.json",
        "/latest/stray.txt",
        "/latest/",
        "/latest/.",
        "/nowhere",
    ],
)
def test_nothing_but_files_of_a_release_is_served(home: OpenHome, portal: TestClient, address: str) -> None:
    release = publish(home.settings)
    (release.location / "stray.txt").write_text("put here by hand")
    answer = portal.get(address)
    assert answer.status_code == 404
    assert "Không tìm thấy" in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_the_portal_only_reads(home: OpenHome, portal: TestClient, method: str) -> None:
    publish(home.settings)
    answer = portal.request(method, "/latest/settlement_results.csv")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


def test_other_sites_may_read_the_files_in_a_browser(home: OpenHome, portal: TestClient) -> None:
    publish(home.settings)
    answer = portal.get("/latest/settlement_results.csv", headers={"Origin": "https://congdulieu.example"})
    assert answer.headers["access-control-allow-origin"] == "*"


def test_readers_during_twenty_releases_get_whole_files_only(home: OpenHome, portal: TestClient) -> None:
    publish(home.settings)
    wrong: list[str] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            answer = portal.get("/latest/settlement_results.csv")
            if answer.status_code != 200 or hashlib.sha256(answer.content).hexdigest() not in answer.headers["etag"]:
                wrong.append(f"{answer.status_code} {answer.headers.get('etag')}")

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for number in range(20):
            home.columns()["total"] = column("total", f"Tổng số, lần {number}")
            home.sql(f"update open_data.settlement_results set total = {1000 + number} where period = '2026-10'")
            home.write_manifest()
            assert publish(home.settings).created
    finally:
        stop.set()
        reader.join()
    assert wrong == []
