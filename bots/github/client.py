"""GitHub behind the port CodeHost: one host per GitHub, one view of it per installation."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import BinaryIO

import httpx
from githubkit.auth import BaseAuthStrategy

from app.clock import Clock, utc_now
from app.core.issues import CloseReason
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
from app.ports import CheckRun, Comment, HostBudget, Memory, Permission, PostedIssue, Reaction
from bots.github import changes, comments, issues
from bots.github.addresses import repo_path
from bots.github.answers import AppRegistrationPart
from bots.github.auth import AppKey, AsApp, AsInstallation, Tokens
from bots.github.checks import Checks
from bots.github.connection import USER_AGENT, Connection, is_loopback, tls
from bots.github.contents import file_at
from bots.github.downloads import download, in_parts
from bots.github.facts import artifact_of, job_of, pull_request_of
from bots.github.past import finished_runs, run_attempt, run_now
from bots.github.payloads import (
    ArtifactPart,
    JobPart,
    PullRequestPart,
    RepositoryPart,
    RunPart,
)
from bots.github.permissions import permission_of
from bots.github.purse import Purse
from bots.github.registered import AppRegistration
from bots.github.remembered import Remembered
from bots.github.teams import is_member

API_URL = "https://api.github.com"
TIMEOUT = 10.0  # seconds, to connect and between two pieces of an answer


class GitHubHosts:
    """One GitHub (github.com or an own one) as our App sees it; opens a host per installation.

    Tokens and connections belong to this object alone, so that nothing meant for one GitHub
    ever reaches another. Close it when done.
    """

    def __init__(
        self,
        app_id: int,
        private_key: str,
        *,
        api_url: str = API_URL,
        timeout: float = TIMEOUT,
        clock: Clock = utc_now,
        budget: HostBudget | None = None,
        memory: Memory | None = None,
    ) -> None:
        self.app_id = app_id
        self.api_url = api_url.rstrip("/")
        self.timeout = timeout
        self.clock = clock
        self.tokens = Tokens(clock)
        self.budget = budget
        self.memory = memory
        self._key = AppKey(app_id=app_id, private_key=private_key, clock=clock)
        self.as_app = self._connection(AsApp(self._key), f"app:{app_id}")
        self._hosts: dict[int, GitHubHost] = {}
        self._slug: str | None = None

    def __call__(self, installation_id: int) -> "GitHubHost":
        """The host as this installation sees it."""
        host = self._hosts.get(installation_id)
        if host is None:
            host = GitHubHost(self, self.connection_of(installation_id))
            host = self._hosts.setdefault(installation_id, host)
        return host

    def connection_of(self, installation_id: int) -> Connection:
        """A connection that speaks for an installation."""
        auth = AsInstallation(
            self._key, self.tokens, installation_id, url=lambda path: f"{self.api_url}/{path}"
        )
        return self._connection(auth, str(installation_id))

    def _connection(self, auth: BaseAuthStrategy, account: str) -> Connection:
        """A connection whose requests are counted for an account."""
        return Connection(
            auth,
            api_url=self.api_url,
            timeout=self.timeout,
            clock=self.clock,
            purse=Purse(self.budget, account),
            remembered=Remembered(self.memory, account),
        )

    def forget(self, installation_id: int) -> None:
        """Drop an installation's token: it was suspended or removed, or its permissions changed."""
        self.tokens.drop(installation_id)

    def app_info(self) -> AppRegistration:
        """Our App as GitHub knows it now; proves that id and private key belong together."""
        part = self.as_app.one(AppRegistrationPart, "/app")
        return AppRegistration(
            id=part.id,
            slug=part.slug,
            name=part.name,
            permissions=part.permissions,
            events=part.events,
            url=part.html_url,
        )

    def bot_login(self) -> str:
        """The login under which our comments stand; asked once."""
        if self._slug is None:
            self._slug = self.app_info().slug
        return f"{self._slug}[bot]"

    def server_time(self) -> datetime | None:
        """What GitHub's clock says, asked without any credentials; None where it does not say."""
        headers = {"User-Agent": USER_AGENT}
        proxied = not is_loopback(self.api_url)
        try:
            with httpx.Client(timeout=self.timeout, trust_env=proxied, verify=tls()) as client:
                answer = client.get(self.api_url, headers=headers)
            return parsedate_to_datetime(answer.headers["date"])
        except (httpx.HTTPError, KeyError, ValueError):
            return None

    def close(self) -> None:
        """Close every connection."""
        self.as_app.close()
        for host in self._hosts.values():
            host.connection.close()


