"""What the two older scorers share: cases that failed, their runs, and flags by a threshold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

from app.core.decide import Cause, State
from app.core.history.records import Execution, Observation
from app.core.outcomes import Outcome
from app.core.scorer.said import Change, Finding, Judged

NO_FAILURES: tuple[Execution, ...] = ()


@dataclass(frozen=True, slots=True)
class Ran:
    """One case in one report: what the older scorers see of it."""

    at: float  # seconds since 1970
    failed: bool  # at least once
    passed: bool  # at the end: after a failure, a retry passed
    failures: int = 0
    message: int | None = None  # a checksum of the failure's text; None on a pass
    place: int = 0  # how many reports had run the case by then
    run: str = ""  # and its job: a later attempt of it may pass


def ran_of(seen: Observation, case: str, place: int) -> Ran | None:
    """What became of a case; None where it was skipped or not run."""
    if case not in seen.ran.files or case in seen.not_run:
        return None
    executions = seen.results.get(case, NO_FAILURES)
    decided = [one for one in executions if one.outcome is not Outcome.SKIPPED]
    if executions and not decided:
        return None
    failures = [one for one in decided if one.outcome.is_failing]
    return Ran(
        at=seen.at.timestamp(),
        failed=bool(failures),
        passed=not decided or decided[-1].outcome is Outcome.PASSED,
        failures=len(failures),
        message=crc32((failures[0].message or "").encode()) if failures else None,
        place=place,
        run=f"{seen.run} {seen.job}",
    )


def failing(seen: Observation) -> list[str]:
    """The cases that failed in an observation."""
    return [
        case
        for case, executions in seen.results.items()
        if any(one.outcome.is_failing for one in executions)
    ]


def changes(
    scores: Mapping[str, float], held: frozenset[str], *, threshold: float, at: datetime
) -> tuple[Change, ...]:
    """Who is held for flaky from now on, and who no longer, of the cases scored."""
    return tuple(
        Change(case, at, score >= threshold)
        for case, score in scores.items()
        if (score >= threshold) != (case in held)
    )


def after(held: frozenset[str], changed: Iterable[Change]) -> frozenset[str]:
    """Who is held for flaky after the changes."""
    on = {one.case for one in changed if one.is_flaky}
    off = {one.case for one in changed if not one.is_flaky}
    return (held | on) - off if on or off else held


def findings(
    cases: Iterable[str], held: frozenset[str], scores: Mapping[str, float]
) -> tuple[Finding, ...]:
    """A failure of a case that is held for flaky is a flake; the older scorers know no more."""
    return tuple(
        Finding(case, Cause.FLAKY if case in held else Cause.UNKNOWN, scores.get(case, 0.0))
        for case in cases
    )


def judged(
    case: str, score: float, *, failed: int, runs: int, is_held: bool, warned: float
) -> Judged:
    """A case as it stands by its score."""
    state = State.SUSPECT if score >= warned else State.HEALTHY
    return Judged(case, State.FLAKY if is_held else state, score, failed, max(runs, failed))
