"""A served sandbox with one shop in it, and the adapters that talk to it."""

from collections.abc import Iterator

import pytest

from app.sandbox.keys import KeyPair, new_key_pair
from bots.github.client import GitHubHosts
from bots.slack.client import SlackChat
from tests.bots.shop import Shop, chat_of, hosts_of, served_shop
from tests.bots.stranger import Stranger, stranger_on_loopback


@pytest.fixture(scope="session")
def keys() -> KeyPair:
    return new_key_pair()


@pytest.fixture
def shop(keys: KeyPair) -> Iterator[Shop]:
    with served_shop(keys) as one:
        yield one


@pytest.fixture
def hosts(shop: Shop) -> Iterator[GitHubHosts]:
    with hosts_of(shop) as opened:
        yield opened


@pytest.fixture
def chat(shop: Shop) -> SlackChat:
    return chat_of(shop)


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    with stranger_on_loopback() as one:
        yield one
