"""Whether two things that we said, or are about to say, are the same."""

import hashlib
import json
from typing import Any


def digest_of(said: Any) -> bytes:  # noqa: ANN401 -- anything JSON can hold
    """Equal for what reads the same."""
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).digest()
