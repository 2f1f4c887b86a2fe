"""A message as Slack takes it: its words, blocks, and the handle by which it is found again."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.core.errors import BadInput
from app.core.publishing import ChatMessage
from app.render.blocks import context
from app.render.words.slack import too_long

EVENT_TYPE = "flakeguard"  # of the metadata by which we find our messages again
MOST_BLOCKS = 50  # in one message; Slack refuses more
SHORT_TEXT = 3_000  # characters of the words of a message that was too long


def content_of(message: ChatMessage) -> dict[str, Any]:
    """A message's text, blocks and handle as Slack wants them."""
    if len(message.blocks) > MOST_BLOCKS:
        raise BadInput(
            f"A message of {len(message.blocks)} blocks cannot be sent; "
            f"Slack takes {MOST_BLOCKS} at most."
        )
    return {
        "text": message.text,
        "blocks": list(message.blocks),
        "metadata": {"event_type": EVENT_TYPE, "event_payload": {"handle": message.handle}},
    }


def handle_in(message: Mapping[str, Any]) -> str | None:
    """The handle with which a message was sent; None where it has none of ours."""
    metadata = message.get("metadata")
    if not isinstance(metadata, Mapping) or metadata.get("event_type") != EVENT_TYPE:
        return None
    payload = metadata.get("event_payload")
    handle = payload.get("handle") if isinstance(payload, Mapping) else None
    return handle if isinstance(handle, str) else None


def shortened(message: ChatMessage) -> ChatMessage:
    """The same with its first block, its buttons, and a word about what is left out."""
    first, rest = message.blocks[:1], message.blocks[1:]
    buttons = [block for block in rest if block["type"] == "actions"]
    blocks = (*first, context(too_long()), *buttons)
    return replace(message, text=message.text[:SHORT_TEXT], blocks=blocks)
