"""What a change of policy would have decided: the same cases under the old and the new one."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.policy.names import ScorerName
from app.core.policy.policy import Policy
from app.core.policy.rules import About


@dataclass(frozen=True, slots=True)
class Past:
    """A case that failed in the days that are looked at, as it stands."""

    about: About
    owners: tuple[str, ...]
    is_broken: bool
    score: float
    runs: int
    failures: int  # in these days


@dataclass(frozen=True, slots=True)
class Compared:
    """The difference that a change of policy makes."""

    held: tuple[str, ...]  # names of cases that only the new policy holds for flaky
    released: tuple[str, ...]  # that only the old one does
    failures: int  # of all cases
    excused_before: int  # of them, of cases that the old policy holds
    excused_after: int
    scorer: ScorerName | None = None  # another one judges from now on; then nothing else is known

    @property
    def is_nothing(self) -> bool:
        """Whether nothing of the past would have been decided otherwise."""
        return not (self.held or self.released or self.scorer)


def compared(old: Policy, new: Policy, cases: Iterable[Past]) -> Compared:
    """What the new policy would have held, and the old one did, by the scores as they stand."""
    if old.scorer is not new.scorer:
        return Compared((), (), 0, 0, 0, scorer=new.scorer)
    held: list[str] = []
    released: list[str] = []
    failures = before = after = 0
    for case in cases:
        was, will_be = holds(old, case), holds(new, case)
        failures += case.failures
        before += case.failures if was else 0
        after += case.failures if will_be else 0
        if was != will_be:
            (held if will_be else released).append(case.about.name)
    return Compared(tuple(held), tuple(released), failures, before, after)


def holds(policy: Policy, case: Past) -> bool:
    """Whether a policy holds a case for flaky; never one that is broken."""
    if case.is_broken or policy.is_exempt(case.about):
        return False
    rule = policy.rule_for(case.about)
    if rule is not None and rule.counts:
        is_told = rule.threshold is not None and case.runs > 0
        return is_told and case.failures / case.runs >= (rule.threshold or 0.0)
    terms = policy
    for owner in case.owners:
        if (theirs := policy.for_team(owner)) is not policy:
            terms = theirs
            break
    return (
        case.score >= terms.flaky_threshold
        and case.runs >= terms.min_occurrences
        and case.failures >= terms.min_recent_failures
    )
