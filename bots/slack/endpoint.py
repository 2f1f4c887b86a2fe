"""The address that Slack posts to: form, age and HMAC here, then Bolt, in a thread."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from slack_bolt import App, BoltRequest
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from app.clock import Clock, utc_now
from app.core.errors import ErrorKind
from bots.answers import BodyTooLarge, body_of, refusal, request_id_of
from bots.slack.events import BLOCK_ACTIONS
from bots.slack.listeners import Store, bolt_app
from bots.slack.signature import BadForm, BadSignature, check_form, is_signed

MAX_BODY = 1024 * 1024  # bytes; Slack's payloads carry the whole message, some 50 kB at most

NOT_SET_UP = (
    "No Slack signing secret is set, so no request can be trusted; "
    "set SLACK_SIGNING_SECRET to the Slack app's signing secret and start again."
)
TOO_LARGE = "The body is larger than the 1 MB that is read at most."
WRONG_SIGNATURE = (
    "The signature does not fit the body; "
    "SLACK_SIGNING_SECRET must be the signing secret of the Slack app."
)
UNREADABLE = "The body is neither a form with a JSON payload nor a JSON object."
NO_ACTION = "The interaction names no action: this is not a click."


@dataclass(frozen=True, slots=True)
class SlackEndpoint:
    """The endpoint. Slack waits 3 s, so it stores and answers; the work follows elsewhere.

    `store` keeps a delivery and returns whether it is new; it raises Unavailable where it
    cannot.
    """

    signing_secret: str | None = field(repr=False)
    bot_token: str | None = field(repr=False)
    store: Store
    clock: Clock = utc_now
    bolt: App | None = field(init=False, repr=False, default=None)

    def __post_init__(self) -> None:
        if self.signing_secret:
            bolt = bolt_app(
                signing_secret=self.signing_secret, bot_token=self.bot_token, store=self.store
            )
            object.__setattr__(self, "bolt", bolt)

    async def receive(self, http: HttpRequest) -> Response:
        """Bolt's answer to a request that Slack signed, else a refusal."""
        if not self.signing_secret or self.bolt is None:
            return refusal(http, 503, ErrorKind.VALIDATION, NOT_SET_UP)
        try:
            form = check_form(http.headers, now=self.clock())
            body = await body_of(http, limit=MAX_BODY)
        except (BadForm, BadSignature) as error:
            return refusal(http, 401, error.kind, str(error))
        except BodyTooLarge:
            return refusal(http, 413, ErrorKind.VALIDATION, TOO_LARGE)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is left to read it
        if not is_signed(body, form, self.signing_secret.encode()):
            return refusal(http, 401, ErrorKind.AUTHENTICATION, WRONG_SIGNATURE)
        return await run_in_threadpool(dispatch, self.bolt, http, body)


def dispatch(bolt: App, http: HttpRequest, body: bytes) -> Response:
    """Let Bolt answer a genuine request. Blocks: not for the event loop."""
    request_id = request_id_of(http)
    try:
        request = BoltRequest(
            body=body.decode(),
            headers=dict(http.headers),
            context={"request_id": request_id},
        )
    except (ValueError, AttributeError, TypeError, RecursionError):
        return refusal(http, 400, ErrorKind.VALIDATION, UNREADABLE)
    if not names_its_actions(request.body):
        return refusal(http, 400, ErrorKind.VALIDATION, NO_ACTION)
    answer = bolt.dispatch(request)
    return Response(
        content=answer.body,
        status_code=answer.status,
        headers=answer.first_headers_without_set_cookie(),
    )


def names_its_actions(body: Mapping[str, Any]) -> bool:
    """Whether a click says on what; Bolt fails on one that does not."""
    if body.get("type") != BLOCK_ACTIONS:
        return True
    actions = body.get("actions")
    return isinstance(actions, list) and bool(actions) and all(isinstance(a, dict) for a in actions)
