"""Somebody's own digest as a direct message."""

from datetime import datetime

from app.core.decide import State
from app.core.home import OwnDigest
from app.core.publishing import ChatMessage
from app.render import escape, words
from app.render.blocks import Block, context, header, linked, listed, section
from app.render.slack_answers import PageOf, case_line
from app.render.slack_home import ends_soon, held_line
from app.render.words import own_digests as said
from app.render.words import slack_home as said_home

PART = 2_500  # characters of each part


def own_digest_message(
    told: OwnDigest, *, page_of: PageOf, now: datetime, handle: str
) -> ChatMessage:
    """What turned, what asks for attention, what of the teams' quarantines runs, and counts."""
    home = told.home
    title = said.title(home.login, told.days)
    turned = [
        f"• {linked(one.name, page_of(one.repository, f'/cases/{one.case_id}'))}"
        f" in {escape.slack(one.repository)}: {said.turned(State(one.state))}, {words.day(one.at)}"
        for one in told.turned
    ]
    cases = [
        case_line(one.line, page_of, with_repository=True, is_own=one.is_owned)
        for one in home.cases
    ]
    held = [held_line(one, page_of, is_soon=ends_soon(one, now=now)) for one in home.held]
    counts = [
        f"{linked(one.line.full_name, page_of(one.line.full_name))}: "
        f"{said_home.counts(one.line.counts)}"
        for one in home.repositories
    ]
    blocks: list[Block] = [header(escape.plain(title))]
    blocks += _part(said.TURNED, turned)
    blocks += _part(said_home.CASES, cases, more=home.more_cases)
    blocks += _part(said_home.HELD, held, more=home.more_held)
    blocks += _part(said_home.REPOSITORIES, counts)
    blocks.append(context(said.how_to_end()))
    return ChatMessage(text=escape.slack(title), blocks=tuple(blocks), handle=handle)


def _part(title: str, lines: list[str], *, more: int = 0) -> list[Block]:
    if not lines:
        return []
    blocks = [section(f"*{title}*"), *listed(lines, budget=PART)]
    return [*blocks, context(words.and_more(more))] if more else blocks
