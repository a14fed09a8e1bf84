"""One message an owner: text, HTML and workbook. The same findings give the same bytes."""

from __future__ import annotations

import datetime as dt
import hashlib
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from expectations import words
from expectations.findings import DatasetFindings, OwnerFindings
from warehouse.settings import TIME_ZONE, Settings

XLSX = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
IN_SUBJECT = 2


def compose(settings: Settings, found: OwnerFindings, workbook: bytes) -> tuple[EmailMessage, str]:
    """The message, and the fingerprint of owner, cycle and content that names it.

    Date and Message-ID come from the cycle and the content, never from the clock.
    """
    attachment = f"chat-luong-du-lieu-{found.as_of.isoformat()}.xlsx"
    text, html = (_render(settings, found, attachment, name) for name in ("report.txt.j2", "report.html.j2"))
    mark = fingerprint(found, subject_of(found), text, html, workbook)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject_of(found)
    message["From"] = Address(settings.province.publisher.name, addr_spec=settings.mail_from)
    message["To"] = Address(found.owner.name, addr_spec=found.owner.email)
    message["Date"] = format_datetime(dt.datetime.combine(found.as_of, dt.time(8), TIME_ZONE))
    message["Message-ID"] = f"<{mark[:32]}@{settings.mail_from.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday answers, please
    message.set_content(text, cte="base64")
    message.add_alternative(html, subtype="html", cte="base64")
    message.add_attachment(workbook, maintype=XLSX[0], subtype=XLSX[1], filename=attachment)
    for number, part in enumerate(p for p in message.walk() if p.is_multipart()):
        part.set_boundary(f"=_{mark[:32]}_{number}")
    message["Content-Language"] = "vi"
    return message, mark


def fingerprint(found: OwnerFindings, *content: str | bytes) -> str:
    """SHA-256 of owner, cycle and content."""
    digest = hashlib.sha256(f"{found.owner_key}\n{found.owner.email}\n{found.as_of.isoformat()}\n".encode())
    for part in content:
        digest.update(hashlib.sha256(part.encode() if isinstance(part, str) else part).digest())
    return digest.hexdigest()


def subject_of(found: OwnerFindings) -> str:
    """Databases with score and band, the lowest first, and the day."""
    named = [
        f"{d.contract.dataset_title} {words.band_and_score(d.score, d.band, d.reason)}"
        for d in found.datasets[:IN_SUBJECT]
    ]
    more = len(found.datasets) - IN_SUBJECT
    tail = f"; và {more} cơ sở dữ liệu khác" if more > 0 else ""
    return f"Chất lượng dữ liệu {words.day(found.as_of)}: {'; '.join(named)}{tail}"


def _render(settings: Settings, found: OwnerFindings, attachment: str, template: str) -> str:
    thresholds = settings.province.thresholds
    opening = _opening(found)
    return (
        _environment()
        .get_template(template)
        .render(
            found=found,
            subject=subject_of(found),
            preheader=opening,
            opening=opening,
            changed=_changed(found),
            attachment=attachment,
            province=settings.province.name,
            publisher=settings.province.publisher,
            green=thresholds.band_green,
            yellow=thresholds.band_yellow,
        )
    )


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("expectations"),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    helpers: dict[str, Any] = {
        "whole": words.whole,
        "decimal": words.decimal,
        "day": words.day,
        "share": words.share,
        "change": words.change,
        "colours": words.colours,
        "band_and_score": words.band_and_score,
        "bands": words.BANDS,
        "reasons": words.REASONS,
        "late": _late,
    }
    environment.globals.update(helpers)
    return environment


def _opening(found: OwnerFindings) -> str:
    asked = sum(bool(d.asks) for d in found.datasets)
    late = sum(d.is_late for d in found.datasets)
    sentences = []
    if found.score is not None:
        sentences.append(f"Điểm chung của đơn vị là {words.band_and_score(found.score, found.band, None)}.")
    if asked == len(found.datasets) == 1:
        sentences.append(f"Có {words.whole(found.failing)} lượt chưa đạt cần sửa.")
    elif asked:
        sentences.append(
            f"{asked} trong {len(found.datasets)} cơ sở dữ liệu cần sửa, "
            f"tổng cộng {words.whole(found.failing)} lượt chưa đạt."
        )
    elif not late and found.score is not None:
        sentences.append("Mọi quy tắc đã đánh giá đều đạt.")
    if late:
        sentences.append(f"{late} nguồn chưa đọc được ở kỳ này.")
    return " ".join(sentences) or "Chưa có số liệu để chấm điểm ở kỳ này."


def _changed(found: OwnerFindings) -> str:
    """What became of things since the last mail."""
    if found.previous_as_of is None or found.previous_failing is None:
        return ""
    before, now = found.previous_failing, found.failing
    return (
        f"So với kỳ {words.day(found.previous_as_of)}: số lượt chưa đạt từ {words.whole(before)} "
        f"{'giảm còn' if now < before else 'tăng lên' if now > before else 'vẫn là'} {words.whole(now)}."
    )


def _late(d: DatasetFindings) -> str:
    """What is said of a source that could not be read."""
    if d.last_landed_at is None:
        return "Kho chưa nhận được dữ liệu của nguồn này lần nào. Đề nghị kiểm tra kết nối hoặc tệp gửi."
    return (
        f"Kỳ này chưa đọc được nguồn; số liệu dưới đây theo lần nhận gần nhất ngày {words.day(d.last_landed_at)}. "
        "Đề nghị kiểm tra kết nối hoặc tệp gửi."
    )
