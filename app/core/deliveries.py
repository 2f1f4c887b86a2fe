"""One delivery, and what it comes to: facts to note and work to ask for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.core.asking import QueueName, Request
from app.core.runs import Job, PullRequest, Repository, Run, RunKey


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A webhook POST that is to be stored, its form and signature already checked."""

    source: str  # github or slack
    guid: str  # repeats on redelivery
    event: str
    body: bytes
    request_id: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook POST, as stored."""

    id: int
    source: str  # github or slack
    guid: str  # repeats on redelivery
    event: str
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class InstallationSeen:
    """An account that installed the App, and whether it suspended or removed it.

    `is_news` where it was told of the installation itself; in passing, only the account counts.
    """

    id: int
    account: str
    suspended_at: datetime | None = None
    deleted_at: datetime | None = None
    is_news: bool = False
    permissions: Mapping[str, str] | None = None  # granted; None where it is not told


@dataclass(frozen=True, slots=True)
class RepositorySeen:
    """A repository as a delivery names it; `default_branch` is "" where it does not tell.

    `is_news` where it tells that the App was put on it; in passing, that stays as it was.
    """

    repository: Repository
    is_private: bool
    is_news: bool = False
    is_archived: bool | None = None  # None where it is named in passing


@dataclass(frozen=True, slots=True)
class RepositoryGone:
    """The App was taken off a repository."""

    repo_id: int


@dataclass(frozen=True, slots=True)
class AccountRenamed:
    """The account of an installation has another login."""

    installation_id: int
    account: str


@dataclass(frozen=True, slots=True)
class PullRequestSeen:
    """A pull request as a delivery names it."""

    repo_id: int
    pull_request: PullRequest


@dataclass(frozen=True, slots=True)
class RunSeen:
    """A run attempt as a delivery names it."""

    run: Run
    head_repo: str | None


@dataclass(frozen=True, slots=True)
class JobSeen:
    """A job of a run attempt as a delivery names it."""

    run: RunKey
    job: Job


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """Somebody wants all that was said of a commit to be said again."""

    repo_id: int
    head_sha: str


@dataclass(frozen=True, slots=True)
class AccessRevoked:
    """A person took back, on GitHub, that we know them; the id is GitHub's."""

    user_id: int


@dataclass(frozen=True, slots=True)
class Pushed:
    """A commit that came to the default branch."""

    sha: str
    message: str
    files: frozenset[str]  # that it changed


@dataclass(frozen=True, slots=True)
class PushSeen:
    """What came to the default branch at once, oldest first."""

    repo_id: int
    commits: tuple[Pushed, ...]


@dataclass(frozen=True, slots=True)
class WorkspaceLeft:
    """A chat workspace took our token back; what was installed later is not meant."""

    team_id: str
    at: datetime


Fact = (
    InstallationSeen
    | RepositorySeen
    | RepositoryGone
    | AccountRenamed
    | PullRequestSeen
    | RunSeen
    | JobSeen
    | AccessRevoked
    | AskedAgain
    | PushSeen
    | WorkspaceLeft
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What one delivery comes to; both empty when it is of no interest."""

    facts: tuple[Fact, ...] = ()
    requests: tuple[tuple[QueueName, Request], ...] = ()


def only_from(taken: Taken, accounts: Collection[str]) -> Taken:
    """What a delivery comes to when only these accounts are served; all are when none is named.

    Logins do not tell upper from lower case, as on the code host.
    """
    served = {account.lower() for account in accounts}
    named = {owner.lower() for fact in taken.facts if (owner := _owner(fact)) is not None}
    return taken if not served or named <= served else Taken()


def _owner(fact: Fact) -> str | None:
    match fact:
        case InstallationSeen(account=account) | AccountRenamed(account=account):
            return account
        case RepositorySeen(repository=repository):
            return repository.full_name.partition("/")[0]
        case _:
            return None
