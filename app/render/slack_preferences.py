"""What `/flakeguard settings` shows: what the channel hears, and who the asker is."""

from collections.abc import Sequence

from app.render import escape
from app.render.blocks import context, listed, section
from app.render.slack_answers import SENTENCE, Told
from app.render.words import chat_links as links
from app.render.words import owner_news
from app.render.words import slack as said


def settings(lines: Sequence[str], *, login: str | None, tells: bool = True) -> Told:
    """What a channel hears, who the asker is, and whether they are told of their tests."""
    shown = [f"• {escape.slack(line, limit=SENTENCE)}" for line in lines]
    blocks = listed(shown) if shown else [section(said.hears_nothing())]
    who = escape.slack(links.you_are(login))
    if login is not None:
        told = owner_news.are_told() if tells else owner_news.are_not_told()
        blocks.append(section(told))
    return f"{who} {said.hears_nothing() if not shown else ''}".strip(), (*blocks, context(who))
