"""Our two endpoints, served, and the sandbox that posts to them."""

import asyncio
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from app.core.deliveries import Delivery, NewDelivery, Taken
from bots.github import events as github_events
from bots.github.webhook import Webhook
from bots.slack import events as slack_events
from bots.slack.endpoint import SlackEndpoint
from tests.bots.shop import NOW, Shop


@dataclass
class Doors:
    """Our two endpoints, and what came in through them."""

    url: str = ""
    kept: dict[str, NewDelivery] = field(default_factory=dict)

    def store(self, delivery: NewDelivery) -> bool:
        return self.kept.setdefault(delivery.guid, delivery) is delivery

    def store_all(self, news: Sequence[NewDelivery]) -> list[bool]:
        return [self.store(new) for new in news]

    def taken(self, app_id: int) -> list[Taken]:
        told = []
        for number, one in enumerate(self.kept.values(), start=1):
            delivery = Delivery(number, one.source, one.guid, one.event, one.body, NOW)
            if one.source == "slack":
                told.append(slack_events.taken(delivery))
            else:
                told.append(github_events.taken(delivery, app_id=app_id))
        return told


@contextmanager
def serving(app: Starlette) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@contextmanager
def doors_of(shop: Shop) -> Iterator[Doors]:
    """The doors of whoever works at this shop, open."""
    doors = Doors()
    credentials = shop.credentials
    webhook = Webhook(secrets=lambda: (credentials.webhook_secret,), store=doors.store_all)
    slack = SlackEndpoint(
        credentials.slack_signing_secret, credentials.slack_bot_token, doors.store, shop.clock
    )
    app = Starlette(
        routes=[
            Route("/github/webhook", webhook.receive, methods=["POST"]),
            Route("/slack/events", slack.receive, methods=["POST"]),
        ]
    )
    with serving(app) as url:
        doors.url = url
        shop.world.github.hooks.url = f"{url}/github/webhook"
        shop.world.slack.endpoint_url = f"{url}/slack/events"
        yield doors
