"""GitHub's hosts as the App's credentials change: the ones of now, without a restart."""

from collections.abc import Callable
from datetime import datetime
from threading import Lock

from app.clock import Clock, utc_now
from app.core.credentials import AppInUse
from app.core.deliveries import InstallationSeen
from app.core.errors import ErrorKind, Missing, Unavailable
from app.ports import FailedDelivery, HostBudget, Memory
from bots.github.client import GitHubHost, GitHubHosts
from bots.github.facts import seen_now
from bots.github.hook import ask_again, failed, set_secret
from bots.github.payloads import InstallationPart

NOT_SET_UP = (
    "Installation {id} cannot be reached: set the GitHub App up at /github/setup, or with "
    "GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY."
)


class LiveHosts:
    """Opens a code host per installation with whatever id and key are in use at that moment."""

    def __init__(
        self,
        app: Callable[[], AppInUse],
        *,
        api_url: str,
        clock: Clock = utc_now,
        budget: HostBudget | None = None,
        memory: Memory | None = None,
    ) -> None:
        self.app = app
        self.api_url = api_url
        self.clock = clock
        self.budget = budget
        self.memory = memory
        self._lock = Lock()
        self._hosts: GitHubHosts | None = None
        self._made_with: tuple[int, str] | None = None

    def __call__(self, installation_id: int) -> GitHubHost:
        """The host as this installation sees it; Unavailable until an App is set up."""
        hosts = self.hosts()
        if hosts is None:
            message = self.app().fault or NOT_SET_UP.format(id=installation_id)
            raise Unavailable(message, kind=ErrorKind.GITHUB_API)
        return hosts(installation_id)

    def hosts(self) -> GitHubHosts | None:
        """GitHub as the App sees it; None until one is set up."""
        app = self.app()
        if app.app_id is None or app.private_key is None:
            return None
        wanted = (app.app_id, app.private_key)
        with self._lock:
            if self._hosts is None or self._made_with != wanted:
                if self._hosts is not None:
                    self._hosts.close()
                self._hosts = GitHubHosts(
                    *wanted,
                    api_url=self.api_url,
                    clock=self.clock,
                    budget=self.budget,
                    memory=self.memory,
                )
                self._made_with = wanted
            return self._hosts

    def forget(self, installation_id: int) -> None:
        """Drop an installation's token; nothing where none was ever asked for."""
        with self._lock:
            if self._hosts is not None:
                self._hosts.forget(installation_id)

    def failed(self, *, since: datetime) -> list[FailedDelivery]:
        """Deliveries since then of which no sending succeeded; none while no App is set up."""
        hosts = self.hosts()
        return [] if hosts is None else failed(hosts.as_app, since=since)

    def ask_again(self, delivery: FailedDelivery) -> None:
        """Have a delivery sent once more."""
        hosts = self.hosts()
        if hosts is not None:
            ask_again(hosts.as_app, delivery)

    def installation(self, installation_id: int) -> InstallationSeen | None:
        """An installation as GitHub has it now; None where it is gone, or no App is set up."""
        hosts = self.hosts()
        if hosts is None:
            return None
        try:
            part = hosts.as_app.one(InstallationPart, f"/app/installations/{installation_id}")
        except Missing:
            return None
        return seen_now(part)

    def tell_secret(self, secret: str) -> None:
        """Let GitHub sign with another webhook secret; Unavailable until an App is set up."""
        hosts = self.hosts()
        if hosts is None:
            raise Unavailable("No GitHub App is set up.", kind=ErrorKind.GITHUB_API)
        set_secret(hosts.as_app, secret)

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            if self._hosts is not None:
                self._hosts.close()
