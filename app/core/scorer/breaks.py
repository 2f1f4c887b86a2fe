"""Breaks of the default branch in one job: since when it fails a case, and what its commits showed.

A pass at or after the last commit that failed ends the row of failures. What the commits showed is
kept until more passes follow, as a broken case passes now and then: `culprit` tells by it who may
have broken the case.
"""

from bisect import bisect_left
from collections.abc import Sequence

from app.core.scorer import assumptions as assumed
from app.core.scorer.draft import Draft
from app.core.scorer.membership import NEVER_CHANGED
from app.core.scorer.state import Shown, State, Track


def failed_once_more(draft: Draft, case: str, track: Track) -> Track:
    """The track after a report of the default branch that failed the case."""
    code = draft.seen.code
    track = track if track.shown else _begun(draft, case, track)
    track = _with_run(draft, track, Shown(code, failures=1, is_near=draft.is_near(case)))
    if track.base and not _reaches(draft, track):
        return track
    base = (*track.base[:1], code) if track.base[-1:] != (code,) else track.base
    return track._replace(base=base, runs=track.runs + 1 if track.base else 1)


def passed_once_more(draft: Draft, track: Track) -> Track:
    """The track after a report that passed the case at last, of the default branch or another."""
    if not draft.seen.is_default or not track.shown:
        return track
    track = _with_run(draft, track, Shown(draft.seen.code, passes=1))
    if not track.base or _reaches(draft, track):
        track = track._replace(base=(), runs=0)
        if _passes_since(track) >= assumed.OVER_AFTER:
            return track._replace(passed=None, shown=())
    return track


def is_on_break(state: State, track: Track, base: str | None) -> bool:
    """Whether code that was merged with this commit has the break; likely, where it is not known.

    `base` is None for the default branch itself, too.
    """
    if not track.base:
        return False
    if base is None or base not in state.commits:
        return True
    return state.commits[base] >= state.commits.get(track.base[0], 0)


def _reaches(draft: Draft, track: Track) -> bool:
    """Whether this is at or after the last commit that failed."""
    commits = draft.state.commits
    return commits[draft.seen.code] >= commits.get(track.base[-1], 0)


def _begun(draft: Draft, case: str, track: Track) -> Track:
    """What is known before the first failure: the commit that the job tested last, which passed."""
    places, last = draft.state.commits, draft.state.tested.get(draft.seen.job)
    if last is None or last not in places or _is_new(draft, case):
        return track
    if places[last] < places[draft.seen.code]:
        return track._replace(passed=last)
    return track._replace(shown=(Shown(last, passes=1),))


def _is_new(draft: Draft, case: str) -> bool:
    """Whether no report of the job ran the case before this one."""
    state, job = draft.state, draft.seen.job
    moved = state.moved.get(job, NEVER_CHANGED)
    return moved.runs(case, state.reports[job], is_member=True) <= 1


def _with_run(draft: Draft, track: Track, run: Shown) -> Track:
    """The track with one more run of a commit that is newer than the last one known to pass."""
    places = draft.state.commits
    place = places[run.commit]
    if track.passed is not None and place <= places.get(track.passed, 0):
        return track
    kept = [one for one in track.shown if one.commit in places]
    at = bisect_left(kept, place, key=lambda one: places[one.commit])
    if at < len(kept) and kept[at].commit == run.commit:
        kept[at] = _both(kept[at], run)
    elif at == len(kept) and run.failures and _is_long_row(kept):
        kept[-1] = _both(kept[-1], run)._replace(is_near=kept[-1].is_near, goes_on=True)
    else:
        kept.insert(at, run)
    return _at_most(track._replace(shown=tuple(kept)))


def _both(one: Shown, other: Shown) -> Shown:
    return one._replace(
        failures=one.failures + other.failures,
        passes=one.passes + other.passes,
        is_near=one.is_near or other.is_near,
    )


def _is_long_row(shown: Sequence[Shown]) -> bool:
    row = shown[-assumed.ROW_KEPT :]
    return len(row) == assumed.ROW_KEPT and not any(one.passes for one in row)


def _at_most(track: Track) -> Track:
    """The track without its oldest commits where they are too many: it begins after one's pass."""
    kept, passed = track.shown, track.passed
    while len(kept) > assumed.SHOWN_KEPT:
        number = next((place for place, one in enumerate(kept) if one.passes), 0)
        passed, kept = kept[number].commit, kept[number + 1 :]
    return track._replace(passed=passed, shown=kept)


def _passes_since(track: Track) -> int:
    """The passes of the last commit that failed, and of those after it."""
    passes = 0
    for one in reversed(track.shown):
        passes += one.passes
        if one.failures:
            break
    return passes
