"""A case as a chat thread: its root message and the replies, in Slack's Block Kit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.chat_buttons import UNTOUCHED, ChatButton, Seen, value_for
from app.core.decide import Standing, State
from app.core.publishing import ChatMessage
from app.render import escape, words
from app.render.blocks import actions, button, context, linked, listed, mrkdwn, section
from app.render.words import owner_news as said_owner
from app.render.words import slack_windows as said

TREND = {"passed": "▁", "failed": "█", "other": "·"}  # of the last executions
TREND_AT_MOST = 30
REPO, EVENT = 100, 400  # characters of a repository's name and of what became of it, in one section
OWNER_TEXT = 8_000  # characters of what one owner is told at once


@dataclass(frozen=True, slots=True)
class ThreadView:
    """One case as its thread's root message shows it."""

    repo: str
    name: str  # raw
    file: str | None
    standing: Standing
    decision: str | None
    page_url: str | None
    buttons: tuple[ChatButton, ...]
    owner: str | None = None
    until: datetime | None = None  # the end of its quarantine
    muted_until: datetime | None = None
    trend: tuple[str, ...] = ()  # the last executions, oldest first: keys of TREND
    seen: Seen = UNTOUCHED  # what the buttons speak of


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
    if view.muted_until:
        blocks.append(context(said.silent_until(view.muted_until)))
    if view.trend:
        blocks.append(context(_trend(view.trend[-TREND_AT_MOST:])))
    if view.page_url:
        blocks.append(context(f"<{view.page_url}|All that was seen of it>"))
    if view.buttons:
        shown = [_button(one, value_for(one, handle, view.seen)) for one in view.buttons]
        blocks.append(actions(shown))
    return ChatMessage(text=title, blocks=tuple(blocks), handle=handle)


def about(view: ThreadView) -> str:
    """What a reply is about, for those who see no thread."""
    return f"{escape.slack(view.name)} in {escape.slack(view.repo)}"


def reply(text: str, handle: str, *, undo: str | None = None) -> ChatMessage:
    """An event in the thread; `text` is one of our own sentences.

    `undo` is what a button carries that takes the event back; None where it cannot be.
    """
    shown = _said(text)
    beside = _button(ChatButton.UNDO, undo) if undo else None
    return ChatMessage(text=shown, blocks=(section(shown, accessory=beside),), handle=handle)


def bound_message(text: str, undo: str) -> ChatMessage:
    """What a channel hears from now on, with a button that takes it back."""
    shown = _said(text)
    beside = _button(ChatButton.UNBIND, undo)
    return ChatMessage(text=shown, blocks=(section(shown, accessory=beside),), handle="")


def storm_message(
    repo: str,
    number: int,
    named: Sequence[tuple[str, str | None]],
    *,
    page_url: str | None,
    handle: str,
) -> ChatMessage:
    """Many cases that turned flaky at once; `named` are the first, with their pages."""
    title = f"*{escape.slack(repo)}*: {_said(said.storm(number))}"
    lines = [f"• {linked(name, url)}" for name, url in named]
    blocks = [section(title), *listed(lines)]
    if number > len(named):
        blocks.append(context(words.and_more(number - len(named))))
    if page_url:
        blocks.append(context(f"<{page_url}|All of them>"))
    return ChatMessage(text=title, blocks=tuple(blocks), handle=handle)


@dataclass(frozen=True, slots=True)
class OwnerNews:
    """One thing that the owner of a case is told."""

    name: str  # raw
    url: str | None
    text: str  # one of our own sentences


def owner_message(repo: str, news: Sequence[OwnerNews], handle: str) -> ChatMessage:
    """All that an owner is told at once of one repository."""
    if len(news) == 1:
        text = f"{said_owner.one_of_yours(repo, news[0].name)}: {news[0].text}"
    else:
        text = said_owner.some_of_yours(repo, len(news))
    shown = _said(text)
    lines = [f"• {linked(one.name, one.url)}: {_said(one.text)}" for one in news]
    blocks = [section(f"*{escape.slack(repo)}*"), *listed(lines, budget=OWNER_TEXT)]
    return ChatMessage(text=shown, blocks=(*blocks, context(said_owner.why_you())), handle=handle)


def history_message(repo: str, text: str, *, handle: str) -> ChatMessage:
    """What was read back of a repository; `text` is one of our own sentences."""
    shown = f"*{_repo(repo)}*: {escape.slack(text, limit=EVENT)}"
    return ChatMessage(text=shown, blocks=(section(shown),), handle=handle)


def outage_root(
    repo: str, text: str, *, is_over: bool, page_url: str | None, handle: str
) -> ChatMessage:
    """An outage in a channel as it stands: it may have to wake somebody while it goes on."""
    mark = ":large_green_circle:" if is_over else ":red_circle:"
    return _of_outage(
        repo, f"{mark} {escape.slack(text, limit=EVENT)}", page_url, handle, is_urgent=not is_over
    )


def outage_message(repo: str, text: str, *, page_url: str | None, handle: str) -> ChatMessage:
    """An event of an outage; `text` is one of our own sentences, which may hold a file's name."""
    return _of_outage(repo, escape.slack(text, limit=EVENT), page_url, handle)


def _of_outage(
    repo: str, said_of_it: str, page_url: str | None, handle: str, *, is_urgent: bool = False
) -> ChatMessage:
    shown = f"*{_repo(repo)}*: {said_of_it}"
    blocks = [section(shown)]
    if page_url:
        blocks.append(context(f"<{page_url}|What it hit>"))
    return ChatMessage(text=shown, blocks=tuple(blocks), handle=handle, is_urgent=is_urgent)


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
        "Fails in": f"{rate} of {words.counted(standing.runs, 'execution')}",
        "Contradicted failures": str(standing.flakes),
        "Last flake": last,
    }
    if view.owner:
        told["Owner"] = escape.slack(view.owner, limit=80)
    if view.until:
        told["Quarantined until"] = words.day(view.until)
    return [mrkdwn(f"*{key}*\n{value}") for key, value in told.items()]


def _repo(name: str) -> str:
    return escape.slack(name, limit=REPO)


def _said(sentence: str) -> str:
    return escape.slack(sentence, limit=600)


def _trend(outcomes: Sequence[str]) -> str:
    bars = "".join(TREND.get(one, TREND["other"]) for one in outcomes)
    return f"`{bars}` {said.trend_note(len(outcomes))}"


def _button(one: ChatButton, value: str) -> dict[str, Any]:
    style = "primary" if one is ChatButton.QUARANTINE else None
    return button(said.LABELS[one], one.value, value, style=style)
