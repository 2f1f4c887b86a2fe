"""What stays of a failure when its changing parts are masked: equal signature, equal cause."""

import re
from hashlib import blake2b
from typing import NamedTuple

from app.core.frames import own_frames
from app.core.masks import masked, plain_text
from app.core.outcomes import Failure

SIGNATURE_VERSION = 4  # raise it whenever the same text may give another signature
SIGNATURE_BYTES = 16  # the version in the first, a digest in the others
TYPE_USED = 200  # characters of an exception's type
FIRST_LINES = 600  # characters of a text in which its exception's type is looked for

_NAMES_TYPE = re.compile(
    r"(?:Uncaught |Error: |E +)?((?:[A-Za-z_$][\w$]*[.\\:]{1,2})*[A-Z][\w$]*"
    r"(?:Error|Exception|Failure|Failed|Timeout|Panic|Interrupt))\b"
)
_SAYS_NOTHING = re.compile(
    r"(?:(?:it|test|tests|collection|the test run's outcome is)? ?"
    r"(?:failed|failure|fail|error|errored)"
    r"|none|exited with error code \d+|)[.!:]?",
    re.IGNORECASE,
)


class Told(NamedTuple):
    """A failure as its signature sees it."""

    type: str  # exception type; "" where none is told
    message: str  # masked
    frames: tuple[str, ...]  # the repository's own, innermost first

    @property
    def text(self) -> str:
        """Type and message as one line."""
        if not self.type or self.message.startswith(self.type):
            return self.message
        return f"{self.type}: {self.message}" if self.message else self.type


def told(failure: Failure) -> Told:
    """What counts of a failure: type, masked message, own frames."""
    message, trace = failure.message, failure.trace
    if trace and (not message or _SAYS_NOTHING.fullmatch(message.strip()[:50])):
        message = trace.lstrip()
    message = message or ""
    return Told(_type(failure, message), masked(message), own_frames(trace or message))


def signature(failure: Failure) -> bytes:
    """Sixteen bytes that two failures share when type, masked message and own frames do."""
    type_, message, frames = told(failure)
    said = "\0".join((type_, message, *frames))
    digest = blake2b(said.encode(errors="replace"), digest_size=SIGNATURE_BYTES - 1).digest()
    return bytes((SIGNATURE_VERSION,)) + digest


def _type(failure: Failure, message: str) -> str:
    if failure.type:
        return plain_text(failure.type[:TYPE_USED]).strip()
    for text in (message, failure.trace or ""):
        if found := _NAMES_TYPE.match(plain_text(text[:FIRST_LINES]).lstrip()):
            return found[1][:TYPE_USED]
    return ""
