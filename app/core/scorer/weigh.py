"""What a contradicted failure is worth: its kind, and the belief after it."""

from dataclasses import dataclass, replace
from enum import StrEnum

from app.core.scorer import assumptions as assumed
from app.core.scorer.company import Company, companies, groups_alike, note_transients
from app.core.scorer.draft import Draft, settled
from app.core.scorer.state import CaseState
from app.core.scorer.waiting import By, Contradiction


class Kind(StrEnum):
    """What a contradicted failure is taken for."""

    ALONE = "alone"  # one case, short, nothing beside it: a flake in nearly all worlds
    FEW = "few"  # two or three of the group, by the default branch's next commit
    JOBS = "jobs"  # several jobs failed the commit, the next one passed
    PUSHED = "pushed"  # far from a change whose next push passed
    PUSHED_JOBS = "pushed_jobs"  # the same in several jobs
    DOUBTFUL = "doubtful"  # one other group beside it
    CROWD = "crowd"  # many of its group, and nothing else
    PUSHED_ALIKE = "pushed_alike"  # the same, by the next push of a change far from it
    ALIKE = "alike"  # the same many as on another day: a fixture


@dataclass(frozen=True, slots=True)
class Worth:
    """What one kind moves."""

    cap: float  # of the odds
    episodes: float = 0.0
    noise: float = assumed.NOISE  # per execution of a healthy case


WORTH = {
    Kind.ALONE: Worth(assumed.CAP, 1.0),
    Kind.FEW: Worth(assumed.CAP_FEW, 1.0),
    Kind.JOBS: Worth(assumed.CAP_JOBS, assumed.EPISODE_JOBS),
    Kind.PUSHED: Worth(assumed.CAP_PUSH, assumed.EPISODE_PUSH, assumed.PUSH_NOISE),
    Kind.PUSHED_JOBS: Worth(assumed.CAP_PUSH_JOBS, assumed.EPISODE_PUSH_JOBS, assumed.PUSH_NOISE),
    Kind.PUSHED_ALIKE: Worth(assumed.CAP_PUSH, assumed.EPISODE_JOBS),
    Kind.DOUBTFUL: Worth(assumed.CAP_COMPANY),
    Kind.CROWD: Worth(assumed.CAP_CROWD),
    Kind.ALIKE: Worth(assumed.CAP_ALIKE, assumed.FLAGGED_EPISODES, assumed.ALIKE_NOISE),
}


def weigh(draft: Draft, found: list[Contradiction]) -> list[Kind | None]:
    """Work contradicted failures into the beliefs of their cases; what each was taken for."""
    if not found:
        return []
    note_transients(draft, found)
    company = companies(draft, found)
    alike = groups_alike(draft, found, company)
    kinds = []
    for one, beside in zip(found, company, strict=True):
        known = settled(draft.state, one.case, draft.now)
        kind = kind_of(known, one, beside, is_alike=known.group in alike)
        draft.state.cases[one.case] = known if kind is None else _believed(known, one, kind)
        draft.touched.add(one.case)
        kinds.append(kind)
    return kinds


def kind_of(
    known: CaseState, one: Contradiction, beside: Company, *, is_alike: bool
) -> Kind | None:
    """What a contradicted failure is taken for; None where it says nothing of a flake."""
    failure = one.failure
    if failure.streak > assumed.SHORT or beside.is_common_cause:
        return None
    jobs = sum(code == failure.code for code, _ in known.failed)
    if one.by is By.PUSH:
        if is_alike and not beside.groups and failure.streak <= 1 and not failure.is_near:
            return Kind.PUSHED_ALIKE if failure.crowd > assumed.FEW_OF_GROUP else None
        return _pushed(known, one, beside, jobs=jobs)
    if beside.is_doubtful:
        is_same = one.by is By.SAME or jobs == 1
        return Kind.DOUBTFUL if is_same else None
    if failure.crowd > assumed.FEW_OF_GROUP:
        return _crowded(one, beside, jobs=jobs, is_alike=is_alike)
    if one.by is By.SAME:
        return Kind.ALONE
    if jobs > 1:
        return Kind.JOBS if failure.crowd <= 1 and failure.streak <= 1 else None
    return Kind.ALONE if failure.crowd <= 1 else Kind.FEW


def _pushed(known: CaseState, one: Contradiction, beside: Company, *, jobs: int) -> Kind | None:
    """By other code: bugs mended by the next push are like it, unless the change lies far off."""
    failure = one.failure
    is_lone = failure.unexpected == 1 and not beside.is_doubtful
    is_first = failure.streak <= 1 and known.last_push != failure.pr
    if not is_lone or not is_first or failure.is_near:
        return None
    return Kind.PUSHED if jobs <= 1 else Kind.PUSHED_JOBS


def _crowded(one: Contradiction, beside: Company, *, jobs: int, is_alike: bool) -> Kind:
    if not is_alike or beside.groups:
        return Kind.CROWD
    return Kind.ALIKE if one.by is By.SAME or jobs <= 1 else Kind.JOBS


def _believed(known: CaseState, one: Contradiction, kind: Kind) -> CaseState:
    at, last = one.failure.at, known.last_episode_at
    known = replace(known, flakes=known.flakes + 1)
    if last is not None and abs(at - last) < assumed.EPISODE:
        return known
    worth = WORTH[kind]
    episodes = known.episodes + worth.episodes
    if kind is Kind.ALIKE:
        episodes = max(known.episodes + 1.0, worth.episodes)
    if one.by is By.PUSH and kind is not Kind.PUSHED_ALIKE:
        pushed = min(worth.episodes, assumed.EPISODES_PUSHED - known.pushed)
        episodes = known.episodes + pushed
        known = replace(known, pushed=known.pushed + pushed)
    belief = known.belief.weighed(noise=worth.noise, cap=worth.cap)
    known = replace(known, belief=belief, episodes=episodes)
    if one.by is By.PUSH and kind is not Kind.PUSHED_ALIKE:
        return replace(known, last_push=one.failure.pr)
    return replace(known, last_episode_at=at)
