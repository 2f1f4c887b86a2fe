"""A served world with one shop in it, a clock that the test turns, and a listener for webhooks."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote

import httpx
import jwt

from app.sandbox.fresh import Credentials, fresh_world
from app.sandbox.github.entities import Change, Installation
from app.sandbox.github.world import GitHubWorld
from app.sandbox.keys import KeyPair
from app.sandbox.server import serve
from app.sandbox.world import World

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
FIRST, SECOND, HEAD = "a" * 40, "b" * 40, "c" * 40
POLL = 0.02  # seconds between looks at whether the listener is to stop
SHOP = "/repos/acme/shop"


class TurnedClock:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def turn(self, by: timedelta) -> None:
        self.now += by


@dataclass
class Heard:
    """One request that reached the listener."""

    headers: dict[str, str]
    body: bytes


@dataclass
class Listener:
    """What stands for FlakeGuard: remembers what it is sent, answers what the test wants."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    status: int = 202
    answer: bytes = b""


@dataclass
class Scene:
    """Everything a test drives."""

    world: World
    credentials: Credentials
    clock: TurnedClock
    installation: Installation
    address: str

    def app_jwt(self, **claims: object) -> str:
        told = {
            "iat": int(self.clock.now.timestamp()) - 60,
            "exp": int(self.clock.now.timestamp()) + 540,
            "iss": str(self.credentials.app_id),
        }
        key = self.credentials.app_private_key
        return jwt.encode(told | claims, key, algorithm="RS256")

    def as_app(self) -> httpx.Client:
        return self.client(self.app_jwt())

    def as_installation(self, **body: object) -> httpx.Client:
        path = f"/app/installations/{self.installation.id}/access_tokens"
        with self.as_app() as app:
            answer = app.post(path, json=body)
        assert answer.status_code == 201, answer.text
        return self.client(answer.json()["token"])

    def as_user(self, login: str) -> httpx.Client:
        return self.client(self.world.github.add_user_token(login))

    def client(self, token: str | None) -> httpx.Client:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.world.github_api_url, headers=headers)

    def slack(self, method: str, /, **given: object) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.credentials.slack_bot_token}"}
        url = self.world.slack_api_url + quote(method)
        return httpx.post(url, json=given, headers=headers)

    def said(self, method: str, **given: object) -> dict[str, Any]:
        answer: dict[str, Any] = self.slack(method, **given).json()
        return answer


def furnished(github: GitHubWorld) -> Installation:
    """One shop with two commits and a pull request."""
    installation = github.add_installation("acme")
    github.add_repository(
        "acme/shop",
        installation=installation,
        private=True,
        permissions={"ann": "write", "rita": "read"},
        at=NOW - timedelta(days=60),
    )
    github.push(
        "acme/shop",
        "main",
        FIRST,
        author="ann",
        message="Open the shop",
        at=NOW - timedelta(days=3),
        files=[Change("shop/cart.py", b"total = 1\n", "added")],
    )
    github.push(
        "acme/shop",
        "main",
        SECOND,
        author="ann",
        message="Sell things",
        at=NOW - timedelta(days=2),
        files=["shop/sell.py"],
    )
    github.open_pull_request(
        "acme/shop",
        1,
        title="Sell more",
        author="ann",
        branch="more",
        head_sha=HEAD,
        at=NOW - timedelta(hours=2),
        files=[Change("shop/cart.py", b"total = 2\n", additions=3, deletions=1)],
    )
    return installation


@contextmanager
def served_scene(keys: KeyPair) -> Iterator[Scene]:
    clock = TurnedClock()
    world, credentials = fresh_world(clock=clock, keys=keys)
    installation = furnished(world.github)
    with serve(world) as address:
        yield Scene(world, credentials, clock, installation, address)


@contextmanager
def listening() -> Iterator[Listener]:
    listener = Listener()

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            listener.heard.append(Heard(dict(self.headers), body))
            self.send_response(listener.status)
            self.send_header("Content-Length", str(len(listener.answer)))
            self.end_headers()
            self.wfile.write(listener.answer)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Ear)
    listener.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, args=(POLL,), daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
