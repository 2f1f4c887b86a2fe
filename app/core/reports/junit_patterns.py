"""What JUnit's commonest testcases look like, as one writer writes them, and what is plain in them.

Patterns only find where values begin and end, because a matcher that looks at each character's
kind takes half as long again; whether values may be taken as they stand is asked afterwards, of
many at once.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

ATTRIBUTES = ("name", "classname", "time")  # what most cases have, and no more
_VALUE = '"([^"]*+)"'
_END = r"</testcase\s*+>\s*+"
_SAYS = rf"(?:\s++message={_VALUE})?+(?:\s++type={_VALUE})?+(?:\s++message={_VALUE})?+"

_MARKS = b'"&<\x7f'  # mean something in a value
_OF_VALUES = bytes(code for code in range(0x20, 0x80) if code not in _MARKS)
_OF_TEXTS = _OF_VALUES + b'"\n\t'
_BEYOND = r"\x80-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff"
_VALUES = re.compile(rf"[ !#-%'-;=-~{_BEYOND}]*+")
_TEXTS = re.compile(rf"[\n\t -%'-;=-~{_BEYOND}]*+")


class Failed(NamedTuple):
    """A case with one failure and nothing else inside."""

    attrs: Mapping[str, str]  # of the case
    tag: str
    says: Mapping[str, str]  # the failure's attributes
    text: str


class Form:
    """How a writer writes its cases: in which order their attributes stand."""

    def __init__(self, order: Sequence[str]) -> None:
        self.order = tuple(order)
        self.places = tuple(self.order.index(name) for name in ATTRIBUTES)
        # Begins with a letter, not with spaces: from each of many spaces it would look on anew.
        begin = r"<testcase\s++" + r"\s++".join(f"{name}={_VALUE}" for name in order) + r"\s*+"
        self.passed = re.compile(rf"{begin}(?:/>|>\s*+{_END})\s*+")
        self._failed = re.compile(
            rf"{begin}>\s*+<(failure|error){_SAYS}\s*+>"
            rf"([^<]++)</\{len(order) + 1}\s*+>\s*+{_END}"
        )

    def failed(self, text: str, at: int) -> tuple[Failed, int] | None:
        """The failing case that begins there, and where it ends; None when it is not so plain."""
        found = self._failed.match(text, at)
        if found is None:
            return None
        *values, tag, first, kind, message, text = found.groups()
        if first is not None:
            if message is not None:
                return None  # twice, which XML forbids
            message = first
        says = {"message": message, "type": kind}
        if not is_plain_text(text) or not is_plain("".join((*values, message or "", kind or ""))):
            return None
        attrs = dict(zip(self.order, values, strict=True))
        return Failed(
            attrs, tag, {k: v for k, v in says.items() if v is not None}, text
        ), found.end()


def is_plain(values: str) -> bool:
    """Whether values of attributes stand for themselves: nothing to decode, nothing forbidden."""
    if values.isascii():
        return not values.encode().translate(None, _OF_VALUES)
    return _VALUES.fullmatch(values) is not None


def is_plain_text(text: str) -> bool:
    """Likewise the text of an element."""
    if "]]>" in text:
        return False
    if text.isascii():
        return not text.encode().translate(None, _OF_TEXTS)
    return _TEXTS.fullmatch(text) is not None
