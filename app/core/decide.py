"""What a case and a failure are held to be."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.core.evidence import Evidence, EvidenceKind

ALGORITHM_VERSION = 1  # raise it whenever the same facts may be told differently


BY_RULE = frozenset({EvidenceKind.OVER_RULE, EvidenceKind.IN_A_ROW})


class State(StrEnum):
    """What a case is held to be now."""

    HEALTHY = "healthy"  # nothing speaks against it
    SUSPECT = "suspect"  # its score is over the policy's lower threshold
    FLAKY = "flaky"  # its score is over the policy's threshold
    BROKEN = "broken"  # the default branch's last commits fail it


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
    rate: float  # share of its executions that fail for no fault of the code
    rate_interval: tuple[float, float]
    runs: int  # that the rate rests on: one for each job of an attempt that ran the case
    failures: int  # failing executions of trusted code
    flakes: int  # contradicted failures of trusted code, dismissed ones too
    first_detected_at: datetime | None
    last_flake_at: datetime | None
    last_failure_at: datetime | None
    broken_since: str | None  # the first of the default branch's commits that fail it
    evidence: tuple[Evidence, ...]

    @property
    def by_rule(self) -> Evidence | None:
        """What a rule of the policy counted, where that holds the case; None where none does."""
        return next((one for one in self.evidence if one.kind in BY_RULE), None)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one failure is held to be, how surely a flake, and why."""

    cause: Cause
    p_flaky: float
    evidence: tuple[Evidence, ...]
