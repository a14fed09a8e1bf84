"""Mails: one an owner and cycle, the same bytes again, no personal value, no formula; files and a real server."""

from __future__ import annotations

import dataclasses
import datetime as dt
import email
import email.policy
import io
import socket
import stat

import duckdb
import openpyxl
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from expectations.mail import send_reports
from expectations.mail_log import ensure_mail_log, read_mail_log
from expectations.runner import run_expectations
from tests.unit.quality_home import AS_OF, build_quality, build_warehouse, people, rule, settings_of
from warehouse.contracts import ContractSet
from warehouse.errors import MailError, MailUnreachable, SettingsError

NUMBER = "000123456789"
ROWS = [
    {"number": NUMBER, "commune": "20194", "name": None, "kind": "a"},
    *({"number": f"00000000000{n}", "commune": "20194", "name": "Nguyễn Văn Bí Ẩn", "kind": "a"} for n in range(6)),
    {"number": "000000000007", "commune": "20195", "name": None, "kind": "=cmd|' /C calc'!A0"},
    {"number": "000000000008", "commune": "20195", "name": "Lê Thị Bí Ẩn", "kind": "b"},
]


def contract_of(folder):
    return people(
        folder,
        quality=[
            rule("kind_known", sql="kind not in ('a', 'b')", weight=1),
            rule("all_communes", sql={"coverage": "communes"}, weight=1),
            rule("broken", sql="nothing_here = 1", weight=9),
        ],
        name={
            "businessName": "Họ tên",
            "classification": "personal",
            "quality": [rule("name_missing", metric="missingValues", weight=2)],
        },
    )


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """A home with quality built, once: judging imports Great Expectations."""
    folder = tmp_path_factory.mktemp("home")
    contract = contract_of(folder)
    settings = settings_of(folder / "home")
    build_warehouse(settings, (contract, ROWS))
    run_expectations(settings, ContractSet((contract,), ()))
    build_quality(settings)
    return settings, ContractSet((contract,), ())


@pytest.fixture
def home(judged, tmp_path):
    """The judged warehouse in a home of its own, with no mail yet."""
    settings, contracts = judged
    own = settings_of(tmp_path)
    own.warehouse.write_bytes(settings.warehouse.read_bytes())
    return own, contracts


def with_settings(settings, **given):
    return settings_of(settings.home, **given)


def parsed(path):
    return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)


def workbook_in(message):
    (attached,) = message.iter_attachments()
    return openpyxl.load_workbook(io.BytesIO(attached.get_content()))


def table_in(sheet):
    """The rows below the header as mappings."""
    rows = list(sheet.iter_rows(values_only=True))
    start = next(i for i, row in enumerate(rows) if row[0] == "Cơ sở dữ liệu")
    return [dict(zip(rows[start], row, strict=True)) for row in rows[start + 1 :] if row[0]]


