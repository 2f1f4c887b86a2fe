"""What a repository's policy says; every key of `.flakeguard.yml` with its default."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeVar

from app.core.globs import Glob, glob
from app.core.owners import Rule as OwnerRule
from app.core.owners import rule_of
from app.core.policy.names import CheckConclusion, CommentWhen, Mode, Renames, ScorerName
from app.core.policy.rules import About, Rule, rules_for

DAY = timedelta(days=1)
MB = 1024 * 1024  # bytes

NO_REPORTS = (glob("github-pages"), glob("*.dockerbuild"))
"""Artifacts that GitHub's own actions make of something else, where the policy names none."""

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class ScoringWeights:
    """What each component counts in the scorer `rolling-window`, 0 to 1."""

    intermittency_weight: float = 0.30
    rerun_weight: float = 0.25
    clustering_weight: float = 0.15
    message_variance_weight: float = 0.10
    fail_ratio_weight: float = 0.10
    consecutive_failure_penalty: float = 0.10


@dataclass(frozen=True, slots=True)
class QuarantineCap:
    """How many cases may be quarantined of our own accord; people may quarantine more."""

    repository: int = 20  # at a time; chosen: more is a job for people
    per_day: int = 5  # chosen


@dataclass(frozen=True, slots=True)
class IssuePolicy:
    """Issues about flaky cases; people may have them opened whatever it says."""

    open: bool = True  # of our own accord, in mode act
    per_day: int = 5  # at most, of our own accord. Chosen
    labels: tuple[str, ...] = ()  # that a new issue wears


@dataclass(frozen=True, slots=True)
class TeamNotifications:
    """Where a team hears of its cases; keys are team names as in CODEOWNERS, without `@`."""

    slack_channels: Mapping[str, str] = field(default_factory=dict)  # like #frontend
    email_groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # addresses
    channels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # names, outside Slack


