"""A method's arguments, and the refusals that name what is wrong with them."""

import json
from collections.abc import Mapping

from app.sandbox.slack.entities import Channel
from app.sandbox.slack.state import SlackState

Arguments = Mapping[str, object]


class SlackError(Exception):
    """An answer with `ok: false`."""

    def __init__(self, error: str, *, retry_after: int | None = None, **more: object) -> None:
        super().__init__(error)
        self.error = error
        self.retry_after = retry_after
        self.more = more


def text(given: Arguments, name: str) -> str | None:
    """A text argument."""
    value = given.get(name)
    if value is None or isinstance(value, str):
        return value
    raise SlackError("invalid_arguments")


def boolean(given: Arguments, name: str) -> bool:
    """A yes or no, as JSON or form fields write it."""
    return str(given.get(name, "")).lower() in {"true", "1"}


def structure(given: Arguments, name: str) -> object:
    """A structured argument: JSON itself, or text that holds JSON as forms do."""
    value = given.get(name)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise SlackError(f"invalid_{name}_format") from None


def known_channel(slack: SlackState, given: Arguments) -> Channel:
    """The channel that an argument names by id."""
    one = slack.channels.get(text(given, "channel") or "")
    if one is None or (one.is_private and not one.has_bot):
        raise SlackError("channel_not_found")
    return one
