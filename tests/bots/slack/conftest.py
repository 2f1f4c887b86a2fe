"""A channel that the app was invited to, people at the console, and the address Slack posts to."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from app.db.session import Engine
from bots.github.client import GitHubHosts
from bots.slack.client import SlackChat
from bots.slack.endpoint import SlackEndpoint
from tests.bots.shop import Shop, TurnedClock
from tests.bots.slack.clicks import SIGNING_SECRET
from tests.bots.slack.console import ChatOffice, Console, console_of
from tests.bots.slack.posting import Inbox, Slack, served
from tests.bots.slack.threads import tell
from tests.jobs.desk import Desk


@pytest.fixture
def channel(shop: Shop) -> str:
    return shop.world.slack.add_channel("builds").id


@pytest.fixture
def console(engine: Engine, shop: Shop, hosts: GitHubHosts, chat: SlackChat) -> Iterator[Console]:
    with console_of(ChatOffice(Desk(engine), shop, hosts, chat)) as one:
        yield one


@pytest.fixture
def case_id(console: Console) -> UUID:
    """A flaky case with a thread; ann may write, rita may read."""
    console.bind()
    console.link("ann", "ann")
    console.link("rita", "rita")
    case_id = console.flaky("test_total")
    tell(console, case_id)
    return case_id


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def slack(inbox: Inbox) -> Iterator[Slack]:
    clock = TurnedClock()
    endpoint = SlackEndpoint(SIGNING_SECRET, "xoxb-1", inbox.store, clock)
    with served(endpoint) as client:
        yield Slack(client, clock)
