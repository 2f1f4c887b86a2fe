"""A chat message outside Slack: the same words as Markdown, plain text, HTML and Adaptive Card.

What our renderers make of names is read back here: bold, links, and text whose markup was made
harmless. Everything else that looks like markup was somebody's name, and is escaped again.
"""

import html as entities
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.core.publishing import ChatMessage
from app.render import escape

MARKS = {
    ":large_yellow_circle:": "\U0001f7e1",
    ":red_circle:": "\U0001f534",
    ":white_circle:": "\u26aa",
    ":large_green_circle:": "\U0001f7e2",
}
"""Slack's names of the marks that we use, which nobody else has."""

LONGEST = 3_000  # characters of one run of text
_TOKEN = re.compile(r"<(https?://[^|>\s]+)(?:\|([^>]*))?>|(?<!\u200b)\*([^*\n]+)(?<!\u200b)\*|\n")
_MARK = re.compile("|".join(map(re.escape, MARKS)))


class Kind(StrEnum):
    """What a run of text is."""

    PLAIN = "plain"
    BOLD = "bold"
    LINK = "link"
    BREAK = "break"  # the end of a line


@dataclass(frozen=True, slots=True)
class Run:
    """A run of text, with nothing escaped in it."""

    kind: Kind
    text: str = ""
    url: str = ""


def lines_of(message: ChatMessage) -> list[str]:
    """The message's texts in Slack's mrkdwn, block by block; its buttons have no words."""
    found = [text for block in message.blocks for text in _texts(block)]
    return found or [message.text]


def runs(mrkdwn: str) -> Iterator[Run]:
    """A text of ours, taken apart."""
    at = 0
    for match in _TOKEN.finditer(mrkdwn):
        if match.start() > at:
            yield Run(Kind.PLAIN, _plain(mrkdwn[at : match.start()]))
        at = match.end()
        if match[1]:
            yield Run(Kind.LINK, _plain(match[2] or match[1]), entities.unescape(match[1]))
        elif match[3]:
            yield Run(Kind.BOLD, _plain(match[3]))
        else:
            yield Run(Kind.BREAK)
    if at < len(mrkdwn):
        yield Run(Kind.PLAIN, _plain(mrkdwn[at:]))


def markdown(message: ChatMessage) -> str:
    """For Mattermost and whoever else reads Markdown."""
    texts = [_headed(message)] if message.about else []
    texts += lines_of(message)
    return "\n\n".join(markdown_of(text) for text in texts)


def markdown_of(mrkdwn: str) -> str:
    """One text of ours as Markdown, with no mention, link or image that is not ours."""
    return "".join(_markdown(run) for run in runs(mrkdwn))


def plain(message: ChatMessage) -> str:
    """For readers without any markup; links stand behind their words."""
    texts = [_headed(message)] if message.about else []
    texts += lines_of(message)
    return "\n\n".join("".join(_bare(run) for run in runs(text)) for text in texts)


def subject(message: ChatMessage, *, limit: int = 150) -> str:
    """The message's first line, without markup."""
    first = message.about or message.text
    said = "".join(run.text for run in runs(first.partition("\n")[0]))
    return escape.plain(said, limit=limit)


def html(message: ChatMessage) -> str:
    """For e-mail: a paragraph a text, nothing loaded from anywhere."""
    texts = [_headed(message)] if message.about else []
    texts += lines_of(message)
    paragraphs = ("".join(_html(run) for run in runs(text)) for text in texts)
    return "\n".join(f"<p>{one}</p>" for one in paragraphs)


def card(message: ChatMessage) -> dict[str, Any]:
    """For Microsoft Teams: an Adaptive Card; links become buttons below it."""
    texts = [_headed(message)] if message.about else []
    texts += lines_of(message)
    blocks, actions = [], []
    for text in texts:
        found = list(runs(text))
        actions += [
            {"type": "Action.OpenUrl", "title": run.text[:80], "url": run.url}
            for run in found
            if run.kind is Kind.LINK
        ]
        said = "".join(_markdown(run) for run in found if run.kind is not Kind.LINK).strip()
        if said:
            blocks.append({"type": "TextBlock", "text": said, "wrap": True})
    return {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": blocks,
        "actions": actions[:6],
    }


def _headed(message: ChatMessage) -> str:
    """What a reply is about, where no thread shows it."""
    return f"*{message.about}*"


def _texts(block: Mapping[str, Any]) -> Iterator[str]:
    found = [block.get("text"), *(block.get("fields") or [])]
    if block.get("type") == "context":
        found += block.get("elements") or []
    for one in found:
        if isinstance(one, Mapping) and isinstance(one.get("text"), str):
            yield one["text"]


def _plain(mrkdwn: str) -> str:
    """The characters as they were before they were escaped for Slack."""
    marked = _MARK.sub(lambda match: MARKS[match[0]], mrkdwn)
    return entities.unescape(marked.replace("\u200b", ""))


def _markdown(run: Run) -> str:
    if run.kind is Kind.BREAK:
        return "\n"
    said = _spaced(run.text, escape.markdown(run.text, limit=LONGEST))
    match run.kind:
        case Kind.BOLD:
            return f"**{said}**"
        case Kind.LINK if escape.is_web_link(run.url):
            return f"[{said}]({run.url})"
        case _:
            return said


def _html(run: Run) -> str:
    if run.kind is Kind.BREAK:
        return "<br>"
    said = _spaced(run.text, entities.escape(escape.plain(run.text, limit=LONGEST)))
    match run.kind:
        case Kind.BOLD:
            return f"<strong>{said}</strong>"
        case Kind.LINK if escape.is_web_link(run.url):
            return f'<a href="{entities.escape(run.url)}">{said}</a>'
        case _:
            return said


def _bare(run: Run) -> str:
    if run.kind is Kind.BREAK:
        return "\n"
    said = _spaced(run.text, escape.plain(run.text, limit=LONGEST))
    return f"{said}: {run.url}" if run.kind is Kind.LINK else said


def _spaced(text: str, said: str) -> str:
    """What was said, with the spaces that lay around it; escaping takes them away."""
    before = " " if text[:1] == " " else ""
    after = " " if text[-1:] == " " and text.strip() else ""
    return f"{before}{said}{after}"
