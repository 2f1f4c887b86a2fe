"""Bad days on demand, and the log of what was asked: one ASGI layer around everything."""

import asyncio
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from http import HTTPStatus
from typing import NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.sandbox.addresses import (
    BLOBS,
    GITHUB_API,
    SLACK_API,
    SLACK_RESPONSES,
    SLACK_UPLOADS,
)

RETRY_AFTER = 60  # seconds, what a limited answer says when nothing else is asked for


class Exchange(NamedTuple):
    """One request and its answer; `status` 0 when the connection was cut instead."""

    method: str
    path: str  # GitHub's below its API root, Slack's the method's name, others as they are
    status: int
    query: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.path} > {self.status}"


@dataclass(slots=True)
class Fault:
    """What goes wrong, on which requests, and how often still."""

    pattern: str
    method: str | None
    status: int | None
    drop: bool
    after_work: bool
    delay: float
    times: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    cut_at: int | None = None

    def matches(self, method: str, path: str) -> bool:
        """Whether this request is to suffer."""
        right_method = self.method in {None, method}
        return self.times > 0 and right_method and fnmatchcase(path, self.pattern)


class Faults:
    """The faults that are switched on."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(
        self,
        pattern: str,
        *,
        method: str | None = None,
        status: int | None = None,
        drop: bool = False,
        after_work: bool = False,
        delay: float = 0.0,
        times: int = 1,
        headers: Mapping[str, str] | None = None,
        body: object = None,
        cut_at: int | None = None,
    ) -> Fault:
        """Let the next `times` requests suffer whose path matches the glob.

        `status` answers that instead; `drop` cuts the connection; with `after_work` either
        happens only after the work was done. `cut_at` cuts it after so many bytes of the answer.
        `delay` (seconds) alone answers late. Paths are
        GitHub's below the API root ("/repos/*/check-runs") or a Slack method ("chat.*").
        """
        told = dict(headers or {})
        fault = Fault(pattern, method, status, drop, after_work, delay, times, told, body, cut_at)
        with self._lock:
            self._faults.append(fault)
        return fault

    def limit_rate(
        self,
        pattern: str,
        *,
        retry_after: int = RETRY_AFTER,
        times: int = 1,
        status: int = HTTPStatus.TOO_MANY_REQUESTS,
    ) -> Fault:
        """Let the next requests be told to come back later, GitHub's and Slack's alike."""
        headers = {"Retry-After": str(retry_after)}
        message = "You have exceeded a secondary rate limit."
        body = {"ok": False, "error": "ratelimited", "message": message}
        return self.add(pattern, status=status, headers=headers, body=body, times=times)

    def clear(self) -> None:
        """Good days again."""
        with self._lock:
            self._faults.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that this request meets, counted down."""
        with self._lock:
            for fault in self._faults:
                if fault.matches(method, path):
                    fault.times -= 1
                    return fault
        return None


def asked_path(path: str) -> str | None:
    """The path as logs and faults name it; None for pages, which suffer nothing."""
    for prefix, keep in ((GITHUB_API, "/"), (SLACK_API, "")):
        if path.startswith(prefix + "/"):
            return keep + path.removeprefix(prefix + "/")
    if path.startswith((BLOBS, SLACK_RESPONSES, SLACK_UPLOADS)):
        return path
    return None


class FaultyHttp:
    """Logs every API request, and lets those suffer that a fault is meant for."""

    def __init__(self, app: ASGIApp, faults: Faults, log: list[Exchange]) -> None:
        self.app = app
        self.faults = faults
        self.log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        path = asked_path(scope["path"]) if scope["type"] == "http" else None
        if path is None:
            await self.app(scope, receive, send)
            return
        fault = self.faults.take(scope["method"], path)
        query = scope["query_string"].decode("latin-1")

        async def logging(message: Message) -> None:
            if message["type"] == "http.response.start":
                # Before it is sent: who has the answer may look into the log at once.
                status = 0 if fault is not None and fault.drop else message["status"]
                self.log.append(Exchange(scope["method"], path, status, query))
            await send(message)

        await self._suffer(fault, scope, receive, logging)

    async def _suffer(
        self, fault: Fault | None, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Serve the request as the fault has it."""
        if fault is not None and not fault.after_work:
            await asyncio.sleep(fault.delay)
        spoiled = fault is not None and (fault.drop or fault.status is not None)
        if fault is None or not spoiled:
            await self._pass(scope, receive, send, fault)
            return
        if fault.after_work:
            await self.app(scope, receive, _swallow)
            await asyncio.sleep(fault.delay)
        await (_cut(send) if fault.drop else _refuse(fault, send))

    async def _pass(self, scope: Scope, receive: Receive, send: Send, fault: Fault | None) -> None:
        async def late(message: Message) -> None:
            is_start = message["type"] == "http.response.start"
            if is_start and fault is not None and fault.after_work:
                await asyncio.sleep(fault.delay)
            if fault is not None and fault.cut_at is not None and not is_start:
                message = {**message, "body": message["body"][: fault.cut_at], "more_body": True}
            await send(message)

        await self.app(scope, receive, late)


async def _swallow(message: Message) -> None:
    """The answer that nobody gets."""


async def _cut(send: Send) -> None:
    """Promise a body and never send it: the server closes the connection."""
    headers = [(b"content-length", b"1")]
    await send({"type": "http.response.start", "status": HTTPStatus.OK, "headers": headers})


async def _refuse(fault: Fault, send: Send) -> None:
    status = fault.status or HTTPStatus.INTERNAL_SERVER_ERROR
    body = json.dumps(fault.body or {"message": HTTPStatus(status).phrase}).encode()
    headers = [(b"content-type", b"application/json")]
    headers += [(name.lower().encode(), value.encode()) for name, value in fault.headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
