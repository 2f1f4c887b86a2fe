"""What a case and a failure are held to be; and a case's standing from a few runs' verdicts alone.

The rule for a few runs is plain on purpose: a case is flaky when the same code shows it failing and
passing on two different days, and broken when the default branch fails in its last runs more often
than a flake would.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.core.evidence import Evidence, EvidenceKind, evidence
from app.core.statistics import wilson_interval
from app.core.streaks import (
    on_default,
    too_many,
    trailing_failures,
    without_breaks,
)
from app.core.verdicts import Verdict, VerdictKind

ALGORITHM_VERSION = 1  # raise it whenever the same verdicts may be judged differently
PRIOR_ODDS = 0.04 / 0.96  # a failing case's odds of being flaky before any evidence
ODDS_PER_DAY = 24.0  # what one day with a contradicted failure is worth: one leaves it even
FLAKY_DAYS = 2  # one unexplained failure is never enough, two on different days are
MAX_DAYS = 6  # more days than this add nothing to the score that a reader could use


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


def standing_of(
    verdicts: Sequence[Verdict], *, branch: str, dismissed_at: datetime | None = None
) -> Standing:
    """Judge one case by its verdicts, oldest first, as `verdicts_of` gives them.

    `branch` is the default branch's name, for the sentences. Verdicts of untrusted code count
    for nothing. Contradictions up to `dismissed_at` were looked at by a person
    and called no flakes; only newer ones count.
    """
    trusted = [verdict for verdict in verdicts if verdict.is_trusted and verdict.is_decided]
    seen = _flakes(trusted, None)
    flakes = _flakes(trusted, dismissed_at)
    days = sorted({verdict.last_at.date() for verdict in flakes})
    base = on_default(trusted)
    calm = without_breaks(base)
    failing = [verdict for verdict in calm if verdict.kind is not VerdictKind.PASSED]
    rate = len(failing) / len(calm) if calm else 0.0
    streak = trailing_failures(base)
    broken = len(streak) >= too_many(rate if len(days) >= FLAKY_DAYS else None)
    failed = [verdict.last_at for verdict in trusted if verdict.failures]
    return Standing(
        state=_state(days=len(days), is_broken=broken),
        score=score(len(days)),
        rate=rate,
        rate_interval=wilson_interval(len(failing), len(calm)),
        runs=len(calm),
        failures=sum(verdict.failures for verdict in trusted),
        flakes=len(seen),
        first_detected_at=_detected(flakes),
        last_flake_at=seen[-1].last_at if seen else None,
        last_failure_at=max(failed, default=None),
        broken_since=streak[0].head_sha if broken else None,
        evidence=_reasons(
            flakes, days=len(days), base=calm, streak=streak if broken else (), branch=branch
        ),
    )


def score(days: int) -> float:
    """The probability that a case is flaky that was contradicted on so many days."""
    odds = PRIOR_ODDS * ODDS_PER_DAY ** min(days, MAX_DAYS)
    return odds / (1 + odds)


def _flakes(trusted: Sequence[Verdict], dismissed_at: datetime | None) -> list[Verdict]:
    """Contradicted failures that count, by when the contradiction was complete."""
    flakes = [
        verdict
        for verdict in trusted
        if verdict.kind is VerdictKind.FLAKY
        and (dismissed_at is None or verdict.last_at > dismissed_at)
    ]
    return sorted(flakes, key=lambda verdict: verdict.last_at)


def _state(*, days: int, is_broken: bool) -> State:
    if is_broken:
        return State.BROKEN
    if days >= FLAKY_DAYS:
        return State.FLAKY
    return State.SUSPECT if days else State.HEALTHY


def _detected(flakes: Sequence[Verdict]) -> datetime | None:
    """When the second day's contradiction was complete; None before."""
    first = flakes[0].last_at.date() if flakes else None
    return next((one.last_at for one in flakes if one.last_at.date() != first), None)


def _reasons(
    flakes: Sequence[Verdict],
    *,
    days: int,
    base: Sequence[Verdict],
    streak: Sequence[Verdict],
    branch: str,
) -> tuple[Evidence, ...]:
    """What moved the judgement most, strongest first."""
    reasons: list[Evidence] = []
    if streak:
        since = streak[0].head_sha
        reasons.append(
            evidence(EvidenceKind.BROKEN_ON_BASE, since=since, failed=len(streak), branch=branch)
        )
    if flakes:
        last = flakes[-1]
        kind = EvidenceKind.CONTRADICTED if days > 1 else EvidenceKind.CONTRADICTED_ONCE
        reasons.append(
            evidence(
                kind,
                times=len(flakes),
                days=days,
                how=f"{last.contradicted_by} of the same commit",
                last_sha=last.head_sha,
            )
        )
    if base and not streak:  # the rate of calmer times says nothing of a break
        reasons.append(_rate(base, branch=branch))
    return tuple(reasons)


def _rate(base: Sequence[Verdict], *, branch: str) -> Evidence:
    failing = sum(verdict.kind is not VerdictKind.PASSED for verdict in base)
    low, high = wilson_interval(failing, len(base))
    return evidence(
        EvidenceKind.RATE,
        rate=failing / len(base),
        low=low,
        high=high,
        runs=len(base),
        branch=branch,
    )
