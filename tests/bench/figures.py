"""What a measurement says: figures, each with its target where it has one."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

KILOBYTE = 1024  # bytes


class Better(StrEnum):
    """Which way a figure is to go."""

    MORE = "at least"
    LESS = "at most"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number; ratios come from one run, so that machines can be compared."""

    name: str
    value: float | None  # None when it could not be measured; `note` says why
    unit: str  # "ratio", "s", "MB", "1/s", ...
    target: float | None = None  # None for figures that only explain others
    better: Better = Better.MORE
    note: str = ""

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; None where there is none, or no value."""
        if self.target is None or self.value is None:
            return None
        return (
            self.value >= self.target if self.better is Better.MORE else self.value <= self.target
        )


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of the full size is measured; 1 is what the targets speak of."""

    share: float = 1.0

    def of(self, count: int) -> int:
        """So many at this scale, at least one."""
        return max(1, round(count * self.share))


def seconds_of(act: Callable[[], object]) -> float:
    """How long something takes by the wall's clock."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def taking_turns(
    acts: Sequence[Callable[[], object]], *, rounds: int, warm_up: int = 1
) -> list[float]:
    """The median seconds of each act; they take turns, so that a busy machine is fair to all."""
    times: list[list[float]] = [[] for _ in acts]
    for number in range(warm_up + rounds):
        for act, kept in zip(acts, times, strict=True):
            took = seconds_of(act)
            if number >= warm_up:
                kept.append(took)
    return [statistics.median(kept) for kept in times]


def peak_memory() -> int:
    """The most bytes that this process ever had in memory; not what its parent had at the fork."""
    status = Path("/proc/self/status").read_text()
    (kilobytes,) = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(kilobytes) * KILOBYTE