class GitHubHost:
    """GitHub as one installation sees it: the port CodeHost."""

    def __init__(self, hosts: GitHubHosts, connection: Connection) -> None:
        self.hosts = hosts
        self.connection = connection
        self.checks = Checks(connection, hosts.app_id)

    def jobs(self, repo: str, run_id: int, attempt: int) -> list[Job]:
        """Every job of one run attempt."""
        path = repo_path(repo, f"/actions/runs/{run_id}/attempts/{attempt}/jobs")
        return [job_of(part) for part in self.connection.all(JobPart, path, inside="jobs")]

    def artifacts(self, repo: str, run_id: int) -> list[Artifact]:
        """Every artifact of a run, of all its attempts, oldest first.

        By time and not by id: the newer of two can have the smaller id.
        """
        path = repo_path(repo, f"/actions/runs/{run_id}/artifacts")
        found = map(artifact_of, self.connection.all(ArtifactPart, path, inside="artifacts"))
        return sorted(found, key=lambda one: (one.created_at, one.id))

    def download(self, repo: str, artifact: Artifact, into: BinaryIO, *, limit: int) -> None:
        """Write the artifact's zip; TooLarge above `limit` bytes, Missing when it is gone."""
        path = repo_path(repo, f"/actions/artifacts/{artifact.id}/zip")
        download(self.connection, path, artifact, into, limit=limit, timeout=self.hosts.timeout)

    def in_parts(
        self, repo: str, artifact: Artifact, *, limit: int
    ) -> AbstractContextManager[BinaryIO]:
        """The artifact's zip, to be read here and there; BadInput once `limit` bytes were read."""
        path = repo_path(repo, f"/actions/artifacts/{artifact.id}/zip")
        return in_parts(self.connection, path, artifact, limit=limit, timeout=self.hosts.timeout)

    def attempt_started(self, repo: str, run_id: int, attempt: int) -> str:
        """When an attempt began, as ISO 8601; artifacts are bound to attempts by it."""
        path = repo_path(repo, f"/actions/runs/{run_id}/attempts/{attempt}")
        run = self.connection.one(RunPart, path)
        return (run.run_started_at or run.created_at).isoformat()

    def finished_runs(
        self, repository: Repository, *, since: datetime, until: datetime, most: int
    ) -> list[FoundRun]:
        """Finished runs that were made in this time, newest first, by their newest attempt."""
        return finished_runs(self.connection, repository, since=since, until=until, most=most)

    def run_attempt(self, repository: Repository, run_id: int, attempt: int) -> Run:
        """One attempt of a run; Missing when it is gone."""
        return run_attempt(self.connection, repository, run_id, attempt)

    def run_now(self, repo: str, run_id: int) -> RunNow:
        """How far a workflow run is; Missing when it is gone."""
        return run_now(self.connection, repo, run_id)

    def rerun_job(self, repo: str, job_id: int) -> None:
        """Have a job, and what depends on it, run once more, as the next attempt of its run."""
        self.connection.ask("POST", repo_path(repo, f"/actions/jobs/{job_id}/rerun"))

    def default_branch(self, repo: str) -> str:
        """The name of a repository's default branch."""
        return self.connection.one(RepositoryPart, repo_path(repo)).default_branch

    def pull_requests_of(
        self, repo: str, *, head_repo: str, branch: str, sha: str
    ) -> list[PullRequest]:
        """Open pull requests whose head is this commit of this branch of `head_repo`."""
        parts = self.connection.all(
            PullRequestPart,
            repo_path(repo, "/pulls"),
            params={"state": "open", "head": f"{head_repo.partition('/')[0]}:{branch}"},
            often=True,
        )
        found = [pull_request_of(part) for part in parts if part.head.sha == sha]
        return [one for one in found if (one.head_repo or "").lower() == head_repo.lower()]

    def files_of_pull(self, repo: str, number: int) -> tuple[str, ...] | None:
        """A pull request's files, renamed ones under both names; None where the list is cut."""
        return changes.files_of_pull(self.connection, repo, number)

    def comparison(self, repo: str, base: str, head: str) -> Comparison:
        """What `head` has that `base` has not."""
        return changes.comparison(self.connection, repo, base, head)

    def last_commit(self, repo: str, path: str) -> Commit | None:
        """The commit of the default branch that changed a file last; None where none is known."""
        return changes.last_commit(self.connection, repo, path)

    def rerun_failed(self, repo: str, run_id: int) -> None:
        """Start the failed jobs of a run's newest attempt once more, and what waits for them."""
        self.connection.ask("POST", repo_path(repo, f"/actions/runs/{run_id}/rerun-failed-jobs"))

    def own_login(self) -> str:
        """The login that what we do here goes by."""
        return self.hosts.bot_login()

    def find_check_run(self, repo: str, head_sha: str, external_id: str) -> int | None:
        """Our own check run with this external id; None when there is none."""
        return self.checks.find(repo, head_sha, external_id)

    def create_check_run(self, repo: str, check: CheckRun) -> int:
        """Create it, with all its annotations; its id."""
        return self.checks.create(repo, check)

    def update_check_run(self, repo: str, check_id: int, check: CheckRun) -> None:
        """Make an existing one say this."""
        self.checks.update(repo, check_id, check)

    def find_comment(self, repo: str, pr_number: int, marker: str) -> Comment | None:
        """Our own comment that holds `marker`; somebody else's never counts."""
        author = self.hosts.bot_login()
        return comments.find(self.connection, repo, pr_number, marker, author=author)

    def create_comment(self, repo: str, pr_number: int, body: str) -> int:
        """Post a comment; its id."""
        return comments.create(self.connection, repo, pr_number, body)

    def update_comment(self, repo: str, comment_id: int, body: str) -> None:
        """Edit a comment in place."""
        comments.update(self.connection, repo, comment_id, body)

    def find_issue(self, repo: str, marker: str) -> PostedIssue | None:
        """Our own issue that holds `marker`, open or closed; somebody else's never counts."""
        return issues.find(self.connection, repo, marker, author=self.hosts.bot_login())

    def create_issue(
        self, repo: str, *, title: str, body: str, labels: Sequence[str]
    ) -> PostedIssue:
        """Open an issue; Missing where the repository takes none."""
        return issues.create(self.connection, repo, title=title, body=body, labels=labels)

    def update_issue(
        self, repo: str, number: int, *, body: str, is_open: bool, reason: CloseReason
    ) -> None:
        """Make an issue say this, open or closed with a reason; Missing when it is gone."""
        issues.update(self.connection, repo, number, body=body, is_open=is_open, reason=reason)

    def react(self, repo: str, comment_id: int, reaction: Reaction) -> None:
        """Put our reaction below a comment; the same one twice is one."""
        comments.react(self.connection, repo, comment_id, reaction)

    def file_at(self, repo: str, path: str, ref: str, *, limit: int) -> RepositoryFile | None:
        """A file at a branch or commit, "" for the default branch; None where there is none."""
        return file_at(self.connection, repo, path, ref, limit=limit)

    def permission(self, repo: str, login: str, *, user_id: int | None = None) -> Permission:
        """What a person may do; NONE for whom GitHub does not know, or for another `user_id`."""
        return permission_of(self.connection, repo, login, user_id=user_id)

    def is_member(self, team: str, login: str) -> bool:
        """Whether a person belongs to a team, `@organisation/team`."""
        return is_member(self.connection, team, login)
