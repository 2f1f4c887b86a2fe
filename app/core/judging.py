"""From what a scorer says to what is stored: a case's standing, a failure's cause, with reasons."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from app.core.decide import Cause, Finding, Standing, State
from app.core.evidence import Evidence, EvidenceKind, Fact, evidence
from app.core.history.records import Observation
from app.core.reasoning import contradicted, failed_before, rate_of, reason_of
from app.core.scorer import facts
from app.core.scorer.policies import Evidence as EvidenceScorer
from app.core.scorer.policies import Scorer
from app.core.scorer.said import Contradicted, Judged
from app.core.scorer.said import Finding as SaidFinding
from app.core.scorer.standing import is_broken
from app.core.scorer.state import CaseState
from app.core.scorer.weigh import Kind
from app.core.suspects import as_text, ranked, shortened, spread
from app.core.told import Told, how

REASONS_MOST = 3  # pieces of evidence that people read
REASONS_LEAST = 2  # where the scorer gives fewer, the case's history is told, too
FEW_RUNS = 10  # of a case; with fewer its history is said to be short

# How many of such contradicted failures are flakes, where the histories could be counted;
# what else there is stays as it was said.
SURELY: Mapping[str, float] = {
    Kind.ALONE: 0.97,
    Kind.ALIKE: 0.95,
    Kind.AGAIN: 0.95,
    Kind.PUSHED: 0.9,
    Kind.JOBS: 0.9,
    Kind.PUSHED_ALIKE: 0.9,
    Kind.PUSHED_JOBS: 0.5,
    Kind.FEW: 0.35,
    Kind.DOUBTFUL: 0.15,
}
DOUBTFUL = 0.5  # p_flaky of what a person called no flake, at most
ALONE_ON_FORK = 0.9  # its evidence is not weighed, so less is known of what failed beside it


def standing_of(scorer: Scorer, judged: Judged, told: Told, *, branch: str) -> Standing:
    """How a case stands; `branch` is the default branch's name, for the sentences."""
    known = scorer.state.cases[judged.case] if isinstance(scorer, EvidenceScorer) else None
    if scorer.counts_from_failure:
        judged = replace(judged, runs=judged.runs + told.before)
    since = None
    if known is not None and is_broken(known):
        since = _broken_since(scorer, known)
    standing = Standing(
        state=judged.state,
        score=judged.score,
        rate=judged.rate,
        rate_interval=judged.rate_interval,
        runs=judged.runs,
        failures=told.failures,
        flakes=known.flakes if known else told.times,
        first_detected_at=_moment(told.first_detected_at),
        last_flake_at=_moment(told.last_flake_at),
        last_failure_at=_moment(told.last_failure_at),
        broken_since=since if judged.state is State.BROKEN else None,
        evidence=(),
    )
    return replace(standing, evidence=tuple(_standing_reasons(standing, told, since, branch)))


def _broken_since(scorer: Scorer, known: CaseState) -> str:
    """The first commit of the branch, in its order, that fails the case in some job."""
    places = scorer.state.commits if isinstance(scorer, EvidenceScorer) else {}
    begun = [track.base[0] for track in known.tracks.values() if len(track.base) > 1]
    return min(begun, key=lambda one: places.get(one, 0))


def _standing_reasons(
    standing: Standing, told: Told, since: str | None, branch: str
) -> Iterable[Evidence]:
    if since is not None:
        failed = max(told.base.values(), default=2)
        yield evidence(EvidenceKind.BROKEN_ON_BASE, since=since, failed=failed, branch=branch)
        if told.culprit:
            yield Evidence(EvidenceKind.CULPRIT, told.culprit)
    if told.times:
        yield contradicted(told)
    if standing.runs:
        yield rate_of(standing)


def culprit_of(
    broken: facts.Break, authors: Mapping[str, str], pushed: Mapping[str, Sequence[str]]
) -> dict[str, Fact]:
    """Who may have broken a case: the likeliest commit and the next, of how many.

    `authors` are those of the commits, by sha, and `pushed` what came with the tested ones, where
    they are known.
    """
    every = spread(broken.suspects, pushed)
    likeliest = ranked(every)
    if not likeliest:
        return {}
    first, second = likeliest[0], likeliest[1] if len(likeliest) > 1 else None
    return {
        "passed": broken.passed,
        "since": broken.since,
        "commits": len(every),
        "commit": first.commit,
        "author": authors.get(first.commit),
        "p": first.p,
        "second": second.commit if second else None,
        "second_p": second.p if second else None,
        "range": as_text(every),
    }


