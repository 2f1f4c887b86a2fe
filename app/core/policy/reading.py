"""A policy file read: the policy, or everything that is wrong with it, with line and column."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from app.core.policy.keys import KEYS
from app.core.policy.names import Mode, ScorerName
from app.core.policy.policy import Policy, TeamOverride, default_policy
from app.core.policy.tree import Fault, Faulty, Node, tree_of
from app.core.policy.values import Reader

PLACE = ".flakeguard.yml"  # in the root of the repository, on its default branch
OF_ROLLING_WINDOW = ("scoring_weights", "rolling_window_size", "retry_weight_multiplier")
TEXTS_REMEMBERED = 256  # policies that are read once and asked for often


@dataclass(frozen=True, slots=True)
class Reading:
    """What a policy file comes to."""

    policy: Policy | None  # None where anything is wrong
    faults: tuple[Fault, ...] = ()
    notes: tuple[Fault, ...] = ()  # what is allowed and may not be meant
    rest: Policy | None = None  # what the keys without a fault say; None where none can be read


@lru_cache(maxsize=TEXTS_REMEMBERED)
def read_policy(text: str) -> Reading:
    """Read a policy file; an empty one is the default policy."""
    try:
        tree = tree_of(text.removeprefix("\ufeff"))
    except Faulty as faulty:
        return Reading(None, (faulty.fault,))
    if tree is None:
        return Reading(default_policy(), rest=default_policy())
    reader = Reader()
    given = {name: (key, node) for name, key, node in reader.entries(tree, "", known=tuple(KEYS))}
    values, whole = _values(reader, given)
    scorer = values.get("scorer") or _scorer_of(reader, given)
    policy = _policy(values, scorer)
    _compare(reader, given, policy)
    faults = tuple(sorted(reader.faults, key=_place))
    notes = tuple(sorted(reader.notes, key=_place))
    rest = None if tree.pairs is None else _policy(whole, scorer)
    return Reading(None if faults else policy, faults, notes, rest)


def policy_once_good(text: str) -> Policy:
    """What a file says that had no fault when it was taken, and may have one by what we know now.

    Each key that has one is as if it were not there; the defaults where nothing can be read.
    """
    reading = read_policy(text)
    return reading.policy or reading.rest or default_policy()


def _values(
    reader: Reader, given: Mapping[str, tuple[Node, Node]]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What each key says, as far as it can be read; and those of them alone that have no fault."""
    values: dict[str, Any] = {}
    whole: dict[str, Any] = {}
    for name, (_, node) in given.items():
        before = len(reader.faults)
        value = KEYS[name](reader, node, name)
        if value is not None:
            values[name] = value
            if len(reader.faults) == before:
                whole[name] = value
    return values, whole


def _policy(values: Mapping[str, Any], scorer: ScorerName) -> Policy:
    return _giving_way(replace(default_policy(scorer), **{**values, "scorer": scorer}), values)


def _scorer_of(reader: Reader, given: dict[str, tuple[Node, Node]]) -> ScorerName:
    """A file that sets what only the old score has, and names no scorer, is one of the old."""
    if "scorer" in given:
        return ScorerName.EVIDENCE
    for name in OF_ROLLING_WINDOW:
        if name in given:
            reader.note(
                given[name][0],
                f"No `scorer` is named and `{name}` belongs to rolling-window, so that one judges; "
                "name `scorer: evidence` to be judged by evidence.",
            )
            return ScorerName.ROLLING_WINDOW
    return ScorerName.EVIDENCE


def _giving_way(policy: Policy, given: Collection[str]) -> Policy:
    """The policy, its warnings no later than what it holds, where the file says nothing of them.

    Of a team's likewise: who lowers one threshold alone need not know what the other one is.
    """
    if "warn_threshold" not in given:
        policy = replace(policy, warn_threshold=min(policy.warn_threshold, policy.flaky_threshold))
    teams = {team: _warned(policy, theirs) for team, theirs in policy.team_overrides.items()}
    return replace(policy, team_overrides=teams) if teams else policy


def _warned(policy: Policy, theirs: TeamOverride) -> TeamOverride:
    held = theirs.flaky_threshold
    if theirs.warn_threshold is not None or held is None or held >= policy.warn_threshold:
        return theirs
    return replace(theirs, warn_threshold=held)


def _compare(reader: Reader, given: dict[str, tuple[Node, Node]], policy: Policy) -> None:
    """What does not go together."""
    whole = given.get("flaky_threshold") or given.get("warn_threshold")
    if whole and policy.warn_threshold > policy.flaky_threshold:
        reader.fault(whole[0], _too_early("", policy))
    if "team_overrides" in given:
        for key, _ in given["team_overrides"][1].pairs or ():
            theirs = policy.for_team(key.text)
            if theirs.warn_threshold > theirs.flaky_threshold and theirs != policy:
                reader.fault(key, _too_early(f"For the team {key.text}, ", theirs))
    automatic = given.get("auto_quarantine_enabled")
    if automatic and policy.auto_quarantine_enabled and policy.mode is not Mode.ACT:
        reader.note(
            automatic[0],
            f"In mode {policy.mode.value} nothing is quarantined by itself; "
            "write `mode: act` for that.",
        )


def _too_early(whose: str, policy: Policy) -> str:
    return (
        f"{whose}`warn_threshold` ({policy.warn_threshold:g}) is above "
        f"`flaky_threshold` ({policy.flaky_threshold:g}): a case is warned of before it is held."
    )


def _place(fault: Fault) -> tuple[int, int]:
    return (fault.line, fault.column)
