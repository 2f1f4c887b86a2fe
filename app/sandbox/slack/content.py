"""What a message or modal may hold, as Slack checks it."""

from app.sandbox.slack.arguments import Arguments, SlackError, structure, text
from app.sandbox.slack.entities import Json, Message
from app.sandbox.slack.limits import (
    LONGEST_TEXT,
    MOST_BLOCK_TEXT,
    MOST_VIEW_BLOCKS,
    BadBlocks,
    check_blocks,
    text_length,
)


def content_of(given: Arguments) -> Json:
    """Text, blocks, attachments and metadata, if Slack would take them; absent ones are left."""
    content: Json = {}
    if "blocks" in given:
        content["blocks"] = _checked_blocks(structure(given, "blocks"))
    words = text(given, "text")
    if words is not None:
        if len(words) > LONGEST_TEXT:
            raise SlackError("msg_too_long")
        content["text"] = words
    if "attachments" in given:
        content["attachments"] = structure(given, "attachments") or []
    metadata = structure(given, "metadata")
    if metadata is not None:
        if not isinstance(metadata, dict) or {"event_type", "event_payload"} - set(metadata):
            raise SlackError("invalid_metadata_format")
        content["metadata"] = metadata
    if not any(content.get(name) for name in ("text", "blocks", "attachments")):
        raise SlackError("no_text")
    return content


def _checked_blocks(given: object) -> object:
    try:
        blocks = check_blocks(given or [])
    except BadBlocks as why:
        raise complaint("invalid_blocks", why) from None
    if text_length(blocks) > MOST_BLOCK_TEXT:
        raise SlackError("msg_blocks_too_long")
    return blocks


def complaint(error: str, why: Exception) -> SlackError:
    """A refusal that names what was wrong."""
    said = f"[ERROR] {why}"
    return SlackError(error, errors=[str(why)], response_metadata={"messages": [said]})


def fill(message: Message, content: Json) -> None:
    """Put content into a message."""
    for name, value in content.items():
        setattr(message, name, value)
    if "text" in content and "blocks" not in content:
        message.blocks = []  # Slack drops the blocks when only text is sent


def view_of(given: Arguments) -> Json:
    """The view that an argument holds."""
    view = structure(given, "view")
    if not isinstance(view, dict):
        raise SlackError("invalid_arguments")
    try:
        check_blocks(view.get("blocks"), most=MOST_VIEW_BLOCKS)
    except BadBlocks as why:
        raise complaint("invalid_arguments", why) from None
    return view
