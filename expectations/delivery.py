"""Handing a message over: to a file of the outbox, or to a mail server."""

from __future__ import annotations

import os
import smtplib
import ssl
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

from warehouse.errors import MailError, MailUnreachable, SettingsError

TIMEOUT = 30  # seconds
PORTS = {"smtp": 25, "smtps": 465}
LOCAL = ("localhost", "127.0.0.1", "::1")


def write_message(message: EmailMessage, path: Path) -> None:
    """Write an .eml that only its owner may read; a reader sees the whole of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.touch(mode=0o600)
    part.write_bytes(message.as_bytes())
    part.replace(path)


def send_message(message: EmailMessage, url: str) -> str:
    """Send by SMTP; returns the server as host:port.

    `smtp://` turns to TLS when the server offers it; a password goes over TLS, or to this machine, or not at all.
    Raises SettingsError for a wrong URL, MailUnreachable when trying again may help, MailError when it will not.
    """
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise SettingsError(
            wanted="smtp://[user:password@]host[:port] or smtps://...",
            found=f"scheme {parts.scheme or 'none'}",
            where="KHO_SMTP_URL",
            action="Correct the address of the mail server, or leave it empty to write files.",
        )
    host, port = parts.hostname, parts.port or PORTS[parts.scheme]
    where = f"{host}:{port}"
    try:
        with _connect(parts.scheme, host, port) as server:
            server.ehlo()
            if parts.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
            if parts.username:
                _refuse_open_password(server, host, where)
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(message)
    except smtplib.SMTPResponseException as error:
        # RFC 5321, section 4.2.1: 4xx may pass, 5xx will not; the server's words are left out, they may hold the login
        raise _failed(error.smtp_code < 500, f"answer {error.smtp_code}", where) from error
    except smtplib.SMTPRecipientsRefused as error:
        codes = sorted({code for code, _ in error.recipients.values()})
        raise _failed(all(code < 500 for code in codes), f"recipient refused ({codes})", where) from error
    except ssl.SSLCertVerificationError as error:
        raise _failed(False, "a certificate that is not trusted", where) from error
    except (OSError, smtplib.SMTPServerDisconnected) as error:
        raise _failed(True, type(error).__name__, where) from error
    except smtplib.SMTPException as error:
        raise _failed(False, type(error).__name__, where) from error
    return where


def _connect(scheme: str, host: str, port: int) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=ssl.create_default_context())
    return smtplib.SMTP(host, port, timeout=TIMEOUT)


def _refuse_open_password(server: smtplib.SMTP, host: str, where: str) -> None:
    if host not in LOCAL and not isinstance(server.sock, ssl.SSLSocket):
        raise MailError(
            wanted="TLS before the password is sent",
            found="a server that does not offer it",
            where=where,
            action="Use smtps://, or a server with STARTTLS, or a relay that needs no password.",
        )


def _failed(may_pass: bool, found: str, where: str) -> MailError:
    return (MailUnreachable if may_pass else MailError)(
        wanted="the mail server to take the message",
        found=found,
        where=where,
        action="Try again later." if may_pass else "Check KHO_SMTP_URL, the login and the owner's address.",
    )
