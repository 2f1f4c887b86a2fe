"""Whether a failure stood alone: what else failed for a moment beside it, and by what chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log1p

from app.core.scorer import assumptions as assumed
from app.core.scorer.draft import Draft
from app.core.scorer.state import Weather
from app.core.scorer.waiting import Contradiction

MOST_OF_ONE = 2  # groups that one common cause adds to the rate of what fails by chance
ONE_BUG = 1  # groups still failing that are the change's own bug; more are a cause not over yet


@dataclass(frozen=True, slots=True)
class Company:
    """What failed beside a failure, its own group left out."""

    groups: int  # in the same report, or for a moment in the hours around
    here: int  # of them in the same report
    is_chance: bool  # so many come by chance at the repository's own rate
    is_usual: bool  # so many fail for a moment in every other report, where much flakes

    @property
    def is_common_cause(self) -> bool:
        """Whether too much failed beside it to be chance."""
        return self._is_beside(more_than=1)

    @property
    def is_doubtful(self) -> bool:
        """Whether one group failed beside it, or it is hard to tell."""
        return self._is_beside(more_than=0)

    def _is_beside(self, *, more_than: int) -> bool:
        if self.here > more_than and not self.is_usual:
            return True
        return self.groups > more_than and not self.is_chance


def note_transients(draft: Draft, found: Sequence[Contradiction]) -> None:
    """Remember which groups failed for a moment, and learn how often that comes by chance.

    What a case did that is held for flaky is explained, and is nobody's company.
    """
    state = draft.state
    kept = [one for one in state.transients if one[0] > draft.now - assumed.TRANSIENTS_KEPT]
    new = {
        (one.failure.at, state.cases[one.case].group)
        for one in found
        if not one.by.is_weak and state.cases[one.case].flagged_at is None
    }
    fresh = set()
    for at, group in new:
        near = {other for then, other in kept if abs(then - at) < assumed.COMPANY}
        if group not in near and len(near) < MOST_OF_ONE:
            fresh.add(group)
    reports = {at for at, _ in new} - {at for at, _ in kept}
    weather = state.weather.with_transients(reports)
    counted = weather.transient + min(MOST_OF_ONE, len(fresh))
    state.weather = weather._replace(transient=counted)
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
    near = {at: _near(draft, at) for at in {one.failure.at for one in found}}
    return [
        _company(
            draft,
            one,
            own := draft.state.cases[one.case].group,
            here=together.get(_report(one), set()) - {own},
            near=near[one.failure.at] - {own},
            still=still,
        )
        for one in found
    ]


def _near(draft: Draft, then: float) -> set[str]:
    return {group for at, group in draft.state.transients if abs(at - then) <= assumed.COMPANY}


def _report(one: Contradiction) -> tuple[int, str, bool]:
    return (one.failure.run, one.failure.job, one.by.is_weak)


def _company(
    draft: Draft, one: Contradiction, own: str, *, here: set[str], near: set[str], still: set[str]
) -> Company:
    failure = one.failure
    unfinished = (failure.others & still) - {own} - here - near
    if len(unfinished) > ONE_BUG:
        here = here | unfinished
    groups = here | near
    rate = rate_of_transients(draft.state.weather)
    is_chance = chance_of(len(groups), expected=rate * (1 + failure.reports)) >= assumed.BY_CHANCE
    is_usual = chance_of(len(here), expected=rate) >= assumed.USUAL
    if one.is_retry and is_usual:
        is_usual = is_all_retried(draft)
        is_chance = is_chance or is_usual
    return Company(len(groups), len(here), is_chance, is_usual)


def is_all_retried(draft: Draft) -> bool:
    """Whether a retry lets everything pass that the report failed and nothing explains."""
    return all(draft.failing[case] for cases in draft.unexpected.values() for case in cases)


def rate_of_transients(weather: Weather) -> float:
    """Groups that fail for a moment, per report, as the repository shows it."""
    seen = weather.transient + assumed.RATE_EVENTS
    return max(seen / (weather.reports + assumed.RATE_REPORTS), usual_rate(weather))


def usual_rate(weather: Weather) -> float:
    """The same on a usual day: where much flakes, more than two groups at a time are no cause.

    Told from the share of a day's reports in which nothing fails for a moment, on the middle one
    of the last days: a common cause, however wide and long, lies over few reports and few days.
    """
    shares = [transient / reports for _, reports, transient in weather.days if reports]
    shares += [assumed.USUAL_SHARE] * assumed.USUAL_DAYS
    return -log1p(-min(assumed.USUAL_MOST, sorted(shares)[(len(shares) - 1) // 2]))


def chance_of(count: int, *, expected: float) -> float:
    """The chance of `count` events or more where so many are expected (Poisson)."""
    term = left = exp(-expected)
    for number in range(1, count):
        term *= expected / number
        left += term
    return max(0.0, 1.0 - left) if count else 1.0
