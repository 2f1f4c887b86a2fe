"""Which commit of the default branch broke a case, though flakes blur where the break begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

from app.core.scorer.facts import Suspect

FAILS_BROKEN = 0.98  # of the executions of a broken case; the rest ran where the break does not
BREAKS = 0.002  # share of the commits that break a given case which then fails; chosen
NEAR_TIMES = 20.0  # likelier where the commit touches what lies near the case; as a change's bug
SURELY_NOT = 1e-6  # a flake rate of zero would make one failure prove everything


@dataclass(frozen=True, slots=True)
class Ran:
    """A commit, oldest first, and what its runs showed; both 0 where it was not run."""

    commit: str
    failures: int = 0
    passes: int = 0
    is_near: bool = False  # it touches what lies near the case


def suspects(commits: Sequence[Ran], *, flake_rate: float) -> tuple[Suspect, ...]:
    """The probability of each commit to have broken the case, in their order.

    The first commit follows the last one known to pass. What the probabilities lack to 1 is the
    chance that nothing is broken, and every failure a flake. `flake_rate` is how often the case
    fails by itself, per execution; 0 where it is not flaky.
    """
    if not commits:
        return ()
    flaky = min(0.999, max(SURELY_NOT, flake_rate))
    healthy = [one.failures * log(flaky) + one.passes * log(1 - flaky) for one in commits]
    broken = [
        one.failures * log(FAILS_BROKEN) + one.passes * log(1 - FAILS_BROKEN) for one in commits
    ]
    logs = [
        log(BREAKS * (NEAR_TIMES if one.is_near else 1.0))
        + sum(healthy[:place])
        + sum(broken[place:])
        for place, one in enumerate(commits)
    ]
    highest = max(*logs, nothing := sum(healthy))
    odds = [exp(one - highest) for one in logs]
    total = sum(odds) + exp(nothing - highest)
    return tuple(Suspect(one.commit, each / total) for one, each in zip(commits, odds, strict=True))
