"""GitHub posting to the webhook, and the inbox behind it."""

import hashlib
import hmac
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from app.core.deliveries import NewDelivery
from app.core.errors import ErrorKind, Unavailable
from bots.github.webhook import Webhook

SECRET, OLD_SECRET = "It's a secret", "It was one"
GUID = "72d3162e-cc78-11e3-81ab-4c9367dc0958"
BODY = b'{"action":"completed"}'


@dataclass
class Inbox:
    """Where deliveries are stored, each GUID once."""

    kept: dict[str, NewDelivery] = field(default_factory=dict)
    is_away: bool = False
    threads: set[str] = field(default_factory=set)

    def store(self, delivery: NewDelivery) -> bool:
        return self.store_all([delivery])[0]

    def store_all(self, news: Sequence[NewDelivery]) -> list[bool]:
        self.threads.add(threading.current_thread().name)
        if self.is_away:
            raise Unavailable("PostgreSQL is away: password=hunter2", kind=ErrorKind.DATABASE)
        return [self.kept.setdefault(new.guid, new) is new for new in news]


@dataclass
class GitHub:
    """Posts as GitHub does."""

    client: TestClient

    def post(self, body: Any = BODY, *, secret: str = SECRET, **changed: Any) -> Any:  # noqa: ANN401 -- a response
        told = body if isinstance(body, bytes) else b"".join(body)
        digest = hmac.new(secret.encode(), told, hashlib.sha256).hexdigest()
        usual = {
            "X-GitHub-Event": "workflow_run",
            "X-GitHub-Delivery": GUID,
            "X-Hub-Signature-256": f"sha256={digest}",
            "Content-Type": "application/json",
        }
        sent = usual | {name.replace("_", "-"): value for name, value in changed.items()}
        headers = [
            (name.encode(), value.encode()) for name, value in sent.items() if value is not None
        ]
        return self.client.post("/github/webhook", content=body, headers=headers)


async def name_request(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    request.state.request_id = "req-1"
    return await call_next(request)


def served(webhook: Webhook) -> TestClient:
    return TestClient(
        Starlette(
            routes=[Route("/github/webhook", webhook.receive, methods=["POST"])],
            middleware=[Middleware(BaseHTTPMiddleware, dispatch=name_request)],
        )
    )


def refused(kind: str, message: str) -> dict[str, object]:
    return {"error": {"kind": kind, "message": message}, "request_id": "req-1"}
