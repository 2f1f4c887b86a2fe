"""Failures that wait, what contradicts them, and the streaks that they are part of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.core.scorer import assumptions as assumed
from app.core.scorer.breaks import failed_once_more, is_on_break, passed_once_more
from app.core.scorer.draft import Draft
from app.core.scorer.messages import sign_of
from app.core.scorer.state import CaseState, Open, State, Track


class By(StrEnum):
    """What contradicted a failure: a pass of the same case in the same job ..."""

    SAME = "same"  # ... of the same code: an in-run retry or a re-run
    MAIN = "main"  # ... of the default branch's next commit, the one before having passed too
    PUSH = "push"  # ... of the pull request's next push
    LEFT = "left"  # ... of everybody else, while the pull request was left as it is

    @property
    def is_weak(self) -> bool:
        """Whether only other code contradicts it, which a bug's mending or leaving does, too."""
        return self in {By.PUSH, By.LEFT}


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A failure, and what it was contradicted by."""

    case: str
    failure: Open
    by: By
    is_retry: bool = False  # within the same report
    is_mended_near: bool = False  # by code that touches what lies near the case
    is_split: bool = False  # another job passed the case on the same code, and none failed it

    @property
    def is_of_base(self) -> bool:
        """Whether its base explains it; not where the same code passes, which has it, too."""
        return self.failure.is_on_broken and self.by.is_weak


def contradicted(draft: Draft) -> list[Contradiction]:
    """The failures that the observation's passes contradict; they wait no longer."""
    state, seen = draft.state, draft.seen
    branch = "main" if seen.is_default else f"#{seen.pr}"
    candidates = {
        case
        for key in ((seen.job, seen.code), (seen.job, branch))
        for case in state.waiting.get(key, ())
    }
    found = []
    for case in sorted(candidates):
        if not draft.passed(case):
            continue
        known = state.cases[case]
        ended = {one: _by(draft, known, one) for one in known.opens if _ends(draft, one)}
        kept = tuple(one for one in known.opens if one not in ended)
        state.cases[case] = known._replace(opens=kept)
        first = next(((one, by) for one, by in ended.items() if by is not None), None)
        if first is not None:
            streak = first[0].streak or len(known.track(seen.job).streak)
            failure = first[0]._replace(streak=streak)
            is_near = first[1] is By.MAIN and draft.is_near(case)
            split = is_split(state, case, failure)
            found.append(
                Contradiction(case, failure, first[1], is_mended_near=is_near, is_split=split)
            )
    return found


def is_split(state: State, case: str, one: Open) -> bool:
    """Whether another job passed the case on the very code that failed it in this job alone.

    Jobs that have run another set of cases since are not asked: it may have lacked this one.
    """
    skipped = state.cases[case].skipped
    return one.is_alone and any(
        job != one.job and job not in skipped and case in state.members[job].files
        for job in state.codes.get(one.code, ())
    )


def _ends(draft: Draft, one: Open) -> bool:
    """Whether a pass now decides what the failure was, one way or the other."""
    seen = draft.seen
    if one.job != seen.job:
        return False
    if one.code == seen.code:
        return True
    if seen.is_default:
        return one.commit is not None and draft.state.commits[seen.code] > one.commit
    return one.pr == seen.pr


def _by(draft: Draft, known: CaseState, one: Open) -> By | None:
    seen = draft.seen
    if one.code == seen.code:
        return By.SAME if draft.now - one.at <= assumed.SAME_CODE_WITHIN else None
    if seen.is_default:
        is_lone = known.track(one.job).base == (one.code,)
        return By.MAIN if is_lone and not _is_landed_again(known, one) else None
    return By.PUSH


def _is_landed_again(known: CaseState, one: Open) -> bool:
    """Whether it may be a change that broke the case before, was taken back, and tried again.

    Not where it says what flakes of the case said: 134 of 138 of these were flakes, too.
    """
    if known.broken_at is None or one.sign in known.messages:
        return False
    return one.at - known.broken_at < assumed.LANDED_AGAIN


def end_streaks(draft: Draft) -> None:
    """Cases of this job that pass again: their streaks end, and are written to what waits."""
    state, job = draft.state, draft.seen.job
    still = set()
    for case in state.failing.get(job, ()):
        known = state.cases[case]
        if draft.passed(case):
            track = known.track(job)
            opens = tuple(
                one._replace(streak=len(track.streak)) if one.job == job and not one.streak else one
                for one in known.opens
            )
            passed = passed_once_more(draft, track)._replace(streak=())
            known = known._replace(opens=opens).with_track(job, passed)
            state.cases[case] = known
        if known.track(job).is_followed:
            still.add(case)
    state.failing[job] = frozenset(still)


def open_failures(draft: Draft) -> list[Contradiction]:
    """Let every failure of the observation wait; those that an in-run retry contradicts."""
    state, job = draft.state, draft.seen.job
    found = []
    groups = sorted(draft.unexpected)[: assumed.OTHERS_KEPT + 1]
    for case, retried in draft.failing.items():
        known = _failed_once_more(draft, case)
        failure = _failure(draft, case, known, groups)
        if retried:
            track = known.track(job)
            ended_by = failure._replace(streak=len(track.streak))
            found.append(Contradiction(case, ended_by, By.SAME, is_retry=True))
            passed = passed_once_more(draft, track)._replace(streak=())
            known = known.with_track(job, passed)
        else:
            known = known._replace(opens=(*known.opens, failure)[-assumed.OPENS_KEPT :])
            for key in failure.keys:
                state.waiting[key] = state.waiting.get(key, frozenset()) | {case}
        state.cases[case] = known
        state.failing[job] = state.failing.get(job, frozenset()) | {case}
    return found


