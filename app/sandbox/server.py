"""Serving the world on loopback."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.types import ASGIApp

from app.sandbox.addresses import (
    BLOBS,
    GITHUB_API,
    SLACK_API,
    SLACK_AUTHORIZE,
    SLACK_FILES,
    SLACK_RESPONSES,
    SLACK_SOCKET,
    SLACK_UPLOADS,
)
from app.sandbox.faults import FaultyHttp
from app.sandbox.github.api.endpoint import GitHubApi
from app.sandbox.github.blobs import blob
from app.sandbox.pages.routes import page_routes
from app.sandbox.slack.http import SlackHttp
from app.sandbox.world import World

LOOPBACK = "127.0.0.1"
BACKLOG = 512  # connections that wait to be taken
START_WITHIN = 10.0  # seconds
STOP_WITHIN = 1  # second for requests under way

onlooker: ContextVar[Callable[[ASGIApp], ASGIApp]] = ContextVar("onlooker", default=lambda app: app)
"""What every sandbox is wrapped in when it is served, below its faults: who wants to look on."""


def build_app(world: World) -> ASGIApp:
    """GitHub's API, Slack's API, the artifact store and the pages as one application."""

    async def download(request: Request) -> Response:
        status, contents, headers = await run_in_threadpool(
            blob,
            world.github,
            int(request.path_params["artifact_id"]),
            dict(request.query_params),
            request.headers.get("Range"),
            request.headers.get("If-Range"),
        )
        return Response(contents, status, headers)

    slack = SlackHttp(world.slack_app)
    github = GitHubApi(world.github, world.github_limits)
    app = Starlette(
        routes=[
            Mount(GITHUB_API, routes=github.routes()),
            Route(BLOBS + "/{artifact_id:int}.zip", download),
            Route(SLACK_API + "/{method}", slack.call, methods=["GET", "POST"]),
            Route(SLACK_AUTHORIZE, slack.authorize),
            WebSocketRoute(SLACK_SOCKET, world.slack_app.sockets.serve),
            Route(SLACK_RESPONSES + "/{key}", slack.respond, methods=["POST"]),
            Route(SLACK_UPLOADS + "/{key}", slack.upload, methods=["POST"]),
            Route(SLACK_FILES + "/{file}", slack.show_file),
            *page_routes(world),
        ],
        # A page of another site must not reach us under a name that it made point here.
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=[LOOPBACK, "localhost"])],
    )
    return FaultyHttp(onlooker.get()(app), world.faults, world.requests)


@contextmanager
def serve(world: World, *, port: int = 0) -> Iterator[str]:
    """Serve the world from a thread while the block runs; yields its address.

    Port 0 takes any free one. The world keeps its memory afterwards and can be served again.
    """
    listener = listening_socket(port)
    address = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
    world.settle(address)
    config = uvicorn.Config(
        build_app(world),
        log_config=None,
        log_level="critical",
        access_log=False,
        lifespan="off",
        ws="websockets-sansio",
        timeout_graceful_shutdown=STOP_WITHIN,
    )
    server = _Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True, name="sandbox")
    thread.start()
    try:
        if not server.is_up.wait(START_WITHIN):
            raise RuntimeError(f"The sandbox did not start on {address}.")
        yield address
    finally:
        world.close()
        server.should_exit = True
        thread.join(START_WITHIN)
        listener.close()


def listening_socket(port: int) -> socket.socket:
    """A listener on loopback that answers at once.

    asyncio turns Nagle's algorithm off only for sockets that name TCP as their protocol;
    otherwise every answer would wait 40 ms for the other side's delayed acknowledgement.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.bind((LOOPBACK, port))
    listener.listen(BACKLOG)
    return listener


class _Server(uvicorn.Server):
    """A uvicorn that says when it is up, and leaves the process's signals alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()
