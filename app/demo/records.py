"""What happened in the shop's repository, as data: commits, pull requests, runs, the truth."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.demo.causes import Circumstances
from app.demo.project import Tree
from app.demo.script import Person, Trouble

REPO = "acme/shop"
DEFAULT_BRANCH = "main"


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit of the default branch."""

    sha: str
    parent: str
    author: Person
    message: str
    changed: tuple[str, ...]  # paths, sorted
    at: datetime


@dataclass(frozen=True, slots=True)
class Push:
    """One push to a pull request's branch, which holds a single commit then."""

    head_sha: str
    base_sha: str  # the head of main at that moment, which the branch stands on
    message: str
    changed: tuple[str, ...]  # paths against the base, sorted
    at: datetime


@dataclass(frozen=True, slots=True)
class PullRequest:
    """One pull request with everything that befell it."""

    number: int
    title: str
    author: Person
    head_repo: str  # another repository than REPO for a fork
    branch: str
    pushes: tuple[Push, ...]  # oldest first; the first one opened it
    merged_at: datetime | None
    merge_sha: str | None
    closed_at: datetime | None  # set too when merged; None while open

    @property
    def is_fork(self) -> bool:
        """Whether it comes from somebody else's repository."""
        return self.head_repo != REPO


class Event(StrEnum):
    """What started a run, in GitHub's words."""

    PUSH = "push"
    PULL_REQUEST = "pull_request"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One execution of a run; all but the first happen only when the one before was red."""

    number: int  # from 1
    at: datetime  # when it was asked for
    started_at: datetime  # when the runner took it
    completed_at: datetime
    circumstances: Circumstances


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One workflow run, as it will be run."""

    run_id: int
    event: Event
    head_sha: str
    base_sha: str | None  # None on the default branch
    branch: str
    head_repo: str
    pr: int | None  # None on the default branch
    actor: str  # login
    at: datetime
    trouble: Trouble | None
    attempts: tuple[Attempt, ...]  # in order; planned, see Attempt


class TruthState(StrEnum):
    """What a case really is."""

    HEALTHY = "healthy"  # fails only when nothing else works either
    FLAKY = "flaky"  # fails by circumstances, on code on which it also passes
    REGRESSED = "regressed"  # was broken on the default branch for some commits
    PR_BUG = "pr_bug"  # broken by a pull request


@dataclass(frozen=True, slots=True)
class Truth:
    """What a case really is, and why."""

    state: TruthState
    cause: str  # "" for healthy


@dataclass(frozen=True, slots=True)
class History:
    """Six weeks of the shop, as they will be run."""

    commits: tuple[Commit, ...]  # of the default branch, oldest first; no run for the first
    pulls: tuple[PullRequest, ...]  # by number
    runs: tuple[PlannedRun, ...]  # by time
    truth: Mapping[str, Truth]  # by node id
    trees: Mapping[str, Tree]  # the project at each sha
