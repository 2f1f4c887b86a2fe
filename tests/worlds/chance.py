"""Draws that the worlds share; every draw comes from the world's own seeded source."""

from hashlib import blake2b
from math import log
from random import Random

HOURS_A_DAY = 24.0


def around(chance: Random, median: float, *, spread: float = 0.8) -> float:
    """A positive number, long-tailed to the right (log-normal)."""
    return chance.lognormvariate(log(median), spread)


def at_least_one(chance: Random, mean: float) -> int:
    """A count from 1, each further one as likely as the last (geometric)."""
    count = 1
    while mean > 1 and chance.random() < 1 - 1 / mean:
        count += 1
    return count


def coin(*of: object) -> float:
    """A number from 0 to 1 that the same things give again, in any process."""
    digest = blake2b("\0".join(map(str, of)).encode(), digest_size=6).digest()
    return int.from_bytes(digest, "big") / 2**48


def arrivals(
    chance: Random, *, every: float, until: float, weights: tuple[float, ...] = (1.0,)
) -> list[float]:
    """Moments of a Poisson process in hours; `weights` thin it hour by hour of the week."""
    most, at, found = max(weights), 0.0, []
    while (at := at + chance.expovariate(most / every)) < until:
        if chance.random() < weights[int(at) % len(weights)] / most:
            found.append(at)
    return found


def working_week(opening: int) -> tuple[float, ...]:
    """How busy each hour of a week is, mean 1; `opening` is the UTC hour when work begins."""
    weights = []
    for hour in range(7 * 24):
        day, of_day = divmod(hour, 24)
        since = (of_day - opening) % 24
        busy = 1.0 if since < 9 else 0.35 if since < 13 else 0.06
        weights.append(busy * (0.15 if day >= 5 else 1.0))
    mean = sum(weights) / len(weights)
    return tuple(weight / mean for weight in weights)
