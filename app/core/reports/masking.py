"""Secrets that ended up in a failure's text, made unreadable before anything keeps it."""

import re
from collections.abc import Callable
from typing import Annotated

from pydantic import StringConstraints, TypeAdapter

from app.core.reports.secrets import (
    BEGINNINGS,
    NAMED,
    NO_SECRETS,
    PEM,
    TELLING_NAMES,
    TOKENS,
    URL_LOGIN,
    URL_TOKEN,
)

MASK = "***"
MOST_PASSES = 5
_KEPT = NO_SECRETS | {MASK}

# The hints are looked for by the engine within pydantic: it finds any of them in one go, at ten
# times the speed of `re`.
_OTHERS = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|PRIVATE KEY|://"  # and what no text should have


def _finder(pattern: str) -> Callable[[str], bool]:
    """Whether a text may hold this; so may what is no Unicode: the engine cannot read it."""
    held = TypeAdapter(Annotated[str, StringConstraints(pattern=pattern)])
    finds = held.validator.isinstance_python

    def may_hold(text: str) -> bool:
        return finds(text) or not (text.isascii() or _is_unicode(text))

    return may_hold


def _is_unicode(text: str) -> bool:
    """Whether it has no lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


_may_hold_token, _may_hold_name = _finder(BEGINNINGS), _finder(TELLING_NAMES)
_may_hold_any = _finder(f"{_OTHERS}|{BEGINNINGS}|{TELLING_NAMES}")


def _mask_values(text: str) -> str:
    """The text without the values that stand beside telling names."""
    low = _small(text)
    for needles, pattern in NAMED:
        if any(needle in low for needle in needles):
            shorter = _without_values(text, low, pattern)
            if shorter is not text:
                text, low = shorter, _small(shorter)
    return text


def _small(text: str) -> str:
    """The text in small letters, each where its large one stands."""
    low = text.lower()
    if len(low) != len(text):  # a few letters become two
        low = "".join(c if len(c.lower()) > 1 else c.lower() for c in text)
    return low


def _without_values(text: str, low: str, pattern: re.Pattern[str]) -> str:
    parts: list[str] = []
    at = 0
    for found in pattern.finditer(low):
        begin, end = found.span(found.lastgroup or 0)
        if low[begin:end] in _KEPT:
            continue
        parts += (text[at:begin], MASK)
        at = end
    return "".join([*parts, text[at:]]) if parts else text


def is_harmless(text: str) -> bool:
    """Whether there is nothing to mask or to clean in a text; False where that is not plain."""
    return text.isascii() and not _may_hold_any(text)


def mask(text: str) -> str:
    """The text with tokens, keys and passwords replaced by `***`; everything else as it was.

    What is masked may make a secret of what stands beside it, as in `a://password:b://c;d@host`.
    So the text is looked through again until nothing is left.
    """
    for _ in range(MOST_PASSES):
        shorter = _masked(text)
        if shorter == text:
            break
        text = shorter
    return text


def _masked(text: str) -> str:
    if "PRIVATE KEY" in text:
        text = PEM.sub(f"-----BEGIN PRIVATE KEY----- {MASK}", text)
    if _may_hold_token(text):
        text = TOKENS.sub(MASK, text)
    if "://" in text and "@" in text:
        text = URL_LOGIN.sub(rf"\1:{MASK}@", text)
        text = URL_TOKEN.sub(rf"\1{MASK}@", text)
    if _may_hold_name(text):
        text = _mask_values(text)
    return text


def mask_named(name: str, value: str) -> str:
    """The value with secrets replaced: by what it holds, or because of what it is called."""
    said = f"{name}={value}"
    if is_harmless(said):
        return value
    masked = mask(said)
    return masked[len(name) + 1 :] if masked.startswith(f"{name}=") else mask(value)
