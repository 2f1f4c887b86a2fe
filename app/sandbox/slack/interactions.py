"""What people do in Slack that reaches the app: clicks, submitted modals, slash commands."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

import httpx

from app.core.errors import BadInput
from app.sandbox.addresses import SLACK_RESPONSES
from app.sandbox.slack import shapes
from app.sandbox.slack.entities import Json, Member, Message, ResponseUrl, Sent, View
from app.sandbox.slack.sockets import Sockets
from app.sandbox.slack.state import SlackState

COMMAND = "/flakeguard"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Slack's v0 signature."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def post_form(slack: SlackState, kind: str, form: dict[str, str]) -> Sent:
    """Post a signed form to the app; how it answered."""
    return _posted(slack, kind, urlencode(form).encode(), FORM, form)


def post_event(slack: SlackState, event: Json) -> Sent:
    """Post a signed event to the app; how it answered."""
    told = {
        "token": "deprecated",
        "team_id": slack.team_id,
        "api_app_id": slack.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": slack.new_id("Ev"),
        "event_time": int(slack.clock().timestamp()),
    }
    return _posted(slack, str(event["type"]), json.dumps(told).encode(), JSON, {})


def _posted(
    slack: SlackState, kind: str, body: bytes, content_type: str, form: dict[str, str]
) -> Sent:
    if slack.sockets is not None and slack.sockets.open:
        return _told_by_socket(slack.sockets, kind, body, form)
    if slack.endpoint_url is None:
        raise BadInput("The sandbox's Slack has no endpoint_url; set one before clicking.")
    timestamp = str(int(slack.clock().timestamp()))
    headers = {
        "Content-Type": content_type,
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": sign(slack.signing_secret, timestamp, body),
    }
    try:
        answer = slack.poster.post(slack.endpoint_url, body, headers)
    except httpx.HTTPError as failure:
        return Sent(kind, 0, type(failure).__name__, form)
    return Sent(kind, answer.status_code, answer.text, form)


def _told_by_socket(sockets: Sockets, kind: str, body: bytes, form: dict[str, str]) -> Sent:
    """Send as an envelope what would be posted; an ack counts as 200."""
    if kind == "command":
        is_acked, said = sockets.send("slash_commands", dict(form))
    elif "payload" in form:
        is_acked, said = sockets.send("interactive", json.loads(form["payload"]))
    else:
        is_acked, said = sockets.send("events_api", json.loads(body))
    return Sent(kind, httpx.codes.OK if is_acked else 0, json.dumps(said) if said else "", form)


def link_shared(slack: SlackState, message: Message) -> Json:
    """The event of a message with links of the app's domains; without any it is not sent."""
    found = [(urlsplit(word).hostname or "", word) for word in message.text.split()]
    links = [
        {"domain": domain, "url": url} for domain, url in found if domain in slack.unfurl_domains
    ]
    return {
        "type": "link_shared",
        "channel": message.channel,
        "is_bot_user_member": slack.channel(message.channel).has_bot,
        "user": message.user,
        "message_ts": message.ts,
        "unfurl_id": f"{message.channel}.{message.ts}",
        "source": "conversations_history",
        "links": links,
        "event_ts": message.ts,
    }


def new_trigger(slack: SlackState, user: Member) -> str:
    """A ticket with which the app may open one modal, soon."""
    with slack.lock:
        trigger_id = f"{slack.new_id('')}.{slack.new_secret()}"
        slack.triggers[trigger_id] = (slack.clock(), user.id)
        return trigger_id


def new_response_url(slack: SlackState, channel: str, user: Member, message_ts: str | None) -> str:
    """A way back to here."""
    with slack.lock:
        key = slack.new_secret()
        slack.response_urls[key] = ResponseUrl(key, channel, user.id, message_ts, slack.clock())
        return f"{slack.server_url}{SLACK_RESPONSES}/{key}"


def click(slack: SlackState, message: Message, action_id: str, user: str, *, nth: int = 0) -> Sent:
    """A member presses a button of a message, the first of its kind unless said otherwise."""
    who = slack.member(user)
    block_id, element = find_element(message, action_id, nth=nth)
    channel = slack.channel(message.channel)
    url = new_response_url(slack, channel.id, who, message.ts)
    payload = payload_of(slack, "block_actions", who) | {
        "trigger_id": new_trigger(slack, who),
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": message.only_for is not None,
        },
        "channel": {"id": channel.id, "name": channel.name},
        "message": shapes.message(slack, message),
        "state": {"values": {}},
        "response_url": url,
        "actions": [action_of(slack, block_id, element)],
    }
    return post_form(slack, "block_actions", {"payload": json.dumps(payload)})


