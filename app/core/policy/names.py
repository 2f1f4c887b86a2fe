"""The closed sets that a policy chooses from."""

from enum import StrEnum


class ScorerName(StrEnum):
    """The scorers that a policy may name."""

    EVIDENCE = "evidence"  # contradicted failures, weighed; the default
    ROLLING_WINDOW = "rolling-window"  # a weighted score over the last runs
    FLAKE_RATE = "flake-rate"  # the share of failing runs over the last days


class Mode(StrEnum):
    """How much FlakeGuard does by itself; what a person asks for works in each but `observe`."""

    OBSERVE = "observe"  # judges only
    REPORT = "report"  # adds check run and comment; the default
    ACT = "act"  # adds quarantine, issues and re-runs of our own accord


class CheckConclusion(StrEnum):
    """How the check run ends when something needs you."""

    NEUTRAL = "neutral"  # blocks nothing; the default
    FAIL = "fail"


class CommentWhen(StrEnum):
    """When a pull request gets our comment."""

    ON_FAILURE = "on_failure"  # silent when green, unless one is there already; the default
    ALWAYS = "always"
    NEVER = "never"


class Renames(StrEnum):
    """Who says that a case which came is one that went, so that its history follows it."""

    ASK = "ask"  # people do, for each; the default
    FOLLOW_MOVES = "follow_moves"  # of cases that only moved, nobody has to
