"""A case as a chat thread: its root message and the replies, in Slack's Block Kit."""

from dataclasses import dataclass
from typing import Any

from app.core.acts import ActName
from app.core.decide import Standing, State
from app.core.publishing import ChatMessage
from app.render import escape, words
from app.render.blocks import button, context, mrkdwn, section

LABELS: dict[ActName, str] = {ActName.ACTIVATE: "Quarantine", ActName.DISMISS: "Not flaky"}
"""Button labels; a button's action id is the act's word."""


@dataclass(frozen=True, slots=True)
class ThreadView:
    """One case as its thread's root message shows it."""

    repo: str
    name: str  # raw
    file: str | None
    standing: Standing
    decision: str | None
    page_url: str | None
    acts: tuple[ActName, ...]


def root_message(view: ThreadView, handle: str) -> ChatMessage:
    """The root of the thread; `handle` is what its buttons carry and what finds it again."""
    name = escape.slack(view.name)
    title = f"{_mark(view)} {name} is {_state(view)} in {escape.slack(view.repo)}"
    blocks: list[dict[str, Any]] = [
        section(f"*{title}*" + (f"\n{escape.slack(view.file)}" if view.file else "")),
        {"type": "section", "fields": _fields(view)},
    ]
    sentences = words.evidence_sentences(view.standing.evidence)
    if sentences:
        blocks.append(section("\n".join(f"• {_said(sentence)}" for sentence in sentences)))
    if view.decision:
        blocks.append(section(f"*{_said(view.decision)}*"))
    if view.page_url:
        blocks.append(context(f"<{view.page_url}|All that was seen of it>"))
    if view.acts:
        blocks.append({"type": "actions", "elements": [_button(a, handle) for a in view.acts]})
    return ChatMessage(text=title, blocks=tuple(blocks), handle=handle)


def about(view: ThreadView) -> str:
    """What a reply is about, for those who see no thread."""
    return f"{escape.slack(view.name)} in {escape.slack(view.repo)}"


def reply(text: str, handle: str) -> ChatMessage:
    """An event in the thread; `text` is one of our own sentences."""
    said = _said(text)
    return ChatMessage(text=said, blocks=(section(said),), handle=handle)


def history_message(repo: str, text: str, *, handle: str) -> ChatMessage:
    """What was read back of a repository; `text` is one of our own sentences."""
    said = f"*{escape.slack(repo)}*: {_said(text)}"
    return ChatMessage(text=said, blocks=(section(said),), handle=handle)


def outage_message(repo: str, text: str, *, page_url: str | None, handle: str) -> ChatMessage:
    """An outage in a channel; `text` is one of our own sentences, which may hold a file's name."""
    said = f"*{escape.slack(repo)}*: {_said(text)}"
    blocks = [section(said)]
    if page_url:
        blocks.append(context(f"<{page_url}|What it hit>"))
    return ChatMessage(text=said, blocks=tuple(blocks), handle=handle)


def _mark(view: ThreadView) -> str:
    return {
        State.FLAKY: ":large_yellow_circle:",
        State.BROKEN: ":red_circle:",
        State.SUSPECT: ":white_circle:",
        State.HEALTHY: ":large_green_circle:",
    }[view.standing.state]


def _state(view: ThreadView) -> str:
    return words.STATE_WORDS[view.standing.state]


def _fields(view: ThreadView) -> list[dict[str, Any]]:
    standing = view.standing
    rate = words.rate_with_interval(standing.rate, *standing.rate_interval)
    last = words.minute(standing.last_flake_at) if standing.last_flake_at else "never"
    told = {
        "Flaky with probability": escape.slack(words.probability(standing.score)),
        "Fails in": f"{rate} of {words.counted(standing.runs, 'run')}",
        "Contradicted failures": str(standing.flakes),
        "Last flake": last,
    }
    return [mrkdwn(f"*{key}*\n{value}") for key, value in told.items()]


def _said(sentence: str) -> str:
    return escape.slack(sentence, limit=600)


def _button(act: ActName, handle: str) -> dict[str, Any]:
    style = "primary" if act is ActName.ACTIVATE else None
    return button(LABELS[act], act.word, handle, style=style)
