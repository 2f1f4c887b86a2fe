"""What Bolt does with a request whose signature is checked: store our clicks, ack everything."""

import hashlib
import json
import logging
import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError
from slack_bolt import Ack, App, BoltContext, BoltResponse
from slack_bolt.authorization import AuthorizeResult

from app.core.chat_buttons import FORMS
from app.core.deliveries import NewDelivery
from app.core.errors import Unavailable
from app.core.owners import is_owner
from app.render.slack_windows import DAYS, OWNER, REASON
from app.render.words import slack as said
from app.render.words import slack_windows as windows
from app.services.acts.named import MOST_DAYS
from bots.slack import leaving
from bots.slack.events import (
    ACTIONS,
    BLOCK_ACTIONS,
    COMMAND,
    EVENTS,
    SUBMISSION,
    Submission,
)

ANYTHING = re.compile(r".*", re.DOTALL)
CANNOT_STORE = 503
FAULT = 500

Store = Callable[[NewDelivery], bool]


def bolt_app(*, signing_secret: str, bot_token: str | None, store: Store) -> App:
    """A Bolt that asks nobody anything: the whole answer is made before it returns.

    Verification is ours (Bolt reads the wall clock, and fails on an odd timestamp), and so is
    authorization (Bolt asks Slack at every request).
    """
    app = App(
        name="flakeguard",
        logger=quiet_logger(),
        signing_secret=signing_secret,
        authorize=authorize_with(bot_token),
        request_verification_enabled=False,
        process_before_response=True,
    )
    app.action(ANYTHING)(keep_click_in(store))
    app.command(ANYTHING)(keep_command_in(store))
    for event in (*leaving.EVENTS, *EVENTS):
        app.event(event)(keep_event_in(event, store))
    app.view(ANYTHING)(keep_window_in(store))
    app.error(answer_error)
    for register in (app.event, app.options, app.shortcut):
        register(ANYTHING)(acknowledge)  # not ours yet: Slack tells the person of every 404
    return app


def quiet_logger() -> logging.Logger:
    """Bolt's warnings quote request bodies, which do not belong in a log."""
    logger = logging.getLogger("flakeguard.bolt")
    logger.setLevel(logging.CRITICAL)
    return logger


def authorize_with(bot_token: str | None) -> Callable[..., AuthorizeResult]:
    """What Bolt asks who may speak: always the one token that we have."""

    def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=bot_token)

    return authorize


def keep_click_in(store: Store) -> Callable[..., None]:
    """A listener that stores a click on one of our buttons, then acks; others it only acks."""

    def keep_click(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        if any(action.get("action_id") in ACTIONS for action in body["actions"]):
            store(delivery_of(BLOCK_ACTIONS, body, request_id=str(context.get("request_id", ""))))
        ack()

    return keep_click


def keep_command_in(store: Store) -> Callable[..., None]:
    """A listener that stores a command, then acks; who typed it hears at once when it cannot."""

    def keep_command(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        new = delivery_of(COMMAND, body, request_id=str(context.get("request_id", "")))
        try:
            store(new)
        except Unavailable:
            ack(text=said.away(), response_type="ephemeral")
        else:
            ack()

    return keep_command


def keep_event_in(event: str, store: Store) -> Callable[..., None]:
    """A listener that stores an event of this kind, then acks; Slack's own id tells doubles."""

    def keep_event(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        request_id = str(context.get("request_id", ""))
        kept = {name: value for name, value in body.items() if name != "token"}
        guid = str(body.get("event_id") or json.dumps(kept, sort_keys=True))
        store(NewDelivery("slack", guid, event, json.dumps(kept).encode(), request_id))
        ack()

    return keep_event


def keep_window_in(store: Store) -> Callable[..., None]:
    """A listener that stores what was filled in, then acks; what is wrong is said in the window."""

    def keep_window(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        if (body.get("view") or {}).get("callback_id") not in FORMS:
            ack()
            return
        new = delivery_of(SUBMISSION, body, request_id=str(context.get("request_id", "")))
        try:
            wrong = faults_of(new.body)
            if not wrong:
                store(new)
        except Unavailable:
            wrong = {REASON: said.away()}
        if wrong:
            ack(response_action="errors", errors=wrong)
        else:
            ack()

    return keep_window


def faults_of(body: bytes) -> dict[str, str]:
    """What is wrong in a window, by the block that it is said below; {} where all is well."""
    try:
        view = Submission.model_validate_json(body).view
    except ValidationError:
        return {}
    found = {}
    days, owner = view.filled(DAYS), view.filled(OWNER)
    if days and not (days.isascii() and days.isdigit() and 1 <= int(days[:8]) <= MOST_DAYS):
        found[DAYS] = windows.no_number()
    if owner and not is_owner(owner):
        found[OWNER] = windows.no_owner()
    return found


def acknowledge(ack: Ack) -> None:
    """Tell Slack that we heard it."""
    ack()


def answer_error(error: Exception) -> BoltResponse:
    """503 when a click could not be stored: Slack then tells the person that it failed."""
    if isinstance(error, Unavailable):
        message = "The click could not be stored; it is safe to click again."
        return BoltResponse(status=CANNOT_STORE, body={"error": message})
    return BoltResponse(status=FAULT, body={"error": "FlakeGuard made a mistake."})


def delivery_of(event: str, body: Mapping[str, Any], *, request_id: str) -> NewDelivery:
    """An interaction as it is stored.

    Its GUID is made of Slack's trigger id, one for each act and the same when Slack sends the
    request again. Slack's old verification token is a secret, and is left out.
    """
    kept = json.dumps({name: value for name, value in body.items() if name != "token"})
    identity = str(body.get("trigger_id") or kept)
    return NewDelivery(
        source="slack",
        guid=hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest(),
        event=event,
        body=kept.encode(),
        request_id=request_id,
    )
