"""Whether a policy holds a case for flaky: by its rules' counts, else by the scorer and minima."""

from dataclasses import dataclass
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

    What a rule says counts before what the scorer believes; nothing holds a broken case.
    """
    if policy.is_exempt(about) or believed.is_broken:
        return False
    rule = policy.rule_for(about)
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