@dataclass(frozen=True, slots=True)
class TeamOverride:
    """What differs for one team's cases; None: as for all."""

    flaky_threshold: float | None = None
    warn_threshold: float | None = None
    confidence_threshold: float | None = None
    min_occurrences: int | None = None
    min_recent_failures: int | None = None
    lookback_days: int | None = None
    quarantine_duration_days: int | None = None
    auto_quarantine_enabled: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """All that a policy says. The defaults here are those of the scorer `evidence`."""

    mode: Mode = Mode.REPORT
    scorer: ScorerName = ScorerName.EVIDENCE
    warn_threshold: float = 0.5  # of the score, 0 to 1: suspect from here on
    flaky_threshold: float = 0.9  # of the score, 0 to 1: held for flaky from here on
    min_occurrences: int = 1  # runs of a case before it is held for flaky
    min_recent_failures: int = 2  # within lookback_days
    lookback_days: int = 60
    rolling_window_size: int = 50  # runs, of the scorer rolling-window
    artifacts: tuple[Glob, ...] = ()  # names of artifacts that hold reports; empty: see NO_REPORTS
    artifact_max_mb: int = 256  # of a larger one, only what may be reports is read
    exclude_paths: tuple[Glob, ...] = ()  # files whose cases nothing is decided about
    exempted_tests: tuple[Glob, ...] = ()  # cases never held for flaky, by name or file
    labels_required: tuple[str, ...] = ()  # all of them, on a PR that brings a quarantine
    auto_quarantine_enabled: bool = False
    quarantine_duration_days: int = 30  # at most
    quarantine_cap: QuarantineCap = QuarantineCap()
    confidence_threshold: float = 0.7  # 0 to 1, for what we do of our own accord
    scoring_weights: ScoringWeights = ScoringWeights()
    retry_weight_multiplier: float = 1.5  # a failure that a retry passed, against a plain one
    rules: tuple[Rule, ...] = ()
    proof_jobs: tuple[Glob, ...] = ()  # names of jobs that we may re-run; empty: none
    proof_minutes: int = 60  # of CI a day, for re-runs. Chosen: what a small job takes ten times
    issues: IssuePolicy = IssuePolicy()
    check: CheckConclusion = CheckConclusion.NEUTRAL
    comment: CommentWhen = CommentWhen.ON_FAILURE
    renames: Renames = Renames.ASK
    owners: tuple[OwnerRule, ...] = ()  # before those of CODEOWNERS, by the same rules
    team_notifications: TeamNotifications = TeamNotifications()
    team_overrides: Mapping[str, TeamOverride] = field(default_factory=dict)  # by team name

    @property
    def publishes(self) -> bool:
        """Whether anything is said on check runs and in comments, and whether people may act."""
        return self.mode is not Mode.OBSERVE

    @property
    def has_terms(self) -> bool:
        """Whether it has terms of its own."""
        return self.terms != default_policy(self.scorer).terms

    @property
    def terms(self) -> tuple[object, ...]:
        """What decides, beside the scorer, which cases are held; equal terms, equal decisions.

        The older scorers count minima themselves.
        """
        minima = (self.min_occurrences, self.min_recent_failures, self.lookback_days)
        return (
            self.exempted_tests,
            self.exclude_paths,
            tuple(replace(rule, line=0) for rule in self.rules),
            tuple(sorted(self.team_overrides.items())),
            minima if self.scorer is ScorerName.EVIDENCE else (),
        )

    @property
    def for_scorer(self) -> "Policy":
        """What a scorer is told: to hold from the lowest score on at which any team's case is held.

        Of the others' cases the terms let go again what is below the policy's own threshold.
        """
        lower = (one.flaky_threshold for one in self.team_overrides.values())
        lowest = min((self.flaky_threshold, *(one for one in lower if one is not None)))
        return replace(self, flaky_threshold=lowest)

    @property
    def quarantines_itself(self) -> bool:
        """Whether a case is quarantined without a person's word."""
        return self.mode is Mode.ACT and self.auto_quarantine_enabled

    @property
    def quarantines_some_itself(self) -> bool:
        """Whether it does so with any team's cases."""
        teams = (self.for_team(name) for name in self.team_overrides)
        return any(one.quarantines_itself for one in (self, *teams))

    @property
    def opens_issues(self) -> bool:
        """Whether issues are opened without a person's word."""
        return self.mode is Mode.ACT and self.issues.open

    @property
    def quarantine_lasts(self) -> timedelta:
        """How long a quarantine lasts at most."""
        return self.quarantine_duration_days * DAY

    @property
    def lookback(self) -> timedelta:
        """How far back `min_recent_failures` are counted."""
        return self.lookback_days * DAY

    def reads_artifact(self, name: str) -> bool:
        """Whether an artifact is looked into for reports."""
        if self.artifacts:
            return any(one.fits(name) for one in self.artifacts)
        return not any(one.fits(name) for one in NO_REPORTS)

    @property
    def artifact_max_bytes(self) -> int:
        """Bytes of an artifact's zip above which only what may be reports is read."""
        return self.artifact_max_mb * MB

    def may_rerun(self, job: str) -> bool:
        """Whether a job may be re-run of our own accord: only where the policy names it."""
        return any(one.fits(job) for one in self.proof_jobs)

    def rules_for(self, case: About) -> tuple[Rule | None, ...]:
        """The rule that the case falls under, None for none; on any branch, all of them."""
        return rules_for(self.rules, case)

    def is_excluded(self, case: About) -> bool:
        """Whether the case lives in a file about which nothing is decided."""
        return case.file is not None and any(one.fits_path(case.file) for one in self.exclude_paths)

    def is_exempt(self, case: About) -> bool:
        """Whether the case is never held for flaky, nor quarantined: its failures are real.

        So on the branch that it ran on; on any, only where it is so on every branch.
        """
        if self.is_excluded(case):
            return True
        names = (case.name, *((case.file, f"{case.file}/{case.name}") if case.file else ()))
        if any(one.fits_path(name) for one in self.exempted_tests for name in names):
            return True
        return all(rule is not None and rule.is_exempt for rule in self.rules_for(case))

    def owners_of(self, path: str) -> tuple[str, ...] | None:
        """Whom the policy names as owners of a file; None where it says nothing of it."""
        found = rule_of(path, self.owners)
        return found.owners if found else None

    def channel_of(self, team: str) -> str | None:
        """The Slack channel in which a team hears of its cases."""
        return named(self.team_notifications.slack_channels, team)

    def addresses_of(self, team: str) -> tuple[str, ...]:
        """The e-mail addresses at which a team hears of its cases."""
        return named(self.team_notifications.email_groups, team) or ()

    def outlets_of(self, team: str) -> tuple[str, ...]:
        """The channels outside Slack in which a team hears of its cases, by name."""
        return named(self.team_notifications.channels, team) or ()

    def for_team(self, team: str | None) -> "Policy":
        """The policy for a team's cases: what its override sets, set."""
        override = named(self.team_overrides, team) if team else None
        if override is None:
            return self
        changed = {
            name: value
            for name in TeamOverride.__dataclass_fields__
            if (value := getattr(override, name)) is not None
        }
        return replace(self, **changed)


def named(by_team: Mapping[str, Value], team: str) -> Value | None:
    """What is set for a team: by `@acme/web`, `acme/web` or `web` alike."""
    whole = team.removeprefix("@")
    for name in (whole, whole.rpartition("/")[2]):
        for key, value in by_team.items():
            if key.removeprefix("@").lower() == name.lower():
                return value
    return None


EVIDENCE = Policy()
ROLLING_WINDOW = Policy(
    scorer=ScorerName.ROLLING_WINDOW,
    warn_threshold=0.3,
    flaky_threshold=0.6,
    min_occurrences=10,
    min_recent_failures=1,
    lookback_days=30,
)
FLAKE_RATE = Policy(
    scorer=ScorerName.FLAKE_RATE,
    warn_threshold=0.02,
    flaky_threshold=0.05,
    min_occurrences=3,
    min_recent_failures=1,
    lookback_days=14,
)
_DEFAULTS = {one.scorer: one for one in (EVIDENCE, ROLLING_WINDOW, FLAKE_RATE)}


def default_policy(scorer: ScorerName = ScorerName.EVIDENCE) -> Policy:
    """The policy of a repository that has no file, or whose file names nothing but a scorer."""
    return _DEFAULTS[scorer]
