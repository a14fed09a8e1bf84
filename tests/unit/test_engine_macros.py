"""The engine macros, rendered as dbt would and run on DuckDB."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import unicodedata

import duckdb
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from warehouse.dbt_plugin import set_session
from warehouse.engine_sql import engine_sql
from warehouse.settings import Settings

# what the macros return has no zone: it is local by definition
local = dt.datetime


@pytest.fixture
def run():
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'Asia/Ho_Chi_Minh'")

    def value(call, text):
        return connection.execute(
            f"select {engine_sql(call)} from (select cast(? as varchar) as t)", [text]
        ).fetchone()[0]

    return value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("05/10/2026 08:30:00", local(2026, 10, 5, 8, 30)),
        ("05/10/2026 08:30", local(2026, 10, 5, 8, 30)),
        ("5/1/2026", local(2026, 1, 5)),
        ("5/1/26", local(2026, 1, 5)),
        ("05-10-2026", local(2026, 10, 5)),
        ("2026-10-05 08:30:00", local(2026, 10, 5, 8, 30)),
        ("2026-10-05T17:00:00Z", local(2026, 10, 6)),
        ("2011-12-06 13:41:31.788000+01:00", local(2011, 12, 6, 19, 41, 31, 788000)),
        ("20261005083000", local(2026, 10, 5, 8, 30)),
        ("45992", local(2025, 12, 1)),
        ("12345", local(1933, 10, 18)),
        ("1962", None),
        ("46024.35416666666", local(2026, 1, 2, 8, 30)),
        ("31/02/2026", None),
        ("hôm qua", None),
        (None, None),
    ],
)
def test_times_are_read_day_first_and_local(run, text, expected):
    assert run("parse_timestamp('t')", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1.234.567", 1234567.0), ("1.234,5", 1234.5), ("12,5", 12.5), ("12.5", 12.5), ("-3", -3.0), ("mười", None)],
)
def test_numbers_are_read_as_vietnamese_offices_write_them(run, text, expected):
    assert run("parse_number('t')", text) == expected


@pytest.mark.parametrize(("text", "expected"), [("12", 12), ("12.0", 12), ("12.5", None), ("x", None)])
def test_whole_numbers(run, text, expected):
    assert run("parse_integer('t')", text) == expected


@pytest.mark.parametrize(("text", "expected"), [("Có", True), ("KHÔNG", False), ("1", True), ("có thể", None)])
def test_yes_and_no(run, text, expected):
    assert run("parse_boolean('t')", text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Hô\u0323\u0300  sơ ", "Hộ\u0300 sơ"),
        ("Mã\u00a0\u200bhồ\n sơ", "Mã hồ sơ"),
        ("\u00a0 ", None),
        ("Không rõ", None),
        ("không rõ lắm", "không rõ lắm"),
    ],
)
def test_text_is_composed_trimmed_and_placeholders_are_nothing(run, text, expected):
    wanted = unicodedata.normalize("NFC", expected) if expected else expected
    assert run("clean_text('t', ['không rõ'])", text) == wanted


@pytest.mark.parametrize(
    ("text", "expected", "kinds"),
    [
        ("Nguyễn Văn An", "Nguyễn Văn An", None),
        ("049090001234", "049090001234", None),
        ("Alăng Bh'Ria", "Alăng Bh'Ria", None),
        ("H47.12–240501-0001", "H47.12–240501-0001", None),
        ("5 m² – § 2, 20 °C", "5 m² – § 2, 20 °C", None),
        ("Москва и Θ", "Москва и Θ", None),
        ("Það er ísland", "Það er ísland", None),
        (unicodedata.normalize("NFD", "Quảng Nam"), "Quảng Nam", "nfc"),
        ("Quảng Nảm", "Quảng Nảm", "nfc"),
        ("Quảng\u00a0Nam", "Quảng Nam", "spaces"),
        (" Quảng  Nam\n", "Quảng Nam", "spaces"),
        ("Quảng\u3000Nam", "Quảng Nam", "spaces"),
        ("\ufeffQu\u200bảng Na\u00adm\u2060", "Quảng Nam", "zero_width"),
        ("Ch’ơm “A”", 'Ch\'ơm "A"', "quotes"),
        ("Ｈ４７（ａ）", "H47(a)", "full_width"),
        ("Ðà Nẵng, QÐ-UBND, ði", "Đà Nẵng, QĐ-UBND, đi", "look_alike"),
        ("Нà Nội, Tаm Кỳ", "Hà Nội, Tam Kỳ", "look_alike"),
        ("Đà Nẵng Ж1 Нa", "Đà Nẵng Ж1 Нa", None),
        ("\u200b Ð’ạ\u00a0\u00a0", "Đ'ạ", "spaces,zero_width,quotes,look_alike"),
        ("Không rõ", None, None),
        (" không\u00a0rõ ", None, "spaces"),
        ("\u00a0\u200b", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_text_is_made_comparable_and_each_change_has_a_name(run, text, expected, kinds):
    assert run("clean_text('t', ['không rõ'])", text) == expected
    assert run("text_repairs('t')", text) == kinds


@pytest.fixture(scope="module")
def clean_twice():
    """Texts as they are, cleaned, cleaned again, and the repairs named in both passes."""
    once, twice = (engine_sql(f"clean_text('{column}')") for column in ("t", "once"))
    first, second = (engine_sql(f"text_repairs('{column}')") for column in ("t", "once"))
    connection = duckdb.connect()

    def rows(texts):
        connection.execute("create or replace temp table texts as select unnest(cast(? as varchar[])) as t", [texts])
        return connection.execute(
            f"select t, once, {twice}, {first}, {second} from (select t, {once} as once from texts)"
        ).fetchall()

    return rows


NOISY = st.text(alphabet=st.sampled_from("aàạeđĐÐð Hố-–.'’\u00a0\u200b\u0301\u0323１АВж\n"), max_size=12)


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(NOISY, min_size=20, max_size=40))
def test_clean_text_changes_a_text_exactly_when_a_repair_is_named_and_only_once(clean_twice, texts):
    for text, once, twice, first, second in clean_twice(texts):
        assert (once != text) == (first is not None or not once), text
        assert (twice, second) == (once, None), text


@pytest.mark.parametrize(("one", "other"), [("Ch’ơm", "CH'ƠM"), ("A Xan", "Axan"), ("Đại Lộc", "đại lộc")])
def test_names_match_over_spelling(run, one, other):
    assert run("name_key('t')", one) == run("name_key('t')", other)


def test_a_dossier_code_is_the_same_with_spaces_and_dashes(run):
    assert run("dossier_key('t')", "h47.12–240501-0001 ") == "H47.12-240501-0001"


def test_a_token_is_the_hmac_of_the_number():
    settings = Settings(token_key="khóa thử " * 10, as_of=dt.date(2026, 11, 2))
    connection = duckdb.connect()
    set_session(connection, settings)
    call = engine_sql("token('n')")
    token = connection.execute(f"select {call} from (select '003190001234' as n)")
    assert token.fetchone()[0] == hmac.new(settings.token_secret, b"003190001234", hashlib.sha256).hexdigest()
    assert connection.execute(f"select {call} from (select cast(null as varchar) as n)").fetchone() == (None,)
