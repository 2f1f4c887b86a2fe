"""Names and texts from outside, as a page may show them."""

import unicodedata

from app.render import escape
from app.render.escape import NAME_LIMIT

MARKS_ON_A_LETTER = 4  # Hebrew and Thai need up to four; hundreds would draw over the page
READ_AHEAD = 4  # times the limit: what escaping may still shorten


def plain(name: str, *, limit: int = NAME_LIMIT) -> str:
    """A name on one line, with what hides, turns or piles up shown as what it is."""
    return escape.plain(_unpiled(name[: limit * READ_AHEAD]), limit=limit)


def lines(text: str, *, limit: int) -> str:
    """A text of several lines, likewise, cut at `limit` characters."""
    return escape.lines(_unpiled(text[: limit + 1]), limit=limit)


def _unpiled(text: str) -> str:
    if text.isascii():
        return text
    shown, pile = [], 0
    for character in text:
        pile = pile + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        is_too_high = pile > MARKS_ON_A_LETTER
        shown.append(f"\\u{ord(character):04x}" if is_too_high else character)
    return "".join(shown)
