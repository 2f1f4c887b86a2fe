"""How many clean runs prove that a flaky case is healed, and when a quarantine should end."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, lgamma, log

DOUBT = 0.05  # the chance that a case as flaky as before looks so clean; 3/p runs at a known p
DOUBT_OF_A_FIX = 0.2  # likewise where a commit or an issue claims a fix: 1.6/p
FEWEST_RUNS = 10  # of any proof: a case that fails every second run is calm for five by luck
MOST_RUNS = 500  # a rarer flake than 3 in 500 is not worth more waiting
PRIOR = 0.5  # Jeffreys': what is added to failures and to passes before any was seen
SLACK = 1.5  # share of the expected time that a quarantine lasts: CI is not even
SHORTEST = timedelta(days=3)  # of a quarantine


@dataclass(frozen=True, slots=True)
class Rate:
    """How often a case fails: failing ones of the runs that were seen."""

    failures: float
    runs: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a proof has come."""

    clean: int
    needed: int

    @property
    def is_proven(self) -> bool:
        """Whether enough clean runs were seen."""
        return self.needed > 0 and self.clean >= self.needed


def clean_runs_needed(rate: Rate, *, fix_is_claimed: bool = False) -> int:
    """The clean runs after which a case that still flakes would look so with `DOUBT` at most.

    With a rate that is well known this is 3/p (the rule of three: -ln 0.05 / p). A rate that
    rests on few failures is uncertain, so more runs are asked for: the chance is taken over
    the rate's whole posterior, Beta(failures + 1/2, passes + 1/2). A case that was flaky without
    failing on the default branch counts as one failure.
    """
    failures = max(rate.failures, 1.0)
    a = failures + PRIOR
    b = max(rate.runs - failures, 0.0) + PRIOR
    doubt = log(DOUBT_OF_A_FIX if fix_is_claimed else DOUBT)
    if _chance_of_calm(a, b, MOST_RUNS) > doubt:
        return MOST_RUNS
    low, high = FEWEST_RUNS - 1, MOST_RUNS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _chance_of_calm(a, b, middle) <= doubt else (middle, high)
    return high


def _chance_of_calm(a: float, b: float, runs: int) -> float:
    """The logarithm of the chance of so many clean runs: of E[(1-p)^runs], p from Beta(a, b)."""
    return lgamma(b + runs) - lgamma(b) - lgamma(a + b + runs) + lgamma(a + b)


def end_of(
    needed: int, *, runs_a_day: float, now: datetime, at_most: timedelta, asked: timedelta | None
) -> datetime:
    """When a quarantine ends: after the days that its proof takes at this pace, with some slack.

    Never later than `at_most` from now; a person who asks for fewer days gets them.
    """
    if asked is not None:
        return now + min(asked, at_most)
    if runs_a_day <= 0:
        return now + at_most
    days = ceil(needed / runs_a_day * SLACK)
    return now + min(max(timedelta(days=days), SHORTEST), at_most)
