"""E-mail by SMTP: one message a thread's root, its replies threaded below it."""

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from urllib.parse import unquote, urlsplit

from app.clock import Clock
from app.core.errors import ErrorKind, Unavailable
from app.core.publishing import ChatMessage
from app.render import elsewhere

TIMEOUT = 15.0  # seconds
SUBMISSION, SMTPS = 587, 465
PERMANENT = 500  # SMTP's codes from here on are final
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class Mailer:
    """A server that sends our mail; `url` as SMTP_URL says it, `sender` as SMTP_FROM."""

    url: str = field(repr=False)
    sender: str
    clock: Clock
    timeout: float = TIMEOUT

    def send(
        self, addresses: Sequence[str], message: ChatMessage, *, thread: str | None = None
    ) -> str:
        """Send a message; its Message-ID. Raises Unavailable, for good where it is refused."""
        written = self.written(addresses, message, thread=thread)
        try:
            with self._connected() as server:
                server.send_message(written)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise _failed(f"refused every address: {codes[0]}", codes[0]) from error
        except smtplib.SMTPResponseException as error:
            raise _failed(f"answered with {error.smtp_code}", error.smtp_code) from error
        except (smtplib.SMTPException, OSError) as error:
            raise _failed(f"could not be used: {type(error).__name__}", 0) from error
        return str(written["Message-ID"])

    def written(
        self, addresses: Sequence[str], message: ChatMessage, *, thread: str | None = None
    ) -> EmailMessage:
        """The message as it is sent."""
        mail = EmailMessage()
        said = elsewhere.subject(message)
        mail["Subject"] = f"Re: {said}" if thread else said
        mail["From"] = self.sender
        mail["To"] = ", ".join(addresses)
        mail["Date"] = format_datetime(self.clock())
        mail["Message-ID"] = self.id_of(message.handle)
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        if thread:
            mail["In-Reply-To"] = mail["References"] = thread
        mail.set_content(elsewhere.plain(message))
        mail.add_alternative(elsewhere.html(message), subtype="html")
        return mail

    def id_of(self, handle: str) -> str:
        """The Message-ID of what has this handle: the same when it is sent again."""
        domain = self.sender.rstrip(">").rpartition("@")[2] or "flakeguard"
        return f"<{sha256(handle.encode()).hexdigest()[:32]}@{domain}>"

    def _connected(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host, context = parts.hostname or "", ssl.create_default_context()
        server: smtplib.SMTP
        if parts.scheme == "smtps":
            server = smtplib.SMTP_SSL(
                host, parts.port or SMTPS, timeout=self.timeout, context=context
            )
        else:
            server = smtplib.SMTP(host, parts.port or SUBMISSION, timeout=self.timeout)
            if host not in LOOPBACK:  # nothing is sent in the open, but to this machine
                server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        return server


def _failed(what: str, code: int) -> Unavailable:
    message = f"The mail server {what}."
    return Unavailable(message, kind=ErrorKind.CHANNEL, permanent=code >= PERMANENT)
