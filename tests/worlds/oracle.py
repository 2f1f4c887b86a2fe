"""What somebody who knows every cause could tell of a world: the ceiling for any scorer."""

from collections import defaultdict
from dataclasses import dataclass

from tests.worlds.running import FLAKE
from tests.worlds.world import World, met
from tests.worlds.writing import truth

ENOUGH = 2  # flake failures in different attempts; one can never be told from an accident


@dataclass(frozen=True, slots=True)
class Ceiling:
    """How many cases are flaky, how many show it, and how many show it on trusted code."""

    flaky: int
    material: int
    tellable: int

    @property
    def recall(self) -> float | None:
        """The best recall that evidence of trusted code allows; None where nothing flakes."""
        return self.tellable / self.material if self.material else None


def ceiling(world: World) -> Ceiling:
    """What the world's flake failures are enough for."""
    everywhere: dict[str, set[tuple[int, int]]] = defaultdict(set)
    trusted: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for row, case, cause in met(world):
        if cause == FLAKE:
            everywhere[case].add((row.run, row.attempt))
            if row.code.is_trusted:
                trusted[case].add((row.run, row.attempt))
    flaky = truth(world)["flaky"]
    return Ceiling(
        len(flaky),
        sum(len(everywhere[case]) >= ENOUGH for case in flaky),
        sum(len(trusted[case]) >= ENOUGH for case in flaky),
    )
