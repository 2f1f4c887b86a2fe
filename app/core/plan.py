"""The plan: what to quarantine or fix first, by what it costs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.core.costs import Cost
from app.core.decide import Standing, State
from app.core.holding import WhyNot


class Advice(StrEnum):
    """What to do about a case."""

    QUARANTINE = "quarantine"  # it may be held: it blocks nobody while it is fixed
    FIX = "fix"  # it must not be held, or is held already


@dataclass(frozen=True, slots=True)
class Hidden:
    """What holding the case would have hidden in the window: run attempts in which it failed."""

    flakes: int  # excused rightly
    real: int  # failures that were no flakes


@dataclass(frozen=True, slots=True)
class FailedAttempt:
    """A run attempt in which the case failed."""

    run_id: int
    attempt: int
    variant: str
    is_flake: bool
    url: str  # on the code host; "" where nobody told it


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One case of the plan."""

    case_id: UUID
    name: str
    file: str | None
    standing: Standing
    advice: Advice
    why_not: WhyNot | None  # why it must not be held
    is_held: bool
    owners: tuple[str, ...]
    variants: tuple[str, ...]  # in which it failed
    pull_requests: tuple[int, ...]
    cost: Cost
    hidden: Hidden
    clean_needed: int
    until: datetime  # the end that a quarantine would have
    jobs: tuple[str, ...] = ()  # in which it failed
    attempts: tuple[FailedAttempt, ...] = ()  # the newest ones

    @property
    def is_broken(self) -> bool:
        """Whether it fails on the default branch for good."""
        return self.standing.state is State.BROKEN


def ranked(lines: Iterable[PlanLine]) -> list[PlanLine]:
    """The dearest first: by money, minutes, failed runs, then by how sure we are."""
    return sorted(
        lines,
        key=lambda one: (
            -(one.cost.money or 0.0),
            -one.cost.minutes,
            -one.cost.failed_runs - one.hidden.real,
            -one.standing.score,
            one.name,
        ),
    )
