"""What the demo shows at its end: the table, one pull request, one thread, where to look."""

import json
import re
from collections.abc import Iterator, Sequence
from html import unescape
from typing import Any

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from app.clock import utc_now
from app.db import repositories
from app.db.session import unit_of_work
from app.demo.findings import Found
from app.demo.records import REPO, TruthState
from app.demo.stage import Stage
from app.render import terminal, words
from app.render.view import RunView
from app.sandbox.github.entities import CheckRun, PullRequest
from app.sandbox.slack.entities import Message
from app.services.publishing import publish
from app.services.publishing.publish import Addresses

_SLACK_MARKS = re.compile(r":[a-z_]+:|\*|<[^|>]*\||(?<=[^<])>")


def as_json(
    stage: Stage, everything: Sequence[Found], *, runs: int, executions: int, url: str
) -> str:
    """The demo's answer for programs."""
    return json.dumps(
        {
            "runs": runs,
            "executions": executions,
            "cases": [
                {
                    "case": one.node_id,
                    "truth": one.truth.state.value,
                    "state": one.state.value,
                    "score": round(one.score, 4),
                }
                for one in everything
            ],
            "published": stage.world.summary(),
            "url": url,
        }
    )


def show(console: Console, stage: Stage, everything: Sequence[Found], *, url: str | None) -> None:
    """Print the table, one pull request, one thread, and where to look (None: nowhere any more)."""
    console.print(_table(everything))
    pull = showcase(stage)
    if pull is not None:
        console.print(_pull_request(stage, pull))
    root = next(iter(roots(stage)), None)
    if root is not None:
        console.print(_thread(stage, root))
    summary = stage.world.summary()
    console.print(
        f"Published: {summary['check_runs']} check runs, {summary['comments']} comments,"
        f" {summary['slack_messages']} Slack messages."
    )
    if url is None:
        console.print("Without --no-serve the pages stay open to be looked at.")
        return
    console.print(f"\n[bold]FlakeGuard's pages[/]  {url}", soft_wrap=True)
    console.print(f"[bold]The GitHub and Slack that it spoke to[/]  {stage.world.address}")


def showcase(stage: Stage) -> PullRequest | None:
    """The open pull request that says most: something that needs somebody, and much of it."""
    where = stage.world.github.repository(REPO)
    ranked = [
        (not (one.title or "").startswith("Nothing"), len(one.summary or ""), pull)
        for pull in where.pulls.values()
        if pull.state == "open" and (one := check_of(stage, pull))
    ]
    return max(ranked, key=lambda found: found[:2])[2] if ranked else None


def check_of(stage: Stage, pull: PullRequest) -> CheckRun | None:
    """Our check run on a pull request's head."""
    ours = stage.world.github.app_check_runs(REPO, pull.head_sha)
    return ours[0] if ours else None


def roots(stage: Stage) -> list[Message]:
    """The threads about single cases; what is about a repository begins with its name."""
    slack = stage.world.slack
    found = [one for channel in slack.channels.values() for one in slack.roots(channel.id)]
    return [one for one in found if not one.text.startswith("*")]


def _table(everything: Sequence[Found]) -> Table:
    table = Table(title="What is true, and what FlakeGuard says", title_justify="left")
    for name in ("case", "truth", "FlakeGuard says", "p", "evidence"):
        table.add_column(name, overflow="fold", ratio=3 if name == "evidence" else None)
    shown = [one for one in everything if one.score or one.truth.state is not TruthState.HEALTHY]
    for one in shown:
        truth = one.truth.state.value + (f": {one.truth.cause}" if one.truth.cause else "")
        mark = "green" if one.is_right else "red"
        table.add_row(
            Text(one.node_id),
            Text(truth.replace("_", " ")),
            Text(one.said, style=mark),
            words.probability(one.score) if one.score else "",
            Text(" ".join(one.sentences[:1])),
        )
    rest = len(everything) - len(shown)
    table.caption = f"and {rest} healthy cases that never failed for a reason of their own"
    table.caption_justify = "left"
    return table


def _pull_request(stage: Stage, pull: PullRequest) -> Panel:
    where = stage.world.github.repository(REPO)
    check = check_of(stage, pull)
    parts = [Text(line) for line in terminal.run_lines(view_of(stage, pull.head_sha))]
    parts[0].stylize("bold")
    buttons = [f"[ {action['label']} ]" for action in (check.actions if check else [])]
    parts.append(Text("  ".join(buttons), style="bold cyan"))
    comments = stage.world.github.comments_on(where, pull.number)
    for comment in (one for one in comments if one.by_app):
        title = next(line for line in comment.body.splitlines() if line.startswith("###"))
        said = f"Comment by {comment.author.login}: {title.lstrip('# ')}"
        parts.append(Text(said, style="italic"))
    return Panel(
        Group(*parts),
        title=Text(f"Check run on pull request #{pull.number}: {pull.title}"),
        title_align="left",
    )


def view_of(stage: Stage, head_sha: str) -> RunView:
    """What is said about a head commit."""
    with unit_of_work(stage.engine) as session:
        repository = repositories.repository_named(session, REPO)
        assert repository is not None
        planned = publish.plan(
            session,
            repository,
            head_sha,
            addresses=Addresses(stage.world.address, stage.address),
            now=utc_now(),
        )
    assert planned is not None
    return planned.view


def _thread(stage: Stage, root: Message) -> Panel:
    replies = stage.world.slack.thread(root.channel, root.ts)[1:]
    lines = [Text(said) for said in _said(root)]
    lines[0].stylize("bold")
    lines += [Text(f"  ↳ {reply.text}") for reply in replies]
    channel = stage.world.slack.channel(root.channel)
    return Panel(Group(*lines), title=Text(f"Slack #{channel.name}"), title_align="left")


def _said(root: Message) -> Iterator[str]:
    """The words of a message's blocks, without Slack's own marks."""
    for block in root.blocks:
        told: dict[str, Any] = dict(block)
        parts = [told.get("text"), *told.get("fields", []), *told.get("elements", [])]
        for part in parts:
            text = part.get("text") if part else None
            said = text.get("text") if isinstance(text, dict) else text
            if isinstance(said, str):
                yield unescape(_SLACK_MARKS.sub("", said)).replace("\n", "  ").strip()
