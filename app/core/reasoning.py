"""From the facts that moved a scorer to the pieces of evidence that people read."""

from collections.abc import Iterable

from app.core.decide import Standing
from app.core.evidence import Evidence, EvidenceKind, evidence
from app.core.scorer import facts
from app.core.statistics import wilson_interval
from app.core.told import Told


def contradicted(told: Told) -> Evidence:
    """How often the case failed for no fault of the code, and how that was seen last."""
    if len(told.days) > 1:
        return evidence(
            EvidenceKind.CONTRADICTED,
            times=told.times,
            days=len(told.days),
            how=told.how,
            last_sha=told.sha,
            **({"mixed": 1} if told.is_mixed else {}),
        )
    return evidence(EvidenceKind.CONTRADICTED_ONCE, how=told.how, last_sha=told.sha)


def rate_of(standing: Standing) -> Evidence:
    """The share of its executions that fail for no fault of the code."""
    low, high = standing.rate_interval
    return evidence(EvidenceKind.RATE, rate=standing.rate, low=low, high=high, runs=standing.runs)


def failed_before(told: Told, *, runs: int) -> Evidence:
    """How often the case failed before, flake or not; `runs` were seen of it, about."""
    failed = told.failing_reports
    runs = max(runs, failed)
    low, high = wilson_interval(failed, runs)
    return evidence(
        EvidenceKind.FAILED_BEFORE, failed=failed, runs=runs, rate=failed / runs, low=low, high=high
    )


def reason_of(fact: facts.Fact, told: Told | None, branch: str) -> Iterable[Evidence]:
    """A fact of the scorer's as a piece of evidence."""
    match fact:
        case facts.RetriedHere():
            yield evidence(EvidenceKind.CONTRADICTED_HERE, how="failed and passed on a retry")
        case facts.Contradicted():
            if told is not None and told.times:
                yield contradicted(told)
        case facts.FailureRate(rate, low, high, executions):
            yield evidence(EvidenceKind.RATE, rate=rate, low=low, high=high, runs=executions)
        case facts.NearChange(paths):
            yield evidence(EvidenceKind.NEAR_CHANGE, paths=", ".join(paths[:2]), more=len(paths))
        case facts.FarFromChange(changed):
            yield evidence(EvidenceKind.FAR_FROM_CHANGE, changed=changed)
        case facts.BrokenSince(commit, failed, runs):
            yield evidence(
                EvidenceKind.BROKEN_ON_BASE, since=commit, failed=failed, runs=runs, branch=branch
            )
        case _:
            yield from _lesser_reason(fact, branch)


def _lesser_reason(fact: facts.Fact, branch: str) -> Iterable[Evidence]:
    match fact:
        case facts.FailingBeside(groups, cases):
            yield evidence(EvidenceKind.FAILING_BESIDE, groups=groups, cases=cases)
        case facts.SameMessage(times):
            yield evidence(EvidenceKind.SAME_MESSAGE, times=times)
        case facts.OtherMessage(times):
            yield evidence(EvidenceKind.OTHER_MESSAGE, times=times)
        case facts.FirstFailure(passes):
            yield evidence(EvidenceKind.FIRST_FAILURE, passes=passes)
        case facts.Streak(sources, is_least):
            more = {"more": 1} if is_least else {}
            yield evidence(EvidenceKind.STREAK, sources=sources, **more)
        case facts.FewRuns(runs):
            yield evidence(EvidenceKind.FEW_RUNS, runs=runs)
        case _:
            yield from _reason_of_others(fact, branch)


def _reason_of_others(fact: facts.Fact, branch: str) -> Iterable[Evidence]:
    match fact:
        case facts.SameCrowd(cases):
            yield evidence(EvidenceKind.SAME_CROWD, cases=cases)
        case facts.EarlierPush():
            yield evidence(EvidenceKind.EARLIER_PUSH)
        case facts.FailsElsewhere(sources):
            yield evidence(EvidenceKind.FAILS_ELSEWHERE, sources=sources)
        case facts.SaidElsewhere(sources):
            yield evidence(EvidenceKind.SAID_ELSEWHERE, sources=sources)
        case facts.FailsNotOnBase(commit):
            yield evidence(EvidenceKind.FAILS_NOT_ON_BASE, commit=commit, branch=branch)
        case _:
            return
