"""The reasons of a finding: the facts that moved it most, strongest first."""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import islice
from math import ceil, log

from app.core.scorer import facts
from app.core.scorer.assumptions import STREAK_KEPT
from app.core.scorer.breaks import failed_once_more
from app.core.scorer.culprit import Ran, suspects
from app.core.scorer.draft import Draft
from app.core.scorer.facts import Break, Fact, How
from app.core.scorer.layout import words_in
from app.core.scorer.messages import unseen
from app.core.scorer.odds import ELSEWHERE_FEW, Circumstances
from app.core.scorer.standing import rate_interval, rate_of, runs_of, score_of
from app.core.scorer.state import CaseState, Track

FEW_RUNS = 3  # reports that ran the case, from which something can be told
PATHS_SHOWN = 3
# How much a fact moves the odds of a flake, about; only their order counts.
RETRIED = log(1_000.0)
NEAR = log(100.0)
FIRST = log(200.0)
BROKEN = log(300.0)
PER_GROUP = log(30.0)
AGAIN = log(10.0)
SAME = log(6.0)
SAID_ELSEWHERE = log(10.0)
SAME_CROWD = log(200.0)
EARLIER_PUSH = log(100.0)
RATE = log(150.0)
FAR = log(3.0)
FEW = log(2.0)
NOT_ON_BASE = 0.0  # it speaks for the change's own bug and for a flake


def reasons(draft: Draft, case: str, around: Circumstances, *, sign: str) -> tuple[Fact, ...]:
    """The facts about a failure, with what lies around it, and the sign of its message."""
    known = draft.state.cases.get(case)
    track = known.track(draft.seen.job) if known else Track()
    found: list[tuple[float, Fact]] = []
    if draft.failing[case]:
        found.append((RETRIED, facts.RetriedHere()))
    if track.base:
        found.append((BROKEN, facts.BrokenSince(track.base[0], track.runs, track.runs)))
    elif not draft.seen.is_default and (base := draft.state.tested.get(draft.seen.job)):
        found.append((NOT_ON_BASE, facts.FailsNotOnBase(base)))
    if others := around.others:
        found.append((PER_GROUP * min(others, 3), facts.FailingBeside(others, around.beside)))
    found += _of_streak(draft.seen.source, track)
    found += _of_others(around)
    found += _of_history(draft, known, sign)
    found += _of_change(draft, case, is_near=around.is_near)
    if (runs := draft.state.runs(case)) < FEW_RUNS:
        found.append((FEW, facts.FewRuns(runs)))
    elif known is None and (passes := draft.state.runs(case, surely=True)):
        found.append((FIRST, facts.FirstFailure(passes)))
    return tuple(fact for _, fact in sorted(found, key=lambda one: -one[0]))


def _of_streak(source: str, track: Track) -> list[tuple[float, Fact]]:
    """Whom else it failed for in a row; the same source tells as much by an earlier push."""
    others = len(set(track.streak) - {source})
    is_least = len(track.streak) >= STREAK_KEPT
    return [(AGAIN * min(others, 3), facts.Streak(others + 1, is_least))] if others else []


def _of_others(around: Circumstances) -> list[tuple[float, Fact]]:
    """What failed the case lately, and whom with it."""
    found: list[tuple[float, Fact]] = []
    if around.same_crowds:
        found.append((SAME_CROWD, facts.SameCrowd(around.together)))
    if around.is_pushed_again:
        found.append((EARLIER_PUSH, facts.EarlierPush()))
    if around.elsewhere >= ELSEWHERE_FEW:
        found.append((AGAIN * min(around.elsewhere - 1, 3), facts.FailsElsewhere(around.elsewhere)))
    if around.said_elsewhere:
        found.append((SAID_ELSEWHERE, facts.SaidElsewhere(around.said_elsewhere)))
    return found


def _of_history(draft: Draft, known: CaseState | None, sign: str) -> list[tuple[float, Fact]]:
    """What the case itself has shown so far."""
    if known is None or not known.flakes:
        return []
    at, how, code = known.last_flake or (None, None, None)
    last = None if at is None else datetime.fromtimestamp(at, UTC)
    days = max(1, ceil(known.episodes))
    past = facts.Contradicted(known.flakes, days, None if how is None else How(how), last, code)
    score = score_of(known, draft.state.weather)
    rate, low, high = rate_interval(known)
    found: list[tuple[float, Fact]] = [
        (log(1.0 + score * 1_000.0), past),
        (RATE, facts.FailureRate(rate, low, high, runs_of(known))),
    ]
    if sign in known.messages:
        found.append((SAME, facts.SameMessage(known.messages[sign])))
    elif sign and known.messages and sign not in known.hints:
        other = facts.OtherMessage(sum(known.messages.values()))
        found.append((-log(unseen(known.messages)), other))
    return found


def _of_change(draft: Draft, case: str, *, is_near: bool) -> list[tuple[float, Fact]]:
    """How the pull request's change, or the commit's, lies to the case."""
    changed = draft.seen.changed
    if changed is None:
        return []
    if not is_near:
        return [(FAR, facts.FarFromChange(len(changed)))]
    file = draft.seen.ran.files[case]
    near = (path for path in changed if draft.layout.near(file, words_in((path,))))
    return [(NEAR, facts.NearChange(tuple(islice(near, PATHS_SHOWN))))]


def break_of(draft: Draft, case: str, known: CaseState, track: Track) -> Break | None:
    """The default branch's break in this job, and who may have made it; None without one.

    With this very failure, where the default branch shows it.
    """
    if not track.base:
        return None
    if draft.seen.is_default:
        track = failed_once_more(draft, case, track)
    rate = rate_of(known) * score_of(known, draft.state.weather)
    key = (track.base[0], track.passed, track.shown, rate)
    if key not in draft.breaks:  # what broke many cases broke them alike
        found = suspects(_ran(draft.state.commits, track), flake_rate=rate)
        draft.breaks[key] = Break(track.base[0], track.passed, found)
    return draft.breaks[key]


def _ran(places: Mapping[str, int], track: Track) -> list[Ran]:
    """All commits since the last one known to pass, those too that the job did not test."""
    order = list(places)
    first = places[order[0]]
    found, last = [], None if track.passed is None else places.get(track.passed)
    for one in (one for one in track.shown if one.commit in places):
        place = places[one.commit]
        if last is not None:
            found += [Ran(commit) for commit in order[last - first + 1 : place - first]]
        found.append(Ran(one.commit, one.failures, one.passes, is_near=one.is_near))
        last = None if one.goes_on else place
    return found
