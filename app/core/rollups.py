"""Rollups: how executions are summed up by time, and what can be read from the sums.

Durations are counted in bins of a fixed logarithmic scale, each with its sum, so two sketches
merge by adding and a percentile is the mean of the bin in which it lies.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from math import ceil
from typing import Self
from uuid import UUID

from app.core.outcomes import Outcome
from app.core.runs import BranchClass

BINS_PER_DOUBLING = 4  # a bin is 19 % wide; its mean is exact, so a percentile is off by less
LONGEST = timedelta(days=1)  # everything that takes longer shares the last bin
UNTOLD = -1  # the bin of executions whose report told no duration
MEDIAN, NINETY_FIFTH = 0.5, 0.95


def _bounds() -> tuple[int, ...]:
    """Where bins begin, in whole milliseconds, ascending and without repeats."""
    last = int(LONGEST / timedelta(milliseconds=1))
    bounds, exponent = [1], 0
    while bounds[-1] < last:
        exponent += 1
        bound = round(2 ** (exponent / BINS_PER_DOUBLING))
        if bound > bounds[-1]:
            bounds.append(bound)
    return tuple(bounds)


BOUNDS = _bounds()
"""Never changed: what is stored counts by them."""


def bin_of(duration_ms: int | None) -> int:
    """The bin of a duration: 0 below the first bound; UNTOLD where no report told it."""
    return UNTOLD if duration_ms is None else bisect_right(BOUNDS, duration_ms)


class Grain(IntEnum):
    """How long a period of a rollup is; the numbers are stored."""

    HOUR = 1
    DAY = 2

    @property
    def length(self) -> timedelta:
        """One period."""
        return timedelta(hours=1) if self is Grain.HOUR else timedelta(days=1)


@dataclass(slots=True)
class Sketch:
    """Durations, summed up: by bin, how many and how long together in milliseconds."""

    bins: dict[int, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, durations: Iterable[int | None]) -> Self:
        """The sketch of these durations."""
        sketch = cls()
        for duration in durations:
            sketch.add(bin_of(duration), n=1, ms=duration or 0)
        return sketch

    def add(self, place: int, *, n: int, ms: int) -> None:
        """Count `n` durations of one bin that take `ms` together; untold ones count nothing."""
        if place == UNTOLD:
            return
        had, took = self.bins.get(place, (0, 0))
        self.bins[place] = (had + n, took + ms)

    def merge(self, other: Self) -> None:
        """Count all that the other has counted."""
        for place, (n, ms) in other.bins.items():
            self.add(place, n=n, ms=ms)

    @property
    def count(self) -> int:
        """How many durations were counted."""
        return sum(n for n, _ in self.bins.values())

    def percentile(self, share: float) -> int | None:
        """The duration in milliseconds that `share` of all do not pass; None without any.

        The mean of the bin that holds the nearest rank.
        """
        rank = ceil(share * self.count)
        passed = 0
        for _, (n, ms) in sorted(self.bins.items()):
            passed += n
            if passed >= max(rank, 1):
                return (ms + n // 2) // n  # to the nearest, as SQL's whole division does it
        return None


@dataclass(slots=True)
class Tally:
    """What was executed in one period: by outcome, flakes apart, and how long it took."""

    outcomes: dict[Outcome, int] = field(default_factory=dict)
    flakes: int = 0  # cases that one report shows failing and passing
    duration_ms: int = 0
    sketch: Sketch = field(default_factory=Sketch)

    @property
    def executions(self) -> int:
        """All of them."""
        return sum(self.outcomes.values())

    @property
    def failures(self) -> int:
        """Those that fail, flakes or not."""
        return sum(n for outcome, n in self.outcomes.items() if outcome.is_failing)

    @property
    def p50_ms(self) -> int | None:
        """The median duration."""
        return self.sketch.percentile(MEDIAN)

    @property
    def p95_ms(self) -> int | None:
        """The duration that one in twenty passes."""
        return self.sketch.percentile(NINETY_FIFTH)

    def add(self, outcome: Outcome | None, place: int, *, n: int, ms: int) -> None:
        """Count executions of one outcome and bin; without an outcome, flakes."""
        if outcome is None:
            self.flakes += n
            return
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + n
        self.duration_ms += ms
        if outcome is not Outcome.SKIPPED:
            self.sketch.add(place, n=n, ms=ms)


@dataclass(frozen=True, slots=True)
class Point:
    """One period of a trend."""

    starts_at: datetime
    tally: Tally


@dataclass(frozen=True, slots=True)
class Span:
    """Whole periods of a repository's time, and which of its executions count."""

    repo_id: int
    grain: Grain
    since: datetime
    until: datetime  # not included
    branch_class: BranchClass | None = None  # None: all
    variant: str | None = None  # None: all


@dataclass(frozen=True, slots=True)
class SlowCase:
    """A case and how long its passing executions took."""

    case_id: UUID
    name: str
    executions: int
    total_ms: int
    p50_ms: int
    p95_ms: int


def by_period(rows: Iterable[tuple[datetime, Outcome | None, int, int, int]]) -> list[Point]:
    """Points, oldest first, from (start, outcome or None for flakes, bin, count, ms)."""
    tallies: dict[datetime, Tally] = {}
    for starts_at, outcome, place, n, ms in rows:
        tallies.setdefault(starts_at, Tally()).add(outcome, place, n=n, ms=ms)
    return [Point(starts_at, tally) for starts_at, tally in sorted(tallies.items())]
