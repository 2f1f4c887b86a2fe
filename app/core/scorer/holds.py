"""Whether a policy holds a case for flaky: by its rules' counts, else by the scorer and minima."""

from dataclasses import dataclass, replace
from datetime import datetime

from app.core.policy.policy import FLAKE_RATE, Policy
from app.core.policy.rules import About, Rule
from app.core.scorer.counts import Counts


@dataclass(frozen=True, slots=True)
class Believed:
    """What the scorer says of a case, its own threshold counted."""

    is_flaky: bool
    is_broken: bool
    score: float


@dataclass(frozen=True, slots=True)
class Over:
    """A case that fails as often, or as often in a row, as its rule says."""

    rule: Rule
    failed: int  # in a row where `runs` is None, else of so many
    runs: int | None
    days: int


def horizon(policy: Policy) -> int:
    """How many days anything in a policy looks back."""
    days = [policy.lookback_days, *(rule.days for rule in policy.rules if rule.days)]
    days += [one.lookback_days for one in policy.team_overrides.values() if one.lookback_days]
    return max(days)


def is_held(
    policy: Policy,
    theirs: Policy,
    counts: Counts,
    case: str,
    about: About,
    believed: Believed,
    *,
    at: datetime,
) -> bool:
    """Whether a case is held; `theirs` is the policy for the team that owns it.

    A rule of the branch that the case ran on begins it, and so does the scorer where no rule says
    more. It ends where no rule of any branch would hold the case: so a rule of one branch is not
    undone by the runs of the others, and an exempt branch neither begins nor ends anything.
    Nothing holds a broken case, nor one that is exempt everywhere.
    """
    anywhere = replace(about, branch=None)
    if believed.is_broken or policy.is_exempt(anywhere):
        return False
    asked = anywhere if counts.is_held(case) else about
    return any(
        _holds(rule, policy, theirs, counts, case, believed, at=at)
        for rule in policy.rules_for(asked)
    )


def _holds(
    rule: Rule | None,
    policy: Policy,
    theirs: Policy,
    counts: Counts,
    case: str,
    believed: Believed,
    *,
    at: datetime,
) -> bool:
    """Whether a rule holds a case; what it counts comes before what the scorer believes."""
    if rule is not None and rule.is_exempt:
        return False
    if rule is not None and rule.counts:
        return over(rule, policy, counts, case, at=at) is not None
    if not believed.is_flaky or believed.score < theirs.flaky_threshold:
        return False
    days = rule.days if rule is not None and rule.days else theirs.lookback_days
    return (
        counts.failures(case, at, days=days) >= theirs.min_recent_failures
        and counts.place(case) >= theirs.min_occurrences
    )


def over(rule: Rule, policy: Policy, counts: Counts, case: str, *, at: datetime) -> Over | None:
    """By how much a case is over what its rule says; None where it is not."""
    days = rule.days or policy.lookback_days
    row = counts.row(case, at, days=days)
    if rule.consecutive_failures and row >= rule.consecutive_failures:
        return Over(rule, row, None, days)
    failed, runs = counts.failures(case, at, days=days), counts.runs(case, at, days=days)
    if rule.threshold is None or not failed or runs < FLAKE_RATE.min_occurrences:
        return None
    return Over(rule, failed, runs, days) if failed / runs >= rule.threshold else None
