"""The memory of the sandbox's GitHub: everything by its key, and how to find it."""

import itertools
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from secrets import token_hex

from app.clock import Clock
from app.core.errors import Missing
from app.sandbox.addresses import GITHUB_API
from app.sandbox.github.entities import (
    Account,
    Artifact,
    CheckRun,
    Comment,
    Installation,
    Repository,
    Run,
    Token,
)
from app.sandbox.github.registration import Registration
from app.sandbox.github.webhooks import Hooks

SECRET_BYTES = 20


def stamp(moment: datetime | None) -> str | None:
    """A moment as GitHub writes it, to the second."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class GitHubState:
    """Everything remembered; what people and programs do to it is in the classes built on it.

    Whoever reads or changes more than one thing holds `lock`; webhooks are sent without it.
    """

    def __init__(
        self,
        *,
        app_id: int,
        app_public_key: str,
        webhook_secret: str,
        clock: Clock,
        app_slug: str = "flakeguard",
        server_url: str = "http://127.0.0.1",
        webhook_url: str | None = None,
        new_secret: Callable[[], str] = lambda: token_hex(SECRET_BYTES),
    ) -> None:
        self.app_id = app_id
        self.app_public_key = app_public_key
        self.app_slug = app_slug
        self.server_url = server_url
        self.clock = clock
        self.new_secret = new_secret
        self.blob_key = new_secret()
        self.registration = Registration(f"Iv1.{app_id:016x}", new_secret())
        self.lock = threading.RLock()
        self.hooks = Hooks(secret=webhook_secret, app_id=app_id, clock=clock, url=webhook_url)
        self.accounts: dict[str, Account] = {}
        self.teams: dict[str, set[str]] = {}  # organisation/team, members; all in lower case
        self.installations: dict[int, Installation] = {}
        self.repositories: dict[str, Repository] = {}  # by lower-case full name
        self.moved: dict[str, Repository] = {}  # by the lower-case names they had before
        self.tokens: dict[str, Token] = {}
        self.runs: dict[int, Run] = {}
        self.artifacts: dict[int, Artifact] = {}
        self.check_runs: dict[int, CheckRun] = {}
        self.comments: dict[int, Comment] = {}
        self.suites: dict[tuple[int, str, str], int] = {}  # (repository, sha, whose): id
        self._ids = itertools.count(1_001)
        self.born = clock()
        self.bot = self.account(f"{app_slug}[bot]", kind="Bot")
        self.app_owner = self.account("flakeguard-makers", kind="Organization")

    @property
    def api_url(self) -> str:
        """The root of the REST API."""
        return self.server_url + GITHUB_API

    @property
    def webhook_url(self) -> str | None:
        """Where webhooks go; None sends none."""
        return self.hooks.url

    @webhook_url.setter
    def webhook_url(self, url: str | None) -> None:
        self.hooks.url = url

    def new_id(self) -> int:
        """The next id; ids are never used twice, whatever they name."""
        return next(self._ids)

    def account(self, login: str, *, kind: str = "User") -> Account:
        """The account of that login, made when it is new."""
        with self.lock:
            known = self.accounts.get(login.lower())
            if known is None:
                known = self.accounts[login.lower()] = Account(login, self.new_id(), kind)
            return known

    def repository(self, full_name: str) -> Repository:
        """The repository of that name, in whatever case."""
        with self.lock:
            try:
                return self.repositories[full_name.lower()]
            except KeyError:
                raise Missing(f"The sandbox has no repository {full_name}.") from None

    def suite_id(self, repo: Repository, sha: str, whose: str) -> int:
        """The check suite that an App has for a commit."""
        key = (repo.id, sha, whose)
        if key not in self.suites:
            self.suites[key] = self.new_id()
        return self.suites[key]

    def role(self, repo: Repository, login: str) -> str:
        """What somebody may do: admin, maintain, write, triage, read or none."""
        if login.lower() == repo.owner.login.lower():
            return "admin"
        for known, role in repo.roles.items():
            if known.lower() == login.lower():
                return role
        return "none" if repo.private else "read"

    def installation_repositories(self, installation: Installation) -> list[Repository]:
        """The repositories that an installation opens, oldest first."""
        with self.lock:
            return [r for r in self.repositories.values() if r.installation is installation]
