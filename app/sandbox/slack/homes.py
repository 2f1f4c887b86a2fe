"""What people do on the app's Home tab."""

import json
from typing import cast

from app.core.errors import BadInput
from app.sandbox.slack import shapes
from app.sandbox.slack.entities import Json, Sent
from app.sandbox.slack.interactions import (
    action_of,
    element_in,
    new_trigger,
    payload_of,
    post_event,
    post_form,
)
from app.sandbox.slack.state import SlackState


def open_home(slack: SlackState, user: str) -> Sent:
    """A member looks at the tab."""
    who = slack.member(user)
    event: Json = {
        "type": "app_home_opened",
        "user": who.id,
        "channel": slack.talk_with(who.id).id,
        "tab": "home",
        "event_ts": str(slack.clock().timestamp()),
    }
    return post_event(slack, event)


def click(slack: SlackState, user: str, action_id: str, *, nth: int) -> Sent:
    """A member presses a button there: there is no message, and no response_url."""
    who = slack.member(user)
    shown = slack.homes.get(who.id)
    blocks = cast(list[Json], shown.view["blocks"]) if shown else []
    found = element_in(blocks, action_id, nth=nth)
    if shown is None or found is None:
        raise BadInput(f"{user} sees no button {action_id!r} on the Home tab.")
    payload = payload_of(slack, "block_actions", who) | {
        "trigger_id": new_trigger(slack, who),
        "container": {"type": "view", "view_id": shown.id},
        "view": shapes.view(slack, shown),
        "actions": [action_of(slack, *found)],
    }
    return post_form(slack, "block_actions", {"payload": json.dumps(payload)})
