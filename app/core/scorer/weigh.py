"""What a contradicted failure is worth: the belief after it."""

from collections import Counter
from collections.abc import Mapping, Sequence

from app.core.scorer import assumptions as assumed
from app.core.scorer.clock import minds_the_clock, with_moment
from app.core.scorer.company import MOST_OF_ONE, Company, companies, note_transients
from app.core.scorer.crowds import seen_again
from app.core.scorer.draft import Draft, settled
from app.core.scorer.facts import How
from app.core.scorer.kinds import WORTH, kind_of
from app.core.scorer.kinds import Kind as Kind
from app.core.scorer.messages import noted, weight
from app.core.scorer.saying import says_again, says_as_flakes, with_message
from app.core.scorer.standing import score_of
from app.core.scorer.state import CaseState, Open, Weather
from app.core.scorer.waiting import By, Contradiction

SHARED_BY_CROWD = {Kind.PUSHED_ALIKE, Kind.ALIKE_ONCE}  # one failure of all, as noise goes


def weigh(draft: Draft, found: list[Contradiction]) -> list[Kind | None]:
    """Work contradicted failures into the beliefs of their cases; what each was taken for."""
    if not found:
        return []
    note_transients(draft, found)
    company = companies(draft, found)
    again = seen_again(draft, found, company)
    signs = Counter(one.failure.sign for one in found)
    common = {*draft.state.common, *(sign for sign, times in signs.items() if times > 1)}
    kinds, heard = [], list[str]()
    weather, before = draft.state.weather, {one.case: draft.state.cases[one.case] for one in found}
    for one, beside in zip(found, company, strict=True):
        known = settled(draft.state, one.case, draft.now)
        kind = kind_of(known, one, beside, alike=again.get(one.case))
        if kind in (None, Kind.DOUBTFUL) and says_as_flakes(known, one, common=common):
            kind = Kind.AGAIN
        if minds_the_clock(draft, known, one):
            kind = Kind.CLOCK
        known = with_moment(known, one)
        if kind is not None:
            others = _without(weather, before[one.case])
            known = _believed(known, one, kind, others=others, common=draft.state.common)
        elif beside.is_common_cause and not _may_be_own(one, beside):
            heard.append(one.failure.sign)
        if beside.is_doubtful and not _may_be_own(one, beside):
            known = _beside_others(known, one.failure.at)
        draft.state.cases[one.case] = known
        draft.touched.add(one.case)
        kinds.append(kind)
    _learn(draft, before, heard)
    return kinds


def _times(one: Contradiction, kind: Kind) -> float:
    """How many failures it counts as where noise is counted: of a fixture's crowd one in all."""
    return 1.0 / one.failure.crowd if kind in SHARED_BY_CROWD else 1.0


def _learn(draft: Draft, before: Mapping[str, CaseState], heard: Sequence[str]) -> None:
    """What all of them tell of the repository together: none counts before the others."""
    weather = draft.state.weather
    for case, known in before.items():
        now = draft.state.cases[case]
        noise = _plus(_without(weather, known).noise, now.weighed, times=now.unbelieved)
        weather = weather._replace(noise=noise)
    draft.state.weather = weather
    for sign in sorted(heard):
        draft.state.common = noted(draft.state.common, sign, kept=assumed.COMMON_KEPT)


def _may_be_own(one: Contradiction, beside: Company) -> bool:
    """Whether what failed beside it may be the change's own bug, which a push mended with it."""
    return one.by.is_weak and beside.groups <= MOST_OF_ONE


def _beside_others(known: CaseState, at: float) -> CaseState:
    """The case failed with other groups once more: so what it rests on may fail it alone."""
    if known.shared_at is not None and abs(at - known.shared_at) < assumed.EPISODE:
        return known
    return known._replace(shared=known.shared + 1, shared_at=at)


