"""Secrets that ended up in a failure's text, made unreadable before anything keeps it."""

import re

MASK = "***"

_TOKENS = re.compile(
    r"""
    \bgh[pousr]_[A-Za-z0-9]{20,}            # GitHub
  | \bgithub_pat_[A-Za-z0-9_]{20,}
  | \bglpat-[A-Za-z0-9_-]{16,}              # GitLab
  | \b(?:xox[abeprs]|xapp)-[A-Za-z0-9-]{10,}  # Slack
  | \bhttps://hooks\.slack\.com/[A-Za-z0-9/_-]+
  | \b(?:AKIA|ASIA)[A-Z0-9]{16}\b           # Amazon
  | \bAIza[A-Za-z0-9_-]{30,}                # Google
  | \bya29\.[A-Za-z0-9_-]{20,}
  | \b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}  # Stripe
  | \bsk-[A-Za-z0-9_-]{20,}
  | \bnpm_[A-Za-z0-9]{30,}
  | \bpypi-[A-Za-z0-9_-]{30,}
  | \bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}  # SendGrid
  | \bdop_v1_[a-f0-9]{40,}
  | \beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?  # JSON web token
    """,
    re.VERBOSE,
)
_TOKEN_STARTS = (
    *("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "xapp-"),
    *("hooks.slack.com", "AKIA", "ASIA", "AIza", "ya29.", "k_live_", "k_test_", "sk-", "npm_"),
    *("pypi-", "SG.", "dop_v1_", "eyJ"),
)
_HEADER_HINTS = ("authorization", "x-api-key", "x-auth-token", "cookie", "bearer")
_NAME_HINTS = ("passw", "passphrase", "pwd", "secret", "key", "credential", "token")
_PEM = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z)",
    re.DOTALL,
)
_URL_LOGIN = re.compile(r"(\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s/:@'\"]{0,200}):[^\s/@'\"]{1,500}@")
_HEADER = re.compile(
    r"(?i)(\b(?:authorization|proxy-authorization|x-api-key|x-auth-token|cookie|set-cookie)"
    r"['\"]?\s*[:=]\s*['\"]?(?:bearer\s+|basic\s+|token\s+)?)[^\s'\"]+(?:;[^\r\n'\"]*)?"
)
_BEARER = re.compile(r"(?i)(\bbearer\s+)[A-Za-z0-9._~+/=-]{12,}")
_NAMED = re.compile(
    r"(?i)((?:passw(?:or)?d|passphrase|pwd|secret|api[_-]?key|access[_-]?key|private[_-]?key|credentials?"
    r"|(?:auth|access|refresh|session|id|bot|api|bearer|csrf)[_-]?token)"
    r"[a-z0-9_-]{0,20}['\"]?(?:\s?=\s?|:\s?|\s=>\s))"
    r"(?:\"[^\"\r\n]{1,500}\"|'[^'\r\n]{1,500}'|[^\s'\",;&)}\]]{1,500})"
)
_NOTHING_SECRET = frozenset({"none", "null", "true", "false", "undefined", "nil", MASK, '""', "''"})


def _named(found: re.Match[str]) -> str:
    value = found.group(0)[len(found.group(1)) :]
    bare = value.strip("'\"")
    if bare.lower() in _NOTHING_SECRET:
        return found.group(0)
    quote = value[0] if value[0] in "'\"" else ""
    return f"{found.group(1)}{quote}{MASK}{quote}"


def _hints_at(text: str, hints: tuple[str, ...]) -> bool:
    for hint in hints:  # noqa: SIM110 - any() with a generator takes three times as long
        if hint in text:
            return True
    return False


def mask(text: str) -> str:
    """The text with tokens, keys and passwords replaced by `***`; everything else as it was.

    Plain searches decide which of the patterns have to look: most texts hold no secret.
    """
    if "PRIVATE KEY" in text:
        text = _PEM.sub(f"-----BEGIN PRIVATE KEY----- {MASK}", text)
    if _hints_at(text, _TOKEN_STARTS):
        text = _TOKENS.sub(MASK, text)
    if "://" in text and "@" in text:
        text = _URL_LOGIN.sub(rf"\1:{MASK}@", text)
    low = text.lower()
    if _hints_at(low, _HEADER_HINTS):
        text = _HEADER.sub(rf"\1{MASK}", text)
        text = _BEARER.sub(rf"\1{MASK}", text)
    return _NAMED.sub(_named, text) if _hints_at(low, _NAME_HINTS) else text
