"""Secrets that ended up in a failure's text, made unreadable before anything keeps it."""

import re
from collections.abc import Callable
from typing import Annotated

from pydantic import StringConstraints, TypeAdapter

MASK = "***"

_TOKENS = re.compile(
    r"""
    gh[pousr]_[A-Za-z0-9]{20,}              # GitHub
  | github_pat_[A-Za-z0-9_]{20,}
  | fgt_n?[0-9a-f]{1,16}_[A-Za-z0-9_-]{40,}  # ours
  | glpat-[A-Za-z0-9_-]{16,}                # GitLab
  | (?:xox[abeprs]|xapp)-[A-Za-z0-9-]{10,}  # Slack
  | https://hooks\.slack\.com/[A-Za-z0-9/_-]+
  | (?:\b|(?<=\\[nrt]))(?:                  # a written-out line end is no part of a word
      (?:AKIA|ASIA)[A-Z0-9]{16}\b           # Amazon
    | AIza[A-Za-z0-9_-]{30,}                # Google
    | ya29\.[A-Za-z0-9_-]{20,}
    | [rs]k_(?:live|test)_[A-Za-z0-9]{16,}  # Stripe
    | sk-[A-Za-z0-9_-]{20,}
    | npm_[A-Za-z0-9]{30,}
    | pypi-[A-Za-z0-9_-]{30,}
    | SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}  # SendGrid
    | dop_v1_[a-f0-9]{40,}
    | eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?  # JSON web token
    )
    """,
    re.VERBOSE,
)
# Most texts hold no secret, so plain hints decide which patterns have to look, in the engine
# within pydantic: it finds any of them in one go, at ten times the speed of `re`.
_BEGINNINGS = (
    r"gh[pousr]_|hub_pat_|fgt_|glpat-|xox[abeprs]-|xapp-|hooks\.slack|A[KS]IA|AIza|ya29\."
    r"|k_(?:live|test)_|sk-|npm_|pypi-|SG\.|dop_v1_|eyJ"
)
_TELLING_NAMES = (
    r"(?i:passw|pwd|passphrase|secret|credential|authorization|token|cookie|bearer"
    r"|(?:api|access|private)[_-]?key)"
)
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


_may_hold_token, _may_hold_name = _finder(_BEGINNINGS), _finder(_TELLING_NAMES)
_may_hold_any = _finder(f"{_OTHERS}|{_BEGINNINGS}|{_TELLING_NAMES}")
_PEM = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z)",
    re.DOTALL,
)
_URL_LOGIN = re.compile(r"(\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s/:@'\"]{0,200}):[^\s/@'\"]{1,500}@")
# These three look at the text in small letters
_HEADER = re.compile(
    r"\b(?:authorization|proxy-authorization|x-api-key|x-auth-token|cookie|set-cookie)"
    r"['\"]?\s*[:=]\s*['\"]?(?:bearer\s+|basic\s+|token\s+)?(?P<value>[^\s'\";]+(?:;[^\r\n'\"]*)?)"
)
_BEARER = re.compile(r"\bbearer\s+(?P<value>[a-z0-9._~+/=-]{12,})")
_NAMED = re.compile(
    r"(?:passw(?:or)?d|passphrase|pwd|secret|api[_-]?key|access[_-]?key|private[_-]?key|credentials?"
    r"|(?:auth|access|refresh|session|id|bot|api|bearer|csrf)[_-]?token)"
    r"[a-z0-9_-]{0,20}['\"]?(?:\s=>\s|\s?=\s?|:\s?)"
    r"(?P<value>\"[^\"\r\n]{1,500}\"|'[^'\r\n]{1,500}'|[^\s'\",;&)}\]]{1,500})"
)
_NOTHING_SECRET = frozenset({"none", "null", "true", "false", "undefined", "nil", MASK, '""', "''"})


def _mask_values(text: str, pattern: re.Pattern[str]) -> str:
    """The text without the values that the pattern finds beside a telling name."""
    low = text.lower()
    if len(low) != len(text):  # a few letters become two
        low = "".join(c if len(c.lower()) > 1 else c.lower() for c in text)
    parts: list[str] = []
    at = 0
    for found in pattern.finditer(low):
        begin, end = found.span("value")
        value = low[begin:end]
        if value.strip("'\"") in _NOTHING_SECRET:
            continue
        quote = value[0] if value[0] in "'\"" else ""
        parts += (text[at:begin], quote, MASK, quote)
        at = end
    return "".join([*parts, text[at:]]) if parts else text


def is_harmless(text: str) -> bool:
    """Whether there is nothing to mask or to clean in a text; False where that is not plain."""
    return text.isascii() and not _may_hold_any(text)


def mask(text: str) -> str:
    """The text with tokens, keys and passwords replaced by `***`; everything else as it was."""
    if "PRIVATE KEY" in text:
        text = _PEM.sub(f"-----BEGIN PRIVATE KEY----- {MASK}", text)
    if _may_hold_token(text):
        text = _TOKENS.sub(MASK, text)
    if "://" in text and "@" in text:
        text = _URL_LOGIN.sub(rf"\1:{MASK}@", text)
    if _may_hold_name(text):
        for pattern in (_HEADER, _BEARER, _NAMED):
            text = _mask_values(text, pattern)
    return text
