"""A digest of a repository: what turned flaky or healed, what is worst, what ends, what it cost."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.core.costs import Cost
from app.core.pages import CaseLine


@dataclass(frozen=True, slots=True)
class Turn:
    """A case, and when something happened, or will happen, to it."""

    case_id: UUID
    name: str  # raw
    at: datetime


@dataclass(frozen=True, slots=True)
class Turns:
    """The first of them, and how many there are."""

    first: tuple[Turn, ...]
    number: int


@dataclass(frozen=True, slots=True)
class DayOfFailures:
    """The judged failures of one day, UTC."""

    day: date
    flaky: int
    other: int  # broken, new with a change, part of an outage, or not known


@dataclass(frozen=True, slots=True)
class Digest:
    """One repository's last days."""

    repository: str
    days: int
    new: Turns  # turned flaky
    broken: Turns
    fixed: Turns  # healthy again
    ending: Turns  # quarantines, within as many days
    worst: tuple[CaseLine, ...]
    cost: Cost  # of the last 30 days
    failures: tuple[DayOfFailures, ...] = ()  # of each of these 30 days, oldest first
