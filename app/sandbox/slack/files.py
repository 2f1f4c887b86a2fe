"""Files in the sandbox's Slack: an address to upload to, and what may be shown once it is done."""

from collections.abc import Mapping
from datetime import timedelta

from app.sandbox.addresses import SLACK_UPLOADS
from app.sandbox.slack.arguments import Arguments, SlackError, structure, text
from app.sandbox.slack.entities import Json, SlackFile
from app.sandbox.slack.state import SlackState

READY_AFTER = timedelta(seconds=1)  # after it is done, until blocks may show it
LARGEST = 10_000_000  # bytes


def upload_url(slack: SlackState, given: Arguments) -> Json:
    """files.getUploadURLExternal: an address for so many bytes."""
    name, length = text(given, "filename") or "", str(given.get("length", ""))
    if not name:
        raise SlackError("missing_argument")
    if not (length.isascii() and length.isdigit() and 0 < int(length) <= LARGEST):
        raise SlackError("invalid_arguments")
    alt, key = text(given, "alt_txt") or "", slack.new_secret()
    one = SlackFile(slack.new_id("F"), name, alt, int(length), key)
    slack.files[one.id] = one
    return {"upload_url": f"{slack.server_url}{SLACK_UPLOADS}/{key}", "file_id": one.id}


def complete(slack: SlackState, given: Arguments) -> Json:
    """files.completeUploadExternal: these files are whole."""
    listed = structure(given, "files")
    if not isinstance(listed, list) or not listed:
        raise SlackError("invalid_arguments")
    found = []
    for told in listed:
        one = slack.files.get(str(told.get("id")) if isinstance(told, dict) else "")
        if one is None or one.content is None:
            raise SlackError("file_not_found")
        one.title = str(told.get("title") or one.name)
        one.done_at = slack.clock()
        found.append(one)
    return {"files": [{"id": one.id, "title": one.title} for one in found]}


def take(slack: SlackState, key: str, content: bytes) -> bool:
    """What was uploaded to an address; False when it is not what was announced."""
    one = next((one for one in slack.files.values() if one.key == key), None)
    if one is None or len(content) != one.length:
        return False
    one.content = content
    return True


def must_be_shown(slack: SlackState, blocks: object) -> None:
    """Refuse blocks with a picture that is unknown, or not ready yet."""
    for block in blocks if isinstance(blocks, list) else []:
        shown = block.get("slack_file") if isinstance(block, Mapping) else None
        if shown is None:
            continue
        one = slack.files.get(str(shown.get("id")) if isinstance(shown, Mapping) else "")
        if one is None or one.done_at is None or slack.clock() - one.done_at < READY_AFTER:
            raise SlackError("invalid_blocks", errors=["invalid slack file"])
