"""How right we were: corrections by people and by time against the probability shown then."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.core.statistics import wilson_interval

BINS = 5  # of equal width, for the calibration's table


class Correction(StrEnum):
    """What settled whether a case that we called flaky was."""

    NOT_FLAKY = "not_flaky"  # a person says that it never was
    MARKED_STABLE = "marked_stable"  # a person says that it was, up to a commit
    PROVEN_FIX = "proven_fix"  # it was, and enough clean runs show that it is no more
    TURNED_BROKEN = "turned_broken"  # it was held for flaky, and was failing for good

    @property
    def was_right(self) -> bool:
        """Whether it bears out that the case was flaky."""
        return self in {Correction.MARKED_STABLE, Correction.PROVEN_FIX}


@dataclass(frozen=True, slots=True)
class Feedback:
    """One correction, and the probability of a flake that was shown then."""

    kind: Correction
    p_flaky: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Corrections whose probability lay between two bounds."""

    low: float
    high: float
    count: int
    shown: float  # the mean of the probabilities
    right: float  # the share that was right
    interval: tuple[float, float]  # of that share, 95 %


@dataclass(frozen=True, slots=True)
class Accuracy:
    """What the corrections of a repository say of us. They inform; they move no constant."""

    counts: dict[Correction, int]
    right: int
    wrong: int
    precision: float | None  # None: nothing was corrected yet
    precision_interval: tuple[float, float]
    brier: float | None  # mean squared distance of the probability from what turned out
    calibration: tuple[Bin, ...]


def accuracy_of(feedback: Sequence[Feedback]) -> Accuracy:
    """Precision with its 95 % interval, Brier score, and calibration in bins that hold any."""
    counts = {kind: sum(one.kind is kind for one in feedback) for kind in Correction}
    right = sum(one.kind.was_right for one in feedback)
    known = len(feedback)
    squares = sum((one.p_flaky - one.kind.was_right) ** 2 for one in feedback)
    return Accuracy(
        counts=counts,
        right=right,
        wrong=known - right,
        precision=right / known if known else None,
        precision_interval=wilson_interval(right, known),
        brier=squares / known if known else None,
        calibration=tuple(_bins(feedback)),
    )


def _bins(feedback: Sequence[Feedback]) -> list[Bin]:
    sorted_in: dict[int, list[Feedback]] = {}
    for one in feedback:
        sorted_in.setdefault(min(int(one.p_flaky * BINS), BINS - 1), []).append(one)
    return [
        Bin(
            low=place / BINS,
            high=(place + 1) / BINS,
            count=len(inside),
            shown=sum(one.p_flaky for one in inside) / len(inside),
            right=(right := sum(one.kind.was_right for one in inside)) / len(inside),
            interval=wilson_interval(right, len(inside)),
        )
        for place, inside in sorted(sorted_in.items())
    ]