def test_an_owner_gets_one_private_file_that_tells_score_gaps_and_what_to_do(home):
    settings, contracts = home
    (record,) = send_reports(settings, contracts, "run-1")
    path = settings.outbox / "2026-11-02-so_tu_phap.eml"
    assert record.location == str(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    message = parsed(path)
    # (8/9 * 1 + 2/3 * 1 + 7/9 * 2) / 4; the rule that could not run weighs nothing
    assert message["Subject"] == "Chất lượng dữ liệu 02/11/2026: Thử nghiệm 77,7 (vàng)"
    assert message["To"] == "Sở Tư pháp <stp@kho.example>"
    assert message["Content-Language"] == "vi"
    for kind in ("plain", "html"):
        text = message.get_body((kind,)).get_content()
        assert "Đạt 17 / 21 lượt kiểm tra" in text
        assert "Quy tắc name_missing." in text
        assert "Sửa name_missing." in text
        assert "Xã Bà Nà" in text
        assert "Phường Hải Châu (20194)" in text
        assert "Quy tắc broken." not in text
        assert "{{" not in text
        assert "None" not in text


def test_asks_come_in_the_order_of_points_they_bring(home):
    settings, contracts = home
    send_reports(settings, contracts, "run-1")
    text = parsed(settings.outbox / "2026-11-02-so_tu_phap.eml").get_body(("plain",)).get_content()
    # 2/9 * 2/4, 1/3 * 1/4, 1/9 * 1/4
    places = [text.index(f"Quy tắc {name}.") for name in ("name_missing", "all_communes", "kind_known")]
    assert places == sorted(places)
    assert "(2 / 9 dòng, +11,1 điểm)" in text
    assert "(1 / 3 xã, +8,3 điểm)" in text


def test_no_personal_value_leaves_the_house_and_a_personal_key_is_masked(home):
    settings, contracts = home
    send_reports(settings, contracts, "run-1")
    message = parsed(settings.outbox / "2026-11-02-so_tu_phap.eml")
    book = workbook_in(message)
    cells = [str(c) for sheet in book for row in sheet.iter_rows(values_only=True) for c in row if c is not None]
    everything = " ".join([*cells, *(message.get_body((k,)).get_content() for k in ("plain", "html"))])
    assert NUMBER not in everything
    assert "Bí Ẩn" not in everything
    assert "•••789" in cells


def test_the_workbook_names_each_row_to_fix_and_tells_no_data_from_zero(home):
    settings, contracts = home
    send_reports(settings, contracts, "run-1")
    book = workbook_in(parsed(settings.outbox / "2026-11-02-so_tu_phap.eml"))
    assert book.sheetnames == ["Tổng hợp", "Quy tắc", "Dòng cần sửa", "Ma trận xã"]
    listed = table_in(book["Dòng cần sửa"])
    assert len(listed) == 4
    first = listed[0]
    assert (first["Quy tắc"], first["Tên xã"], first["Tệp hoặc bảng"], first["Trang tính"], first["Dòng"]) == (
        "Quy tắc name_missing.", "Phường Hải Châu", "people.xlsx", "T1", 2,
    )  # fmt: skip
    matrix = {r["Mã xã"]: r for r in table_in(book["Ma trận xã"])}
    assert matrix["20197"]["Đủ (%)"] == "chưa có dữ liệu"
    assert matrix["20194"]["Đủ (%)"] == pytest.approx(100 * 13 / 14)
    assert matrix["20195"]["Điểm"] is None, "two rows are too few for a score"
    rules = {r["Quy tắc"]: r for r in table_in(book["Quy tắc"])}
    assert rules["Quy tắc broken."]["Kết quả"] == "chưa đánh giá được (lỗi hệ thống)"


def test_a_text_that_looks_like_a_formula_stays_a_text(home):
    settings, contracts = home
    (contract,) = contracts.contracts
    spoken = tuple(dataclasses.replace(c, personal=False, role=None) for c in contract.columns)
    open_contract = dataclasses.replace(contract, columns=spoken, dataset_title="=HYPERLINK(1)")
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("update staging.stg_people set row_key = '=cmd|A1'")
        connection.execute("update quality.failing_rows set source_file = '@SUM(1)'")
    send_reports(settings, ContractSet((open_contract,), ()), "run-1")
    book = workbook_in(parsed(settings.outbox / "2026-11-02-so_tu_phap.eml"))
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row if str(c.value).startswith(("=", "@"))]
    assert {c.value for c in cells} >= {"=cmd|A1", "@SUM(1)", "=HYPERLINK(1)"}
    assert {c.data_type for c in cells} == {"s"}


def test_a_second_run_of_the_cycle_writes_nothing_and_a_new_home_writes_the_same_bytes(home, tmp_path_factory):
    settings, contracts = home
    send_reports(settings, contracts, "run-1")
    path = settings.outbox / "2026-11-02-so_tu_phap.eml"
    before, touched = path.read_bytes(), path.stat().st_mtime_ns
    (again,) = send_reports(settings, contracts, "run-2")
    assert again.already_sent
    assert again.run_id == "run-1"
    assert path.stat().st_mtime_ns == touched
    assert len(read_mail_log(settings)) == 1
    other = settings_of(tmp_path_factory.mktemp("other"))
    other.warehouse.write_bytes(settings.warehouse.read_bytes())
    send_reports(other, contracts, "run-9")
    assert (other.outbox / path.name).read_bytes() == before


def test_new_figures_of_the_same_day_take_the_place_of_the_file_and_of_its_line_in_the_log(home):
    settings, contracts = home
    (first,) = send_reports(settings, contracts, "run-1")
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("update quality.scores set score = 99, band = 'green' where level = 'dataset'")
    (second,) = send_reports(settings, contracts, "run-2")
    assert not second.already_sent
    assert second.fingerprint != first.fingerprint
    assert [r.run_id for r in read_mail_log(settings)] == ["run-2"]
    assert len(list(settings.outbox.iterdir())) == 1


def test_the_next_cycle_tells_what_changed_since_the_last_mail(home):
    settings, contracts = home
    send_reports(with_settings(settings, as_of=dt.date(2026, 10, 1)), contracts, "run-1")
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("update quality.scores set score = 80.98 where level = 'dataset'")
    send_reports(settings, contracts, "run-2")
    text = parsed(settings.outbox / "2026-11-02-so_tu_phap.eml").get_body(("plain",)).get_content()
    assert "So với kỳ 01/10/2026: số lượt chưa đạt từ 4 vẫn là 4." in text
    assert "Kỳ trước 77,7: ▲ 3,2." in text
    assert [r.as_of for r in read_mail_log(settings)] == [dt.date(2026, 10, 1), AS_OF]


