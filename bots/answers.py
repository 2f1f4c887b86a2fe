"""What the endpoints that take deliveries share: bodies with an end, refusals in one shape."""

from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse

from app.core.errors import ErrorKind, FlakeGuardError

RETRY_AFTER = 60  # seconds; for whoever can send it again later


class BodyTooLarge(Exception):
    """The body is longer than what we take."""


async def body_of(http: HttpRequest, *, limit: int) -> bytes:
    """The raw body; BodyTooLarge above `limit` bytes, whether or not its length was announced."""
    announced = http.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced) > limit:
        raise BodyTooLarge
    received = bytearray()
    async for chunk in http.stream():
        received += chunk
        if len(received) > limit:
            raise BodyTooLarge
    return bytes(received)


def request_id_of(http: HttpRequest) -> str:
    """The id that the middleware in front gave this request; "" where there is none."""
    return str(getattr(http.state, "request_id", ""))


def refusal(
    http: HttpRequest, status: int, kind: ErrorKind, message: str, *, retry_after: int | None = None
) -> JSONResponse:
    """An answer that says in one sentence what is wrong."""
    return JSONResponse(
        {
            "error": {"kind": kind.value, "message": message},
            "request_id": request_id_of(http),
        },
        status_code=status,
        headers={} if retry_after is None else {"Retry-After": str(retry_after)},
    )


def cannot_store(http: HttpRequest, error: FlakeGuardError) -> JSONResponse:
    """The answer when a delivery could not be stored: the sender must know that it is not here."""
    message = "The delivery could not be stored; it is safe to send it again."
    return refusal(http, 503, error.kind, message, retry_after=RETRY_AFTER)
