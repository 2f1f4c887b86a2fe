"""What a contradicted failure is worth: its kind, and the belief after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.core.scorer import assumptions as assumed
from app.core.scorer.company import Company, companies, note_transients
from app.core.scorer.crowds import seen_again
from app.core.scorer.draft import Draft, settled
from app.core.scorer.facts import How
from app.core.scorer.messages import noted, weight
from app.core.scorer.standing import score_of
from app.core.scorer.state import CaseState, Weather
from app.core.scorer.waiting import By, Contradiction


class Kind(StrEnum):
    """What a contradicted failure is taken for."""

    ALONE = "alone"  # one case, short, nothing beside it: a flake in nearly all worlds
    FEW = "few"  # two or three of the group, by the default branch's next commit
    NEAR = "near"  # by the next commit, where both commits touch near the case
    JOBS = "jobs"  # several jobs failed the commit, the next one passed
    LONG = "long"  # nothing beside it, but several sources in a row
    PUSHED = "pushed"  # far from a change whose next push passed
    LEFT = "left"  # far from a change that was left as it is
    PUSHED_JOBS = "pushed_jobs"  # the same in several jobs
    PUSHED_MANY = "pushed_many"  # the same with other cases beside it
    DOUBTFUL = "doubtful"  # one other group beside it
    CROWD = "crowd"  # many of its group, and nothing else
    PUSHED_ALIKE = "pushed_alike"  # the same, by the next push of a change far from it
    ALIKE = "alike"  # the same many as on another day: a fixture

    @property
    def is_push(self) -> bool:
        """Whether only other code contradicts it."""
        return self in {Kind.PUSHED, Kind.LEFT, Kind.PUSHED_JOBS, Kind.PUSHED_MANY}

    @property
    def is_group(self) -> bool:
        """Whether several cases of the group failed together, as in an outage of what they use."""
        return self in {Kind.FEW, Kind.CROWD, Kind.PUSHED_ALIKE, Kind.ALIKE}


@dataclass(frozen=True, slots=True)
class Worth:
    """What one kind moves."""

    cap: float  # of the odds
    episodes: float = 0.0
    noise: float = assumed.NOISE  # per execution of a healthy case, before any is seen

    @property
    def is_telling(self) -> bool:
        """Whether it alone makes a flake likely, so that its message is one that flakes have."""
        return self.episodes >= assumed.TELLING


WORTH = {
    Kind.ALONE: Worth(assumed.CAP, 1.0),
    Kind.FEW: Worth(assumed.CAP_FEW, 1.0),
    Kind.NEAR: Worth(assumed.CAP_NEAR, assumed.EPISODE_NEAR, assumed.NEAR_NOISE),
    Kind.JOBS: Worth(assumed.CAP_JOBS, assumed.EPISODE_JOBS, assumed.JOBS_NOISE),
    Kind.LONG: Worth(assumed.CAP_LONG, assumed.EPISODE_LONG, assumed.LONG_NOISE),
    Kind.PUSHED: Worth(assumed.CAP_PUSH, assumed.EPISODE_PUSH, assumed.PUSH_NOISE),
    Kind.LEFT: Worth(assumed.CAP_LEFT, assumed.EPISODE_LEFT, assumed.PUSH_NOISE),
    Kind.PUSHED_JOBS: Worth(assumed.CAP_PUSH_JOBS, assumed.EPISODE_PUSH_JOBS, assumed.PUSH_NOISE),
    Kind.PUSHED_MANY: Worth(assumed.CAP_PUSH_MANY, assumed.EPISODE_PUSH_MANY, assumed.MANY_NOISE),
    Kind.PUSHED_ALIKE: Worth(assumed.CAP_PUSH, assumed.EPISODE_PUSH_ALIKE),
    Kind.DOUBTFUL: Worth(assumed.CAP_COMPANY),
    Kind.CROWD: Worth(assumed.CAP_CROWD),
    Kind.ALIKE: Worth(assumed.CAP_ALIKE, assumed.EPISODES_ALIKE, assumed.ALIKE_NOISE),
}


def weigh(draft: Draft, found: list[Contradiction]) -> list[Kind | None]:
    """Work contradicted failures into the beliefs of their cases; what each was taken for."""
    if not found:
        return []
    note_transients(draft, found)
    company = companies(draft, found)
    again = seen_again(draft, found, company)
    kinds = []
    for one, beside in zip(found, company, strict=True):
        known = settled(draft.state, one.case, draft.now)
        kind = kind_of(known, one, beside, is_alike=one.case in again)
        if kind is not None:
            known = _believed(draft, known, one, kind)
        elif beside.is_common_cause:
            sign = one.failure.sign
            draft.state.common = noted(draft.state.common, sign, kept=assumed.COMMON_KEPT)
        if beside.is_doubtful:
            known = _beside_others(known, one.failure.at)
        draft.state.cases[one.case] = known
        draft.touched.add(one.case)
        kinds.append(kind)
    return kinds


def kind_of(
    known: CaseState, one: Contradiction, beside: Company, *, is_alike: bool
) -> Kind | None:
    """What a contradicted failure is taken for; None where it says nothing of a flake."""
    failure = one.failure
    if beside.is_common_cause:
        return None
    if failure.streak > assumed.SHORT:
        is_long = one.by is By.SAME and not beside.is_doubtful and failure.crowd <= 1
        return Kind.LONG if is_long else None
    jobs = sum(code == failure.code for code, _ in known.failed)
    if one.by.is_weak:
        return _pushed(known, one, beside, jobs=jobs, is_alike=is_alike)
    return _contradicted(one, beside, jobs=jobs, is_alike=is_alike)


def _contradicted(one: Contradiction, beside: Company, *, jobs: int, is_alike: bool) -> Kind | None:
    failure = one.failure
    if is_alike and failure.crowd > 1:
        return Kind.ALIKE if one.by is By.SAME or failure.streak <= 1 else Kind.CROWD
    if beside.is_doubtful:
        is_same = one.by is By.SAME or jobs == 1
        return Kind.DOUBTFUL if is_same else None
    if failure.crowd > assumed.FEW_OF_GROUP:
        return Kind.CROWD
    if one.by is By.SAME:
        return Kind.ALONE
    if failure.is_near and one.is_mended_near:
        return Kind.NEAR if failure.crowd <= 1 and failure.streak <= 1 else None
    if jobs > 1:
        return Kind.JOBS if failure.crowd <= 1 and failure.streak <= 1 else None
    return Kind.ALONE if failure.crowd <= 1 else Kind.FEW


def _pushed(
    known: CaseState, one: Contradiction, beside: Company, *, jobs: int, is_alike: bool
) -> Kind | None:
    """By other code: bugs mended by the next push are like it, unless the change lies far off."""
    failure = one.failure
    if is_alike and not beside.is_doubtful and failure.streak <= 1 and not failure.is_near:
        return Kind.PUSHED_ALIKE if failure.crowd > assumed.FEW_OF_GROUP else None
    is_first = failure.streak <= 1 and known.last_push != failure.pr
    if not is_first or failure.is_near:
        return None
    if failure.unexpected != 1 or beside.is_doubtful:
        return Kind.PUSHED_MANY if failure.crowd <= 1 else None
    if one.by is By.LEFT:
        return Kind.LEFT
    return Kind.PUSHED if jobs <= 1 else Kind.PUSHED_JOBS


def _beside_others(known: CaseState, at: float) -> CaseState:
    """The case failed with other groups once more: so what it rests on may fail it alone."""
    if known.shared_at is not None and abs(at - known.shared_at) < assumed.EPISODE:
        return known
    return known._replace(shared=known.shared + 1, shared_at=at)


def _believed(draft: Draft, known: CaseState, one: Contradiction, kind: Kind) -> CaseState:
    at, last, sign = one.failure.at, known.last_episode_at, one.failure.sign
    likelier = weight(sign, known.messages, draft.state.common)
    messages = known.messages
    if WORTH[kind].is_telling:
        messages = noted(messages, sign, kept=assumed.MESSAGES_KEPT)
    shown = (at, how_of(one), one.failure.code)
    known = known._replace(flakes=known.flakes + 1, messages=messages, last_flake=shown)
    is_soon = last is not None and abs(at - last) < assumed.EPISODE
    is_same_pull = one.failure.pr is not None and one.failure.source == known.last_source
    if is_soon or is_same_pull:
        return known
    worth = WORTH[kind]
    others = _without(draft.state.weather, known)
    noise = noise_of(others, kind) / likelier * (1 + known.shared)
    cap = worth.cap / (1 + known.shared) if kind.is_group else worth.cap
    if kind is Kind.LONG and known.episodes >= assumed.TELLING:
        cap = assumed.CAP_LONG_AGAIN
    times = 1.0 / one.failure.crowd if kind is Kind.PUSHED_ALIKE else 1.0
    episodes = known.episodes + worth.episodes
    if kind is Kind.ALIKE:
        episodes = max(known.episodes + 1.0, worth.episodes)
    if kind.is_push:
        known = _with_push(known, one, kind)
        episodes = known.episodes
    belief = known.belief.weighed(noise=noise, cap=max(1.0, cap), is_first=not known.weighed)
    known = known._replace(belief=belief, episodes=episodes)
    known = _counted(draft, others, known, kind, times=times)
    if kind.is_push:
        return known._replace(last_push=one.failure.pr)
    return known._replace(last_episode_at=at, last_source=one.failure.source)


def _with_push(known: CaseState, one: Contradiction, kind: Kind) -> CaseState:
    """The case with what other code's pass is of an episode: all together little, unless left."""
    left = known.left + (one.by is By.LEFT)
    is_twice = left >= assumed.LEFT_TWICE
    most = assumed.EPISODES_LEFT if is_twice else assumed.EPISODES_PUSHED
    is_again = is_twice and kind is Kind.LEFT
    share = assumed.EPISODE_LEFT_AGAIN if is_again else WORTH[kind].episodes
    pushed = max(0.0, min(share, most - known.pushed))
    episodes = known.episodes + pushed
    return known._replace(episodes=episodes, pushed=known.pushed + pushed, left=left)


