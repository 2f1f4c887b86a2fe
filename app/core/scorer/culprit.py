"""Which commit of the default branch broke a case, though flakes blur where the break begins.

Each commit leaves the case as it was, breaks it, or mends it. A pass may come of a break that does
not always fail, as a failure may be a healthy case's flake: all that its runs showed weighs both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import exp, inf, log, log1p

from app.core.scorer.facts import Suspect

FAILS_BROKEN = 0.98  # of the executions of a broken case; the rest ran where the break does not
BREAKS = 0.002  # share of the commits that break a given case which then fails; chosen
MENDS = 0.1  # share of the commits that mend a broken case, of those that show a pass; chosen
NEAR_TIMES = 20.0  # likelier where the commit touches what lies near the case; as a change's bug
SURELY_NOT = 1e-6  # a flake rate of zero would make one failure prove everything


@dataclass(frozen=True, slots=True)
class Ran:
    """A commit, oldest first, and what its runs showed; both 0 where it was not run."""

    commit: str
    failures: int = 0
    passes: int = 0
    is_near: bool = False  # it touches what lies near the case

    @property
    def breaks(self) -> float:
        """How probably it breaks the case, before anything ran."""
        return BREAKS * (NEAR_TIMES if self.is_near else 1.0)

    @property
    def mends(self) -> float:
        """How probably it mends a broken case, before anything ran; never where none passed."""
        return MENDS if self.passes else 0.0

    def likely(self, fails: float) -> float:
        """The logarithm of how likely its runs are where each fails so often."""
        return self.failures * log(fails) + self.passes * log1p(-fails)


def suspects(commits: Sequence[Ran], *, flake_rate: float) -> tuple[Suspect, ...]:
    """The probability of each commit to have begun the break that goes on now, in their order.

    The first commit follows the last one known to pass. What the probabilities lack to 1 is the
    chance that nothing is broken now, and the last failures flakes. `flake_rate` is how often the
    case fails by itself, per execution; 0 where it is not flaky.
    """
    flaky = min(0.999, max(SURELY_NOT, flake_rate))
    healthy, broken = 0.0, -inf  # logarithms: how likely all is so far, with the case so by now
    begun = []
    for one in commits:
        begun.append(healthy + log(one.breaks))
        mended = broken + log(one.mends) if one.mends else -inf
        broken = _either(broken + log1p(-one.mends), begun[-1]) + one.likely(FAILS_BROKEN)
        healthy = _either(healthy + log1p(-one.breaks), mended) + one.likely(flaky)
    whole = _either(healthy, broken)
    return tuple(
        Suspect(one.commit, min(1.0, exp(since + goes_on - whole)))
        for one, since, goes_on in zip(commits, begun, _going_on(commits), strict=True)
    )


def _going_on(commits: Sequence[Ran]) -> list[float]:
    """By commit: how likely all is from it on, were it broken by it and ever since; logarithms."""
    shown = [one.likely(FAILS_BROKEN) for one in commits]
    stays = [log1p(-one.mends) for one in commits]
    following = [run + stay for run, stay in zip(shown, stays, strict=True)]
    after = [0.0, *accumulate(reversed(following))][: len(commits)]
    return [run + rest for run, rest in zip(shown, reversed(after), strict=True)]


def _either(one: float, other: float) -> float:
    """The logarithm of the sum of what two logarithms stand for."""
    most, least = max(one, other), min(one, other)
    return most if least == -inf else most + log1p(exp(least - most))
