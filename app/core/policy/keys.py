"""The keys of `.flakeguard.yml`, each with how its value is read."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from app.core.errors import BadInput
from app.core.globs import Glob
from app.core.owners import Rule as OwnerRule
from app.core.owners import rule as owner_rule
from app.core.policy.names import CheckConclusion, CommentWhen, Mode, Renames, ScorerName
from app.core.policy.policy import (
    IssuePolicy,
    Policy,
    QuarantineCap,
    ScoringWeights,
    TeamOverride,
)
from app.core.policy.rules import Rule
from app.core.policy.teams import by_team, notifications
from app.core.policy.tree import Node
from app.core.policy.values import Reader

LONGEST_DAYS = 365  # a year
MOST_RUNS = 10_000
MOST_MINUTES = 100_000  # a day
LONGEST_LABEL = 50  # characters. Source: GitHub, labels
MOST_MEGABYTES = 512  # of an artifact: it lies on the worker's disk meanwhile
Read = Callable[[Reader, Node, str], Any]  # the value; None where it cannot be read


def _share(reader: Reader, node: Node, key: str) -> float | None:
    return reader.number(node, key)


def _days(reader: Reader, node: Node, key: str) -> int | None:
    return reader.whole(node, key, low=1, high=LONGEST_DAYS)


def _runs(reader: Reader, node: Node, key: str) -> int | None:
    return reader.whole(node, key, low=1, high=MOST_RUNS)


def _window(reader: Reader, node: Node, key: str) -> int | None:
    return reader.whole(node, key, low=5, high=500)  # as the old FlakeGuard


def _megabytes(reader: Reader, node: Node, key: str) -> int | None:
    return reader.whole(node, key, low=1, high=MOST_MEGABYTES)


def _multiplier(reader: Reader, node: Node, key: str) -> float | None:
    return reader.number(node, key, low=0, high=10)


def _weights(reader: Reader, node: Node, key: str) -> ScoringWeights:
    known = [one.name for one in fields(ScoringWeights)]
    read = {
        name: reader.number(value, f"{key}.{name}")
        for name, _, value in reader.entries(node, key, known=known)
    }
    weights = replace(ScoringWeights(), **{n: v for n, v in read.items() if v is not None})
    total = sum(getattr(weights, name) for name in known)
    if abs(total - 1) > 0.01:
        reader.note(node, f"`{key}` add up to {total:.2f}; the score is made for 1.")
    return weights


def _cap(reader: Reader, node: Node, key: str) -> QuarantineCap:
    """`20`: at a time; or both by name."""
    if node.pairs is None:
        count = reader.whole(node, key, low=0, high=MOST_RUNS)
        return QuarantineCap() if count is None else QuarantineCap(repository=count)
    read = {
        name: reader.whole(value, f"{key}.{name}", low=0, high=MOST_RUNS)
        for name, _, value in reader.entries(node, key, known=("repository", "per_day"))
    }
    return replace(QuarantineCap(), **{n: v for n, v in read.items() if v is not None})


def _issues(reader: Reader, node: Node, key: str) -> IssuePolicy:
    """`true` or `false`: opened of our own accord; or by name."""
    if node.pairs is None:
        opens = reader.flag(node, key)
        return IssuePolicy() if opens is None else IssuePolicy(open=opens)
    kinds: dict[str, Read] = {
        "open": Reader.flag,
        "per_day": lambda reader, node, key: reader.whole(node, key, low=0, high=MOST_RUNS),
        "labels": _labels,
    }
    read = {
        name: kinds[name](reader, value, f"{key}.{name}")
        for name, _, value in reader.entries(node, key, known=tuple(kinds))
    }
    return replace(IssuePolicy(), **{n: v for n, v in read.items() if v is not None})


def _label_names(reader: Reader, node: Node, key: str) -> tuple[str, ...]:
    """Names of labels; one text is one label, whose name may hold commas."""
    if node.text and "," in node.text:
        reader.note(
            node, f"`{key}` is the one label {node.shown}; for several write [{node.text}]."
        )
    return reader.texts(node, key)


def _labels(reader: Reader, node: Node, key: str) -> tuple[str, ...]:
    """Names of labels; GitHub takes no longer ones."""
    found = _label_names(reader, node, key)
    if any(len(one) > LONGEST_LABEL for one in found):
        reader.fault(node, f"`{key}`: a label has at most {LONGEST_LABEL} characters.")
    return tuple(one for one in found if len(one) <= LONGEST_LABEL)


def _check(reader: Reader, node: Node, key: str) -> CheckConclusion | None:
    """`fail`, or `{conclusion: fail}`."""
    if node.pairs is None:
        return reader.choice(node, key, CheckConclusion)
    found = None
    for name, _, value in reader.entries(node, key, known=("conclusion",)):
        found = reader.choice(value, f"{key}.{name}", CheckConclusion)
    return found


def _owners(reader: Reader, node: Node, key: str) -> tuple[OwnerRule, ...]:
    """A pattern as in CODEOWNERS, and whom: `src/cart/: "@acme/cart"`, or a list of them."""
    found = []
    for pattern, name, value in reader.entries(node, key):
        owners = [one for text in reader.texts(value, key) for one in text.split()]
        try:
            found.append(owner_rule(pattern, owners, line=name.line))
        except BadInput as bad:
            reader.fault(name, f"`{key}`: {bad}")
    return tuple(found)


def _overrides(reader: Reader, node: Node, key: str) -> dict[str, TeamOverride]:
    found = {}
    known = [one.name for one in fields(TeamOverride)]
    for team, _, value in by_team(reader, node, key):
        read = {
            name: KEYS[name](reader, one, f"{key}.{team}.{name}")
            for name, _, one in reader.entries(value, f"{key}.{team}", known=known)
        }
        found[team] = TeamOverride(**read)
    return found


def _rules(reader: Reader, node: Node, key: str) -> tuple[Rule, ...]:
    found: list[Rule] = []
    takes_all = False  # what a faulty rule was meant to take is not known
    for item in reader.items(node, key):
        if takes_all:
            reader.note(item, "This rule never counts: the one before it fits every case.")
        before = len(reader.faults)
        found.append(_rule(reader, item, f"{key}[{len(found) + 1}]"))
        takes_all = found[-1].fits_all and len(reader.faults) == before
    return tuple(found)


def _rule(reader: Reader, node: Node, key: str) -> Rule:
    read = {
        RULE_FIELDS.get(name, name): RULE_KEYS[name](reader, value, f"{key}.{name}")
        for name, _, value in reader.entries(node, key, known=tuple(RULE_KEYS))
    }
    rule = Rule(
        line=node.line, **{name: value for name, value in read.items() if value is not None}
    )
    says = {"is_exempt", "threshold", "consecutive_failures", "days"} & read.keys()
    if node.pairs is not None and not says:
        reader.fault(
            node,
            f"`{key}` says nothing of its cases: set `threshold`, `consecutive_failures`, "
            "`days` or `exempt`.",
        )
    if rule.is_exempt and len(says) > 1:
        reader.fault(node, f"`{key}` exempts its cases, so it can set nothing else.")
    return rule


def _branch(reader: Reader, node: Node, key: str) -> Glob | None:
    """Branches; all of them are no condition."""
    found = reader.pattern(node, key)
    return None if found is not None and found.pattern == EVERY_BRANCH else found


def _low(reader: Reader, node: Node, key: str) -> str | None:
    text = reader.text(node, key)
    return text.lower() if text else None


EVERY_BRANCH = "**"
RULE_FIELDS = {"exempt": "is_exempt"}
RULE_KEYS: dict[str, Read] = {
    "branch": _branch,
    "file": Reader.pattern,
    "tag": Reader.pattern,
    "priority": _low,
    "threshold": _share,
    "consecutive_failures": _runs,
    "exempt": Reader.flag,
    "days": _days,
}

KEYS: dict[str, Read] = {
    "mode": lambda reader, node, key: reader.choice(node, key, Mode),
    "scorer": lambda reader, node, key: reader.choice(node, key, ScorerName),
    "warn_threshold": _share,
    "flaky_threshold": _share,
    "min_occurrences": _runs,
    "min_recent_failures": _runs,
    "lookback_days": _days,
    "rolling_window_size": _window,
    "artifacts": Reader.patterns,
    "artifact_max_mb": _megabytes,
    "exclude_paths": Reader.patterns,
    "exempted_tests": Reader.patterns,
    "labels_required": _label_names,
    "auto_quarantine_enabled": Reader.flag,
    "quarantine_duration_days": _days,
    "quarantine_cap": _cap,
    "confidence_threshold": _share,
    "scoring_weights": _weights,
    "retry_weight_multiplier": _multiplier,
    "rules": _rules,
    "proof_jobs": Reader.patterns,
    "proof_minutes": lambda reader, node, key: reader.whole(node, key, low=0, high=MOST_MINUTES),
    "issues": _issues,
    "check": _check,
    "comment": lambda reader, node, key: reader.choice(node, key, CommentWhen),
    "renames": lambda reader, node, key: reader.choice(node, key, Renames),
    "owners": _owners,
    "team_notifications": notifications,
    "team_overrides": _overrides,
}

assert KEYS.keys() == {one.name for one in fields(Policy)}
