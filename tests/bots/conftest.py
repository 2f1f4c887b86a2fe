"""A served sandbox with one shop in it, the adapters that talk to it, and our side of it."""

from collections.abc import Iterator

import pytest

from app.db.session import Engine
from app.sandbox.keys import KeyPair, new_key_pair
from bots.github.client import GitHubHosts
from bots.slack.client import SlackChat
from tests.bots.day import Day
from tests.bots.doors import Doors, doors_of
from tests.bots.front import Front
from tests.bots.office import GREEN, Office, install
from tests.bots.shop import Shop, chat_of, hosts_of, served_shop
from tests.bots.stranger import Stranger, stranger_on_loopback
from tests.jobs.desk import Desk


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


@pytest.fixture
def doors(shop: Shop) -> Iterator[Doors]:
    with doors_of(shop) as opened:
        yield opened


@pytest.fixture
def office(engine: Engine, shop: Shop, hosts: GitHubHosts) -> Office:
    return Office(Desk(engine), shop, hosts)


@pytest.fixture
def front(office: Office, doors: Doors) -> Front:
    """The office behind its doors."""
    return Front(office, doors)


@pytest.fixture
def day(engine: Engine, shop: Shop, hosts: GitHubHosts, doors: Doors) -> Iterator[Day]:
    """The App was just installed, and a green run of main was read."""
    office = Day(Desk(engine), shop, hosts, backfill_days=0, doors=doors)
    install(office)
    office.run(901, GREEN, hours_ago=1)
    office.come_in()
    office.work()
    yield office
    shop.world.faults.clear()
