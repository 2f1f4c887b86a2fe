"""What a replay comes to: who would have been held, what that would have hidden, week by week."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.core.decide import Cause
from app.core.scorer.replay import Flag, Replay

MOST_STEPS = 16  # of a timeline
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Step:
    """Some days of a history."""

    begins: date
    failures: Mapping[Cause, int]  # as they were called at that moment
    hidden: int  # of them, while their case was held
    held: int  # cases that began to be held
    released: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What a policy would have done."""

    failures: int
    causes: Mapping[Cause, int]  # of all failures
    hidden: Mapping[Cause, int]  # of those that met a held case
    hidden_by_case: Mapping[str, int]
    held: int  # cases, ever
    held_now: int
    spans: int
    step_days: int  # how many days a step has
    steps: tuple[Step, ...]


def summary_of(done: Replay) -> Summary:
    """Sum a replay up; a failure is hidden when its case was held before the report came.

    None is where the policy exempts its case.
    """
    hidden = [
        said
        for said in done.failures
        if not said.is_exempt and _met(done.flags.get(said.case), said.at)
    ]
    by_case = Counter(said.case for said in hidden)
    flags = [flag for spans in done.flags.values() for flag in spans]
    days, steps = _steps(done, hidden, flags)
    return Summary(
        failures=len(done.failures),
        causes=Counter(said.cause for said in done.failures),
        hidden=Counter(said.cause for said in hidden),
        hidden_by_case=by_case,
        held=sum(1 for spans in done.flags.values() if spans),
        held_now=sum(flag.until is None for flag in flags),
        spans=len(flags),
        step_days=days,
        steps=steps,
    )


def _met(flags: Iterable[Flag] | None, at: datetime) -> bool:
    return any(flag.since < at and (flag.until is None or at <= flag.until) for flag in flags or ())


def _steps(
    done: Replay, hidden: Iterable[object], flags: Iterable[Flag]
) -> tuple[int, tuple[Step, ...]]:
    """The history in steps of equal length; a week each, unless that makes too many or too few."""
    if done.began_at is None or done.ended_at is None:
        return 0, ()
    begins = done.began_at.date()
    length = (done.ended_at.date() - begins).days + 1
    days = max(1, -(-length // MOST_STEPS)) if length < 28 or length > 7 * MOST_STEPS else 7

    def place(at: datetime) -> int:
        return (at.date() - begins).days // days

    is_hidden = set(map(id, hidden))
    causes: list[Counter[Cause]] = [Counter() for _ in range(-(-length // days))]
    met, held, released = Counter[int](), Counter[int](), Counter[int]()
    for said in done.failures:
        causes[place(said.at)][said.cause] += 1
        met[place(said.at)] += id(said) in is_hidden
    for flag in flags:
        held[place(flag.since)] += 1
        if flag.until is not None:
            released[place(flag.until)] += 1
    return days, tuple(
        Step(begins + number * days * DAY, found, met[number], held[number], released[number])
        for number, found in enumerate(causes)
    )
