"""What the adapters' tests drive: the sandbox's shop, its clock, and what was asked of it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.sandbox.fresh import Credentials
from app.sandbox.github.entities import Installation, Job, Run
from app.sandbox.world import World
from bots.github.client import GitHubHost, GitHubHosts

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
BASE, HEAD = "a" * 40, "c" * 40
REPO = "acme/shop"


class TurnedClock:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def turn(self, by: timedelta) -> None:
        self.now += by


@dataclass(frozen=True)
class Shop:
    """One repository in a served sandbox."""

    world: World
    credentials: Credentials
    clock: TurnedClock
    installation: Installation

    def host(self, hosts: GitHubHosts) -> GitHubHost:
        return hosts(self.installation.id)

    def asked(self) -> list[str]:
        """Every request so far, but for those that ask for tokens."""
        said = [str(one) for one in self.world.requests]
        return [one for one in said if "access_tokens" not in one]

    def forget_requests(self) -> None:
        self.world.requests.clear()

    def push(self, branch: str = "main", sha: str = BASE) -> None:
        self.world.github.push(
            REPO, branch, sha, author="ann", message="Sell", at=NOW, files=["shop/sell.py"]
        )

    def open_pull_request(self, *, head_repo: str = REPO, number: int = 7) -> None:
        self.world.github.open_pull_request(
            REPO,
            number,
            title="Sell more",
            author="ann",
            branch="more",
            head_sha=HEAD,
            base_sha=BASE,
            head_repo=head_repo,
            at=NOW,
            files=["shop/sell.py"],
        )

    def start_run(self, run_id: int = 900) -> Run:
        return self.world.github.start_run(
            REPO, run_id, head_sha=BASE, branch="main", actor="ann", at=NOW
        )


def job(name: str, conclusion: str = "success") -> Job:
    return Job(name, conclusion, NOW, NOW + timedelta(minutes=3))
