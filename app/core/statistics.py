"""The few formulas that several judgements share."""

from math import sqrt

Z_95 = 1.959964  # standard normal quantile of a two-sided 95 % interval


def wilson_interval(hits: int, total: int, *, z: float = Z_95) -> tuple[float, float]:
    """The interval of a share of `hits` in `total`; (0, 1) where nothing was counted.

    Source: Wilson (1927); keeps its coverage for few trials and for shares near 0 and 1,
    where most flake rates lie.
    """
    if total == 0:
        return (0.0, 1.0)
    share = hits / total
    centre = share + z * z / (2 * total)
    spread = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    low = (centre - spread) / scale if hits else 0.0  # exact: rounding must not pass the share
    high = (centre + spread) / scale if hits < total else 1.0
    return (max(0.0, low), min(1.0, high))
