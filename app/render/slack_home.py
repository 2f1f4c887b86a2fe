"""Somebody's own page in Slack, the Home tab, in Block Kit: at most 100 blocks."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.core.chat_buttons import ChatButton, Seen, handle_of, value_for
from app.core.home import Home, HomeCase, HomeRepository, TeamQuarantine
from app.render import escape, words
from app.render.blocks import Block, actions, button, context, header, linked, section
from app.render.slack_answers import PageOf, case_line
from app.render.words import slack_home as said
from app.render.words.slack_windows import LABELS

SOON = timedelta(days=3)
BARS = "▁▂▃▄▅▆▇█"
HELD_BUTTONS = (ChatButton.RENEW, ChatButton.RELEASE)


def home(
    shown: Home, *, page_of: PageOf, now: datetime, note: str = "", undo: str | None = None
) -> Block:
    """The page; `note` is mrkdwn that stands above all, `undo` what takes back what it tells."""
    blocks = _noted(note, undo)
    blocks += [header(said.CASES), *_cases(shown, page_of)]
    blocks += [header(said.HELD), *_held(shown, page_of, now=now)]
    blocks += [header(said.REPOSITORIES), *_repositories(shown.repositories, page_of)]
    blocks.append(context(escape.slack(said.you_are(shown.login))))
    return _page(blocks)


def unknown(*, note: str = "") -> Block:
    """The page of somebody of whom nobody knows who they are; `note` is mrkdwn."""
    offer = button(LABELS[ChatButton.LINK], ChatButton.LINK.value, "link", style="primary")
    blocks = [section(said.who_are_you()), *_noted(note, None)]
    return _page(blocks if note else [*blocks, actions([offer])])


def _page(blocks: Sequence[Block]) -> Block:
    return {"type": "home", "blocks": list(blocks)}


def _noted(note: str, undo: str | None) -> list[Block]:
    if not note:
        return []
    beside = _button(ChatButton.UNDO, undo) if undo else None
    return [section(note, accessory=beside)]


def _cases(shown: Home, page_of: PageOf) -> list[Block]:
    if not shown.cases:
        return [section(said.no_cases()), context(said.how_to_own())]
    blocks = [block for one in shown.cases for block in _case(one, page_of)]
    if shown.more_cases:
        blocks.append(context(words.and_more(shown.more_cases)))
    return blocks


def _case(one: HomeCase, page_of: PageOf) -> list[Block]:
    line = one.line
    told = case_line(line, page_of, with_repository=True, is_own=one.is_owned)
    if not one.is_owned:
        told += f"; {said.changed_last()}"
    handle = handle_of(line.repo_id, line.case_id)
    return [section(told), _buttons(one.buttons, handle, one.seen)]


def _held(shown: Home, page_of: PageOf, *, now: datetime) -> list[Block]:
    if not shown.held:
        return [section(said.no_held())]
    blocks = [block for one in shown.held for block in _quarantine(one, page_of, now=now)]
    if shown.more_held:
        blocks.append(context(words.and_more(shown.more_held)))
    return blocks


def held_line(one: TeamQuarantine, page_of: PageOf, *, is_soon: bool = False) -> str:
    """A quarantine of a team's: its mark, its case, where, whose, and until when."""
    held = one.held
    mark = ":hourglass_flowing_sand:" if is_soon else ":zzz:"
    name = linked(held.name, page_of(one.repository, f"/cases/{held.case_id}"))
    where = f"{escape.slack(one.repository)}, {escape.slack(one.team, limit=80)}"
    return f"{mark} {name} in {where}: {said.held_until(held.until, is_soon=is_soon)}"


def ends_soon(one: TeamQuarantine, *, now: datetime) -> bool:
    """Whether somebody should look at it."""
    return one.held.until is not None and one.held.until <= now + SOON


def _quarantine(one: TeamQuarantine, page_of: PageOf, *, now: datetime) -> list[Block]:
    held = one.held
    told = held_line(one, page_of, is_soon=ends_soon(one, now=now))
    handle = handle_of(held.repo_id, held.case_id)
    return [section(told), _buttons(HELD_BUTTONS, handle, Seen(held.version))]


def _repositories(found: Sequence[HomeRepository], page_of: PageOf) -> list[Block]:
    if not found:
        return [section(said.no_repositories())]
    blocks: list[Block] = []
    for one in found:
        name = linked(one.line.full_name, page_of(one.line.full_name))
        blocks.append(section(f"*{name}*: {said.counts(one.line.counts)}"))
        if one.failing:
            bars = _bars(one.failing)
            blocks.append(context(f"`{bars}` {said.trend_note(len(one.failing))}"))
    return blocks


def _bars(shares: Sequence[float]) -> str:
    most = max(shares) or 1.0
    return "".join(BARS[round(one / most * (len(BARS) - 1))] for one in shares)


def _buttons(shown: Sequence[ChatButton], handle: str, seen: Seen) -> Block:
    return actions([_button(one, value_for(one, handle, seen)) for one in shown])


def _button(one: ChatButton, value: str) -> Block:
    style = "primary" if one is ChatButton.QUARANTINE else None
    return button(LABELS[one], one.value, value, style=style)
