"""What is believed of one case: healthy, or flaky at one of several rates; passes in closed form.

A belief is the odds of each flake rate against `healthy` at its last piece of evidence, with the
passes and the time since. Passes and time only add up, so n passes in one step are n steps.
"""

from math import exp, expm1, log1p
from typing import NamedTuple

RATES = (0.0002, 0.0008, 0.003, 0.01, 0.03, 0.1, 0.3)
"""Failures per execution of a flaky case. Origin: real rates are long-tailed, median 0.006."""
SHARES = (0.14, 0.18, 0.22, 0.2, 0.14, 0.08, 0.04)  # of flaky cases at each rate; same origin
PRIOR = 0.03  # share of the cases that ever fail which are flaky
FALLING_ILL = 1e-4  # per day: a healthy case turns flaky
GETTING_WELL = 0.008  # per day: a flaky case is mended
DAY = 86_400.0  # seconds

_DECAY = tuple(-log1p(-rate) for rate in RATES)


class Belief(NamedTuple):
    """Odds of each rate against `healthy` at the last evidence; passes and seconds since."""

    odds: tuple[float, ...]
    passes: int = 0
    seconds: float = 0.0

    def after(self, passes: int, seconds: float) -> "Belief":
        """The belief after so many passes more, spread over so much time."""
        return Belief(self.odds, self.passes + passes, self.seconds + max(0.0, seconds))

    def now(self) -> tuple[float, ...]:
        """The odds of each rate against `healthy`, all passes and all time counted."""
        days = self.seconds / DAY
        ill, well = FALLING_ILL * days, GETTING_WELL * days
        flaky, healed = [], 1.0
        for odds, decay, share in zip(self.odds, _DECAY, SHARES, strict=True):
            failed_to = decay * self.passes
            healed += odds * well * _mean_decay(failed_to + well)
            fresh = ill * share * _mean_decay(failed_to)
            flaky.append(odds * exp(-failed_to - well) + fresh)
        return tuple(one / healed for one in flaky)

    def weighed(self, *, noise: float, cap: float, is_first: bool = False) -> "Belief":
        """The belief after a failure that a healthy case shows `noise` times an execution.

        All odds together grow as each rate over the noise says, never less than once and at most
        `cap` times: what we assume of noise holds only so far. Which rate it is, failures tell
        from the second on: before the first, passes were not counted.
        """
        odds = self.now()
        ratios = [max(1.0, min(rate / noise, cap)) for rate in RATES]
        grown = [one * ratio for one, ratio in zip(odds, ratios, strict=True)]
        if is_first:
            return Belief(tuple(grown))
        tilted = [one * rate for one, rate in zip(odds, RATES, strict=True)]
        times = sum(grown) / sum(tilted)
        return Belief(tuple(one * times for one in tilted))

    @property
    def score(self) -> float:
        """The probability that the case is flaky now."""
        odds = sum(self.now())
        return odds / (1 + odds)


def _mean_decay(exponent: float) -> float:
    """The mean of e^(-x u) over u from 0 to 1: something began, or ended, on the way."""
    return -expm1(-exponent) / exponent if exponent > 1e-9 else 1.0


def unknown() -> Belief:
    """Before any evidence."""
    odds = PRIOR / (1 - PRIOR)
    return Belief(tuple(odds * share for share in SHARES))
