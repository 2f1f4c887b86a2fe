"""Is this request Slack's? Its form and age first, then the HMAC of its raw bytes."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.errors import NotSignedIn

MOST_SKEW = timedelta(minutes=5)  # Slack's advice against replayed requests
TIMESTAMP = re.compile(r"[0-9]{1,12}")  # seconds since 1970
SIGNATURE = re.compile(r"v0=([0-9a-fA-F]{64})")


@dataclass(frozen=True, slots=True)
class Form:
    """The headers of a request that have the right form; nothing is verified yet."""

    timestamp: str
    signature: str  # 64 hexadecimal digits, lower case


class BadForm(NotSignedIn):
    """A header that every request of Slack has is missing or odd."""


class BadSignature(NotSignedIn):
    """The signature is not one that Slack makes with our secret, or it is too old."""


def check_form(headers: Mapping[str, str], *, now: datetime) -> Form:
    """The request's timestamp and signature.

    `headers` are looked up in lower case. Raises BadForm where one is missing or the timestamp
    is no number, BadSignature where the request is more than five minutes off or the signature
    is not `v0=` and 64 hexadecimal digits.
    """
    timestamp = header(headers, "X-Slack-Request-Timestamp")
    signature = header(headers, "X-Slack-Signature")
    if not TIMESTAMP.fullmatch(timestamp):
        raise BadForm("The header X-Slack-Request-Timestamp is no number of seconds.")
    if abs(int(timestamp) - now.timestamp()) > MOST_SKEW.total_seconds():
        raise BadSignature(
            "The request was signed more than five minutes from now; "
            "if it is new, one of the two clocks is wrong."
        )
    match = SIGNATURE.fullmatch(signature)
    if match is None:
        raise BadSignature("The header X-Slack-Signature is not v0= and 64 hexadecimal digits.")
    return Form(timestamp=timestamp, signature=match[1].lower())


def header(headers: Mapping[str, str], name: str) -> str:
    """A header's value; BadForm where it is missing."""
    value = headers.get(name.lower())
    if not value:
        raise BadForm(f"The header {name} is missing: this is not a request from Slack.")
    return value


def is_signed(body: bytes, form: Form, secret: bytes) -> bool:
    """Whether the secret made this signature, compared in constant time."""
    base = b"v0:" + form.timestamp.encode("ascii") + b":" + body
    made = hmac.new(secret, base, hashlib.sha256).hexdigest()
    return hmac.compare_digest(made, form.signature)
