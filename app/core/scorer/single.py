"""The cause of one failure at once, from what is believed of its case and what lies around it."""

from collections import Counter
from dataclasses import dataclass

from app.core.decide import Cause
from app.core.scorer.draft import Draft, settled
from app.core.scorer.messages import sign_of, weight
from app.core.scorer.outages import with_outage
from app.core.scorer.reasons import break_of, reasons
from app.core.scorer.said import Finding
from app.core.scorer.standing import rate_of, score_of
from app.core.scorer.state import CaseState, Track, Weather
from app.core.scorer.weigh import Kind

# How often a case's one execution fails for another reason than a flake. Chosen: orders of
# magnitude, of which the tuning histories confirmed no more than that they work.
OUTAGE = 1e-5  # nothing else failing beside it
GROUPS_ALONE = 2.0  # other groups that fail together without a common cause, about
NEAR_BUG = 0.01  # a pull request's bug in what it touches
NEAR_BUG_LONE = 0.005  # the same where it fails one case of the group; most fail more
FAR_BUG = 2e-4  # and elsewhere; of one case alone, before any is seen ...
FAR_BUG_RUNS = 1e5  # ... which is worth so many executions beside what the repository shows
COMMIT_BUG = 5e-5  # a commit's of the default branch
FEW_TIMES, MANY_TIMES = 4.0, 10.0  # more likely a bug where 2 or 3 of the group fail, or more
FEW, MANY = 2, 4  # cases of the group
AGAIN = 0.1  # a flake fails again at once so often: a quarter of them come in bursts
OF_CODE_MOST = 4  # failures of one code, in its jobs and attempts; more say no more
AGAIN_MOST = 0.6  # and at most, where the case's own failures came close together
PRIOR_RATE = 0.005  # of a flaky case of which nothing is known; the median of real ones
PRIOR_SCORE = 0.001  # share of the cases that are flaky, when none has failed yet
RETRIED = 3.0  # a pass within the same report makes a flake so much likelier than an outage; chosen
RETRIED_BUG = 0.01  # share of the bugs that a retry does not meet

