"""What the outside must offer, in our words; adapters raise app.core.errors.Unavailable."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from app.account_ports import Accounts, Client, Permission, Person, UserToken
from app.chat_ports import Chat, ChatPerson, Chats, Speaker
from app.core.asking import QueueName, Request
from app.core.deliveries import NewDelivery
from app.core.issues import CloseReason
from app.core.publishing import (
    Annotation,
    Button,
    ChatMessage,
    CheckRun,
    Comment,
    PostedIssue,
    Reaction,
)
from app.core.runs import (
    Artifact,
    Commit,
    Comparison,
    FoundRun,
    Job,
    PullRequest,
    Repository,
    RepositoryFile,
    Run,
    RunNow,
)

__all__ = [
    "Accounts",
    "Allowance",
    "Annotation",
    "Budget",
    "Button",
    "Chat",
    "ChatMessage",
    "ChatPerson",
    "Chats",
    "CheckRun",
    "Client",
    "CodeHost",
    "CodeHosts",
    "Comment",
    "FailedDelivery",
    "Hook",
    "HostBudget",
    "Memory",
    "Permission",
    "Person",
    "PostedIssue",
    "Queue",
    "RateTold",
    "Reaction",
    "Speaker",
    "Spool",
    "UserToken",
]


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


@dataclass(frozen=True, slots=True)
class RateTold:
    """What a code host says, in an answer, of how often it may still be asked."""

    limit: int  # requests an hour
    remaining: int
    resets_at: int  # seconds since 1970


class HostBudget(Protocol):
    """How often a code host may be asked, counted for each account over all processes.

    Who is less urgent leaves a share to those who are more. Where nobody can count, everybody
    may ask.
    """

    def spend(self, account: str, *, points: int, creates: bool, urgency: QueueName) -> str:
        """Take one request; a ticket for `settle`. RateLimited, saying when, where it must wait."""

    def settle(self, account: str, ticket: str, *, told: RateTold | None, was_free: bool) -> None:
        """The request has ended; `was_free` when the host counts it for nothing."""

    def put_off(self, account: str, *, until: datetime, is_told: bool) -> datetime:
        """The host refused to be asked before `until`, or did not tell when: it is left alone.

        When it is asked again: later each time where it does not tell.
        """


class Memory(Protocol):
    """Where answers are kept that may be asked for again; losing one costs a request."""

    def recall(self, key: str) -> bytes | None:
        """What was kept last; None when it is gone, or nobody can tell."""

    def keep(self, key: str, value: bytes) -> None:
        """Keep it for some hours, if that is possible."""


class CodeHost(Protocol):
    """A code host as one installation sees it. `repo` is owner/name everywhere."""

    def jobs(self, repo: str, run_id: int, attempt: int) -> list[Job]:
        """Every job of one run attempt."""

    def artifacts(self, repo: str, run_id: int) -> list[Artifact]:
        """Every artifact of a run, of all its attempts, oldest first."""

    def download(self, repo: str, artifact: Artifact, into: BinaryIO, *, limit: int) -> None:
        """Write the artifact's zip; TooLarge above `limit` bytes, Missing when it is gone."""

    def in_parts(
        self, repo: str, artifact: Artifact, *, limit: int
    ) -> AbstractContextManager[BinaryIO]:
        """The artifact's zip, to be read here and there; BadInput once `limit` bytes were read.

        Missing when it is gone, BadInput where the host gives no parts.
        """

    def attempt_started(self, repo: str, run_id: int, attempt: int) -> str:
        """When an attempt began, as ISO 8601; artifacts are bound to attempts by it."""

    def default_branch(self, repo: str) -> str:
        """The name of a repository's default branch."""

    def pull_requests_of(
        self, repo: str, *, head_repo: str, branch: str, sha: str
    ) -> list[PullRequest]:
        """Open pull requests whose head is this commit of this branch of `head_repo`."""

    def files_of_pull(self, repo: str, number: int) -> tuple[str, ...] | None:
        """The files that a pull request changes, a renamed one under both names.

        None where they are more than the host lists.
        """

    def comparison(self, repo: str, base: str, head: str) -> Comparison:
        """What `head` has that `base` has not."""

    def last_commit(self, repo: str, path: str) -> Commit | None:
        """The commit of the default branch that changed a file last; None where none is known."""

    def finished_runs(
        self, repository: Repository, *, since: datetime, until: datetime, most: int
    ) -> list[FoundRun]:
        """Finished runs that were made in this time, newest first, by their newest attempt."""

    def run_attempt(self, repository: Repository, run_id: int, attempt: int) -> Run:
        """One attempt of a run; Missing when it is gone."""

    def run_now(self, repo: str, run_id: int) -> RunNow:
        """How far a workflow run is; Missing when it is gone."""

    def rerun_job(self, repo: str, job_id: int) -> None:
        """Have a job, and what depends on it, run once more, as the next attempt of its run."""

    def rerun_failed(self, repo: str, run_id: int) -> None:
        """Have the failed jobs of a run, and what depends on them, run once more, likewise."""

    def own_login(self) -> str:
        """The login that what we do here goes by."""

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

    def find_issue(self, repo: str, marker: str) -> PostedIssue | None:
        """Our own issue that holds `marker`, open or closed; somebody else's never counts."""

    def create_issue(
        self, repo: str, *, title: str, body: str, labels: Sequence[str]
    ) -> PostedIssue:
        """Open an issue; Missing where the repository takes none."""

    def update_issue(
        self, repo: str, number: int, *, body: str, is_open: bool, reason: CloseReason
    ) -> None:
        """Make an issue say this, open or closed with a reason; Missing when it is gone."""

    def react(self, repo: str, comment_id: int, reaction: Reaction) -> None:
        """Put our reaction below a comment; the same one twice is one."""

    def file_at(self, repo: str, path: str, ref: str, *, limit: int) -> RepositoryFile | None:
        """A file at a branch or commit, "" for the default branch; None where there is none.

        BadInput above `limit` bytes.
        """

    def permission(self, repo: str, login: str, *, user_id: int | None = None) -> Permission:
        """What a person may do in a repository; nothing when the login is another's by now."""

    def is_member(self, team: str, login: str) -> bool:
        """Whether a person belongs to a team, `@organisation/team`."""


@dataclass(frozen=True, slots=True)
class FailedDelivery:
    """A delivery that nobody took; the GUID stays when it is sent again."""

    id: int
    guid: str
    sent_at: datetime | None = None  # when it was sent first, as far as the host tells


class Hook(Protocol):
    """The code host's side of our webhook."""

    def failed(self, *, since: datetime) -> list[FailedDelivery]:
        """Deliveries since then of which no sending succeeded."""

    def ask_again(self, delivery: FailedDelivery) -> None:
        """Have a delivery sent once more."""


class CodeHosts(Protocol):
    """Opens a code host for an installation."""

    def __call__(self, installation_id: int) -> CodeHost:
        """The host as this installation sees it."""


class Spool(Protocol):
    """Where deliveries lie when the database does not take them at once."""

    def put(self, new: NewDelivery) -> None:
        """Keep one; Unavailable when nobody takes it."""

    def each(self) -> Iterator[NewDelivery]:
        """Those that wait, oldest first; each is gone once the next is asked for."""


class Queue(Protocol):
    """Where hints of work go; losing one loses nothing."""

    def hint(self, queue: QueueName, requests: Sequence[Request]) -> None:
        """Say that these are waiting; Unavailable when nobody can be told."""
