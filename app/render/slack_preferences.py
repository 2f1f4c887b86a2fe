"""What `/flakeguard settings` shows: what the channel hears and wants, and who the asker is."""

from collections.abc import Sequence

from app.render import escape
from app.render.blocks import context, listed, section
from app.render.slack_answers import SENTENCE, Told
from app.render.words import chat_links as links
from app.render.words import slack as said


def settings(
    lines: Sequence[str],
    *,
    login: str | None,
    channel: Sequence[str] = (),
    me: Sequence[str] = (),
) -> Told:
    """What a channel hears; `channel` and `me` are sentences about what both want."""
    shown = [f"• {escape.slack(line, limit=SENTENCE)}" for line in lines]
    blocks = listed(shown) if shown else [section(said.hears_nothing())]
    who = escape.slack(links.you_are(login))
    blocks += [section("\n".join(sentences)) for sentences in (channel, me) if sentences]
    return f"{who} {said.hears_nothing() if not shown else ''}".strip(), (*blocks, context(who))
