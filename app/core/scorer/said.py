"""What the scorer says of an observation."""

from dataclasses import dataclass
from datetime import datetime

from app.core.decide import Cause, State


@dataclass(frozen=True, slots=True)
class Finding:
    """One failing case of the observation, as it would stand on the check run at that moment."""

    case: str
    cause: Cause
    p_flaky: float


@dataclass(frozen=True, slots=True)
class Change:
    """A case that is held for flaky from now on, or no longer."""

    case: str
    at: datetime
    is_flaky: bool


@dataclass(frozen=True, slots=True)
class Said:
    """All that follows from one observation."""

    findings: tuple[Finding, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """A case that ever failed, as it stands."""

    case: str
    state: State
    score: float  # the probability, or the share, by which the scorer decides
    rate: float  # share of its executions that fail for no fault of the code
    rate_interval: tuple[float, float]  # 95 %
