"""What the adapters' tests drive: the sandbox's shop, its clock, and what was asked of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.sandbox.fresh import Credentials, fresh_world
from app.sandbox.github.entities import Installation, Job, Run
from app.sandbox.keys import KeyPair
from app.sandbox.server import serve
from app.sandbox.world import World
from bots.github.client import GitHubHost, GitHubHosts
from bots.slack.client import SlackChat

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


@contextmanager
def served_shop(keys: KeyPair) -> Iterator[Shop]:
    """A shop in a sandbox of its own, served while the block runs."""
    clock = TurnedClock()
    world, credentials = fresh_world(clock=clock, keys=keys)
    installation = world.github.add_installation("acme")
    world.github.add_repository(
        REPO,
        installation=installation,
        permissions={"ann": "write", "rita": "read", "dependabot[bot]": "write"},
        at=clock.now,
    )
    with serve(world):
        yield Shop(world, credentials, clock, installation)


@contextmanager
def hosts_of(shop: Shop) -> Iterator[GitHubHosts]:
    """The shop's GitHub, as the App reaches it."""
    opened = GitHubHosts(
        shop.credentials.app_id,
        shop.credentials.app_private_key,
        api_url=shop.world.github_api_url,
        timeout=5.0,
        clock=shop.clock,
    )
    yield opened
    opened.close()


def chat_of(shop: Shop) -> SlackChat:
    """The shop's Slack, as the bot reaches it."""
    token, url = shop.credentials.slack_bot_token, shop.world.slack_api_url
    return SlackChat(token, api_url=url, timeout=5, clock=shop.clock)


def job(name: str, conclusion: str = "success") -> Job:
    return Job(name, conclusion, NOW, NOW + timedelta(minutes=3))
