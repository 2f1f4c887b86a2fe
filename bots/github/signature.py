"""Is this delivery GitHub's? Its form first, then the HMAC of its raw bytes."""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.core.errors import BadInput, NotSignedIn

EVENT = re.compile(r"[a-z][a-z0-9_]{0,63}")  # projects_v2_item is one
GUID = re.compile(r"[0-9A-Za-z-]{1,64}")
SIGNATURE = re.compile(r"sha256=([0-9a-fA-F]{64})")


@dataclass(frozen=True, slots=True)
class Form:
    """The headers of a delivery that have the right form; nothing is verified yet."""

    event: str
    guid: str
    signature: str  # 64 hexadecimal digits, lower case


class BadForm(BadInput):
    """A header that every delivery has is missing or odd."""


class BadSignature(NotSignedIn):
    """The signature is not one that GitHub makes with our secret."""


def check_form(headers: Mapping[str, str]) -> Form:
    """The delivery's event, GUID and signature.

    `headers` are looked up in lower case. Raises BadForm where one is missing or the event or
    GUID is odd, BadSignature where the signature is not `sha256=` and 64 hexadecimal digits
    (GitHub's old `sha1=` is not taken).
    """
    event = header(headers, "X-GitHub-Event")
    guid = header(headers, "X-GitHub-Delivery")
    signature = header(headers, "X-Hub-Signature-256")
    if not EVENT.fullmatch(event):
        raise BadForm("The header X-GitHub-Event is not the name of an event.")
    if not GUID.fullmatch(guid):
        raise BadForm("The header X-GitHub-Delivery is not a GUID.")
    match = SIGNATURE.fullmatch(signature)
    if match is None:
        raise BadSignature(
            "The header X-Hub-Signature-256 is not sha256= and 64 hexadecimal digits."
        )
    return Form(event=event, guid=guid, signature=match[1].lower())


def header(headers: Mapping[str, str], name: str) -> str:
    """A header's value; BadForm where it is missing."""
    value = headers.get(name.lower())
    if not value:
        raise BadForm(f"The header {name} is missing: this is not a delivery from GitHub.")
    return value


def is_signed(body: bytes, signature: str, secrets: Sequence[bytes]) -> bool:
    """Whether one of the secrets made this signature (64 lower-case hexadecimal digits).

    Every secret is tried, and each comparison takes the same time wherever the first
    difference is. Two secrets are valid while one is being rotated.
    """
    given = signature.encode("ascii", "replace")
    matches = [
        hmac.compare_digest(hmac.new(secret, body, hashlib.sha256).hexdigest().encode(), given)
        for secret in secrets
    ]
    return any(matches)
