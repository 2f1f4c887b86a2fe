"""What a case and a failure are held to be."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.core.evidence import Evidence

ALGORITHM_VERSION = 1  # raise it whenever the same facts may be told differently


class State(StrEnum):
    """What a case is held to be now."""

    HEALTHY = "healthy"  # nothing speaks against it
    SUSPECT = "suspect"  # contradicted once: two days are needed
    FLAKY = "flaky"  # fails and passes on the same code
    BROKEN = "broken"  # fails on the default branch


class Cause(StrEnum):
    """What one failure is held to be."""

    FLAKY = "flaky"  # not this change's fault: the case fails at random
    BROKEN = "broken"  # fails on the default branch too
    NEW = "new"  # this change's own
    OUTAGE = "outage"  # many cases at once
    UNKNOWN = "unknown"  # too little was seen


@dataclass(frozen=True, slots=True)
class Standing:
    """A case as it stands after all that was seen of it."""

    state: State
    score: float  # probability that the case is flaky
    rate: float  # share of the default branch's runs that fail, times of a break left out
    rate_interval: tuple[float, float]
    runs: int  # verdicts of the default branch that the rate rests on
    failures: int  # failing executions of trusted code
    flakes: int  # contradicted failures of trusted code, dismissed ones too
    first_detected_at: datetime | None
    last_flake_at: datetime | None
    last_failure_at: datetime | None
    broken_since: str | None  # the first commit of the default branch's streak of failures
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one failure is held to be, how surely a flake, and why."""

    cause: Cause
    p_flaky: float
    evidence: tuple[Evidence, ...]
