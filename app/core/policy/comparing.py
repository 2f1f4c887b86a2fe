"""What a change of policy would have decided, and what of it only its use can show."""

from dataclasses import dataclass, fields, replace

from app.core.policy.names import ScorerName
from app.core.policy.policy import Policy, TeamOverride, default_policy

# What is judged by; all other keys change what we say and do, which no trial repeats.
TRIED = frozenset(
    {
        "scorer",
        "flaky_threshold",
        "min_occurrences",
        "min_recent_failures",
        "lookback_days",
        "rolling_window_size",
        "scoring_weights",
        "retry_weight_multiplier",
        "exclude_paths",
        "exempted_tests",
        "rules",
    }
)


@dataclass(frozen=True, slots=True)
class Compared:
    """The difference that a change of policy makes, over some days."""

    held: tuple[str, ...]  # names of cases that only the new policy holds for flaky
    released: tuple[str, ...]  # that only the old one does
    failures: int  # of all cases
    excused_before: int  # of them, of cases that the old policy held then
    excused_after: int
    scorer: ScorerName | None = None  # another one judges from now on
    untried: tuple[str, ...] = ()  # the changed keys of which this tells nothing

    @property
    def is_nothing(self) -> bool:
        """Whether no case of the past would have been held otherwise."""
        is_same = self.excused_before == self.excused_after
        return is_same and not (self.held or self.released)


def untried(old: Policy, new: Policy) -> tuple[str, ...]:
    """The keys by which two policies differ in what no trial tells, in the file's order."""
    names = (one.name for one in fields(Policy) if one.name not in TRIED)
    return tuple(name for name in names if _meant(old, name) != _meant(new, name))


def _meant(policy: Policy, name: str) -> object:
    """What a key says beside what is tried of it; None for a default, whichever scorer's."""
    value, default = getattr(policy, name), getattr(default_policy(policy.scorer), name)
    if name == "owners":  # the same lines further down say the same
        return [(rule.pattern, rule.owners) for rule in policy.owners]
    if name == "team_overrides":
        theirs = {team: _beside_tried(one, policy) for team, one in policy.team_overrides.items()}
        return {team: one for team, one in theirs.items() if one != TeamOverride()}
    if name == "warn_threshold":  # it gives way to a lower threshold of its own accord
        default = min(default, policy.flaky_threshold)
    return None if value == default else value


def _beside_tried(theirs: TeamOverride, policy: Policy) -> TeamOverride:
    held = theirs.flaky_threshold
    gave_way = held is not None and theirs.warn_threshold == held < policy.warn_threshold
    left = replace(theirs, warn_threshold=None) if gave_way else theirs
    return replace(left, **{one.name: None for one in fields(left) if one.name in TRIED})