HOW = {By.MAIN: How.NEXT_COMMIT, By.PUSH: How.NEXT_PUSH, By.LEFT: How.LEFT}


def how_of(one: Contradiction) -> How:
    """What contradicted the failure, in the words of a finding."""
    if one.by is By.SAME:
        return How.RETRY if one.is_retry else How.RERUN
    return HOW[one.by]


def noise_of(weather: Weather, kind: Kind) -> float:
    """Failures of this kind that healthy cases show, per execution: assumed, then learned."""
    runs = assumed.NOISE_RUNS
    seen = weather.noise.get(kind.value, 0.0) + WORTH[kind].noise * runs
    return seen / (weather.executions + runs)


def _without(weather: Weather, known: CaseState) -> Weather:
    """The weather without what this case's own failures count as noise."""
    return weather._replace(noise=_plus(weather.noise, known.weighed, times=-known.unbelieved))


def _counted(
    draft: Draft, others: Weather, known: CaseState, kind: Kind, *, times: float
) -> CaseState:
    """The case's failures count as noise so far as it is held for healthy now.

    What was taken for noise when it came is taken back once more of it makes the case flaky.
    """
    weighed = _plus(known.weighed, {kind.value: times})
    unbelieved = 1.0 - score_of(known, others)
    draft.state.weather = others._replace(noise=_plus(others.noise, weighed, times=unbelieved))
    return known._replace(weighed=weighed, unbelieved=unbelieved)


def _plus(
    one: Mapping[str, float], other: Mapping[str, float], *, times: float = 1.0
) -> dict[str, float]:
    """The counts of both together, never less than nothing."""
    found = dict(one)
    for kind, count in other.items():
        found[kind] = max(0.0, found.get(kind, 0.0) + times * count)
    return found
