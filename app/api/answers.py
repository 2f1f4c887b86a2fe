"""How the API answers: JSON of one shape, refusals with their kind, sentence and line."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from app.core.errors import BadInput, ErrorKind, FlakeGuardError

STATUS = {
    ErrorKind.VALIDATION: HTTPStatus.BAD_REQUEST,
    ErrorKind.AUTHENTICATION: HTTPStatus.UNAUTHORIZED,
    ErrorKind.PERMISSION: HTTPStatus.FORBIDDEN,
    ErrorKind.NOT_FOUND: HTTPStatus.NOT_FOUND,
    ErrorKind.CONFLICT: HTTPStatus.CONFLICT,
    ErrorKind.RATE_LIMIT: HTTPStatus.TOO_MANY_REQUESTS,
}
"""What the API refuses itself; everything else is answered as on every other address."""
CHALLENGE = {"WWW-Authenticate": "Bearer"}


class BodyTooLarge(BadInput):
    """The body is longer than what we take."""


def request_id_of(request: Request) -> str:
    """The id that the middleware in front gave this request; "" where there is none."""
    return str(getattr(request.state, "request_id", ""))


def refusal(
    request: Request,
    error: FlakeGuardError,
    *,
    headers: Mapping[str, str] | None = None,
    status: int | None = None,
    **more: Any,  # noqa: ANN401 -- whatever JSON can hold
) -> JSONResponse:
    """An answer that says in one sentence what is wrong, and in which line where there is one."""
    said: dict[str, Any] = {"kind": error.kind.value, "message": str(error)}
    if isinstance(error, BadInput) and error.line is not None:
        said["line"] = error.line
    if isinstance(error, BodyTooLarge):
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    status = status or STATUS[error.kind]
    challenge = CHALLENGE if status == HTTPStatus.UNAUTHORIZED else {}
    return JSONResponse(
        {"error": said | more, "request_id": request_id_of(request)},
        status_code=status,
        headers={**challenge, **(headers or {})},
    )
