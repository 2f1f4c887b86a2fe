"""Text and numbers as reports write them, made safe to keep."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from app.core.outcomes import Failure
from app.core.reports.masking import is_harmless, mask

MS_PER_SECOND = 1000
MAX_DURATION_MS = 30 * 24 * 3600 * MS_PER_SECOND  # 30 days: what is longer is no duration
FIRST_YEAR = 1990  # what is older is an empty clock: 0001-01-01, 1970-01-01
BYTES_A_CHARACTER = 4  # at most, in UTF-8
SLACK_CHARS = 4096  # masked beyond the cut, so that no half of a secret stays

_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_ANSI = re.compile("\x1b(?:\\[[0-9;:?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|[@-Z\\\\-_])")
_CLOCK = re.compile(r"(?:(\d+)[.:])?(\d+):(\d\d):(\d\d(?:[.,]\d+)?)$")
# One comma without a point is a decimal comma: runners round to three digits, so `0,024` and
# `1,234` are what a German machine writes, and thousands come with their fraction.
_THOUSANDS = re.compile(r"\d{1,3}(?:(?:,\d{3})+\.\d+|(?:,\d{3}){2,})$")
_EUROPEAN = re.compile(r"\d{1,3}(?:\.\d{3})+,\d+$")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[ '\u00a0\u2009\u202f\u2019](?=\d{3})")  # other groupings
_DATE = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ]\s*(\d\d:\d\d(?::\d\d)?)(?:[.,](\d{1,9}))?"
    r"\s*(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$"
)
_EPOCH = re.compile(r"\d{10}(?:\d{3})?(?:\.\d+)?$")
_EXPECTED = re.compile(r"expected: ?<(.{0,2000}?)> but was: ?<(.{0,2000}?)>", re.DOTALL)


def clean(text: str) -> str:
    """The text without terminal colours, control characters and lone surrogates."""
    if _UNSAFE.search(text) is None:
        return text
    return _UNSAFE.sub("\ufffd", _ANSI.sub("", text))


def short_name(text: object, limit: int) -> str:
    """A name fit to keep: cleaned, at most `limit` characters, never None."""
    if text is None:
        return ""
    said = clean(text if isinstance(text, str) else str(text))
    return said if len(said) <= limit else said[: limit - 1] + "…"


def _cut(text: str, limit: int, *, keep_end: bool) -> str:
    if BYTES_A_CHARACTER * len(text) <= limit:
        return text
    raw = text.encode()
    if len(raw) <= limit:
        return text
    if keep_end:  # how much is left out nobody knows: it was let go while it was read
        return "[the beginning is left out]\n" + raw[-limit:].decode(errors="ignore")
    return raw[:limit].decode(errors="ignore") + "\n[the rest is left out]"


def kept(text: object, limit: int, *, keep_end: bool = False) -> str | None:
    """What we keep of a message, trace or output: cleaned, masked, cut with a note; or None."""
    if not isinstance(text, str) or not text or text.isspace():
        return None
    edge = limit + SLACK_CHARS
    if len(text) > edge:
        text = text[-edge:] if keep_end else text[:edge]
    safe = text if is_harmless(text) else mask(clean(text))
    said = _cut(safe.strip("\r\n"), limit, keep_end=keep_end)
    return said or None


def failure(
    *,
    limit: int,
    type: object = None,
    message: object = None,
    trace: object = None,
    expected: object = None,
    actual: object = None,
    output: object = None,
) -> Failure:
    """A Failure of what a report says, every text safe to keep."""
    if expected is None and isinstance(message, str) and "xpected" in message:
        found = _EXPECTED.search(message[:SLACK_CHARS])
        expected, actual = found.groups() if found else (None, actual)
    if output is expected is actual is None and (plain := _plain(type, message, trace, limit)):
        return plain
    return Failure(
        kept(type, limit) if type else None,
        kept(message, limit) if message else None,
        kept(trace, limit) if trace else None,
        kept(expected, limit) if expected else None,
        kept(actual, limit) if actual else None,
        kept(output, limit, keep_end=True) if output else None,
    )


def _plain(type: object, message: object, trace: object, limit: int) -> Failure | None:
    """A short failure that has nothing to be masked, as most have none: looked at as a whole."""
    if not (isinstance(type, str) and isinstance(message, str) and isinstance(trace, str)):
        return None
    said = f"{type}\n{message}\n{trace}"
    if BYTES_A_CHARACTER * len(said) > limit or not is_harmless(said):
        return None
    return Failure(_said(type), _said(message), _said(trace), None, None, None)


def _said(text: str) -> str | None:
    return None if text.isspace() else text.strip("\r\n") or None


def _number(text: str) -> float | None:
    text = _BETWEEN_DIGITS.sub("", text)
    if _THOUSANDS.match(text):
        text = text.replace(",", "")
    elif _EUROPEAN.match(text):
        text = text.replace(".", "").replace(",", ".")
    else:
        text = text.replace(",", ".")
    try:
        return float(text)
    except ValueError:
        return None


def _clock_seconds(text: str) -> float | None:
    found = _CLOCK.match(text)
    if found is None:
        return None
    days, hours, minutes, seconds = found.groups()
    whole = (int(days or 0) * 24 + int(hours)) * 60 + int(minutes)
    return whole * 60 + float(seconds.replace(",", "."))


def milliseconds(value: object) -> int | None:
    """Whole milliseconds of a number already in milliseconds; None when it is no duration."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not 0 <= value <= MAX_DURATION_MS:  # also false for NaN
        return None
    return round(value)


def seconds_as_ms(text: object) -> int | None:
    """Milliseconds of a duration in seconds: `1.5`, `1,234.56`, `0,024`, `00:00:01.5`; or None."""
    if isinstance(text, int | float):
        return milliseconds(text * MS_PER_SECOND) if not isinstance(text, bool) else None
    if not isinstance(text, str) or len(text) > 40:
        return None
    if text.isascii() and text.replace(".", "", 1).isdigit():  # nearly all
        return milliseconds(float(text) * MS_PER_SECOND)
    text = text.strip().removesuffix("s").rstrip()
    seconds = _clock_seconds(text) if ":" in text else _number(text)
    return None if seconds is None else milliseconds(seconds * MS_PER_SECOND)


def _plausible(at: datetime) -> datetime | None:
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at.astimezone(UTC) if at.year >= FIRST_YEAR else None


def moment(value: object) -> datetime | None:
    """The time a report names, in UTC (which is taken where it names no zone); or None."""
    try:
        if isinstance(value, int | float) or (isinstance(value, str) and _EPOCH.match(value)):
            number = float(value)
            seconds = number / MS_PER_SECOND if number > 1e11 else number
            return _plausible(datetime.fromtimestamp(seconds, UTC))
        if not isinstance(value, str) or len(value) > 64:
            return None
        found = _DATE.match(value.strip())
        if found is None:
            return _plausible(parsedate_to_datetime(value))
        date, time, fraction, zone = found.groups()
        zone = "+00:00" if zone in ("Z", "UTC", "GMT", None) else zone
        time = time if len(time) > len("00:00") else f"{time}:00"
        return _plausible(
            datetime.fromisoformat(f"{date}T{time}.{(fraction or '0')[:6]:0<6}{zone}")
        )
    except (ValueError, OverflowError, OSError, IndexError, TypeError):
        return None


def whole(value: object) -> int | None:
    """A line number or count as a report writes it; None when it is none."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        number = int(value)
    except ValueError:
        return None
    return number if 0 <= number < 2**31 else None
