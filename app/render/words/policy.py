"""What people are told of a policy file."""

from collections.abc import Sequence

from app.core.policy.comparing import Compared
from app.core.policy.policy import Policy
from app.core.policy.reading import PLACE
from app.core.policy.tree import Fault
from app.render import escape
from app.render.words import counted

MOST_NAMED = 5  # cases in a sentence
NAME_SHOWN = 120  # characters of a case's name in a sentence
NOT_TAKEN = (
    f"{PLACE} is not in force until that is mended; the last one without a fault is, "
    "or else the defaults."
)
TAKEN_BEFORE = (
    f"An earlier version of FlakeGuard took this {PLACE}: it stays in force, but for the keys that "
    "have a fault, which are at their defaults until that is mended."
)
MOST_FAULTS = 5  # of a file, on a check run; `flakeguard policy check` tells all


def faults(found: Sequence[Fault], *, is_taken: bool) -> tuple[str, ...]:
    """What is wrong with the policy file of the default branch, and what holds meanwhile.

    `is_taken`: it was without a fault when it was read, by an earlier version of us.
    """
    if not found:
        return ()
    told = [f"{PLACE}, {place(one)}: {one.sentence}" for one in found[:MOST_FAULTS]]
    if len(found) > MOST_FAULTS:
        left = counted(len(found) - MOST_FAULTS, "more fault")
        told.append(f"{PLACE} has {left}; `flakeguard policy check {PLACE}` tells all.")
    return (*told, TAKEN_BEFORE if is_taken else NOT_TAKEN)


def place(fault: Fault) -> str:
    """`line 3, column 5`."""
    return f"line {fault.line}, column {fault.column}"


def proposed_faults(found: Sequence[Fault]) -> tuple[str, ...]:
    """What is wrong with the policy file that a pull request brings."""
    return tuple(
        f"The {PLACE} of this pull request, {place(one)}: {one.sentence}"
        for one in found[:MOST_FAULTS]
    )


def would_decide(found: Compared | None, *, days: int) -> str:
    """What the policy of a pull request would have decided; None: that is not known yet."""
    changes = f"This pull request changes {PLACE}"
    if found is None:
        return f"{changes}. What that would have decided is being worked out, and then stands here."
    if found.scorer is not None:
        changes = f"{changes}: {found.scorer.value} would judge from then on"
    over = f"{changes}. Over the last {days} days"
    if found.is_nothing and not found.untried:
        return f"{over} it would have decided nothing otherwise."
    if found.is_nothing:
        return f"{over} it would have held the same cases for flaky.{_untried(found.untried)}"
    parts = []
    if not (found.held or found.released):
        parts.append("the same cases, at other times")
    if found.held:
        parts.append(f"{counted(len(found.held), 'case')} more ({_named(found.held)})")
    if found.released:
        parts.append(f"{counted(len(found.released), 'case')} no longer ({_named(found.released)})")
    return (
        f"{over} it would have held for flaky: {', '.join(parts)}. "
        f"Of {counted(found.failures, 'failure')} {found.excused_after} would have met a held "
        f"case, instead of {found.excused_before}.{_untried(found.untried)}"
    )


def _untried(keys: Sequence[str]) -> str:
    """What else changes, of which the past tells nothing."""
    if not keys:
        return ""
    *others, last = (f"`{key}`" for key in keys)
    named = f"{', '.join(others)} and {last}" if others else last
    return f" It also changes {named}, which was not tried."


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(escape.plain(one, limit=NAME_SHOWN) for one in names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    return f"{shown} and {more} more" if more > 0 else shown


def is_good(name: str, policy: Policy) -> str:
    """A file without a fault, and the least that people should know of it."""
    held = f"{policy.flaky_threshold:g}"
    return (
        f"{name} is in order: mode {policy.mode.value}, judged by {policy.scorer.value}, "
        f"held for flaky from {held}."
    )


def cannot_be_used(name: str, found: Sequence[Fault]) -> str:
    """A policy file with faults, where it was to judge something."""
    first = f"{name}, {place(found[0])}: {found[0].sentence}"
    if len(found) == 1:
        return first
    left = counted(len(found) - 1, "more fault")
    return f"{first} It has {left}; `flakeguard policy check {name}` tells all."
