"""Failure spikes: more changes fail than chance would have it, at the repository's usual rate."""

from dataclasses import dataclass
from datetime import timedelta
from math import exp

WINDOW = timedelta(hours=2)  # in which failures count as one spike; chosen
USUAL_OVER = timedelta(days=14)  # before it, from which the usual rate is taken; chosen
LEAST_FAILING = 5  # changes that fail, below which nobody is alarmed; chosen
LEAST_USUAL = 30  # changes seen before, below which there is no usual rate; chosen
TIMES_USUAL = 2.0  # as many as usual at least, or it is no news however sure; chosen
SURPRISE = 1e-6  # chance of so many by the usual rate: asked every 5 minutes, false once in years
EXPECTED_AGAIN = 0.05  # from this chance on it is over: the usual explains what is left


@dataclass(frozen=True, slots=True)
class Failing:
    """Changes that were tested within the window, and before it.

    A change counts once a window, however often it is pushed and run: one that fails all day is
    no spike. A change is a pull request, or a commit of a branch.
    """

    changes: int
    failing: int
    usual_changes: int = 0
    usual_failing: int = 0

    @property
    def usual(self) -> float:
        """The usual share of changes that fail; never 0 and never 1, for little was seen."""
        return (self.usual_failing + 1) / (self.usual_changes + 2)

    @property
    def expected(self) -> float:
        """How many of the changes in the window would fail at the usual rate."""
        return self.changes * self.usual


def is_spike(seen: Failing) -> bool:
    """Whether so many failures are no chance at the usual rate."""
    if seen.failing < LEAST_FAILING or seen.usual_changes < LEAST_USUAL:
        return False
    if seen.failing < TIMES_USUAL * seen.expected:
        return False
    return chance_of(seen.failing, seen.expected) < SURPRISE


def is_over(seen: Failing) -> bool:
    """Whether a spike has ended: what fails within the window now is what usually does."""
    return chance_of(seen.failing, seen.expected) > EXPECTED_AGAIN


def chance_of(number: int, expected: float) -> float:
    """The chance that at least so many events happen of which so many are expected.

    By Poisson's distribution, which gives rare events of many chances, and errs to the quiet side
    where they are common.
    """
    if number <= 0:
        return 1.0
    term = below = exp(-expected)
    for one in range(1, number):
        term *= expected / one
        below += term
    return max(0.0, 1.0 - below)
