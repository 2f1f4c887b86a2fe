"""Duration regressions: cases that have become slower, told apart from noise."""

from dataclasses import dataclass
from datetime import timedelta
from math import sqrt
from uuid import UUID

from app.core.rollups import Sketch

RECENT = timedelta(days=7)  # what is compared ...
EARLIER = timedelta(days=28)  # ... with this much before it: four weeks hold every weekday's habits
FEWEST = 10  # executions on either side; the normal approximation below needs about eight
GROWTH = 1.3  # recent median over the earlier one: a bin is 1.19 wide, so less could be rounding
GROWTH_MS = 50  # and this much in milliseconds: nobody waits for less
Z_999 = 3.29  # standard normal quantile of a two-sided 99.9 %: thousands of cases are compared


@dataclass(frozen=True, slots=True)
class Slowdown:
    """A case whose recent median lies significantly above its earlier one."""

    case_id: UUID
    earlier_ms: int
    recent_ms: int
    earlier_count: int
    recent_count: int
    z: float  # of the rank sum: how far beyond chance

    @property
    def growth(self) -> float:
        """Recent median over the earlier one."""
        return self.recent_ms / max(self.earlier_ms, 1)


def slowdown(case_id: UUID, *, earlier: Sketch, recent: Sketch) -> Slowdown | None:
    """How a case became slower; None when it did not, not by much, or perhaps by chance."""
    before, after = earlier.percentile(0.5), recent.percentile(0.5)
    if before is None or after is None or min(earlier.count, recent.count) < FEWEST:
        return None
    if after < before * GROWTH or after - before < GROWTH_MS:
        return None
    z = rank_sum_z(earlier, recent)
    if z < Z_999:
        return None
    return Slowdown(case_id, before, after, earlier.count, recent.count, z)


def rank_sum_z(earlier: Sketch, recent: Sketch) -> float:
    """How many standard deviations `recent` ranks above `earlier`; 0 when all share one bin.

    Durations of one bin are ties. Source: Mann and Whitney (1947), with the correction for ties.
    """
    few, many = recent.count, earlier.count
    total = few + many
    below, wins, ties = 0, 0.0, 0
    for place in sorted(earlier.bins.keys() | recent.bins.keys()):
        ours = recent.bins.get(place, (0, 0))[0]
        theirs = earlier.bins.get(place, (0, 0))[0]
        wins += ours * (below + theirs / 2)
        below += theirs
        ties += (ours + theirs) ** 3 - (ours + theirs)
    if total < 2:
        return 0.0
    variance = few * many / 12 * ((total + 1) - ties / (total * (total - 1)))
    return (wins - few * many / 2) / sqrt(variance) if variance > 0 else 0.0
