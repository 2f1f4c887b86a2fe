"""What a code host tells of repositories, runs, attempts, jobs and pull requests, in our words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.core.retention import DEFAULTS, Retention

FAILED_CONCLUSIONS = frozenset({"failure", "timed_out", "startup_failure"})
"""Conclusions of a job that make a run red. Source: GitHub REST, `conclusion` of a job."""


class BranchClass(StrEnum):
    """Where a run's code comes from: decides retention and what its evidence may move."""

    DEFAULT = "default"  # the default branch
    PULL_REQUEST = "pull_request"  # head and base together
    MERGE_QUEUE = "merge_queue"  # a candidate of the merge queue
    OTHER = "other"  # any other branch


@dataclass(frozen=True, slots=True)
class RunKey:
    """One attempt of one workflow run; `attempt` counts from 1."""

    repo_id: int
    run_id: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository we watch; `id` is GitHub's, negative for hosts that have none."""

    id: int
    full_name: str  # owner/name
    default_branch: str
    installation_id: int | None
    has_reports: bool = False  # whether any report was ever stored
    retention: Retention = DEFAULTS  # what is kept of it for how long
    is_archived: bool = False  # nothing can be written there


@dataclass(frozen=True, slots=True)
class RepositoryFile:
    """A file of a repository as it is at one commit."""

    sha: str  # git's, of the contents alone
    contents: bytes


@dataclass(frozen=True, slots=True)
class PullRequest:
    """An open or closed pull request, as last seen."""

    number: int
    title: str
    author: str
    state: str  # open or closed
    head_sha: str
    head_branch: str
    head_repo: str | None  # None when the fork was deleted
    base_branch: str
    base_sha: str
    is_fork: bool
    updated_at: datetime
    labels: tuple[str, ...] = ()
    named_issues: tuple[str, ...] = ()  # by its title and text: `#12`, or a link


@dataclass(frozen=True, slots=True)
class Run:
    """One attempt of a workflow run, with the code it tested."""

    key: RunKey
    workflow: str
    event: str  # GitHub's word: push, pull_request, schedule, ...
    status: str  # queued, in_progress, completed
    conclusion: str | None  # None until completed
    head_sha: str
    base_sha: str | None  # what the head was merged with; None outside pull requests
    branch: str
    branch_class: BranchClass
    pr_number: int | None
    is_trusted: bool  # False for a fork's pull request
    actor: str
    started_at: datetime
    ended_at: datetime | None
    url: str
    head_repo: str | None = None  # owner/name; None when the fork was deleted
    is_history: bool = False  # read back, or told long after its time: nobody hears of it
    workflow_path: str | None = None  # of its file; None where nobody tells it

    @property
    def is_red(self) -> bool:
        """Whether it ended with a failure."""
        return self.conclusion in FAILED_CONCLUSIONS

    @property
    def code(self) -> str:
        """Names the code tested: equal text, equal code.

        GitHub does not tell the merge commit that a pull request's run tests, so head and
        base stand for it together.
        """
        return f"{self.head_sha}+{self.base_sha}" if self.base_sha else self.head_sha


@dataclass(frozen=True, slots=True)
class RedRun:
    """A run whose newest attempt ended red."""

    run_id: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of the default branch."""

    sha: str
    parents: tuple[str, ...]
    author: str  # the host's login, or git's name where the host knows none
    at: datetime | None  # when it was written; None where nobody says
    title: str  # the first line of its message


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one commit has that another has not."""

    commits: tuple[Commit, ...]  # oldest first
    files: tuple[str, ...] | None  # None: more than the host lists, so not known


@dataclass(frozen=True, slots=True)
class RunNow:
    """How far a workflow run is."""

    attempt: int  # the newest
    is_completed: bool
    path: str  # of the workflow's file in the repository
    workflow: str = ""  # as people see it
    head_sha: str = ""
    started_by: str = ""  # the newest attempt


@dataclass(frozen=True, slots=True)
class FoundRun:
    """The newest attempt of a run that a list names, and when its first one was made."""

    run: Run
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Job:
    """One job of one run attempt."""

    id: int
    name: str
    status: str
    conclusion: str | None
    started_at: datetime | None
    completed_at: datetime | None
    url: str
    labels: tuple[str, ...] = ()  # of the runner asked for

    @property
    def is_red(self) -> bool:
        """Whether this job makes its run fail."""
        return self.conclusion in FAILED_CONCLUSIONS


@dataclass(frozen=True, slots=True)
class Artifact:
    """A zip that a job of the run uploaded; the host names neither its attempt nor its job."""

    id: int
    name: str
    size_bytes: int
    created_at: datetime
    is_expired: bool
