"""What goes wrong becomes an answer: by its kind, and without telling strangers more."""

from datetime import UTC
from email.utils import format_datetime
from http import HTTPStatus

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, ExceptionHandler, Message, Receive, Scope, Send

from app.core.errors import (
    ErrorKind,
    FlakeGuardError,
    NotSignedIn,
    RateLimited,
    Unavailable,
)
from app.web.answers import problem

STATUS = {
    ErrorKind.VALIDATION: HTTPStatus.BAD_REQUEST,
    ErrorKind.AUTHENTICATION: HTTPStatus.UNAUTHORIZED,
    ErrorKind.PERMISSION: HTTPStatus.FORBIDDEN,
    ErrorKind.NOT_FOUND: HTTPStatus.NOT_FOUND,
    ErrorKind.CONFLICT: HTTPStatus.CONFLICT,
    ErrorKind.RATE_LIMIT: HTTPStatus.TOO_MANY_REQUESTS,
    ErrorKind.GITHUB_API: HTTPStatus.BAD_GATEWAY,
    ErrorKind.SLACK_API: HTTPStatus.BAD_GATEWAY,
    ErrorKind.CHANNEL: HTTPStatus.BAD_GATEWAY,
    ErrorKind.DATABASE: HTTPStatus.SERVICE_UNAVAILABLE,
    ErrorKind.PROCESSING: HTTPStatus.INTERNAL_SERVER_ERROR,
}
KINDS = {
    HTTPStatus.NOT_FOUND: ErrorKind.NOT_FOUND,
    HTTPStatus.FORBIDDEN: ErrorKind.PERMISSION,
    HTTPStatus.UNAUTHORIZED: ErrorKind.AUTHENTICATION,
}
"""The kind of what Starlette itself refuses; the rest is an odd request."""
COME_BACK = "10"  # seconds after which a database that is away is worth asking again
NOT_HERE = "Nothing is here, or nothing for you."
DATABASE_AWAY = "The database does not answer at the moment; nothing is lost. Try again shortly."
OURS = "Something went wrong here, and it is our fault, not yours."

log = structlog.get_logger(__name__)


def refused(request: Request, error: Exception) -> Response:
    """An error of ours, in its own sentence; what the database said stays in the log."""
    assert isinstance(error, FlakeGuardError)
    message = str(error)
    headers: dict[str, str] = {}
    match error:
        case Unavailable(kind=ErrorKind.DATABASE):
            log.warning("database_away", error=message)
            message, headers = DATABASE_AWAY, {"Retry-After": COME_BACK}
        case RateLimited(until=until):
            headers = {"Retry-After": format_datetime(until.astimezone(UTC), usegmt=True)}
        case NotSignedIn():
            headers = {"WWW-Authenticate": "Bearer"}
        case _:
            pass
    return problem(
        request, kind=error.kind, message=message, status=STATUS[error.kind], headers=headers
    )


def not_served(request: Request, error: Exception) -> Response:
    """What Starlette refuses: no such page, the wrong method, a body that is too long."""
    assert isinstance(error, HTTPException)
    kind = KINDS.get(HTTPStatus(error.status_code), ErrorKind.VALIDATION)
    message = NOT_HERE if kind is ErrorKind.NOT_FOUND else f"{error.detail}."
    headers = dict(error.headers or {})
    return problem(request, kind=kind, message=message, status=error.status_code, headers=headers)


def exception_handlers() -> dict[type[Exception], ExceptionHandler]:
    """What an application that serves our pages passes to Starlette."""
    return {HTTPException: not_served, FlakeGuardError: refused}


class Crashes:
    """Turns a bug into a page that names the request and nothing else.

    Starlette's own handler stands outside of every middleware, so its answer would have
    neither our headers nor the request's id.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer 500 when it breaks before anything was sent."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        has_started = False

        async def watched(message: Message) -> None:
            nonlocal has_started
            has_started = has_started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception:
            log.exception("request_failed", path=scope["path"], method=scope["method"])
            if has_started:
                raise
            request = Request(scope, receive)
            answer = problem(
                request,
                kind=ErrorKind.PROCESSING,
                message=OURS,
                status=HTTPStatus.INTERNAL_SERVER_ERROR,
            )
            await answer(scope, receive, send)
