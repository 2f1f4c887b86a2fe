"""The digest of a repository, in Slack's Block Kit, with the picture of its failures."""

from app.core.digests import Digest, Turns
from app.core.publishing import ChatMessage, Picture
from app.render import escape, words
from app.render.blocks import Block, context, header, linked, listed, picture, section
from app.render.chart import failures_chart
from app.render.slack_answers import SENTENCE, PageOf, Told, case_line
from app.render.words import digests as said_digest


def digest(told: Digest, *, page_of: PageOf, chart: str = "") -> Told:
    """What turned, what is worst, what ends soon and what it cost; `chart` is a picture's id."""
    title = said_digest.title(told.repository, told.days)
    blocks: list[Block] = [header(escape.plain(title))]
    parts = {
        said_digest.NEW: told.new,
        said_digest.BROKEN: told.broken,
        said_digest.FIXED: told.fixed,
        said_digest.ENDING: told.ending,
    }
    for label, turns in parts.items():
        if turns.number:
            blocks += _turns(label, turns, told.repository, page_of)
    if told.worst:
        blocks.append(section(f"*{said_digest.WORST}*"))
        blocks += listed([case_line(one, page_of) for one in told.worst], budget=4_000)
    if len(blocks) == 1:
        blocks.append(section(said_digest.quiet()))
    blocks += _failures(told, chart)
    blocks.append(context(escape.slack(said_digest.cost(told.cost), limit=SENTENCE)))
    return escape.slack(title, limit=SENTENCE), tuple(blocks)


def digest_message(
    told: Digest, *, public_url: str | None, handle: str, chart: str = ""
) -> ChatMessage:
    """A digest as a channel is told it by itself."""

    def page_of(repository: str, path: str = "") -> str | None:
        return f"{public_url}/r/{repository}{path}" if public_url else None

    text, blocks = digest(told, page_of=page_of, chart=chart)
    return ChatMessage(text=text, blocks=blocks, handle=handle)


def digest_picture(told: Digest) -> Picture | None:
    """The failures of each day; None where there were none."""
    if not any(one.flaky + one.other for one in told.failures):
        return None
    return Picture(
        name="failures.png",
        title=said_digest.chart_title(told.repository),
        alt=said_digest.failures(told.failures),
        content=failures_chart(told.failures),
    )


def _failures(told: Digest, chart: str) -> list[Block]:
    """The picture with what its colours mean, and the same in words."""
    if not told.failures:
        return []
    sentence = said_digest.failures(told.failures)
    if not chart:
        return [context(escape.slack(sentence, limit=SENTENCE))]
    shown = picture(chart, said_digest.chart_title(told.repository), sentence)
    return [shown, context(escape.slack(f"{said_digest.legend()} {sentence}", limit=SENTENCE))]


def _turns(label: str, turns: Turns, repository: str, page_of: PageOf) -> list[Block]:
    lines = [
        f"• {linked(one.name, page_of(repository, f'/cases/{one.case_id}'))}, {words.day(one.at)}"
        for one in turns.first
    ]
    more = turns.number - len(turns.first)
    rest = [f"• {words.and_more(more)}"] if more > 0 else []
    return [section(f"*{label}: {turns.number}*"), *listed([*lines, *rest], budget=1_500)]
