"""Outages: many cases failing together are one event; the same crowd again is a fixture."""

from collections.abc import Collection, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

WINDOW = timedelta(hours=2)  # failures further apart are two events; as the scorer's COMPANY
EPISODE = timedelta(hours=12)  # a crowd that fails again sooner is the same trouble still
LEAST = 5  # cases that begin an event; of fewer, 359 of 949 were a pull request's own bugs
ALIKE = 0.6  # share of cases that two crowds have in common when one fixture makes both


class Kind(StrEnum):
    """What an event is; the words are stored."""

    OUTAGE = "outage"  # something that all of them need was away
    FIXTURE = "fixture"  # the same group's cases fail together again and again


@dataclass(frozen=True, slots=True)
class Hit:
    """A case that failed in an event, in one job; its group is its file."""

    case_id: UUID
    variant: str
    group: str


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it stands."""

    id: int
    kind: Kind
    crowd: str | None  # the one group that all its cases are of
    began_at: datetime
    last_at: datetime
    over_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reach:
    """How far an event reaches."""

    event: Event
    cases: int
    groups: int
    jobs: int
    runs: int
    pull_requests: tuple[int, ...]
    owners: tuple[str, ...] = ()  # of its cases
    branch_runs: int = 0  # of no pull request

    @property
    def is_of_one_change(self) -> bool:
        """Whether one pull request alone shows it: then it may be what that changes."""
        return len(self.pull_requests) == 1 and not self.branch_runs


def kind_of(
    crowd: str | None,
    cases: Set[UUID],
    *,
    at: datetime,
    earlier: Collection[tuple[datetime, Set[UUID]]],
) -> Kind:
    """What an event is: a fixture when the same crowd of one group failed on another day."""
    if crowd is None:
        return Kind.OUTAGE
    for then, others in earlier:
        is_other_day = abs(at - then) > EPISODE
        if is_other_day and len(cases & others) >= ALIKE * len(cases | others):
            return Kind.FIXTURE
    return Kind.OUTAGE


def is_over(event: Event, *, now: datetime) -> bool:
    """Whether nothing has failed in it for so long that it is over."""
    return now - event.last_at > WINDOW