def _failed_once_more(draft: Draft, case: str) -> CaseState:
    state, seen, job = draft.state, draft.seen, draft.seen.job
    group = draft.layout.group_of[case]
    known = state.cases.get(case)
    if known is None:
        state.weather = state.weather._replace(failed=state.weather.failed + 1)
        known = CaseState(group=group, at=draft.now, marks=state.reports.copy())
    track = known.track(job)
    streak = track.streak
    if seen.source not in streak:
        streak = (*streak, seen.source)[: assumed.STREAK_KEPT]
    track = track._replace(streak=streak)
    if seen.is_default:
        track = failed_once_more(draft, case, track)
        if track.base[-1:] == (seen.code,) and len(track.base) >= assumed.BROKEN_COMMITS:
            known = known._replace(broken_at=draft.now)
    failed = tuple(one for one in known.failed if one != (seen.code, job))
    opens = tuple(
        one._replace(is_alone=False) if one.code == seen.code and one.job != job else one
        for one in known.opens
    )
    known = known._replace(opens=opens)
    if seen.is_default and sign_of(seen.results[case]) not in known.messages:
        known = known._replace(opens=_broken_on_main(draft, known.opens, track))
    return known.with_track(job, track)._replace(
        group=group,
        failed=(*failed, (seen.code, job))[-assumed.FAILED_KEPT :],
        executions=known.executions + 1,
    )


def _broken_on_main(draft: Draft, opens: Iterable[Open], track: Track) -> tuple[Open, ...]:
    """What waits, now that the default branch failed it, too: some of it for no other reason."""
    return tuple(
        one._replace(
            is_on_main=True,
            is_on_broken=one.is_on_broken
            or (one.job == draft.seen.job and _is_on_broken(draft, track, one.pr, one.base)),
        )
        for one in opens
    )


def _is_on_broken(draft: Draft, track: Track, pr: int | None, base: str | None) -> bool:
    """Whether a pull request was merged with what is known to be broken by several commits."""
    is_known = len(track.base) >= assumed.BROKEN_COMMITS
    return pr is not None and is_known and is_on_break(draft.state, track, base)


def _failure(draft: Draft, case: str, known: CaseState, groups: Sequence[str]) -> Open:
    """What waits; of the other `groups` that failed so many are kept that they tell of a cause."""
    seen, group = draft.seen, draft.layout.group_of[case]
    own = draft.unexpected.get(group, {})
    itself = case not in own
    is_new = sign_of(seen.results[case]) not in known.messages
    return Open(
        at=draft.now,
        job=seen.job,
        run=seen.run,
        code=seen.code,
        pr=seen.pr,
        commit=draft.state.commits.get(seen.code) if seen.is_default else None,
        others=frozenset(groups) - {group},
        crowd=len(own) + itself,
        unexpected=draft.unexpected_cases + itself,
        is_near=draft.is_near(case) or (seen.pr is not None and draft.is_unknown(case)),
        reports=2 * len(draft.state.recent),
        sign=sign_of(seen.results[case]),
        base=seen.base,
        is_on_broken=is_new and _is_on_broken(draft, known.track(seen.job), seen.pr, seen.base),
        is_alone=not _fails_elsewhere(draft, case),
    )


def _fails_elsewhere(draft: Draft, case: str) -> bool:
    """Whether another job failed it, too, for the same source or on the same code."""
    known, seen = draft.state.cases.get(case), draft.seen
    if known is None:
        return False
    return any(code == seen.code and job != seen.job for code, job in known.failed) or any(
        seen.source in track.streak for job, track in known.tracks.items() if job != seen.job
    )


def drop_stale(draft: Draft) -> None:
    """Forget failures that waited too long, and breaks that no job reports any more."""
    state = draft.state
    waiting: dict[tuple[str, str], set[str]] = {}
    for case, known in state.cases.items():
        if known.broken_at is not None and known.broken_at < draft.now - assumed.WAITING_WITHIN:
            known = state.cases[case] = _without_breaks(known)
        if not known.opens:
            continue
        kept = tuple(one for one in known.opens if one.at > draft.now - assumed.WAITING_WITHIN)
        if len(kept) < len(known.opens):
            state.cases[case] = known._replace(opens=kept)
        for one in kept:
            for key in one.keys:
                waiting.setdefault(key, set()).add(case)
    state.waiting = {key: frozenset(cases) for key, cases in waiting.items()}


def _without_breaks(known: CaseState) -> CaseState:
    """The case without breaks of which nothing is told any more.

    A pass ends a break, and a failure says that it goes on; a job that was renamed or dropped
    does neither.
    """
    left = {
        job: track
        for job, track in known.tracks.items()
        if len(track.base) < assumed.BROKEN_COMMITS
    }
    return known._replace(tracks=left) if len(left) < len(known.tracks) else known
