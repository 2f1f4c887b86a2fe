"""What a person gives for a reason, made fit to keep; what nobody could read is none."""

import unicodedata

from app.core.reports.texts import clean

# Categories of characters that show nothing, and the letters and signs that are drawn as blanks.
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Mn", "Zl", "Zp", "Zs"})
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0\ufffd")


def readable(text: str) -> str:
    """The text without control characters and outer blanks; "" where nothing of it can be seen."""
    said = clean(text).strip()
    return said if any(map(_is_seen, said)) else ""


def _is_seen(one: str) -> bool:
    return one not in _BLANKS and unicodedata.category(one) not in _UNSEEN
