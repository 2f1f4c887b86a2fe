"""The pages as an application of their own, with a clock to turn and a queue that remembers."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from socket import create_server
from threading import Thread
from time import sleep

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from app.api import health
from app.core.asking import QueueName
from app.core.asking import Request as Work
from app.core.errors import ErrorKind, Unavailable
from app.services.access.sessions import make_sign_in_link
from app.web import Web, exception_handlers, middleware, routes
from tests.web.world import NOW

SECRET_OF_A_BUG = "password=hunter2"


@dataclass
class Hands:
    """A clock that stands still until it is turned."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def turn(self, by: timedelta) -> None:
        self.now += by


@dataclass
class Hints:
    """A queue that remembers what it was told."""

    told: list[tuple[QueueName, Work]] = field(default_factory=list)
    is_away: bool = False

    def hint(self, queue: QueueName, requests: Sequence[Work]) -> None:
        if self.is_away:
            raise Unavailable("Redis does not answer.", kind=ErrorKind.PROCESSING)
        self.told += [(queue, request) for request in requests]


def application(web: Web, *, ping_redis: Callable[[], None] = lambda: None) -> Starlette:
    """Pages and health checks, and one route that breaks."""
    checks = health.HealthChecks(web.engine, web.clock, ping_redis, web.door, web.secure)
    return Starlette(
        routes=[*routes(web), *health.routes(checks), Route("/broken", _broken)],
        middleware=middleware(),
        exception_handlers=exception_handlers(),
    )


def browser_of(
    app: Starlette, *, address: str = "203.0.113.7", base_url: str = "http://testserver"
) -> TestClient:
    """A client that asks as a browser does, and shows redirects instead of following them."""
    return TestClient(
        app,
        base_url=base_url,
        headers={"accept": "text/html,application/xhtml+xml"},
        follow_redirects=False,
        client=(address, 50000),
        raise_server_exceptions=False,
    )


def sign_in(client: TestClient, web: Web) -> TestClient:
    """The client, signed in by a one-time link."""
    answer = client.get(make_sign_in_link(web.engine, now=web.clock(), base_url=""))
    assert answer.status_code == 303
    return client


@contextmanager
def served(app: Starlette) -> Iterator[str]:
    """The address at which the application really listens, on loopback."""
    listening = create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="warning", ws="none", lifespan="off")
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        while not server.started:
            sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def _broken(_request: Request) -> Response:
    raise RuntimeError(SECRET_OF_A_BUG)
