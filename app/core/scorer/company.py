"""Whether a failure stood alone: what else failed for a moment beside it, and by what chance."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import exp

from app.core.scorer import assumptions as assumed
from app.core.scorer.draft import Draft
from app.core.scorer.state import Crowd, Open, Weather
from app.core.scorer.waiting import By, Contradiction

MOST_OF_ONE = 2  # groups that one common cause adds to the rate of what fails by chance
ONE_BUG = 1  # groups still failing that are the change's own bug; more are a cause not over yet


@dataclass(frozen=True, slots=True)
class Company:
    """What failed beside a failure, its own group left out."""

    groups: int  # in the same report, or for a moment in the hours around
    here: int  # of them in the same report
    is_chance: bool  # so many come by chance at the repository's own rate

    @property
    def is_common_cause(self) -> bool:
        """Whether too much failed beside it to be chance."""
        return self.here > 1 or (self.groups > 1 and not self.is_chance)

    @property
    def is_doubtful(self) -> bool:
        """Whether one group failed beside it, or it is hard to tell."""
        return self.here > 0 or (self.groups > 0 and not self.is_chance)


def note_transients(draft: Draft, found: Sequence[Contradiction]) -> None:
    """Remember which groups failed for a moment, and learn how often that comes by chance.

    What a case did that is held for flaky is explained, and is nobody's company.
    """
    state = draft.state
    kept = [one for one in state.transients if one[0] > draft.now - assumed.TRANSIENTS_KEPT]
    new = {
        (one.failure.at, state.cases[one.case].group)
        for one in found
        if one.by is not By.PUSH and state.cases[one.case].flagged_at is None
    }
    fresh = set()
    for at, group in new:
        near = {other for then, other in kept if abs(then - at) < assumed.COMPANY}
        if group not in near and len(near) < MOST_OF_ONE:
            fresh.add(group)
    counted = state.weather.transient + min(MOST_OF_ONE, len(fresh))
    state.weather = replace(state.weather, transient=counted)
    state.transients = (*kept, *sorted(new))


def companies(draft: Draft, found: Sequence[Contradiction]) -> list[Company]:
    """The company of each contradicted failure, in their order."""
    together: dict[tuple[int, str, bool], set[str]] = {}
    for one in found:
        known = draft.state.cases[one.case]
        if known.flagged_at is None:
            together.setdefault(_report(one), set()).add(known.group)
    still = {
        draft.layout.group_of[case]
        for case in draft.failing
        if (failed := draft.state.cases.get(case)) is None or failed.flagged_at is None
    }
    return [
        _company(draft, one.failure, draft.state.cases[one.case].group, beside, still)
        for one in found
        for beside in (together.get(_report(one), set()),)
    ]


def _report(one: Contradiction) -> tuple[int, str, bool]:
    return (one.failure.run, one.failure.job, one.by is By.PUSH)


def _company(
    draft: Draft, failure: Open, own: str, together: Iterable[str], still: set[str]
) -> Company:
    near = {
        group
        for at, group in draft.state.transients
        if abs(at - failure.at) <= assumed.COMPANY and group != own
    }
    here = set(together) - {own}
    unfinished = (failure.others & still) - {own} - here - near
    if len(unfinished) > ONE_BUG:
        here |= unfinished
    groups = here | near
    expected = rate_of_transients(draft.state.weather) * (1 + failure.reports)
    is_chance = chance_of(len(groups), expected=expected) >= assumed.BY_CHANCE
    return Company(len(groups), len(here), is_chance)


def rate_of_transients(weather: Weather) -> float:
    """Groups that fail for a moment, per report, as the repository shows it."""
    return (weather.transient + assumed.RATE_EVENTS) / (weather.reports + assumed.RATE_REPORTS)


def chance_of(count: int, *, expected: float) -> float:
    """The chance of `count` events or more where so many are expected (Poisson)."""
    term = left = exp(-expected)
    for number in range(1, count):
        term *= expected / number
        left += term
    return max(0.0, 1.0 - left) if count else 1.0


def groups_alike(
    draft: Draft, found: Sequence[Contradiction], company: Sequence[Company]
) -> set[str]:
    """Groups of which the same crowd failed before, on another day; crowds are remembered.

    A fixture fails the same cases again; a full disk or an outage fails others each time. A bug
    may fail a whole file, so two crowds that only next pushes contradict are never compared.
    """
    crowds: dict[tuple[str, str, bool], set[str]] = {}
    for one, beside in zip(found, company, strict=True):
        if _is_lone_crowd(one, beside):
            group = draft.state.cases[one.case].group
            key = (group, one.failure.source, one.by is By.PUSH)
            crowds.setdefault(key, set()).add(one.case)
    alike = set()
    for (group, source, is_push), cases in crowds.items():
        known = draft.state.crowds.get(group, ())
        same = [
            crowd
            for crowd in known
            if _is_alike(crowd.cases, cases) and not (is_push and crowd.is_push)
        ]
        if any(one.source != source and draft.now - one.at > assumed.EPISODE for one in same):
            alike.add(group)
        if all(draft.now - crowd.at > assumed.EPISODE for crowd in same):
            kept = known[1 - assumed.CROWDS_KEPT :]
            crowd = Crowd(draft.now, source, frozenset(cases), is_push)
            draft.state.crowds[group] = (*kept, crowd)
    return alike


def _is_lone_crowd(one: Contradiction, beside: Company) -> bool:
    failure = one.failure
    if one.by is By.PUSH and (failure.is_near or failure.streak > 1):
        return False
    is_crowd = failure.crowd > assumed.FEW_OF_GROUP and failure.streak <= assumed.SHORT
    return is_crowd and not beside.groups


def _is_alike(one: frozenset[str], other: set[str]) -> bool:
    return len(one & other) >= assumed.ALIKE * len(one | other)
