"""Numbers, times and commits as people read them."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, tzinfo

from app.core.evidence import Fact

SHA_SHOWN = 7  # characters of a commit that a person reads
_zone: ContextVar[tzinfo] = ContextVar("zone", default=UTC)
Saying = Callable[[], str]
"""A sentence that is put into words where it is told: its dates are in that time zone."""

_SHA = re.compile(r"[0-9a-f]{8,64}")


def short(sha: str | Fact) -> str:
    """A commit as people name it; what is called otherwise keeps its name."""
    name = str(sha)
    return name[:SHA_SHOWN] if _SHA.fullmatch(name) else name


def grouped(number: int) -> str:
    """A number of things, its thousands apart."""
    return f"{number:,}".replace(",", "\u202f")


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 run`, `3 runs`."""
    return f"{grouped(number)} {one if number == 1 else many or one + 's'}"


def percent(share: float) -> str:
    """A share as people read it: `2.1 %`, never `0 %` for what happened."""
    value = share * 100
    if 0 < value < 0.05:
        return "< 0.1 %"
    return f"{value:.1f} %" if value < 10 and value != 0 else f"{value:.0f} %"


def chance(p: float) -> str:
    """How likely something is, in percent; never 100 %, which nothing that was seen can show."""
    return "> 99 %" if p > 0.99 else percent(p)


@contextmanager
def in_zone(zone: tzinfo) -> Iterator[None]:
    """Tell dates in a time zone within the block: all that one reader is told is in one."""
    before = _zone.set(zone)
    try:
        yield
    finally:
        _zone.reset(before)


def day(moment: datetime) -> str:
    """A date, in UTC or where it is told: `2026-03-02`."""
    return f"{moment.astimezone(_zone.get()):%Y-%m-%d}"


def minute(moment: datetime) -> str:
    """A date and time, in UTC or where it is told: `2026-03-02 10:00 UTC`."""
    return f"{moment.astimezone(_zone.get()):%Y-%m-%d %H:%M %Z}"


def times(number: int) -> str:
    """`once`, `twice`, `3 times`."""
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def rate_with_interval(rate: float, low: float, high: float) -> str:
    """A rate never stands without its interval: `2.1 % (1.2-3.4 %)`."""
    span = (
        f"{percent(low)[:-2]}\u2013{percent(high)}" if low >= 0.0005 else f"0\u2013{percent(high)}"
    )
    return f"{percent(rate)} ({span})"


def probability(p: float) -> str:
    """A probability as people read it; never 0 or 1, which nothing that was seen can show."""
    if p > 0.99:
        return "> 0.99"
    return f"{p:.2f}" if p >= 0.01 else "< 0.01"


def start(sentence: str) -> str:
    """The sentence with a capital letter."""
    return sentence[:1].upper() + sentence[1:]
