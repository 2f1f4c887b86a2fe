"""What the scorer says of an observation."""

from dataclasses import dataclass
from datetime import datetime

from app.core.decide import Cause, State
from app.core.scorer.facts import Break, Fact, Outage
from app.core.statistics import wilson_interval


@dataclass(frozen=True, slots=True)
class Finding:
    """One failing case of the observation, as it would stand on the check run at that moment."""

    case: str
    cause: Cause
    p_flaky: float
    facts: tuple[Fact, ...] = ()  # what moved it most, strongest first
    outage: Outage | None = None  # the event that it belongs to, where the cause is one
    broken: Break | None = None  # where the default branch fails it too
    is_exempt: bool = False  # the policy calls it real, whatever is held


@dataclass(frozen=True, slots=True)
class Change:
    """A case that is held for flaky from now on, or no longer."""

    case: str
    at: datetime
    is_flaky: bool


@dataclass(frozen=True, slots=True)
class Contradicted:
    """An earlier failure, or one of this observation, that a pass of it contradicts."""

    case: str
    at: float  # when it failed, in seconds since 1970
    run: int
    job: str
    code: str
    by: str  # waiting.By
    kind: str | None  # weigh.Kind; None where it says nothing of a flake


@dataclass(frozen=True, slots=True)
class Said:
    """All that follows from one observation."""

    findings: tuple[Finding, ...]
    changes: tuple[Change, ...]
    contradicted: tuple[Contradicted, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """A case that ever failed, as it stands."""

    case: str
    state: State
    score: float  # the probability, or the share, by which the scorer decides
    failed: int  # of its runs, for no fault of the code
    runs: int  # reports that ran it, as many as the scorer counts; at least those that failed

    @property
    def rate(self) -> float:
        """The share of its runs that failed so; 0 where there were none."""
        return self.failed / self.runs if self.runs else 0.0

    @property
    def rate_interval(self) -> tuple[float, float]:
        """Its 95 % interval."""
        return wilson_interval(self.failed, self.runs)
