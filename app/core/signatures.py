"""What stays of a failure's text when its changing parts are masked: equal text, equal cause."""

import re
from hashlib import blake2b

from app.core.outcomes import Failure

SIGNATURE_VERSION = 1  # raise it whenever the same text may give another signature
SIGNATURE_BYTES = 16
TEXT_USED = 500  # characters of a masked message: what follows is detail of the one run
TEXT_MASKED = 8 * TEXT_USED  # characters looked at for them

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_CHANGING = re.compile(
    r"0x[0-9a-fA-F]+"
    r"|\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"
    r"|\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,64}\b"  # a commit, a digest
    r"|(?:/[\w.@-]+){2,}"
    r"|\b[A-Za-z]:\\[^\s'\":]+"
    r"|'[^']*'|\"[^\"]*\""
    r"|\d+(?:\.\d+)?"
)


def signature(failure: Failure) -> bytes:
    """Sixteen bytes that two failures share when type and masked message are the same."""
    text = (failure.message or failure.trace or "")[:TEXT_MASKED]
    message = _CHANGING.sub("#", _COLOUR.sub("", text))[:TEXT_USED]
    said = f"{SIGNATURE_VERSION}\0{failure.type or ''}\0{message}"
    return blake2b(said.encode(errors="replace"), digest_size=SIGNATURE_BYTES).digest()
