"""Slack posting to the address that we gave it, and the inbox behind it."""

import threading
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from app.core.deliveries import NewDelivery
from app.core.errors import ErrorKind, Unavailable
from bots.slack.endpoint import SlackEndpoint
from tests.bots.shop import TurnedClock
from tests.bots.slack.clicks import SIGNING_SECRET, signed_headers

PATH = "/slack/events"


@dataclass
class Inbox:
    """Where deliveries are stored, each GUID once."""

    kept: dict[str, NewDelivery] = field(default_factory=dict)
    is_away: bool = False
    threads: set[str] = field(default_factory=set)

    def store(self, delivery: NewDelivery) -> bool:
        self.threads.add(threading.current_thread().name)
        if self.is_away:
            raise Unavailable("PostgreSQL is away.", kind=ErrorKind.DATABASE)
        return self.kept.setdefault(delivery.guid, delivery) is delivery


@dataclass
class Slack:
    """Posts as Slack does."""

    client: TestClient
    clock: TurnedClock

    def post(self, body: Any, *, secret: str = SIGNING_SECRET, **changed: str | None) -> Any:  # noqa: ANN401 -- a response
        told = body if isinstance(body, bytes) else b"".join(body)
        usual: dict[str, str | None] = dict(signed_headers(told, at=self.clock.now, secret=secret))
        sent = usual | {name.replace("_", "-"): value for name, value in changed.items()}
        headers = [
            (name.encode(), value.encode()) for name, value in sent.items() if value is not None
        ]
        return self.client.post(PATH, content=body, headers=headers)


def served(endpoint: SlackEndpoint) -> TestClient:
    return TestClient(Starlette(routes=[Route(PATH, endpoint.receive, methods=["POST"])]))


def refused(kind: str, message: str) -> dict[str, object]:
    return {"error": {"kind": kind, "message": message}, "request_id": ""}
