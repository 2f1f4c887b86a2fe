"""Re-runs of a job for one case's sake: how many are wanted, and when there is enough."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

MOST_TIMES = 20  # re-runs that one wish may take; GitHub allows 50 of a run. Chosen
TIMES_ASKED = 3  # where a person names no number. Chosen
TIMES_FOR_SUSPECT = 3  # failures in a row are no flake any more. Source: the detector's streak rule
TIMES_FOR_FIX = 10  # of one wish; the fewest runs of any proof
SUSPECTS_AT_ONCE = 3  # cases of one run; more that fail together are no flakes
GITHUB_RERUNS_FOR = timedelta(days=30)  # after which GitHub refuses
STALE_AFTER = timedelta(hours=6)  # that an attempt is waited for, as for a check run
GUESSED_MINUTES = 10.0  # that an attempt takes, before any was seen


class RerunWhy(StrEnum):
    """What a job is re-run for."""

    SUSPECT = "suspect"  # a failure that nothing has contradicted yet
    FIX = "fix"  # a claimed fix is to be proven
    PERSON = "person"  # somebody wants it


class RerunState(StrEnum):
    """Where it stands."""

    QUEUED = "queued"  # waits for a run, for GitHub, or for the next day's minutes
    RUNNING = "running"  # an attempt was asked for
    DONE = "done"
    REFUSED = "refused"  # it must not be, or could not be


OPEN = frozenset({RerunState.QUEUED, RerunState.RUNNING})


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt that was asked for."""

    run_id: int
    attempt: int
    asked_at: datetime
    minutes: float  # that its job took; a guess until it ended
    ended_at: datetime | None = None
    passed: bool | None = None  # None: not ended, or the case did not run in it


@dataclass(frozen=True, slots=True)
class Rerun:
    """A wish to run one case again on the same code, so many times."""

    id: int
    case_id: UUID
    why: RerunWhy
    state: RerunState
    wanted: int
    asked_by: str  # as people are shown it
    asked_at: datetime
    run_id: int | None  # None until a run that fits is known
    job: str | None  # its name
    since: datetime | None  # only code that ran first after this shows anything
    note: str  # why it waits or was refused: one of our sentences, or nothing
    attempts: tuple[Attempt, ...] = ()

    @property
    def under_way(self) -> Attempt | None:
        """The attempt that has not ended."""
        return next((one for one in self.attempts if one.ended_at is None), None)

    @property
    def ended(self) -> tuple[Attempt, ...]:
        """The attempts that have."""
        return tuple(one for one in self.attempts if one.ended_at is not None)


def is_enough(why: RerunWhy, wanted: int, attempts: Sequence[Attempt]) -> bool:
    """Whether another attempt would show no more than these, which have all ended.

    For a suspect a pass is enough: it contradicts the failure that was there before. For a fix a
    failure is. An attempt in which the case did not run will not run it the next time either.
    """
    if len(attempts) >= wanted or any(one.passed is None for one in attempts):
        return True
    match why:
        case RerunWhy.SUSPECT:
            return any(one.passed for one in attempts)
        case RerunWhy.FIX:
            return any(one.passed is False for one in attempts)
        case RerunWhy.PERSON:
            return False
