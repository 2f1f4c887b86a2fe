"""Durable acknowledgements of deliveries, against a bare route that checks the same HMAC."""

import hashlib
import hmac
import json
import multiprocessing
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from app.clock import utc_now
from app.db import migrate, partitions
from app.db.session import unit_of_work
from app.main import BACKLOG, bind, serve
from app.settings import isolated
from app.wiring import wired
from tests.bench.figures import Better, Figure, Scale
from tests.bench.volley import Heard, delivery, fire

DELIVERIES = 6_000  # of one round
ROUNDS = 3
CONNECTIONS = 64
BODY_BYTES = 20_000  # GitHub's workflow_run payloads have some 20 kB
SECRET = "bench-secret-of-the-webhook"
AT_LEAST = 0.15
PACE = 200.0  # a second, for how long one waits
PACED_SECONDS = 10
SLOWEST = 0.025  # seconds within which 99 of 100 are answered at that pace
EVENT = "gollum"  # of no interest: only the way in is measured


def run(scale: Scale) -> list[Figure]:
    """Both ways take turns; the ratio is of the medians."""
    count = scale.of(DELIVERIES)
    body = json.dumps({"action": "edited", "text": "x" * (BODY_BYTES - 40)}).encode()
    with _serving(_serve_bare) as bare, _serving(_serve_ours) as ours:
        for port in (bare, ours):
            _volley(port, body, scale.of(500))
        rates: dict[int, list[float]] = {bare: [], ours: []}
        statuses: set[int] = set()
        for _ in range(ROUNDS):
            for port, kept in rates.items():
                heard = _volley(port, body, count)
                kept.append(count / heard.seconds)
                statuses |= set(heard.statuses)
        paced = _volley(ours, body, scale.of(int(PACE * PACED_SECONDS)), per_second=PACE)
    of_bare, of_ours = (statistics.median(rates[port]) for port in (bare, ours))
    refused = len(statuses - {202})
    return [
        Figure("durable acks of those of a bare route", of_ours / of_bare, "ratio", AT_LEAST),
        Figure("acks of the bare route", of_bare, "1/s"),
        Figure("durable acks", of_ours, "1/s"),
        Figure(
            f"99 of 100 acks at {PACE:.0f}/s within",
            paced.percentile(0.99) * 1_000,
            "ms",
            SLOWEST * 1_000,
            Better.LESS,
        ),
        Figure("kinds of answers but 202", refused, "statuses", 0, Better.LESS),
    ]


def _volley(port: int, body: bytes, count: int, *, per_second: float | None = None) -> Heard:
    requests = [delivery(EVENT, body, secret=SECRET) for _ in range(count)]
    return fire(port, requests, connections=CONNECTIONS, per_second=per_second)


@contextmanager
def _serving(target: Callable[[Connection], None]) -> Iterator[int]:
    """A server in a process of its own; its port."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=target, args=(there,))
    process.start()
    try:
        yield here.recv()
    finally:
        process.terminate()
        process.join()


def _serve_bare(told: Connection) -> None:
    async def receive(http: Request) -> JSONResponse:
        body = await http.body()
        digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        given = http.headers.get("x-hub-signature-256", "").removeprefix("sha256=")
        return JSONResponse({}, status_code=202 if hmac.compare_digest(digest, given) else 401)

    app = Starlette(routes=[Route("/github/webhook", receive, methods=["POST"])])
    listener = bind("127.0.0.1", 0)
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, backlog=BACKLOG
    )
    told.send(listener.getsockname()[1])
    uvicorn.Server(config).run(sockets=[listener])


def _serve_ours(told: Connection) -> None:
    with TemporaryDirectory(prefix="flakeguard-bench-") as folder:
        settings = isolated(Path(folder), github_webhook_secret=SecretStr(SECRET))
        with wired(settings) as parts:
            migrate.upgrade(parts.engine)
            with unit_of_work(parts.engine) as session:
                partitions.make_ahead(session, now=utc_now())
            serve(parts, host="127.0.0.1", port=0, on_ready=told.send)
