"""The log of mails: what makes a second run of the same cycle send nothing."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from warehouse.connections import connect_memory
from warehouse.settings import Settings

COLUMNS = {
    "run_id": "varchar",
    "sent_at": "timestamp",
    "as_of": "date",
    "owner_key": "varchar",
    "owner_name": "varchar",
    "recipient": "varchar",
    "subject": "varchar",
    "fingerprint": "varchar",
    "transport": "varchar",
    "location": "varchar",
    "datasets": "bigint",
    "failing": "bigint",
    "scores": "varchar",
}


@dataclass(frozen=True)
class MailRecord:
    """One mail of one owner and cycle.

    `sent_at` is local time; `location` is the file, or the server as host:port; `failing` counts what broke a rule;
    `scores` (dataset to score) is what the next cycle compares itself with.
    `already_sent` says that this run had nothing to do.
    """

    run_id: str
    sent_at: dt.datetime
    as_of: dt.date
    owner_key: str
    owner_name: str
    recipient: str
    subject: str
    fingerprint: str
    transport: Literal["file", "smtp"]
    location: str
    datasets: int
    failing: int
    scores: dict[str, float | None] = field(default_factory=dict)
    already_sent: bool = False


def log_file(settings: Settings) -> Path:
    """Where the log is; `ops.mail_log` reads it."""
    return settings.logbook / "mail_log.parquet"


def ensure_mail_log(settings: Settings) -> None:
    """Create an empty log if there is none, so that the model that reads it can be built."""
    if not log_file(settings).is_file():
        _write(settings, [])


def read_mail_log(settings: Settings) -> list[MailRecord]:
    """Every mail so far, oldest cycle first. One record per owner and cycle."""
    if not log_file(settings).is_file():
        return []
    with connect_memory() as connection:
        rows = connection.execute(
            f"select {', '.join(COLUMNS)} from read_parquet(?) order by as_of, owner_key", [str(log_file(settings))]
        ).fetchall()
    named = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    return [MailRecord(**{**record, "scores": json.loads(record["scores"] or "{}")}) for record in named]


def record_mail(settings: Settings, record: MailRecord) -> None:
    """Add a mail, in place of what the log says of the same owner and cycle."""
    others = [r for r in read_mail_log(settings) if (r.owner_key, r.as_of) != (record.owner_key, record.as_of)]
    _write(settings, [*others, record])


def _write(settings: Settings, records: Iterable[MailRecord]) -> None:
    settings.logbook.mkdir(parents=True, exist_ok=True)
    part = settings.logbook / f".mail_log.{os.getpid()}.parquet"
    described = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    marks = ", ".join("?" for _ in COLUMNS)
    with connect_memory() as connection:
        connection.execute(f"create table mail_log ({described})")
        for record in records:
            values = [getattr(record, name) for name in COLUMNS]
            values[-1] = json.dumps(record.scores, sort_keys=True)
            connection.execute(f"insert into mail_log values ({marks})", values)
        location = str(part).replace("'", "''")
        connection.execute(f"copy (select * from mail_log order by as_of, owner_key) to '{location}' (format parquet)")
    part.replace(log_file(settings))
