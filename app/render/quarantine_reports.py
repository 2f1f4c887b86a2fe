"""The weekly report of a repository's quarantine, in Slack's Block Kit."""

from app.core.digests import Turns
from app.core.publishing import ChatMessage
from app.core.quarantine_reports import QuarantineReport
from app.render import escape, words
from app.render.blocks import Block, context, header, linked, listed, section
from app.render.words import quarantine_reports as said

LIST_TEXT = 5_000  # characters of one list


def report_message(told: QuarantineReport, *, public_url: str | None, handle: str) -> ChatMessage:
    """What it was worth, and what of it asks for somebody."""
    title = said.title(told.repository, told.days)
    page = f"{public_url}/r/{told.repository}" if public_url else None
    worth = [said.excused(told.excused), said.rescued(told.rescued), said.held(told.held)]
    blocks: list[Block] = [header(escape.plain(title)), section("\n".join(worth))]
    for label, turns in ((said.PROVEN, told.proven), (said.OVERDUE, told.overdue)):
        if turns.number:
            blocks += _turns(label, turns, page)
    if page:
        blocks.append(context(f"<{page}|All that is quarantined>"))
    return ChatMessage(text=escape.slack(title), blocks=tuple(blocks), handle=handle)


def _turns(label: str, turns: Turns, page: str | None) -> list[Block]:
    lines = [
        f"• {linked(one.name, f'{page}/cases/{one.case_id}' if page else None)},"
        f" {words.day(one.at)}"
        for one in turns.first
    ]
    more = turns.number - len(turns.first)
    rest = [f"• {words.and_more(more)}"] if more > 0 else []
    return [section(f"*{label}: {turns.number}*"), *listed([*lines, *rest], budget=LIST_TEXT)]
