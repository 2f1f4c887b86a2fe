"""What flakes cost: failed runs, re-runs, job minutes, money, and the pull requests rescued."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

ANY = "*"  # the rate of a runner whose labels name none

Attempt = tuple[int, int]  # (run, attempt)


@dataclass(frozen=True, slots=True)
class Failure:
    """One failing case of one run attempt of trusted code, as it was judged."""

    case_id: UUID
    run_id: int
    attempt: int
    variant: str
    pr_number: int | None
    is_flake: bool
    url: str = ""  # of the run on the code host
    is_red: bool = True  # the attempt failed by it, or may have: no retry within it passed all
    branch: str = ""  # where it ran

    @property
    def of(self) -> Attempt:
        """The run attempt."""
        return (self.run_id, self.attempt)


@dataclass(frozen=True, slots=True)
class RerunJob:
    """A job that ran again after a failed attempt."""

    run_id: int
    after: int  # the attempt that failed
    minutes: float
    labels: tuple[str, ...]  # of the runner asked for


class _Spent(NamedTuple):
    """What followed one failed attempt."""

    minutes: float = 0.0
    money: float = 0.0
    unrated: float = 0.0  # minutes


@dataclass(slots=True)
class Cost:
    """What was lost to flakes; shares of runs that several cases failed together."""

    failed_runs: int = 0  # run attempts in which it flaked
    reruns: float = 0.0  # attempts that followed them
    minutes: float = 0.0  # of jobs that ran again
    money: float | None = None  # None: no rate is set
    rescued: set[int] = field(default_factory=set)  # pull requests with nothing but flakes
    unrated: float = 0.0  # of the minutes: on runners without a rate, where any rate is set


@dataclass(frozen=True, slots=True)
class Costs:
    """Of a repository, and of each of its cases that flaked."""

    whole: Cost
    cases: Mapping[UUID, Cost]


def costs_of(
    failures: Sequence[Failure], jobs: Iterable[RerunJob], *, rates: Mapping[str, float]
) -> Costs:
    """Share what was lost among the cases that lost it.

    A re-run is lost to flakes when a case flaked in the attempt before it; it is shared equally
    by all cases that failed there, and what was no flake takes its share away. `rates` is money
    a minute by a runner's label in lower case, `*` for all others.
    """
    failed = Counter(one.of for one in {(f.case_id, f.of): f for f in failures}.values())
    only_flakes = {one.of for one in failures} - {one.of for one in failures if not one.is_flake}
    spent = _spent(jobs, rates)
    cases: dict[UUID, Cost] = {}
    whole = Cost(money=0.0 if rates else None)
    flakes = {(one.case_id, one.of): one for one in failures if one.is_flake}.values()
    for one in flakes:
        cost = cases.setdefault(one.case_id, Cost(money=0.0 if rates else None))
        cost.failed_runs += 1
        if one.pr_number is not None and one.is_red and one.of in only_flakes:
            cost.rescued.add(one.pr_number)
            whole.rescued.add(one.pr_number)
        if one.of in spent:
            for each in (cost, whole):
                _add(each, spent[one.of], share=1 / failed[one.of])
    whole.failed_runs = len({one.of for one in flakes})
    return Costs(whole, cases)


def rates_in(words: Iterable[str]) -> dict[str, float]:
    """Rates by label, without capitals, from words like `ubuntu-latest=0.008`, money a minute."""
    parts = (word.rpartition("=") for word in words)
    return {label.strip().lower(): float(rate) for label, _, rate in parts}


def _spent(jobs: Iterable[RerunJob], rates: Mapping[str, float]) -> dict[Attempt, _Spent]:
    """Minutes and money of what followed each failed attempt."""
    spent: dict[Attempt, _Spent] = {}
    for job in jobs:
        labels = (*(label.lower() for label in job.labels), ANY)
        rate = next((rates[label] for label in labels if label in rates), None)
        so_far = spent.get((job.run_id, job.after), _Spent())
        spent[job.run_id, job.after] = _Spent(
            so_far.minutes + job.minutes,
            so_far.money + job.minutes * (rate or 0.0),
            so_far.unrated + (job.minutes if rates and rate is None else 0.0),
        )
    return spent


def _add(cost: Cost, spent: _Spent, *, share: float) -> None:
    cost.reruns += share
    cost.minutes += spent.minutes * share
    cost.unrated += spent.unrated * share
    if cost.money is not None:
        cost.money += spent.money * share
