"""Slack's Block Kit: the blocks that messages and windows are made of, within Slack's limits."""

from collections.abc import Sequence
from typing import Any

from app.render import escape, words

Block = dict[str, Any]

SECTION_LIMIT = 3_000  # characters of a section's text. Source: Slack, Block Kit
HEADER_LIMIT = 150  # characters of a header
ALT_LIMIT = 2_000  # characters that stand for a picture
BUTTON_LIMIT = 75  # characters of a button's label
MESSAGE_TEXT = 11_000  # characters of all text of one message; some 13 200 are refused
LINES_AT_MOST = 100  # of one list
NAME = 120  # characters of a name in a list


def mrkdwn(text: str) -> Block:
    """Verbatim: Slack makes no link, mention or channel of what only looks like one."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def plain_text(text: str, *, limit: int = BUTTON_LIMIT) -> Block:
    """Text in which Slack reads nothing."""
    return {"type": "plain_text", "text": text[:limit], "emoji": False}


def section(text: str, *, accessory: Block | None = None) -> Block:
    """A paragraph, with a button beside it perhaps."""
    made = {"type": "section", "text": mrkdwn(text[:SECTION_LIMIT])}
    return made if accessory is None else made | {"accessory": accessory}


def fields(told: dict[str, str]) -> Block:
    """Figures in two columns, each with its name; ten at most."""
    return {
        "type": "section",
        "fields": [mrkdwn(f"*{name}*\n{value}") for name, value in told.items()],
    }


def context(text: str) -> Block:
    """A remark in small print."""
    return {"type": "context", "elements": [mrkdwn(text)]}


def header(text: str) -> Block:
    """A title."""
    return {"type": "header", "text": plain_text(text, limit=HEADER_LIMIT)}


def picture(file_id: str, title: str, alt: str) -> Block:
    """A picture that was uploaded, with the words that stand for it."""
    return {
        "type": "image",
        "slack_file": {"id": file_id},
        "title": plain_text(title, limit=HEADER_LIMIT),
        "alt_text": alt[:ALT_LIMIT],
    }


def button(label: str, action: str, value: str, *, style: str | None = None) -> Block:
    """A button; `value` is short and opaque, never a name."""
    made: Block = {
        "type": "button",
        "text": plain_text(label),
        "action_id": action,
        "value": value,
    }
    return made if style is None else made | {"style": style}


def actions(buttons: Sequence[Block]) -> Block:
    """Buttons in a row."""
    return {"type": "actions", "elements": list(buttons)}


def listed(lines: Sequence[str], *, budget: int = MESSAGE_TEXT) -> list[Block]:
    """Lines as few sections as hold them; what is beyond the budget is counted truthfully."""
    blocks: list[Block] = []
    current: list[str] = []
    used = size = 0
    shown = 0
    for line in lines[:LINES_AT_MOST]:
        if used + len(line) > budget:
            break
        if current and size + len(line) + 1 > SECTION_LIMIT:
            blocks.append(section("\n".join(current)))
            current, size = [], 0
        current.append(line)
        used, size, shown = used + len(line) + 1, size + len(line) + 1, shown + 1
    if current:
        blocks.append(section("\n".join(current)))
    if shown < len(lines):
        blocks.append(context(words.and_more(len(lines) - shown)))
    return blocks


def linked(name: str, url: str | None, *, limit: int = NAME) -> str:
    """A name, leading to its page where there is one."""
    label = escape.slack(name, limit=limit)
    return f"<{url}|{label}>" if url and escape.is_web_link(url) else label
