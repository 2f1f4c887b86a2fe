"""A served sandbox with one shop in it, and the adapters that talk to it."""

from collections.abc import Iterator

import pytest

from app.sandbox.fresh import fresh_world
from app.sandbox.keys import KeyPair, new_key_pair
from app.sandbox.server import serve
from bots.github.client import GitHubHosts
from bots.slack.client import SlackChat
from tests.bots.shop import Shop, TurnedClock
from tests.bots.stranger import Stranger, stranger_on_loopback


@pytest.fixture(scope="session")
def keys() -> KeyPair:
    return new_key_pair()


@pytest.fixture
def shop(keys: KeyPair) -> Iterator[Shop]:
    clock = TurnedClock()
    world, credentials = fresh_world(clock=clock, keys=keys)
    installation = world.github.add_installation("acme")
    world.github.add_repository(
        "acme/shop",
        installation=installation,
        permissions={"ann": "write", "rita": "read", "dependabot[bot]": "write"},
        at=clock.now,
    )
    with serve(world):
        yield Shop(world, credentials, clock, installation)


@pytest.fixture
def hosts(shop: Shop) -> Iterator[GitHubHosts]:
    opened = GitHubHosts(
        shop.credentials.app_id,
        shop.credentials.app_private_key,
        api_url=shop.world.github_api_url,
        timeout=5.0,
        clock=shop.clock,
    )
    yield opened
    opened.close()


@pytest.fixture
def chat(shop: Shop) -> SlackChat:
    token, url = shop.credentials.slack_bot_token, shop.world.slack_api_url
    return SlackChat(token, api_url=url, timeout=5, clock=shop.clock)


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    with stranger_on_loopback() as one:
        yield one