def submit(slack: SlackState, view: View, values: Mapping[str, object]) -> Sent:
    """A member submits the modal they have open; `values` as Slack's `state.values`."""
    who = slack.member(view.user)
    told = shapes.view(slack, view) | {"state": {"values": values}}
    payload = payload_of(slack, "view_submission", who) | {
        "trigger_id": new_trigger(slack, who),
        "view": told,
        "response_urls": [],
    }
    sent = post_form(slack, "view_submission", {"payload": json.dumps(payload)})
    if sent.status == httpx.codes.OK and "response_action" not in sent.body:
        slack.views.pop(view.id, None)
    return sent


def command(slack: SlackState, channel: str, user: str, text: str) -> Sent:
    """A member types `/flakeguard ...` in a channel."""
    where, who = slack.channel(channel), slack.member(user)
    form = {
        "token": "deprecated",
        "team_id": slack.team_id,
        "team_domain": slack.team_domain,
        "channel_id": where.id,
        "channel_name": where.name,
        "user_id": who.id,
        "user_name": who.name,
        "command": COMMAND,
        "text": text,
        "api_app_id": slack.app_id,
        "is_enterprise_install": "false",
        "response_url": new_response_url(slack, where.id, who, None),
        "trigger_id": new_trigger(slack, who),
    }
    return post_form(slack, "command", form)


def show_answer(slack: SlackState, sent: Sent) -> None:
    """A command's answer is shown where it was typed, to its author alone unless it says more."""
    if sent.status != httpx.codes.OK or not sent.body.strip():
        return
    try:
        told = json.loads(sent.body)
    except ValueError:
        told = {"text": sent.body}
    if not isinstance(told, dict):
        return
    in_channel = told.get("response_type") == "in_channel"
    message = Message(
        sent.form["channel_id"],
        slack.new_ts(),
        slack.bot.id,
        str(told.get("text", "")),
        by_bot=True,
        blocks=told.get("blocks") or [],
        only_for=None if in_channel else sent.form["user_id"],
    )
    (slack.messages if in_channel else slack.ephemeral).append(message)


def find_element(message: Message, action_id: str, *, nth: int = 0) -> tuple[str, Json]:
    """The block id and the element that carries an action id; the first one is number 0."""
    if (found := element_in(message.blocks, action_id, nth=nth)) is not None:
        return found
    raise BadInput(f"Message {message.ts} has no button {action_id!r}.")


def element_in(blocks: list[Json], action_id: str, *, nth: int = 0) -> tuple[str, Json] | None:
    """The same among blocks; None where there are not so many."""
    found = elements_in(blocks, action_id)
    return found[nth] if nth < len(found) else None


def place_in(blocks: list[Json], action_id: str, value: str) -> int:
    """Which of the elements with an action id carries a value; the first where none does."""
    values = [one.get("value") for _, one in elements_in(blocks, action_id)]
    return values.index(value) if value in values else 0


def elements_in(blocks: list[Json], action_id: str) -> list[tuple[str, Json]]:
    """Every element with an action id, each with its block's."""
    found: list[tuple[str, Json]] = []
    for number, block in enumerate(blocks):
        elements = block.get("elements")
        places = [*(elements if isinstance(elements, list) else []), block.get("accessory")]
        block_id = str(block.get("block_id", f"b{number}"))
        shown = (one for one in places if isinstance(one, dict))
        found += [(block_id, one) for one in shown if one.get("action_id") == action_id]
    return found


def action_of(slack: SlackState, block_id: str, element: Json) -> Json:
    """An element that was pressed, as the app hears of it."""
    now = slack.clock()
    action: Json = {
        "type": element.get("type"),
        "action_id": element.get("action_id"),
        "block_id": block_id,
        "action_ts": f"{int(now.timestamp())}.{now.microsecond:06d}",
        "text": element.get("text"),
        "value": element.get("value"),
    }
    return {name: value for name, value in action.items() if value is not None}


def payload_of(slack: SlackState, kind: str, who: Member) -> Json:
    """What every interaction says of who did it, and where."""
    return {
        "type": kind,
        "user": {
            "id": who.id,
            "username": who.name,
            "name": who.name,
            "team_id": slack.team_id,
        },
        "api_app_id": slack.app_id,
        "token": "deprecated",
        "team": {"id": slack.team_id, "domain": slack.team_domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }
