"""Reports: at most one mail an owner and cycle; a cycle is an as-of day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

from expectations.compose import compose
from expectations.delivery import send_message, write_message
from expectations.findings import OwnerFindings, findings_by_owner
from expectations.mail_log import MailRecord, ensure_mail_log, read_mail_log, record_mail
from expectations.workbook import workbook_of
from warehouse.connections import connect_warehouse
from warehouse.contracts import ContractSet
from warehouse.errors import MailError
from warehouse.settings import TIME_ZONE, Settings

__all__ = ["MailRecord", "ensure_mail_log", "send_reports"]


def send_reports(settings: Settings, contracts: ContractSet, run_id: str) -> list[MailRecord]:
    """Write or send the mail of every owner; returns one record an owner.

    Without `smtp_url` a mail is `<home>/outbox/<as_of>-<owner_key>.eml`; when the figures of the same day change, its
    file is replaced. What a server has taken is not sent again for the same day. Each mail is logged once it is out.
    One that is refused does not stop the others: its error is raised at the end.
    Raises WarehouseError when nothing was built, MailUnreachable when trying again may help, MailError when not.
    """
    ensure_mail_log(settings)
    log = read_mail_log(settings)
    sent = {r.owner_key: r for r in log if r.as_of == settings.day}
    records: list[MailRecord] = []
    refused: list[MailError] = []
    with connect_warehouse(settings.warehouse, settings=settings) as connection:
        for found in findings_by_owner(connection, contracts, settings.day, log):
            message, mark = compose(settings, found, workbook_of(connection, found))
            known = sent.get(found.owner_key)
            if known is not None and _is_out(known, mark):
                records.append(replace(known, already_sent=True))
                continue
            try:
                records.append(_deliver(settings, found, message, mark, run_id))
            except MailError as error:
                refused.append(error)
                if error.transient:
                    break
    if refused:
        raise refused[0]
    return records


def _is_out(known: MailRecord, mark: str) -> bool:
    if known.transport == "smtp":
        return True
    return known.fingerprint == mark and Path(known.location).is_file()


def _deliver(settings: Settings, found: OwnerFindings, message: EmailMessage, mark: str, run_id: str) -> MailRecord:
    if settings.smtp_url:
        location = send_message(message, settings.smtp_url)
    else:
        path = settings.outbox / f"{found.as_of.isoformat()}-{found.owner_key}.eml"
        write_message(message, path)
        location = str(path)
    record = MailRecord(
        run_id=run_id,
        sent_at=dt.datetime.now(TIME_ZONE).replace(tzinfo=None, microsecond=0),
        as_of=found.as_of,
        owner_key=found.owner_key,
        owner_name=found.owner.name,
        recipient=found.owner.email,
        subject=str(message["Subject"]),
        fingerprint=mark,
        transport="smtp" if settings.smtp_url else "file",
        location=location,
        datasets=len(found.datasets),
        failing=found.failing,
        scores={d.contract.dataset: d.score for d in found.datasets},
    )
    record_mail(settings, record)
    return record
