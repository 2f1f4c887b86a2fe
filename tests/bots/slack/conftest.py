"""A channel that the app was invited to, and people at the console."""

from collections.abc import Iterator

import pytest

from app.db.session import Engine
from bots.github.client import GitHubHosts
from bots.slack.client import SlackChat
from tests.bots.shop import Shop
from tests.bots.slack.console import ChatOffice, Console, console_of
from tests.jobs.desk import Desk


@pytest.fixture
def channel(shop: Shop) -> str:
    return shop.world.slack.add_channel("builds").id


@pytest.fixture
def console(engine: Engine, shop: Shop, hosts: GitHubHosts, chat: SlackChat) -> Iterator[Console]:
    with console_of(ChatOffice(Desk(engine), shop, hosts, chat)) as one:
        yield one