FAR_BUGS = (Kind.PUSHED, Kind.PUSHED_JOBS)  # what a push mends far from the change, if no flake is


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What lies around a failure."""

    others: int  # other groups that failed unexpectedly, flaky cases left out
    beside: int  # the cases of them that did
    ran: int  # cases in the report
    of_group: int  # cases of its group that failed and are not held for flaky
    is_near: bool  # the change touches what lies near the case
    on_pr: bool
    base_failures: int  # reports in a row of what it was merged with that failed it
    failed_before: bool
    in_a_row: int  # sources that failed it the last times, in this job
    of_code: int  # failures of this very code before, in this job and in others
    is_retried: bool  # passed within the same report


def findings(draft: Draft) -> tuple[Finding, ...]:
    """What each failure of the observation is held to be, from all that was seen up to it."""
    sizes: Counter[str] = Counter()
    for case in draft.failing:
        before = draft.state.cases.get(case)
        if before is None or before.flagged_at is None:
            sizes[draft.layout.group_of[case]] += 1
    return tuple(_found(draft, case, sizes) for case in draft.failing)


def _found(draft: Draft, case: str, sizes: Counter[str]) -> Finding:
    seen, state = draft.seen, draft.state
    known = settled(state, case, draft.now) if case in state.cases else None
    group = draft.layout.group_of[case]
    track = known.track(seen.job) if known else Track()
    own = draft.unexpected.get(group, {})
    others = len(draft.unexpected) - (group in draft.unexpected)
    beside = draft.unexpected_cases - len(own)
    around = Circumstances(
        others=others,
        beside=beside,
        ran=max(1, len(seen.ran.files) - len(seen.not_run)),
        of_group=sizes[group],
        is_near=draft.is_near(case),
        on_pr=seen.pr is not None,
        base_failures=track.runs if is_on_broken_base(draft, track) else 0,
        failed_before=seen.source in track.streak,
        in_a_row=len(track.streak),
        of_code=sum(code == seen.code for code, _ in known.failed) if known else 0,
        is_retried=draft.failing[case],
    )
    sign = sign_of(seen.results[case])
    likelier = weight(sign, known.messages if known else {}, state.common)
    cause, p_flaky = _judged(known, around, likelier, state.weather)
    facts = reasons(draft, case, others=others, cases=beside, sign=sign, is_near=around.is_near)
    broken = break_of(draft, known, track) if known and around.base_failures else None
    return with_outage(state, draft.now, Finding(case, cause, p_flaky, facts, broken=broken))


def is_on_broken_base(draft: Draft, track: Track) -> bool:
    """Whether the default branch fails it, in this job, in what the code was merged with."""
    if not track.base:
        return False
    commits, base = draft.state.commits, draft.seen.base
    if base is None or base not in commits:
        return True
    return commits[base] >= commits.get(track.base[0], 0)


def _judged(
    known: CaseState | None, around: Circumstances, likelier: float, weather: Weather
) -> tuple[Cause, float]:
    score = score_of(known, weather) if known else PRIOR_SCORE
    flake = score * (rate_of(known) if known else PRIOR_RATE)
    flake *= likelier
    outage = _outage(around)
    own = _own_bug(around, weather)
    again = again_of(known)
    if around.base_failures:
        own += _broken_base(flake, again, around.base_failures)
    if around.is_retried:
        flake, own = flake * RETRIED, own * RETRIED_BUG
    flake *= again ** max(around.in_a_row, min(around.of_code, OF_CODE_MOST))
    p_flaky = flake / (flake + outage + own)
    return _cause(p_flaky, outage, own, around), p_flaky


def _broken_base(flake: float, again: float, failures: int) -> float:
    """How probably the default branch is broken, which failed so often in a row: or by flakes."""
    flakes = flake * again ** (failures - 1)
    return COMMIT_BUG / (COMMIT_BUG + flakes)


def again_of(known: CaseState | None) -> float:
    """How often the case, as a flake, fails again at once: some come in bursts, or by order."""
    if known is None or known.flakes <= known.episodes:
        return AGAIN
    return max(AGAIN, AGAIN_MOST * (1.0 - (known.episodes + 1.0) / (known.flakes + 1.0)))


def _outage(around: Circumstances) -> float:
    """How often what fails others fails this case, too: it hits each alike, for all we know.

    Of the cases that ran, so many failed beside it; and the more groups they are of, the surer
    one cause has failed them all.
    """
    is_one_cause = around.others / (around.others + GROUPS_ALONE)
    return OUTAGE + is_one_cause * around.beside / around.ran


def far_bug_of(weather: Weather) -> float:
    """Failures of cases far from a change that its next push mended, per execution."""
    seen = sum(weather.noise.get(kind, 0.0) for kind in FAR_BUGS)
    return (FAR_BUG * FAR_BUG_RUNS + seen) / (FAR_BUG_RUNS + weather.executions)


def _own_bug(around: Circumstances, weather: Weather) -> float:
    is_lone = around.of_group < FEW
    times = 1.0 if is_lone else FEW_TIMES if around.of_group < MANY else MANY_TIMES
    if not around.on_pr:
        return COMMIT_BUG * times
    if is_lone:
        return NEAR_BUG_LONE if around.is_near else far_bug_of(weather)
    return (NEAR_BUG if around.is_near else FAR_BUG) * times


def _cause(p_flaky: float, outage: float, own: float, around: Circumstances) -> Cause:
    if p_flaky >= 0.5:
        return Cause.FLAKY
    if around.base_failures:
        return Cause.BROKEN
    if outage > own and not around.failed_before:
        return Cause.OUTAGE
    return Cause.NEW if around.on_pr or around.others == 0 else Cause.UNKNOWN
