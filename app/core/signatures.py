"""What stays of a failure's text when its changing parts are masked: equal text, equal cause."""

import re
from hashlib import blake2b

from app.core.outcomes import Failure

SIGNATURE_VERSION = 1  # raise it whenever the same text may give another signature
SIGNATURE_BYTES = 16
TEXT_USED = 500  # characters of a message: what follows is detail of the one run

_CHANGING = re.compile(
    r"0x[0-9a-fA-F]+"
    r"|\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"
    r"|\x1b\[[0-9;]*m"
    r"|(?:/[\w.@-]+){2,}"
    r"|'[^']*'|\"[^\"]*\""
    r"|\d+(?:\.\d+)?"
)


def signature(failure: Failure) -> bytes:
    """Sixteen bytes that two failures share when type and masked message are the same."""
    message = _CHANGING.sub("#", (failure.message or failure.trace or "")[:TEXT_USED])
    said = f"{SIGNATURE_VERSION}\0{failure.type or ''}\0{message}"
    return blake2b(said.encode(errors="replace"), digest_size=SIGNATURE_BYTES).digest()