def test_a_late_source_is_told_as_late_and_not_as_bad_data(home):
    settings, contracts = home
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(
            "create table ops.source_status as select 'people' as dataset, 'late' as state,"
            " 'secret path /srv/x' as message, timestamp '2026-09-03 07:00:00' as last_landed_at"
        )
    send_reports(settings, contracts, "run-1")
    text = parsed(settings.outbox / "2026-11-02-so_tu_phap.eml").get_body(("plain",)).get_content()
    assert "số liệu dưới đây theo lần nhận gần nhất ngày 03/09/2026" in text
    assert "secret path" not in text


def test_an_owner_whose_data_are_good_is_told_so(tmp_path):
    contract = people(tmp_path, quality=[rule("r", sql="kind = 'bad'")])
    settings = settings_of(tmp_path / "home")
    build_warehouse(settings, (contract, ROWS[1:6]))
    run_expectations(settings, ContractSet((contract,), ()))
    build_quality(settings)
    (record,) = send_reports(settings, ContractSet((contract,), ()), "run-1")
    assert record.subject.endswith("Thử nghiệm 100,0 (xanh)")
    text = parsed(settings.outbox / "2026-11-02-so_tu_phap.eml").get_body(("plain",)).get_content()
    assert "Mọi quy tắc đã đánh giá đều đạt." in text
    assert "Việc cần làm" not in text


def test_an_empty_log_can_be_read_by_the_warehouse(tmp_path):
    settings = settings_of(tmp_path)
    ensure_mail_log(settings)
    found = duckdb.sql(f"select count(*) as n, count(as_of) from read_parquet('{settings.logbook}/mail_log.parquet')")
    assert found.fetchall() == [(0, 0)]


# ---------- a real server


class Inbox:
    """Keeps what it is sent; answers RCPT with `answer` when there is one."""

    def __init__(self, answer=None):
        self.messages, self.answer = [], answer

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if self.answer:
            return self.answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, session, envelope):
        self.messages.append((session.authenticated, envelope.rcpt_tos, envelope.content))
        return "250 OK"


@pytest.fixture
def server(unused_port):
    """Starts an SMTP server on a free port of this machine."""
    started = []

    def start(inbox, **given):
        controller = Controller(inbox, hostname="127.0.0.1", port=unused_port, **given)
        controller.start()
        started.append(controller)
        return unused_port

    yield start
    for controller in started:
        controller.stop()


def test_a_mail_goes_to_the_server_once_a_cycle_whatever_changes(home, server):
    settings, contracts = home
    inbox = Inbox()
    port = server(inbox)
    mailing = with_settings(settings, smtp_url=f"smtp://127.0.0.1:{port}")
    (record,) = send_reports(mailing, contracts, "run-1")
    assert (record.transport, record.location) == ("smtp", f"127.0.0.1:{port}")
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("update quality.scores set score = 99, band = 'green' where level = 'dataset'")
    (again,) = send_reports(mailing, contracts, "run-2")
    assert again.already_sent
    assert len(inbox.messages) == 1
    _, recipients, content = inbox.messages[0]
    assert recipients == ["stp@kho.example"]
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert message["Subject"] == record.subject
    assert workbook_in(message).sheetnames[0] == "Tổng hợp"
    assert not settings.outbox.exists()


def test_a_password_is_used_and_a_wrong_one_is_told_without_it(home, server):
    settings, contracts = home
    inbox = Inbox()

    def authenticator(server, session, envelope, mechanism, data):
        return AuthResult(success=data.password == b"p@ss word", handled=False)

    port = server(inbox, authenticator=authenticator, auth_required=True, auth_require_tls=False)
    with pytest.raises(MailError) as error:
        send_reports(with_settings(settings, smtp_url=f"smtp://kho:wrong-secret@127.0.0.1:{port}"), contracts, "run-1")
    assert not error.value.transient
    assert "wrong-secret" not in str(error.value)
    assert read_mail_log(settings) == []
    send_reports(with_settings(settings, smtp_url=f"smtp://kho:p%40ss%20word@127.0.0.1:{port}"), contracts, "run-2")
    assert inbox.messages[0][0] is True


@pytest.mark.parametrize(("answer", "transient"), [("451 later", True), ("550 no such user", False)])
def test_what_the_server_refuses_is_not_logged_and_says_whether_to_try_again(home, server, answer, transient):
    settings, contracts = home
    port = server(Inbox(answer))
    with pytest.raises(MailError) as error:
        send_reports(with_settings(settings, smtp_url=f"smtp://127.0.0.1:{port}"), contracts, "run-1")
    assert error.value.transient is transient
    assert read_mail_log(settings) == []


def test_a_server_that_does_not_answer_may_be_tried_again(home, unused_port):
    settings, contracts = home
    with pytest.raises(MailUnreachable):
        send_reports(with_settings(settings, smtp_url=f"smtp://127.0.0.1:{unused_port}"), contracts, "run-1")


def test_a_wrong_address_of_the_server_is_a_setting_to_correct(home):
    settings, contracts = home
    with pytest.raises(SettingsError):
        send_reports(with_settings(settings, smtp_url="http://127.0.0.1"), contracts, "run-1")


@pytest.fixture
def unused_port():
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
