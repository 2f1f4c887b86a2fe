"""Messages about many cases, in Slack's Block Kit: what waits for a decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.core.chat_buttons import ChatButton, value_of
from app.core.publishing import ChatMessage
from app.render import escape, words
from app.render.blocks import Block, actions, button, context, linked, section
from app.render.words import notices as said
from app.render.words.slack_windows import LABELS

EACH = 6  # cases up to which each has its own buttons
LISTED = 30  # cases that a longer message names
SENTENCE = 180  # characters of a sentence beside a name
REPLY = 600  # characters of a reply
OPEN_TEXT, DECIDED_TEXT = 8_000, 2_500  # characters of the parts of a message


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """One proposal of a list; its number is what its buttons carry."""

    nth: int
    name: str  # raw
    url: str | None
    p_flaky: float
    why: str  # a sentence of ours; "" for none
    decided: str | None  # what became of it; None while it waits


@dataclass(frozen=True, slots=True)
class ProposalsView:
    """Proposals as a channel sees them."""

    repo: str
    page_url: str | None
    lines: tuple[ProposalLine, ...]

    @property
    def waiting(self) -> list[ProposalLine]:
        """Those that nobody decided about yet."""
        return [one for one in self.lines if one.decided is None]

    @property
    def title(self) -> str:
        """What the message is called, plain."""
        number = len(self.waiting)
        return said.proposed(number) if number else said.all_decided(len(self.lines))


def proposals_message(view: ProposalsView, handle: str) -> ChatMessage:
    """The list, with buttons for each or, of a longer one, for all that it names."""
    title = f"*{escape.slack(view.repo)}*: {_said(view.title)}"
    waiting = view.waiting
    is_short = len(view.lines) <= EACH
    blocks = _each(view, handle) if is_short else _listed(view)
    shown = waiting if is_short else waiting[: _fitting(waiting)]
    if len(waiting) > 1:
        blocks.append(_all_buttons(shown, len(waiting), handle))
    if view.page_url:
        blocks.append(context(f"<{view.page_url}|All of them>"))
    return ChatMessage(text=title, blocks=(section(title), *blocks), handle=handle)


def proposals_in(repo: str) -> str:
    """What a reply is about, for those who see no thread."""
    return f"Proposals in {escape.slack(repo)}"


def spike_message(
    repo: str, text: str, *, is_over: bool, page_url: str | None, handle: str
) -> ChatMessage:
    """A failure spike; `text` is one of our own sentences."""
    mark = ":large_green_circle:" if is_over else ":red_circle:"
    title = f"*{escape.slack(repo)}*: {mark} {_said(text, limit=SENTENCE * 2)}"
    blocks = [section(title)]
    if page_url:
        blocks.append(context(f"<{page_url}|What ran lately>"))
    return ChatMessage(text=title, blocks=tuple(blocks), handle=handle)


def failures_in(repo: str) -> str:
    """What a reply is about, for those who see no thread."""
    return f"Failures in {escape.slack(repo)}"


def notice_reply(text: str, handle: str, *, about: str, undo: str | None) -> ChatMessage:
    """What happened to some of the cases; `undo` is what a button carries that takes it back."""
    shown = _said(text, limit=REPLY)
    beside = _button(ChatButton.TAKE_BACK, undo) if undo else None
    return ChatMessage(
        text=shown, blocks=(section(shown, accessory=beside),), handle=handle, about=about
    )


def _each(view: ProposalsView, handle: str) -> list[Block]:
    found: list[Block] = []
    for one in view.lines:
        found.append(section(_text_of(one)))
        if one.decided is None:
            value = value_of(handle, one.nth)
            found.append(
                actions([_button(ChatButton.APPROVE, value), _button(ChatButton.REFUSE, value)])
            )
    return found


def _text_of(one: ProposalLine) -> str:
    name = f"*{linked(one.name, one.url)}*"
    if one.decided is not None:
        return f"{name}\n{_said(one.decided)}"
    facts = [f"{said.flaky_with(one.p_flaky)}.", one.why]
    return f"{name}\n{_said(' '.join(filter(None, facts)))}"


def _listed(view: ProposalsView) -> list[Block]:
    waiting = view.waiting
    shown = waiting[: _fitting(waiting)]
    decided = [one for one in view.lines if one.decided is not None]
    blocks = [*_sections([_line(one) for one in shown])]
    if len(waiting) > len(shown):
        blocks.append(context(words.and_more(len(waiting) - len(shown))))
    lines: list[str] = []
    for one in reversed(decided):
        line = f"• {linked(one.name, one.url)}: {_said(str(one.decided))}"
        if sum(map(len, lines)) + len(line) > DECIDED_TEXT:
            break
        lines.append(line)
    blocks += _sections(lines)
    if len(decided) > len(lines):
        blocks.append(context(said.decided_more(len(decided) - len(lines))))
    return blocks


def _fitting(waiting: Sequence[ProposalLine]) -> int:
    """How many of these a message names."""
    used = 0
    for number, one in enumerate(waiting[:LISTED]):
        used += len(_line(one)) + 1
        if used > OPEN_TEXT:
            return number
    return min(len(waiting), LISTED)


def _line(one: ProposalLine) -> str:
    return f"• {linked(one.name, one.url)}, {escape.slack(words.probability(one.p_flaky))}"


def _sections(lines: Sequence[str], *, limit: int = 2_900) -> list[Block]:
    """Lines as few sections as hold them."""
    found: list[str] = []
    for line in lines:
        if found and len(found[-1]) + len(line) < limit:
            found[-1] += f"\n{line}"
        else:
            found.append(line)
    return [section(one) for one in found]


def _all_buttons(shown: Sequence[ProposalLine], waiting: int, handle: str) -> Block:
    """They carry the last number shown: what joins later is not decided by who never saw it."""
    value = value_of(handle, max(one.nth for one in shown))
    approve, refuse = ChatButton.APPROVE_ALL, ChatButton.REFUSE_ALL
    if len(shown) == waiting:
        return actions([_button(approve, value), _button(refuse, value)])
    labels = said.approve_these(len(shown)), said.decline_these(len(shown))
    return actions([_button(approve, value, labels[0]), _button(refuse, value, labels[1])])


def _said(sentence: str, *, limit: int = SENTENCE) -> str:
    return escape.slack(sentence, limit=limit)


def _button(one: ChatButton, value: str, label: str | None = None) -> dict[str, Any]:
    style = "primary" if one in {ChatButton.APPROVE, ChatButton.APPROVE_ALL} else None
    return button(label or LABELS[one], one.value, value, style=style)