def finding_of(
    said: SaidFinding,
    standing: Standing | None,
    told: Told | None,
    *,
    ran: int,
    branch: str,
    culprit: Mapping[str, Fact],
) -> Finding:
    """What a failure was held to be at once, with the two or three reasons that moved it most.

    `standing` and `told` are the case's before this failure; None where it never failed. `ran` is
    how many reports ran it before.
    """
    reasons = [reason for fact in said.facts for reason in reason_of(fact, told, branch)]
    if standing is not None and standing.runs:  # it counts the runs before the first failure too
        rate = rate_of(standing)
        reasons = [rate if one.kind is EvidenceKind.RATE else one for one in reasons]
    if said.outage is not None:
        reasons.insert(0, _outage(said.outage.since, reasons))
        reasons = [one for one in reasons if one.kind is not EvidenceKind.FAILING_BESIDE]
    reasons = _with_own(reasons, said, standing, told, ran=ran)
    if said.cause is Cause.BROKEN and culprit:
        said_of = {**culprit, "range": shortened(str(culprit["range"]))}
        named = Evidence(EvidenceKind.CULPRIT, said_of)
        reasons = [one for one in reasons if one.kind is not EvidenceKind.CULPRIT]
        reasons.insert(1, named)
    return Finding(said.cause, said.p_flaky, tuple(reasons[:REASONS_MOST]))


def _outage(since: datetime, reasons: Iterable[Evidence]) -> Evidence:
    """That the failure belongs to an event, with what failed beside it in the same report."""
    beside = (one.facts for one in reasons if one.kind is EvidenceKind.FAILING_BESIDE)
    facts = next(beside, {"cases": 0, "groups": 0})
    began = since.astimezone(UTC).isoformat(timespec="minutes")
    return evidence(EvidenceKind.OUTAGE, since=began, cases=facts["cases"], groups=facts["groups"])


def _with_own(
    reasons: Sequence[Evidence],
    said: SaidFinding,
    standing: Standing | None,
    told: Told | None,
    *,
    ran: int,
) -> list[Evidence]:
    """The scorer's reasons; where it gives few, with what is remembered of the case behind them."""
    found = list(reasons)
    if len(found) >= REASONS_LEAST:
        return found
    if standing is None or told is None:
        own = [_of_the_first(ran)]
    else:
        own = [*_of_standing(said, standing)] if not found else []
        own += _of_history(standing, told, ran)
    known = {one.kind for one in found}
    return [*found, *(one for one in own if one.kind not in known)]


def _of_the_first(ran: int) -> Evidence:
    if ran:
        return evidence(EvidenceKind.FIRST_FAILURE, passes=ran)
    return evidence(EvidenceKind.FEW_RUNS, runs=0)


def _of_standing(said: SaidFinding, standing: Standing) -> Iterable[Evidence]:
    """Why the case stands as it does; a flake's rate says nothing of what is no flake."""
    for one in standing.evidence:
        if said.cause is not Cause.NEW or one.kind is not EvidenceKind.RATE:
            yield one


def _of_history(standing: Standing, told: Told, ran: int) -> Iterable[Evidence]:
    """How often the case failed, or that too few runs were seen to say."""
    runs = max(standing.runs, ran)
    if runs < FEW_RUNS:
        yield evidence(EvidenceKind.FEW_RUNS, runs=runs)
    elif told.failing_reports:
        yield failed_before(told, runs=runs)


def mended(finding: Finding, one: Contradicted, told: Told, seen: Observation) -> Finding:
    """What a failure is held to be once a pass has contradicted it."""
    surely = SURELY.get(one.kind, 0.0) if one.kind is not None else 0.0
    if surely <= finding.p_flaky:
        return finding
    cause = Cause.FLAKY if surely > 0.5 else finding.cause
    known = (known for known in told.recent if known.run == one.run and known.job == one.job)
    failure = next((known for known in known if known.at == one.at), None)
    here = evidence(EvidenceKind.CONTRADICTED_HERE, how=how(one.by, failure, seen))
    return Finding(cause, surely, _led_by(here, finding.evidence))


def mended_on_fork(finding: Finding, *, failed: int, passed: int, is_lone: bool) -> Finding:
    """The same for untrusted code, whose evidence speaks of itself alone.

    It failed on one attempt and passed on another; `is_lone` when nothing failed beside it.
    """
    if not is_lone or finding.p_flaky >= ALONE_ON_FORK:
        return finding
    said = f"failed on attempt {failed} and passed on attempt {passed} of the same commit"
    here = evidence(EvidenceKind.CONTRADICTED_HERE, how=said)
    return Finding(Cause.FLAKY, ALONE_ON_FORK, _led_by(here, finding.evidence))


def unexcused(finding: Finding, *, by: str, on_pr: bool) -> Finding:
    """What a failure is held to be once a person said that it is no flake."""
    cause = Cause.NEW if on_pr else Cause.UNKNOWN
    said = evidence(EvidenceKind.DISMISSED, by=by)
    return Finding(cause, min(finding.p_flaky, DOUBTFUL), (said,))


def _led_by(first: Evidence, others: Sequence[Evidence]) -> tuple[Evidence, ...]:
    kept = [one for one in others if one.kind in _STILL_TRUE]
    return (first, *kept)[:REASONS_MOST]


_STILL_TRUE = frozenset(
    {
        EvidenceKind.CONTRADICTED,
        EvidenceKind.RATE,
        EvidenceKind.FAR_FROM_CHANGE,
        EvidenceKind.SAME_MESSAGE,
        EvidenceKind.FIRST_FAILURE,
        EvidenceKind.FAILED_BEFORE,
    }
)  # of what was said before the pass


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
