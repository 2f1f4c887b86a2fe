"""What links to pages of ours unfold to in Slack, where no command says the same already."""

from app.core.alike import ClusterLine
from app.core.outages import Reach
from app.render import escape, words
from app.render.blocks import Block, context, linked, section
from app.render.slack_answers import SENTENCE
from app.render.words import clusters as words_clusters
from app.render.words import outages as words_outages
from app.render.words import slack as said

MOST_BLOCKS = 45  # of one message, to stay below Slack's 50


def outage(repository: str, reach: Reach, url: str | None) -> tuple[Block, ...]:
    """What failed together, for how long, and since when."""
    title = linked(words_outages.outage_title(reach), url)
    return (
        section(f"*{title}* in {escape.slack(repository)}"),
        section(escape.slack(f"{words_outages.spread(reach)}.", limit=SENTENCE)),
        context(words_outages.began(reach)),
    )


def cluster(repository: str, line: ClusterLine, url: str | None) -> tuple[Block, ...]:
    """What fails alike, how much, and when last."""
    spread = words_clusters.cluster_spread(failures=line.failures, cases=line.cases, jobs=line.jobs)
    return (
        section(f"*{linked(line.title, url)}* in {escape.slack(repository)}"),
        section(f"{escape.slack(spread)}, last {words.day(line.last_seen_at)}"),
    )


def whispered(blocks: dict[str, tuple[Block, ...]]) -> tuple[Block, ...]:
    """The same for one reader, below each other."""
    listed = [block for one in blocks.values() for block in one]
    return (*listed[:MOST_BLOCKS], context(said.for_you_alone()))
