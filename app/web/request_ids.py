"""Every request has an id: taken from X-Request-Id or made here, bound to logs, and answered."""

import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, reset_contextvars

from app.core.tracing import request_id

HEADER = "X-Request-Id"
ACCEPTED = re.compile(r"[A-Za-z0-9._-]{1,64}")
MADE_BYTES = 16  # 128 bits: never the same twice


class RequestIds:
    """Puts the id where logs, answers and outgoing calls find it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its id."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        wanted = id_of(Headers(scope=scope))
        scope.setdefault("state", {})["request_id"] = wanted

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = wanted
            await send(message)

        before = request_id.set(wanted)
        logged = bind_contextvars(request_id=wanted)
        try:
            await self.app(scope, receive, send_with_id)
        finally:
            reset_contextvars(**logged)
            request_id.reset(before)


def id_of(headers: Headers) -> str:
    """The id that the caller gave, where it is harmless; else a new one."""
    given = headers.get(HEADER, "")
    return given if ACCEPTED.fullmatch(given) else secrets.token_hex(MADE_BYTES)
