"""What the outside must offer, in our words; adapters raise app.core.errors.Unavailable."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import BinaryIO, Protocol

from app.core.publishing import Annotation, Button, ChatMessage, CheckRun, Comment
from app.core.requests import QueueName, Request
from app.core.runs import Artifact, Job, PullRequest, RepositoryFile

__all__ = [
    "Allowance",
    "Annotation",
    "Budget",
    "Button",
    "Chat",
    "ChatMessage",
    "CheckRun",
    "CodeHost",
    "CodeHosts",
    "Comment",
    "Permission",
    "Queue",
]


class Permission(IntEnum):
    """What a person may do in a repository; greater includes lesser. Source: GitHub's roles."""

    NONE = 0
    READ = 1
    WRITE = 2
    ADMIN = 3


@dataclass(frozen=True, slots=True)
class Allowance:
    """Whether one more is allowed, and how much is left."""

    is_allowed: bool
    limit: int  # that are possible at once after a pause
    remaining: int
    retry_after: int  # seconds until the next one is allowed
    resets_at: int  # seconds since 1970 when all are possible again


class Budget(Protocol):
    """So many of something a minute, counted over all processes."""

    def take(self, key: str) -> Allowance:
        """Take one of this key's; Unavailable when nobody can count."""


class CodeHost(Protocol):
    """A code host as one installation sees it. `repo` is owner/name everywhere."""

    def jobs(self, repo: str, run_id: int, attempt: int) -> list[Job]:
        """Every job of one run attempt."""

    def artifacts(self, repo: str, run_id: int) -> list[Artifact]:
        """Every artifact of a run, of all its attempts, oldest first."""

    def download(self, repo: str, artifact: Artifact, into: BinaryIO, *, limit: int) -> None:
        """Write the artifact's zip; BadInput above `limit` bytes, Missing when it is gone."""

    def attempt_started(self, repo: str, run_id: int, attempt: int) -> str:
        """When an attempt began, as ISO 8601; artifacts are bound to attempts by it."""

    def pull_requests_of(
        self, repo: str, *, head_repo: str, branch: str, sha: str
    ) -> list[PullRequest]:
        """Open pull requests whose head is this commit of this branch of `head_repo`."""

    def find_check_run(self, repo: str, head_sha: str, external_id: str) -> int | None:
        """Our own check run with this external id; None when there is none."""

    def create_check_run(self, repo: str, check: CheckRun) -> int:
        """Create it, with all its annotations; its id."""

    def update_check_run(self, repo: str, check_id: int, check: CheckRun) -> None:
        """Make an existing one say this."""

    def find_comment(self, repo: str, pr_number: int, marker: str) -> Comment | None:
        """Our own comment that holds `marker`; somebody else's never counts."""

    def create_comment(self, repo: str, pr_number: int, body: str) -> int:
        """Post a comment; its id."""

    def update_comment(self, repo: str, comment_id: int, body: str) -> None:
        """Edit a comment in place."""

    def file_at(self, repo: str, path: str, ref: str, *, limit: int) -> RepositoryFile | None:
        """A file at a branch or commit, "" for the default branch; None where there is none.

        BadInput above `limit` bytes.
        """

    def permission(self, repo: str, login: str) -> Permission:
        """What a person may do in a repository."""


class CodeHosts(Protocol):
    """Opens a code host for an installation."""

    def __call__(self, installation_id: int) -> CodeHost:
        """The host as this installation sees it."""


class Chat(Protocol):
    """A chat workspace."""

    def post(self, channel: str, message: ChatMessage, *, thread: str | None = None) -> str:
        """Post a message, in a thread when one is named; its id (Slack's ts)."""

    def update(self, channel: str, ts: str, message: ChatMessage) -> None:
        """Make an existing message say this."""

    def find(self, channel: str, handle: str, *, thread: str | None = None) -> str | None:
        """A message of ours posted earlier with this handle; None when there is none."""

    def answer(self, response_url: str, text: str) -> None:
        """Tell the person who clicked, and nobody else."""


class Queue(Protocol):
    """Where hints of work go; losing one loses nothing."""

    def hint(self, queue: QueueName, requests: Sequence[Request]) -> None:
        """Say that these are waiting; Unavailable when nobody can be told."""
