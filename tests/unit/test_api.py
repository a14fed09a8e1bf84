"""HTTP APIs: all pages or none, whatever the server does; secrets stay where they are."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import logging
import os
import socket
import ssl
import struct
import subprocess
import time
import traceback

import pytest

from ingestion.readers.api import fetch, written
from tests.api_server import serving
from tests.contracts import make_contract
from warehouse.errors import ContractError, KhoError, SettingsError, SourceError, SourceUnreachable
from warehouse.settings import TIME_ZONE

ROWS = [{"MaHoSo": f"{i:04d}", "SoTien": i} for i in range(25)]
QUICK = {"backoffSeconds": 0.01, "maxBackoffSeconds": 0.05, "attempts": 3, "timeoutSeconds": 5}
PAGES = {"type": "page", "sizeParameter": "size", "size": 10}
SECRET = "secret-that-nobody-may-read"


def api_contract(folder, url, limits=None, columns=None, keys=(), **options):
    properties = {"recordsPath": "data", **options, "limits": {**QUICK, **(limits or {})}}
    server = {
        "server": "live",
        "type": "api",
        "location": url,
        "customProperties": [{"property": k, "value": v} for k, v in properties.items()],
    }
    return make_contract(folder, columns=columns or {"code": "MaHoSo", "amount": "SoTien"}, keys=keys, server=server)


def fetched(folder, url, since=None, **options):
    target = folder / "records.ndjson"
    target.unlink(missing_ok=True)
    done = fetch(api_contract(folder, url, **options), target, since)
    assert done.path == target
    records = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert len(records) == done.records
    return records


def failing(error, folder, url, **options):
    """The error of a fetch that must fail and leave nothing."""
    with pytest.raises(KhoError) as caught:
        fetched(folder, url, **options)
    assert type(caught.value) is error or (issubclass(type(caught.value), error) and error is SourceError)
    assert caught.value.transient is (error is SourceUnreachable)
    assert not list(folder.glob("records*"))
    return str(caught.value)


def paged(rows=ROWS, cap=10, total=None):
    def behave(request):
        size = min(int(request.parameters.get("size", cap)), cap)
        start = (int(request.parameters["page"]) - 1) * size
        request.answer({"data": rows[start : start + size], **({"total": total} if total is not None else {})})

    return behave


def once(*first):
    """Behave as each of `first` for one request, then well."""
    todo = list(first)

    def behave(request):
        todo.pop(0)(request) if todo else request.answer({"data": ROWS})

    return behave


def texts(rows):
    return [{k: v if v is None else str(v) for k, v in row.items()} for row in rows]


# ---------- pages


def test_pages_are_read_until_an_empty_one_and_a_server_may_give_smaller_ones(tmp_path):
    with serving(paged(cap=7)) as service:
        assert fetched(tmp_path, service.url + "/hs?don_vi=H17", pagination=PAGES) == texts(ROWS)
    assert [r.parameters["page"] for r in service.requests] == ["1", "2", "3", "4", "5"]
    assert {r.parameters["don_vi"] for r in service.requests} == {"H17"}


def test_an_offset_follows_what_came_not_what_was_asked_for(tmp_path):
    def behave(request):
        start = int(request.parameters["tu"])
        request.answer({"data": ROWS[start : start + 7]})

    pagination = {"type": "offset", "pageParameter": "tu", "sizeParameter": "n", "size": 10}
    with serving(behave) as service:
        assert fetched(tmp_path, service.url, pagination=pagination) == texts(ROWS)


def test_a_cursor_is_followed_over_an_empty_page_until_there_is_none(tmp_path):
    pages = {"": (ROWS[:10], "a/b=1"), "a/b=1": ([], "c"), "c": (ROWS[10:], None)}

    def behave(request):
        rows, cursor = pages[request.parameters.get("tiep", "")]
        request.answer({"data": {"items": rows}, "meta": {"next": cursor}})

    pagination = {"type": "cursor", "cursorParameter": "tiep", "cursorPath": "meta.next"}
    with serving(behave) as service:
        assert fetched(tmp_path, service.url, recordsPath="data.items", pagination=pagination) == texts(ROWS)


@pytest.mark.parametrize("place", ["body", "header"])
def test_a_link_is_followed_wherever_it_is(tmp_path, place):
    def behave(request):
        page = int(request.parameters.get("p", 0))
        following = f"/next?p={page + 1}" if page < 2 else None
        headers = {"link": f'<{following}>; rel="next"'} if following and place == "header" else {}
        request.answer({"data": ROWS[page * 10 : page * 10 + 10], "next": following}, **headers)

    pagination = {"type": "link", **({"nextPath": "next"} if place == "body" else {})}
    with serving(behave) as service:
        assert fetched(tmp_path, service.url, pagination=pagination) == texts(ROWS)


def test_values_stay_as_they_were_written(tmp_path):
    body = (
        '{"data": [{"ma": "0164A", "tien": 1.50, "so": 123456789012345678901234, "mu": 1e5, "co": true, '
        '"rong": null, "trong": {"x": [1.0]}, "ten": "Nguyễn\\nVăn \\u1EA5"}]}'
    )
    with serving(lambda r: r.answer(body.encode())) as service:
        [record] = fetched(tmp_path, service.url)
    assert record == {
        "ma": "0164A",
        "tien": "1.50",
        "so": "123456789012345678901234",
        "mu": "1e5",
        "co": True,
        "rong": None,
        "trong": {"x": ["1.0"]},
        "ten": "Nguyễn\nVăn ấ",
    }


def test_rows_that_shift_between_pages_come_twice_and_none_is_lost(tmp_path):
    rows = list(ROWS)

    def behave(request):
        start = (int(request.parameters["page"]) - 1) * 10
        request.answer({"data": rows[start : start + 10]})
        if start == 0:
            rows.insert(0, {"MaHoSo": "mới", "SoTien": 0})

    with serving(behave) as service:
        records = fetched(tmp_path, service.url, pagination=PAGES)
    assert len(records) == 26
    assert [r["MaHoSo"] for r in records].count("0009") == 2


@pytest.mark.parametrize(
    ("pagination", "repeat"),
    [
        (PAGES, "page"),
        ({"type": "offset"}, "page"),
        ({"type": "cursor", "cursorParameter": "c", "cursorPath": "next"}, "cursor"),
        ({"type": "link", "nextPath": "link"}, "next address"),
    ],
)
def test_pages_without_end_are_noticed(tmp_path, pagination, repeat):
    with serving(lambda r: r.answer({"data": ROWS, "next": "again", "link": "/again"})) as service:
        message = failing(SourceError, tmp_path, service.url, pagination=pagination)
    assert f"a {repeat} that was there before" in message
    assert len(service.requests) <= 3


def test_new_pages_without_end_stop_at_the_limit(tmp_path):
    def behave(request):
        request.answer({"data": [{"MaHoSo": request.parameters["page"]}]})

    with serving(behave) as service:
        assert "limits.maxPages" in failing(
            SourceError, tmp_path, service.url, pagination={"type": "page"}, limits={"maxPages": 20}
        )
        assert "limits.maxBytes" in failing(
            SourceError, tmp_path, service.url, pagination={"type": "page"}, limits={"maxBytes": 200}
        )


@pytest.mark.parametrize("total", [3, 25])
def test_a_total_that_is_too_small_loses_nothing(tmp_path, total):
    with serving(paged(total=total)) as service:
        assert len(fetched(tmp_path, service.url, pagination={**PAGES, "totalPath": "total"})) == 25


def test_fewer_rows_than_the_total_do_not_land(tmp_path):
    with serving(paged(total=26)) as service:
        message = failing(SourceUnreachable, tmp_path, service.url, pagination={**PAGES, "totalPath": "total"})
    assert "wanted 26 records, as total says; found 25" in message


@pytest.mark.parametrize("after", ["404", "the last page again"])
def test_a_total_tells_that_the_page_after_the_last_is_the_end(tmp_path, after):
    def behave(request):
        page = int(request.parameters["page"])
        if page > 3 and after == "404":
            request.answer({"detail": "Invalid page."}, status=404)
        else:
            start = min(page - 1, 2) * 10
            request.answer({"data": ROWS[start : start + 10], "total": 25})

    with serving(behave) as service:
        assert fetched(tmp_path, service.url, pagination={**PAGES, "totalPath": "total"}) == texts(ROWS)
        failing(SourceError, tmp_path, service.url, pagination=PAGES)


def test_a_failure_on_a_later_page_leaves_nothing(tmp_path):
    def behave(request):
        page = int(request.parameters["page"])
        request.answer({"data": ROWS[page * 8 : page * 8 + 8]}, status=200 if page < 3 else 500)

    with serving(behave) as service:
        failing(SourceUnreachable, tmp_path, service.url, pagination={"type": "page"})


# ---------- what passes and what does not


def reset(request):
    request.handler.send_response(200)
    request.handler.send_header("content-length", "1000")
    request.handler.end_headers()
    request.handler.wfile.write(b'{"data": [')
    request.handler.wfile.flush()
    request.handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(request.handler.connection.detach())


def shorter_than_said(request):
    request.answer(b'{"data": [{"a": 1}]}', **{"content-length": "400"})
    request.handler.close_connection = True


def longer_than_said(request):
    request.answer(b'{"data": [{"a": 1}, {"a": 2}]}', **{"content-length": "12"})
    request.handler.close_connection = True


def broken_gzip(request):
    request.answer(b"no gzip", content_encoding="gzip")


PASSING = {
    "429": lambda r: r.answer({}, status=429),
    "500": lambda r: r.answer(b"<html>", status=500),
    "503": lambda r: r.answer({}, status=503),
    "half": lambda r: r.answer(b'{"data": [{"MaHoSo": "00'),
    "empty": lambda r: r.answer(b""),
    "reset": reset,
    "shorter": shorter_than_said,
    "longer": longer_than_said,
    "gzip": broken_gzip,
}


@pytest.mark.parametrize("name", PASSING)
def test_what_may_pass_is_tried_again_and_then_given_up(tmp_path, name):
    with serving(once(PASSING[name], PASSING[name])) as service:
        assert fetched(tmp_path, service.url) == texts(ROWS)
    assert len(service.requests) == 3
    with serving(PASSING[name]) as service:
        assert "3 times" in failing(SourceUnreachable, tmp_path, service.url)
    assert len(service.requests) == 3


def test_a_server_that_is_down_is_unreachable(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    assert "ConnectError, 3 times" in failing(SourceUnreachable, tmp_path, address)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_refusal_is_final_and_says_what_to_do(tmp_path, status):
    with serving(lambda r: r.answer({"message": SECRET}, status=status)) as service:
        message = failing(SourceError, tmp_path, service.url)
    assert f"HTTP {status}" in message and SECRET not in message
    assert len(service.requests) == 1


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_honoured(tmp_path, form):
    when = (
        "1" if form == "seconds" else f"{dt.datetime.now(dt.UTC) + dt.timedelta(seconds=2):%a, %d %b %Y %H:%M:%S GMT}"
    )
    with serving(once(lambda r: r.answer({}, status=429, retry_after=when))) as service:
        started = time.monotonic()
        assert fetched(tmp_path, service.url, limits={"maxBackoffSeconds": 5}) == texts(ROWS)
    assert 0.9 < time.monotonic() - started < 4


def test_retry_after_is_bounded(tmp_path):
    with serving(once(lambda r: r.answer({}, status=503, retry_after="86400"))) as service:
        started = time.monotonic()
        assert fetched(tmp_path, service.url) == texts(ROWS)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("part", ["header", "body"])
def test_an_answer_that_drips_ends_at_the_time_limit(tmp_path, part):
    def behave(request):
        text = b"HTTP/1.1 200 OK\r\nx-" + b"a" * 100 if part == "header" else b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 100
        for i in range(len(text)):
            request.handler.wfile.write(text[i : i + 1])
            time.sleep(0.05)

    with serving(behave) as service:
        started = time.monotonic()
        message = failing(SourceUnreachable, tmp_path, service.url, limits={"timeoutSeconds": 0.4, "attempts": 1})
    assert "no whole answer within 0.4 s" in message
    assert time.monotonic() - started < 2


def test_the_whole_extraction_ends_at_its_time_limit(tmp_path):
    def behave(request):
        time.sleep(0.1)
        request.answer({"data": [{"MaHoSo": request.parameters["page"]}]})

    with serving(behave) as service:
        started = time.monotonic()
        message = failing(
            SourceUnreachable, tmp_path, service.url, pagination={"type": "page"}, limits={"totalSeconds": 0.6}
        )
    assert "all pages within 0.6 s" in message
    assert time.monotonic() - started < 2


def test_requests_keep_to_the_rate(tmp_path):
    with serving(paged(cap=10)) as service:
        started = time.monotonic()
        fetched(tmp_path, service.url, pagination=PAGES, limits={"rate": 10})
    assert len(service.requests) == 4
    assert time.monotonic() - started > 0.29


# ---------- answers that are not what was asked for


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"<!DOCTYPE html><title>login</title>", "a page of HTML or XML"),
        (b'{"data": nothing}', "text that is none"),
        (b'{"data": "\xff"}', "bytes that are not"),
        (b'{"data": [{"a": "\\ud800"}]}', "half a character"),
        (b"[" * 100_000 + b"]" * 100_000, "more levels than can be read"),
        (b'{"items": []}', "no such list"),
        (b'{"data": [1, 2]}', "no such list"),
        (b'{"data": "x"}', "no such list"),
        (b"[]", "no such list"),
        (b"null", "no such list"),
    ],
)
def test_what_is_no_list_of_records_is_refused(tmp_path, body, found):
    with serving(lambda r: r.answer(body)) as service:
        assert found in failing(SourceError, tmp_path, service.url)
    assert len(service.requests) == 1


@pytest.mark.parametrize("body", [b'{"data": []}', b'{"data": null}'])
def test_no_records_are_no_failure(tmp_path, body):
    with serving(lambda r: r.answer(body)) as service:
        assert fetched(tmp_path, service.url, pagination=PAGES) == []


def test_an_answer_without_content_is_an_empty_list(tmp_path):
    with serving(lambda r: r.answer(b"", status=204)) as service:
        assert fetched(tmp_path, service.url, pagination=PAGES) == []


def test_one_record_where_a_list_should_be_is_a_list_of_one(tmp_path):
    with serving(lambda r: r.answer({"data": ROWS[1]})) as service:
        assert fetched(tmp_path, service.url) == texts(ROWS[1:2])


def test_a_byte_order_mark_and_gzip_are_read(tmp_path):
    body = gzip.compress(b"\xef\xbb\xbf" + json.dumps(ROWS).encode())
    with serving(lambda r: r.answer(body, content_encoding="gzip")) as service:
        assert fetched(tmp_path, service.url, recordsPath="") == texts(ROWS)


def test_a_gzip_bomb_stops_at_the_limit_of_a_page(tmp_path):
    body = gzip.compress(b" " * 50_000_000)
    with serving(lambda r: r.answer(body, content_encoding="gzip")) as service:
        message = failing(SourceError, tmp_path, service.url, limits={"maxPageBytes": 1_000_000})
    assert "an answer of at most 1,000,000 bytes" in message


@pytest.mark.parametrize(("code", "fails"), [("00", False), (0, False), ("99", True), (99, True), ("Lỗi của A", True)])
def test_an_error_inside_an_answer_is_seen(tmp_path, code, fails):
    with serving(lambda r: r.answer({"error_code": code, "data": ROWS})) as service:
        if fails:
            message = failing(SourceError, tmp_path, service.url, errorPath="error_code")
            assert ("found 99." in message) is (str(code) == "99")
            assert "Lỗi" not in message
        else:
            assert fetched(tmp_path, service.url, errorPath="error_code") == texts(ROWS)


# ---------- where secrets may go


AUTHS = {
    "bearer": ({"type": "bearer"}, {"TESTS_TOKEN": SECRET}),
    "header": ({"type": "header", "name": "x-api-key"}, {"TESTS_KEY": SECRET}),
    "query": ({"type": "query", "name": "khoa"}, {"TESTS_KEY": SECRET}),
    "basic": ({"type": "basic"}, {"TESTS_USER": "kho", "TESTS_PASSWORD": SECRET}),
}


def carried(request):
    """Whether a request carried the secret, plainly or in base64."""
    values = [*request.headers.values(), *request.parameters.values(), request.body]
    return any(SECRET in v or "a2hvOnNlY3JldC10aGF0LW5vYm9keS1tYXktcmVhZA==" in v for v in values)


@pytest.mark.parametrize("name", AUTHS)
@pytest.mark.parametrize("status", [200, 401, 500])
def test_a_secret_is_sent_and_is_in_no_message_and_no_log(tmp_path, monkeypatch, caplog, name, status):
    caplog.set_level(logging.DEBUG)
    auth, variables = AUTHS[name]
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    with serving(lambda r: r.answer({"data": ROWS}, status=status)) as service:
        try:
            fetched(tmp_path, service.url, auth=auth)
        except SourceError as error:
            assert SECRET not in "".join(traceback.format_exception(error))
        else:
            assert status == 200
    assert all(carried(r) for r in service.requests)
    assert caplog.messages
    assert SECRET not in caplog.text and "a2hvOnNl" not in caplog.text


def test_a_secret_that_is_not_set_is_named(tmp_path, monkeypatch):
    monkeypatch.delenv("TESTS_TOKEN", raising=False)
    with pytest.raises(SettingsError, match="Set TESTS_TOKEN"):
        fetched(tmp_path, "http://127.0.0.1:9", auth={"type": "bearer"})


@pytest.mark.parametrize("way", ["redirect", "link"])
def test_another_host_is_refused_and_gets_nothing(tmp_path, monkeypatch, way):
    monkeypatch.setenv("TESTS_TOKEN", SECRET)
    with serving(lambda r: r.answer({"data": ROWS})) as other:
        target = other.url + "/x?token=1"

        def behave(request):
            if way == "redirect":
                request.answer({}, status=302, location=target)
            else:
                request.answer({"data": ROWS, "next": target})

        pagination = {"type": "link", "nextPath": "next"}
        with serving(behave) as service:
            message = failing(SourceError, tmp_path, service.url, auth={"type": "bearer"}, pagination=pagination)
    assert f"wanted an address on {service.url}; found one on {other.url}." in message
    assert other.requests == []


def test_a_redirect_on_the_same_host_is_followed_but_not_for_ever(tmp_path):
    def behave(request):
        request.answer({"data": ROWS}) if request.path == "/new" else request.answer({}, status=301, location="/new")

    with serving(behave) as service:
        assert fetched(tmp_path, service.url + "/old") == texts(ROWS)
    with serving(lambda r: r.answer({}, status=302, location="/round")) as service:
        assert "5 redirects" in failing(SourceError, tmp_path, service.url)


@pytest.mark.parametrize("place", ["header", "body"])
def test_a_token_is_asked_for_once_and_again_when_it_has_expired(tmp_path, monkeypatch, place):
    monkeypatch.setenv("TESTS_USER", "kho")
    monkeypatch.setenv("TESTS_PASSWORD", SECRET)
    tokens = iter(["first", "second"])

    def behave(request):
        if request.path == "/token":
            assert carried(request) and "grant_type=client_credentials" in request.body
            request.answer({"access_token": next(tokens), "expires_in": 1})
            return
        assert not carried(request)
        page = int(request.parameters["page"])
        valid = "Bearer first" if page < 3 else "Bearer second"
        request.answer(
            {"data": ROWS[page * 10 - 10 : page * 10]}, status=200 if request.headers["authorization"] == valid else 401
        )

    with serving(behave) as service:
        auth = {"type": "token-request", "tokenUrl": service.url + "/token", "credentialsIn": place}
        assert fetched(tmp_path, service.url + "/hs", auth=auth, pagination=PAGES) == texts(ROWS)
    assert [r.path for r in service.requests] == ["/token", "/hs", "/hs", "/hs", "/token", "/hs", "/hs"]


def test_a_token_that_is_refused_at_once_is_refused_for_good(tmp_path, monkeypatch):
    monkeypatch.setenv("TESTS_USER", "kho")
    monkeypatch.setenv("TESTS_PASSWORD", SECRET)

    def behave(request):
        request.answer({"access_token": "x"}, status=200 if request.path == "/token" else 401)

    with serving(behave) as service:
        auth = {"type": "token-request", "tokenUrl": service.url + "/token"}
        assert "HTTP 401" in failing(SourceError, tmp_path, service.url, auth=auth)
    assert len(service.requests) == 4


def test_a_certificate_that_nobody_signed_is_refused_at_once(tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    request = "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    command = ["openssl", *request.split(), "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with serving(lambda r: r.answer({"data": ROWS}), context) as service:
        assert "SSL_CERT_FILE" in failing(SourceError, tmp_path, service.url)
        assert service.requests == []
        with pytest.MonkeyPatch.context() as patched:
            patched.setenv("SSL_CERT_FILE", str(certificate))
            assert fetched(tmp_path, service.url) == texts(ROWS)


# ---------- what is new since


@pytest.mark.parametrize(
    ("form", "sent"),
    [
        ("iso", "2026-11-01T23:30:05+07:00"),
        ("yyyyMMddHHmmss", "20261101233005"),
        ("yyyy-MM-dd", "2026-11-01"),
        ("epoch", "1793550605"),
    ],
)
def test_what_is_new_is_asked_for_in_the_words_of_the_service(tmp_path, form, sent):
    since = dt.datetime(2026, 11, 1, 23, 30, 5, tzinfo=TIME_ZONE)
    with serving(lambda r: r.answer({"data": []})) as service:
        for value in (since, since.astimezone(dt.UTC), since.replace(tzinfo=None), None):
            fetched(tmp_path, service.url, since=value, sinceParameter="tu", sinceFormat=form)
    assert [r.parameters.get("tu") for r in service.requests] == [sent, sent, sent, None]


def test_a_day_and_a_number_are_watermarks_too():
    assert written(dt.date(2026, 11, 1), "yyyyMMddHHmmss") == "20261101000000"
    assert written(41, "iso") == "41"


# ---------- the contract


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"pagination": {"type": "pages"}}, "pagination.type"),
        ({"pagination": {"type": "cursor"}}, "cursorParameter and cursorPath"),
        ({"pagination": {"type": "page", "size": 10}}, "size and sizeParameter come together"),
        ({"auth": {"type": "token-request"}}, "tokenUrl"),
        ({"auth": {"type": "header"}}, "name"),
        ({"recordPath": "data"}, "recordPath"),
        ({"limits": {"attempts": 0}}, "limits.attempts"),
        ({"sinceFormat": "dd/MM/yyyy"}, "sinceFormat"),
    ],
)
def test_an_option_that_is_wrong_is_named_when_the_contract_is_read(tmp_path, options, said):
    with pytest.raises(ContractError, match=said.replace(".", r"\.")):
        api_contract(tmp_path, "http://127.0.0.1:9", **options)


@pytest.mark.parametrize(
    "location", ["ftp://kho.example/", "kho.example", f"https://kho:{SECRET}@kho.example/", "http://[x"]
)
def test_an_address_that_is_none_or_holds_a_password_is_refused(tmp_path, location):
    with pytest.raises(ContractError) as error:
        api_contract(tmp_path, location)
    assert SECRET not in "".join(traceback.format_exception(error.value))
