"""Stretches of a case's verdicts: what failed or passed without a break."""

from collections.abc import Sequence
from math import ceil, log

from app.core.runs import BranchClass
from app.core.verdicts import Verdict, VerdictKind

BROKEN_RUNS = 2  # commits of the default branch in a row
CHANCE_OF_STREAK = 0.01  # a flake's streak of failures less likely than this is a break


def on_default(trusted: Sequence[Verdict]) -> list[Verdict]:
    """The decided verdicts of the default branch, in their order."""
    return [
        verdict
        for verdict in trusted
        if verdict.branch_class is BranchClass.DEFAULT and verdict.is_decided
    ]


def trailing_failures(base: Sequence[Verdict]) -> list[Verdict]:
    """The newest verdicts of the default branch that all failed, oldest first, in one variant.

    Variants are told apart: one that passes elsewhere does not end a streak.
    """
    longest: list[Verdict] = []
    for variant in sorted({verdict.variant for verdict in base}):
        streak: list[Verdict] = []
        for verdict in base:
            if verdict.variant == variant:
                streak = [*streak, verdict] if verdict.kind is VerdictKind.FAILED else []
        longest = max(longest, streak, key=len)
    return longest


def without_breaks(base: Sequence[Verdict]) -> list[Verdict]:
    """The default branch's verdicts, less the streaks in which it was broken: no flake's doing."""
    kept: list[Verdict] = []
    for variant in sorted({verdict.variant for verdict in base}):
        streak: list[Verdict] = []
        for verdict in (one for one in base if one.variant == variant):
            if verdict.kind is VerdictKind.FAILED:
                streak.append(verdict)
                continue
            kept += streak if len(streak) < BROKEN_RUNS else []
            kept.append(verdict)
            streak = []
        kept += streak if len(streak) < BROKEN_RUNS else []
    return kept


def too_many(rate: float | None) -> int:
    """Failures in a row that are too many for a flake of this rate; few where it is no flake."""
    if not rate:
        return BROKEN_RUNS
    if rate >= 1:
        return BROKEN_RUNS
    return max(BROKEN_RUNS, ceil(log(CHANCE_OF_STREAK) / log(rate)))
