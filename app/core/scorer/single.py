"""The cause of one failure at once, from what is believed of its case and what lies around it."""

from collections import Counter

from app.core.scorer import assumptions as assumed
from app.core.scorer.belief import DAY
from app.core.scorer.breaks import is_on_break
from app.core.scorer.crowds import Likeness, likeness
from app.core.scorer.draft import Draft, settled
from app.core.scorer.facts import How
from app.core.scorer.kinds import Kind
from app.core.scorer.messages import sign_of, weight_at_once
from app.core.scorer.odds import Circumstances, judged
from app.core.scorer.outages import with_outage
from app.core.scorer.reasons import break_of, reasons
from app.core.scorer.said import Finding
from app.core.scorer.state import CaseState, Track, Weather


def findings(draft: Draft) -> tuple[Finding, ...]:
    """What each failure of the observation is held to be, from all that was seen up to it."""
    unheld: Counter[str] = Counter()
    together: dict[str, set[str]] = {}
    for case in draft.failing:
        group = draft.layout.group_of[case]
        together.setdefault(group, set()).add(case)
        unheld[group] += not _is_held(draft.state.cases.get(case))
    crowds = {group: likeness(draft, group, frozenset(of)) for group, of in together.items()}
    return tuple(
        _found(draft, case, unheld[group], crowds[group])
        for case in draft.failing
        for group in [draft.layout.group_of[case]]
    )


def _is_held(known: CaseState | None) -> bool:
    return known is not None and known.flagged_at is not None


def _found(draft: Draft, case: str, unheld: int, crowd: Likeness) -> Finding:
    state = draft.state
    known = settled(state, case, draft.now) if case in state.cases else None
    track = known.track(draft.seen.job) if known else Track()
    around = _around(draft, case, known, unheld, crowd)
    sign = sign_of(draft.seen.results[case])
    likelier = weight_at_once(
        sign,
        known,
        state.common,
        is_lone=around.is_lone,
        is_repeated=around.of_code > 0 or around.is_pushed_again,
    )
    cause, p_flaky = judged(known, around, likelier, state.weather)
    facts = reasons(draft, case, around, sign=sign)
    broken = break_of(draft, case, known, track) if known and around.base_failures else None
    return with_outage(state, draft.now, Finding(case, cause, p_flaky, facts, broken=broken))


def _around(
    draft: Draft, case: str, known: CaseState | None, unheld: int, crowd: Likeness
) -> Circumstances:
    seen = draft.seen
    group = draft.layout.group_of[case]
    track = known.track(seen.job) if known else Track()
    own = draft.unexpected.get(group, {})
    return Circumstances(
        others=len(draft.unexpected) - (group in draft.unexpected),
        beside=draft.unexpected_cases - len(own),
        ran=max(1, len(seen.ran.files) - len(seen.not_run)),
        of_group=unheld + _is_held(known),
        together=crowd.cases,
        same_crowds=crowd.same if crowd.cases < draft.layout.size_of(group) else 0,
        other_crowds=0 if crowd.same else crowd.times[case],
        is_without_crowd=_is_without_crowd(known, crowd),
        is_first_crowd=case not in crowd.met and unheld > (not _is_held(known)),
        is_near=draft.is_near(case),
        bug_times=draft.bug_times(case),
        on_pr=seen.pr is not None,
        is_pushed_again=_is_pushed_again(draft, known),
        base_failures=track.runs if is_on_break(draft.state, track, seen.base) else 0,
        elsewhere=_elsewhere(draft, known),
        said_elsewhere=_said_elsewhere(draft, case, known),
        of_day=_of_day(draft.state.weather, draft.now),
        failed_before=seen.source in track.streak,
        in_a_row=len(track.streak),
        of_code=sum(code == seen.code for code, _ in known.failed) if known else 0,
        is_retried=draft.failing[case],
    )


def _is_without_crowd(known: CaseState | None, crowd: Likeness) -> bool:
    """Whether it showed no more so far than to fail in a crowd, until another commit, and not this.

    A bug that comes back fails some of its cases again, a fixture the same.
    """
    if known is None or known.episodes or known.last_kind != Kind.CROWD or not known.last_flake:
        return False
    _, how, _ = known.last_flake
    return how == How.NEXT_COMMIT and not crowd.is_known


def _is_pushed_again(draft: Draft, known: CaseState | None) -> bool:
    """Whether an earlier push of the pull request failed it, which looks like its own bug.

    In this job, and no re-run passed; or in any, and the next push mended it.
    """
    seen = draft.seen
    if known is None or seen.pr is None:
        return False
    if known.mended == seen.pr and known.episodes < assumed.FLAGGED_EPISODES:
        return True
    return any(
        one.pr == seen.pr and one.job == seen.job and one.code != seen.code for one in known.opens
    )


def _elsewhere(draft: Draft, known: CaseState | None) -> int:
    """The other pull requests and commits that failed it this day, and wait for what contradicts.

    In any job; a streak tells only of this one, and ends with the first pass of whatever code.
    """
    if known is None:
        return 0
    return len(
        {
            one.source
            for one in known.opens
            if one.at > draft.now - DAY and one.source != draft.seen.source
        }
    )


def _said_elsewhere(draft: Draft, case: str, known: CaseState | None) -> int:
    """The other pull requests and commits that failed it so, for a moment, on another half day.

    With this message; nothing contradicts them yet, but neither does a break explain them.
    """
    sign = sign_of(draft.seen.results[case])
    if known is None or not sign:
        return 0
    return len(
        {
            one.source
            for one in known.opens
            if one.sign == sign
            and one.source != draft.seen.source
            and 0 < one.streak <= assumed.SHORT
            and not one.is_on_main
            and one.at < draft.now - assumed.EPISODE
        }
    )


def _of_day(weather: Weather, now: float) -> float:
    """The reports of the last day, about: today's, and yesterday's share of it."""
    today, gone = divmod(now, DAY)
    counts = {day: reports for day, reports, _ in weather.days}
    return max(1.0, counts.get(int(today), 0) + counts.get(int(today) - 1, 0) * (1 - gone / DAY))
