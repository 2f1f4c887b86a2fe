"""What the sandbox's GitHub remembers; identity and state, so these are not frozen."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

ARTIFACT_LIFE = timedelta(days=90)  # GitHub's default retention of artifacts
DEFAULT_EVENTS = (
    "check_run",
    "check_suite",
    "issue_comment",
    "issues",
    "merge_group",
    "pull_request",
    "push",
    "repository",
    "workflow_job",
    "workflow_run",
)
DEFAULT_PERMISSIONS = {
    "actions": "write",
    "checks": "write",
    "contents": "read",
    "issues": "write",
    "members": "read",
    "merge_queues": "read",
    "metadata": "read",
    "pull_requests": "write",
}


@dataclass(slots=True)
class Account:
    """A user, an organization or a bot."""

    login: str
    id: int
    kind: str = "User"  # GitHub's `type`: User, Organization or Bot


@dataclass(slots=True)
class Installation:
    """One account that installed the App."""

    id: int
    account: Account
    permissions: dict[str, str]
    events: tuple[str, ...]
    created_at: datetime
    suspended_at: datetime | None = None


@dataclass(slots=True)
class Token:
    """A bearer token: an installation's, or a user's."""

    value: str
    expires_at: datetime | None  # None for user tokens, which do not end by themselves
    installation: Installation | None = None
    user: Account | None = None
    repository_ids: frozenset[int] | None = None  # None when it opens all of the installation's
    permissions: dict[str, str] = field(default_factory=dict)


class Change(NamedTuple):
    """One file that a commit touches; `contents` is what `/contents` answers afterwards."""

    path: str
    contents: bytes | None = None
    status: str = "modified"  # added, modified, removed or renamed
    additions: int = 1
    deletions: int = 0
    patch: str | None = None


@dataclass(slots=True)
class Commit:
    """One commit with the tree it leaves behind."""

    sha: str
    parents: tuple[str, ...]
    author: str
    message: str
    at: datetime
    changes: tuple[Change, ...]
    tree: dict[str, bytes]


@dataclass(slots=True)
class PullRequest:
    """One pull request; its conversation lies in the issue of the same number."""

    id: int
    number: int
    title: str
    author: Account
    head_repo: "Repository"
    branch: str
    head_sha: str
    base_branch: str
    base_sha: str
    created_at: datetime
    updated_at: datetime
    changes: tuple[Change, ...] = ()
    body: str | None = None
    draft: bool = False
    state: str = "open"
    closed_at: datetime | None = None
    merged_at: datetime | None = None
    merged_by: Account | None = None
    merge_commit_sha: str | None = None
    labels: tuple[str, ...] = ()


@dataclass(slots=True)
class Issue:
    """One issue."""

    id: int
    number: int
    title: str
    body: str | None
    author: Account
    by_app: bool
    created_at: datetime
    updated_at: datetime
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    state: str = "open"
    state_reason: str | None = None
    closed_at: datetime | None = None


@dataclass(slots=True)
class Comment:
    """One comment on an issue or pull request."""

    id: int
    repo: "Repository"
    number: int
    author: Account
    by_app: bool
    body: str
    created_at: datetime
    updated_at: datetime
    reactions: list["Reaction"] = field(default_factory=list)


@dataclass(slots=True)
class Reaction:
    """Somebody's reaction to a comment."""

    id: int
    author: Account
    content: str
    created_at: datetime


class Step(NamedTuple):
    """One step of a job."""

    name: str
    conclusion: str = "success"


class Job(NamedTuple):
    """A job of a run's attempt, as the driver tells it."""

    name: str
    conclusion: str
    started_at: datetime
    completed_at: datetime
    steps: tuple[Step, ...] = ()
    labels: tuple[str, ...] = ("ubuntu-latest",)
    runner_name: str | None = "GitHub Actions 1"


@dataclass(slots=True)
class WorkflowJob:
    """A job with its id, which is its check run's id too."""

    id: int
    told: Job


@dataclass(slots=True)
class Attempt:
    """One attempt of a run."""

    number: int
    actor: Account
    started_at: datetime
    updated_at: datetime
    status: str = "queued"
    conclusion: str | None = None
    jobs: list[WorkflowJob] = field(default_factory=list)


@dataclass(slots=True)
class Artifact:
    """One uploaded zip."""

    id: int
    run: "Run"
    name: str
    contents: bytes
    created_at: datetime
    expires_at: datetime
    expired: bool = False


@dataclass(slots=True)
class Run:
    """One workflow run with its attempts, oldest first."""

    id: int
    repo: "Repository"
    workflow: str
    workflow_id: int
    run_number: int
    event: str
    head_sha: str
    branch: str | None
    head_repo: "Repository"
    actor: Account
    title: str
    created_at: datetime
    pull_request: int | None
    check_suite_id: int
    path: str  # of the workflow's file
    attempts: list[Attempt] = field(default_factory=list)
    artifacts: list[Artifact] = field(default_factory=list)

    @property
    def latest(self) -> Attempt:
        """The attempt that the run's own fields speak of."""
        return self.attempts[-1]


@dataclass(slots=True)
class CheckRun:
    """A check run of the App, or of a workflow's job."""

    id: int
    repo: "Repository"
    name: str
    head_sha: str
    check_suite_id: int
    by_app: bool  # False: GitHub Actions wrote it for a job
    status: str = "queued"
    conclusion: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    external_id: str = ""
    details_url: str | None = None
    title: str | None = None
    summary: str | None = None
    text: str | None = None
    annotations: list[dict[str, object]] = field(default_factory=list)
    actions: list[dict[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Repository:
    """One repository with everything in it."""

    id: int
    name: str
    owner: Account
    default_branch: str
    private: bool
    created_at: datetime
    installation: Installation | None = None
    parent: "Repository | None" = None  # what it is a fork of
    archived: bool = False
    roles: dict[str, str] = field(default_factory=dict)  # login: admin, maintain, write, ...
    branches: dict[str, str] = field(default_factory=dict)  # name: sha
    commits: dict[str, Commit] = field(default_factory=dict)
    pulls: dict[int, PullRequest] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    runs: dict[int, Run] = field(default_factory=dict)
    workflows: dict[str, int] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        """`owner/name`."""
        return f"{self.owner.login}/{self.name}"
