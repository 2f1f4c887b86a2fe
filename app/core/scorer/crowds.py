"""Crowds: cases of one group that fail for a moment together, and again on another day."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

from app.core.scorer import assumptions as assumed
from app.core.scorer.company import Company
from app.core.scorer.draft import Draft
from app.core.scorer.state import Crowd
from app.core.scorer.waiting import By, Contradiction

SIGNS_KEPT = 8  # of a crowd, of which no message is said by most
VERY_ALIKE = 0.8  # share of cases in common from which two crowds are one fixture's, some come new


@dataclass(frozen=True, slots=True)
class Likeness:
    """How the cases of a group that fail now compare with its crowds of other days."""

    cases: int  # that fail now
    same: int  # pull requests and commits in which nearly these failed
    is_known: bool  # whether nearly these failed together before, whoever met it and when
    met: frozenset[str]  # those of them that were in any
    times: Mapping[str, int]  # by case: crowds that it was in, if all of these were alike


def likeness(draft: Draft, group: str, now: frozenset[str]) -> Likeness:
    """Compare the failing cases of a group with its crowds of other days and other code."""
    known = draft.state.crowds.get(group, ())
    is_known = any(_is_very_alike(crowd.cases, now) for crowd in known)
    earlier = [
        crowd
        for crowd in known
        if crowd.source != draft.seen.source and draft.now - crowd.at > assumed.EPISODE
    ]
    same = {crowd.source for crowd in earlier if _is_very_alike(crowd.cases, now)}
    touched = [crowd.cases for crowd in earlier if crowd.cases & now]
    is_steady = all(_is_very_alike(one, other) for one, other in combinations(touched, 2))
    times = Counter(case for cases in touched for case in cases & now) if is_steady else Counter()
    met = now.intersection(frozenset[str]().union(*touched))
    return Likeness(len(now), len(same) if len(now) > 1 else 0, is_known, met, times)


def _is_very_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= VERY_ALIKE * len(one | other)


def seen_again(
    draft: Draft, found: Sequence[Contradiction], company: Sequence[Company]
) -> dict[str, bool]:
    """The cases whose crowd failed before, on another day, and whether that is no chance.

    Crowds are remembered.

    A fixture fails the same cases again, a leak some of the same; a full disk or an outage fails
    others each time. A bug may fail a whole file, so of crowds that only a push mended, two are
    asked for.
    """
    crowds: dict[tuple[str, str, By], dict[str, Contradiction]] = {}
    for one, beside in zip(found, company, strict=True):
        if _is_of_crowd(one, beside):
            group = draft.state.cases[one.case].group
            crowds.setdefault((group, one.failure.source, one.by), {})[one.case] = one
    again: dict[str, bool] = {}
    for (group, source, by), of in crowds.items():
        signs = Counter(one.failure.sign for one in of.values())
        now = Crowd(draft.now, source, frozenset(of), by.value, _said_by_most(signs))
        is_most = all(_is_most(one) for one in of.values())
        again |= _again(draft, group, now, is_most=is_most)
        if is_most:
            _remember(draft, group, now)
    return again


def _said_by_most(signs: Mapping[str, int]) -> frozenset[str]:
    """What most of a crowd said; all that as many said, a few of them."""
    most = max(signs.values())
    said = sorted(sign for sign, times in signs.items() if sign and times == most)
    return frozenset(said[:SIGNS_KEPT])


def _says_same(one: Crowd, other: Crowd) -> bool:
    return bool(one.signs & other.signs)


def _is_most(one: Contradiction) -> bool:
    """Whether its crowd is nearly all that failed unexpectedly in the report."""
    return one.failure.crowd >= assumed.CROWD_SHARE * one.failure.unexpected


def _again(draft: Draft, group: str, now: Crowd, *, is_most: bool) -> dict[str, bool]:
    """The cases of a crowd that failed in alike ones before; beside others, of the same message."""
    earlier = [
        crowd
        for crowd in draft.state.crowds.get(group, ())
        if crowd.source != now.source
        and now.at - crowd.at > assumed.EPISODE
        and (is_most or _says_same(crowd, now))
    ]
    same = [crowd for crowd in earlier if _is_same(crowd, now)]
    if _is_enough(same, now):
        return _cases_of(same, now, is_sure=True)
    size = draft.layout.size_of(group)
    alike = [crowd for crowd in earlier if _is_alike(crowd, now, size=size)]
    if By.SAME in {now.by, *(crowd.by for crowd in alike)}:
        return _cases_of(alike, now, is_sure=True)
    if len(now.cases) <= assumed.FEW_OF_GROUP:
        return {}
    return _cases_of([one for one in same if _says_same(one, now)], now, is_sure=False)


def _cases_of(alike: Sequence[Crowd], now: Crowd, *, is_sure: bool) -> dict[str, bool]:
    """The cases of a crowd that were in earlier ones, too."""
    before = frozenset[str]().union(*(crowd.cases for crowd in alike))
    return dict.fromkeys(now.cases & before, is_sure)


def _is_enough(same: Sequence[Crowd], now: Crowd) -> bool:
    """Whether so many alike crowds cannot be bugs: one that a push alone mended counts half."""
    weights = {crowd.source: 0.5 if By(crowd.by).is_weak else 1.0 for crowd in same}
    is_few = len(now.cases) <= assumed.FEW_OF_GROUP
    if is_few and By.SAME not in {now.by, *(crowd.by for crowd in same)}:
        return False
    return sum(weights.values()) >= 1.0


def _remember(draft: Draft, group: str, now: Crowd) -> None:
    known = draft.state.crowds.get(group, ())
    if all(now.at - crowd.at > assumed.EPISODE for crowd in known if _is_same(crowd, now)):
        draft.state.crowds[group] = (*known[1 - assumed.CROWDS_KEPT :], now)


def _is_of_crowd(one: Contradiction, beside: Company) -> bool:
    failure = one.failure
    if beside.is_common_cause or one.is_of_base or failure.streak > assumed.SHORT:
        return False
    if beside.is_doubtful and not _is_most(one):
        return False
    if one.by.is_weak:
        return failure.crowd > assumed.FEW_OF_GROUP and failure.streak <= 1 and not failure.is_near
    return failure.crowd > (assumed.FEW_OF_GROUP if beside.is_doubtful else 1)


def _is_same(one: Crowd, other: Crowd) -> bool:
    return len(one.cases & other.cases) >= assumed.ALIKE * len(one.cases | other.cases)


def _is_alike(one: Crowd, other: Crowd, *, size: int) -> bool:
    """Whether two crowds of a group of so many have more in common than by chance."""
    common = len(one.cases & other.cases)
    first, second = len(one.cases), len(other.cases)
    chance = (
        sum(
            comb(first, number) * comb(size - first, second - number)
            for number in range(common, min(first, second) + 1)
            if second - number <= size - first
        )
        / comb(size, second)
        if size >= max(first, second)
        else 1.0
    )
    return common > 1 and chance < assumed.ALIKE_BY_CHANCE
