"""How the parts do: what /health says of each."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Health(StrEnum):
    """Better before worse."""

    OK = "ok"
    DEGRADED = "degraded"  # works on without it
    FAILING = "failing"  # does not work


@dataclass(frozen=True, slots=True)
class Check:
    """One part, looked at."""

    name: str
    health: Health
    took_ms: float
    message: str | None  # what is wrong and what to do; None when nothing is


@dataclass(frozen=True, slots=True)
class TaskCount:
    """Unfinished work of one kind in one queue."""

    kind: str
    queue: str
    open: int
    parked: int
    oldest_asked_at: datetime | None  # of the open ones


@dataclass(frozen=True, slots=True)
class ScheduledRun:
    """A scheduled job's last run."""

    name: str
    last_at: datetime
    took_ms: int
    error: str | None


@dataclass(frozen=True, slots=True)
class LeaseHeld:
    """Who acts alone, and until when."""

    name: str
    holder: str
    until: datetime


@dataclass(frozen=True, slots=True)
class BreakerState:
    """An outside host that has failed lately."""

    host: str
    failures: int  # in a row
    open_until: datetime | None


@dataclass(frozen=True, slots=True)
class WorkState:
    """Everything that the database knows of the work going on."""

    tasks: tuple[TaskCount, ...]
    scheduled: tuple[ScheduledRun, ...]
    leases: tuple[LeaseHeld, ...]
    breakers: tuple[BreakerState, ...]


def worst(checks: tuple[Check, ...]) -> Health:
    """The health of the whole: that of its worst part."""
    order = list(Health)
    return max((check.health for check in checks), key=order.index, default=Health.OK)