def _believed(
    known: CaseState,
    one: Contradiction,
    kind: Kind,
    *,
    others: Weather,
    common: Mapping[str, int],
) -> CaseState:
    """The case with what its failure tells; `others` is the weather without the case itself."""
    failure, last = one.failure, known.last_episode_at
    own = {**dict.fromkeys(known.hints, 1), **known.messages}
    likelier = weight(failure.sign, own, common)
    is_said_again = says_again(known, one, kind, common=common)
    shown = (failure.at, how_of(one), failure.code)
    known = with_message(known, failure.sign, kind, at=failure.at)
    known = known._replace(flakes=known.flakes + 1, last_flake=shown)
    if last is not None and abs(failure.at - last) < assumed.EPISODE:
        if _is_better(known, kind):
            known = _weighed(others, known, one, kind, likelier=likelier, instead=known.last_kind)
            soon = (failure.source,) if kind.is_lone else ()
            return known._replace(last_kind=kind.value, soon=soon)
        before, known = len(known.soon), _with_soon(known, failure, kind)
        if len(known.soon) == before or len(known.soon) < assumed.SOON_SOURCES:
            return known
        return _weighed(others, known, one, kind, likelier=likelier, is_soon=True)
    if failure.pr is not None and failure.source == known.last_source:
        return known
    known = _weighed(others, known, one, kind, likelier=likelier, is_said_again=is_said_again)
    if kind.is_push:
        mended = failure.pr if one.by is By.PUSH else known.mended
        return known._replace(last_push=failure.pr, mended=mended)
    soon = (failure.source,) if kind.is_lone else ()
    return known._replace(
        last_episode_at=failure.at,
        last_source=failure.source,
        last_kind=kind.value,
        soon=soon,
    )


def _is_better(known: CaseState, kind: Kind) -> bool:
    """Whether it tells more than what the half day showed so far, of which the best one counts."""
    if known.last_kind is None or kind.is_push or not WORTH[kind].is_telling:
        return False
    return WORTH[kind].episodes > WORTH[Kind(known.last_kind)].episodes


def _with_soon(known: CaseState, failure: Open, kind: Kind) -> CaseState:
    """The case with one more source that showed it alone in the half day; the last, hours later."""
    sources, source, began = known.soon, failure.source, known.last_episode_at or 0.0
    if not kind.is_lone or not sources or source in sources:
        return known
    left = assumed.SOON_SOURCES - len(sources)
    if left == 0 or (left == 1 and abs(failure.at - began) < assumed.COMPANY):
        return known
    return known._replace(soon=(*sources, source))


def _weighed(
    others: Weather,
    known: CaseState,
    one: Contradiction,
    kind: Kind,
    *,
    likelier: float,
    is_said_again: bool = False,
    is_soon: bool = False,
    instead: str | None = None,
) -> CaseState:
    """The case with its belief and its episodes after one more piece of evidence."""
    noise = noise_of(others, kind) / likelier * (1 + known.shared)
    cap, episodes = _cap(known, kind), known.episodes + WORTH[kind].episodes
    if kind is Kind.ALIKE:
        episodes = max(known.episodes + 1.0, WORTH[kind].episodes)
    if kind.is_push:
        known = _with_push(known, one, kind)
        episodes = known.episodes
    if is_said_again:
        lifted = max(0.0, assumed.FLAGGED_EPISODES - episodes)
        cap, episodes = max(cap, assumed.CAP), episodes + lifted
        if kind.is_push:
            known = known._replace(pushed=known.pushed + lifted)
    if is_soon:
        cap, episodes = assumed.CAP_SOON, known.episodes + assumed.EPISODE_SOON
    if instead is not None:
        shown = WORTH[Kind(instead)].episodes
        cap /= _cap(known._replace(episodes=known.episodes - shown), Kind(instead))
        episodes -= shown
    belief = known.belief.weighed(noise=noise, cap=max(1.0, cap), is_first=not known.weighed)
    known = known._replace(belief=belief, episodes=episodes)
    return _counted(others, known, kind, times=_times(one, kind))


def _cap(known: CaseState, kind: Kind) -> float:
    if kind is Kind.LONG and known.episodes >= assumed.TELLING:
        return assumed.CAP_LONG_AGAIN
    return WORTH[kind].cap / (1 + known.shared) if kind.is_group else WORTH[kind].cap


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


def _counted(others: Weather, known: CaseState, kind: Kind, *, times: float) -> CaseState:
    """The case's failures count as noise so far as it is held for healthy now.

    What was taken for noise when it came is taken back once more of it makes the case flaky.
    """
    weighed = _plus(known.weighed, {kind.value: times})
    return known._replace(weighed=weighed, unbelieved=1.0 - score_of(known, others))


def _plus(
    one: Mapping[str, float], other: Mapping[str, float], *, times: float = 1.0
) -> dict[str, float]:
    """The counts of both together, never less than nothing."""
    found = dict(one)
    for kind, count in other.items():
        found[kind] = max(0.0, found.get(kind, 0.0) + times * count)
    return found
