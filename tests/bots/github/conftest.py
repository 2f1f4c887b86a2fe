"""A webhook with an empty inbox, and a GitHub that posts to it."""

from collections.abc import Iterator

import pytest

from bots.github.webhook import Webhook
from tests.bots.github.posting import OLD_SECRET, SECRET, GitHub, Inbox, served


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def github(inbox: Inbox) -> Iterator[GitHub]:
    webhook = Webhook(secrets=lambda: (SECRET, OLD_SECRET), store=inbox.store_all)
    with served(webhook) as client:
        yield GitHub(client)
