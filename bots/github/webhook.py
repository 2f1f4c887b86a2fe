"""The webhook: check the form and the HMAC, store, answer. GitHub gives up after 10 s."""

import json
from collections.abc import Callable, Sequence
from dataclasses import InitVar, dataclass, field

from pydantic_core import from_json
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response

from app.core.deliveries import NewDelivery
from app.core.errors import ErrorKind, Unavailable
from bots.answers import BodyTooLarge, body_of, cannot_store, refusal, request_id_of
from bots.gathering import Gathering, StoreAll
from bots.github.signature import BadForm, BadSignature, Form, check_form, is_signed

MAX_BODY = 25 * 1024 * 1024  # bytes; GitHub caps payloads at 25 MB
SHORT = 64 * 1024  # bytes that are parsed in less time than a thread takes to begin

NOT_SET_UP = (
    "No webhook secret is set, so no delivery can be trusted; set the GitHub App up at "
    "/github/setup, or set GITHUB_WEBHOOK_SECRET to its webhook secret and start again."
)
TOO_LARGE = "The body is larger than the 25 MB that GitHub sends at most."
WRONG_SIGNATURE = (
    "The signature does not fit the body; "
    "GITHUB_WEBHOOK_SECRET must be the webhook secret of the GitHub App."
)
NO_JSON = (
    "The body is no JSON object; set the webhook's content type to application/json in GitHub."
)


@dataclass(frozen=True, slots=True)
class Webhook:
    """The endpoint. It stores and answers; the work follows elsewhere.

    `secrets` is asked at every delivery, so that a rotated secret needs no restart; it must not
    wait. `secrets_now` may: it is asked in a thread before a delivery is refused, for a secret
    may have been set by another process a moment ago. `store` keeps deliveries that came
    together, in a thread; it raises Unavailable where it cannot.
    """

    secrets: Callable[[], Sequence[str]]
    store: InitVar[StoreAll]
    secrets_now: Callable[[], Sequence[str]] | None = None
    gathering: Gathering = field(init=False, repr=False)

    def __post_init__(self, store: StoreAll) -> None:
        object.__setattr__(self, "gathering", Gathering(store))

    async def receive(self, http: HttpRequest) -> Response:
        """202 once the delivery is stored, of interest or not, else a refusal."""
        secrets = encoded(self.secrets()) or await self.looked_up()
        if not secrets:
            return refusal(http, 503, ErrorKind.VALIDATION, NOT_SET_UP)
        try:
            form = check_form(http.headers)
            body = await body_of(http, limit=MAX_BODY)
        except BadForm as error:
            return refusal(http, 400, error.kind, str(error))
        except BadSignature as error:
            return refusal(http, 401, error.kind, str(error))
        except BodyTooLarge:
            return refusal(http, 413, ErrorKind.VALIDATION, TOO_LARGE)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is left to read it
        is_ours = is_signed(body, form.signature, secrets) or is_signed(
            body, form.signature, await self.looked_up()
        )
        if not is_ours:
            return refusal(http, 401, ErrorKind.AUTHENTICATION, WRONG_SIGNATURE)
        return await self.accept(http, form, body)

    async def looked_up(self) -> list[bytes]:
        """The secrets as they are at this moment."""
        if self.secrets_now is None:
            return []
        try:
            return encoded(await run_in_threadpool(self.secrets_now))
        except Unavailable:
            return []  # the refusal tells GitHub that the delivery is not here

    async def accept(self, http: HttpRequest, form: Form, body: bytes) -> Response:
        """Store a genuine delivery, with those that came at the same moment."""
        if not await is_json_object(body):
            return refusal(http, 400, ErrorKind.VALIDATION, NO_JSON)
        delivery = NewDelivery(
            source="github",
            guid=form.guid,
            event=form.event,
            body=body,
            request_id=request_id_of(http),
        )
        try:
            await self.gathering.store(delivery)
        except Unavailable as error:
            return cannot_store(http, error)
        return JSONResponse({"delivery": form.guid}, status_code=202)


def encoded(secrets: Sequence[str]) -> list[bytes]:
    """The secrets that are none of them empty, as HMAC takes them."""
    return [secret.encode() for secret in secrets if secret]


async def is_json_object(body: bytes) -> bool:
    """Whether these bytes are one JSON object; a long body is parsed in a thread."""
    if len(body) <= SHORT:
        return parses(body)
    return await run_in_threadpool(parses, body)


def parses(body: bytes) -> bool:
    """Whether these bytes are one JSON object; the slow parser takes more than the quick one."""
    for parse in (from_json, json.loads):
        try:
            return isinstance(parse(body), dict)
        except (ValueError, RecursionError):
            continue
    return False
