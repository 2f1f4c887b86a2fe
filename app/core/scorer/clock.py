"""Cases that mind the clock: they fail for a moment at one time of day, on day after day.

All that minds one midnight fails together, as in an outage, for as many sources in a row as run
then. An outage keeps no hours, and fails more of the cases than flake at all.
"""

from math import comb

from app.core.scorer import assumptions as assumed
from app.core.scorer.belief import DAY
from app.core.scorer.draft import Draft
from app.core.scorer.state import CaseState, State
from app.core.scorer.waiting import Contradiction

HOURS_A_DAY = 24
HOURS_BESIDE = 1  # of the clock, before and after the one of a failure: as far as WITHIN reaches
WITHIN = assumed.HOUR  # between the times of day of two failures by one clock
MOST_TOGETHER = 0.02  # of the cases that ran, beside a few; more at once are an outage; chosen
BY_CHANCE = 0.001  # of so many failures at one time of day; a service away may fail dozens alike
LEAST_BEFORE = 2  # half days that failed it at this time before: two in all are chance
MOMENTS_KEPT = 8  # half days in which a case failed for a moment


def with_moment(known: CaseState, one: Contradiction) -> CaseState:
    """The case with one more half day in which it failed for a moment."""
    at = one.failure.at
    if any(abs(at - then) < assumed.EPISODE for then in known.moments):
        return known
    return known._replace(moments=(*known.moments, at)[-MOMENTS_KEPT:])


def minds_the_clock(draft: Draft, known: CaseState, one: Contradiction) -> bool:
    """Whether it failed for a moment at this time of day too often to be chance.

    Chance is told by the share of its job's reports that come at this time of day: a case that
    only a nightly job runs fails at night, whatever fails it.
    """
    failure = one.failure
    others = [then for then in known.moments if abs(failure.at - then) >= assumed.EPISODE]
    alike = sum(_apart(failure.at, then) <= WITHIN for then in others)
    most = max(assumed.FEW_OF_GROUP, MOST_TOGETHER * len(draft.seen.ran.files))
    if alike < LEAST_BEFORE or failure.unexpected > most:
        return False
    share = _share_at(draft.state, failure.job, failure.at)
    return _chance_of(alike, of=len(others), share=share) < BY_CHANCE


def count_hour(draft: Draft) -> None:
    """Count the report at its hour of the day, in its job."""
    hours, job = draft.state.hours, draft.seen.job
    counts = list(hours.get(job, (0,) * HOURS_A_DAY))
    counts[_hour(draft.now)] += 1
    hours[job] = tuple(counts)


def _hour(at: float) -> int:
    return int(at % DAY // assumed.HOUR)


def _apart(one: float, other: float) -> float:
    """Seconds between two times of day, the shorter way round."""
    apart = abs(one - other) % DAY
    return min(apart, DAY - apart)


def _share_at(state: State, job: str, at: float) -> float:
    """The share of a job's reports that come at this time of day."""
    counts = state.hours[job]
    beside = range(_hour(at) - HOURS_BESIDE, _hour(at) + HOURS_BESIDE + 1)
    return sum(counts[hour % HOURS_A_DAY] for hour in beside) / sum(counts)


def _chance_of(count: int, *, of: int, share: float) -> float:
    """The chance that so many or more fall where each falls with this share (binomial)."""
    return sum(
        comb(of, number) * share**number * (1 - share) ** (of - number)
        for number in range(count, of + 1)
    )
