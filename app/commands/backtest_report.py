"""A backtest for people: cases, timeline, what would have been held, and what hidden."""

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from app.core.decide import Cause, State
from app.core.scorer.replay import Replay
from app.core.scorer.said import Judged
from app.core.scorer.summary import Summary, summary_of
from app.render import escape, words
from app.render.words import backtest as words_backtest

MOST_SHOWN = 60  # cases in the table; --json has them all
MOST_SPANS = 3  # spans of one case in the table, the newest
TABLE_WIDTH = 120  # characters, with fewer of which a table leaves too few for a case's name
BAR_WIDTH = 24  # characters of the longest bar
COLOURS = {
    State.BROKEN: "red",
    State.FLAKY: "yellow",
    State.SUSPECT: "cyan",
    State.HEALTHY: "green",
}
BAR_COLOURS = {
    Cause.FLAKY: "yellow",
    Cause.BROKEN: "red",
    Cause.NEW: "magenta",
    Cause.OUTAGE: "blue",
    Cause.UNKNOWN: "white",
}

INDENTED = 2  # characters

Named = tuple[str, Replay]


def show(replays: Sequence[Named]) -> None:
    """Print one replay, or several side by side."""
    console = Console(highlight=False)
    _, first = replays[0]
    name = escape.plain(first.header.repository) if first.header else ""
    if first.began_at is None or first.ended_at is None:
        console.print(Text(words_backtest.nothing_replayed(name)))
        return
    replayed = words_backtest.replayed(
        name,
        reports=first.reports,
        executions=first.executions,
        began=first.began_at,
        ended=first.ended_at,
    )
    console.print(Text(replayed))
    if len(replays) == 1:
        _one(console, *replays[0])
    else:
        _several(console, replays)


def _one(console: Console, name: str, done: Replay) -> None:
    summary, judged = summary_of(done), done.judged()
    judged_by = words_backtest.judged_by(escape.plain(name), done.scorer.threshold)
    console.print(Text(judged_by))
    shown = [one for one in judged if done.flags.get(one.case) or one.state is not State.HEALTHY]
    if shown and console.width >= TABLE_WIDTH:
        console.print(_cases(done, summary, shown[:MOST_SHOWN]))
    elif shown:
        _list(console, done, summary, shown[:MOST_SHOWN])
    if len(shown) > MOST_SHOWN:
        left = words.counted(len(shown) - MOST_SHOWN, "more case")
        console.print(f"{left}; --json lists all.")
    if summary.failures:
        console.print(_timeline(summary))
    console.print(Text(words_backtest.held(summary, failed=len(judged))))
    console.print(Text(words_backtest.hidden(summary)))


def _cases(done: Replay, summary: Summary, shown: Sequence[Judged]) -> Table:
    table = Table(header_style="bold")
    table.add_column("case", overflow="fold", ratio=2)
    table.add_column("state", no_wrap=True)
    for column in ("score", "fails in"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("held for flaky", overflow="fold", ratio=2)
    table.add_column("hidden", justify="right", no_wrap=True)
    for one in shown:
        table.add_row(
            Text(escape.plain(one.case)),
            Text(words.STATE_WORDS[one.state], style=COLOURS[one.state]),
            Text(words.probability(one.score)),
            Text(words.rate_with_interval(one.rate, *one.rate_interval)),
            Text("\n".join(_spans(done, one.case))),
            Text(_shown(summary.hidden_by_case.get(one.case, 0))),
        )
    return table


def _spans(done: Replay, case: str) -> list[str]:
    flags = done.flags.get(case, [])[-MOST_SPANS:]
    return [words_backtest.span(flag.since, flag.until) for flag in flags]


def _shown(count: int) -> str:
    """A number in a table; none is left out."""
    return words.grouped(count) if count else ""


def _list(console: Console, done: Replay, summary: Summary, shown: Sequence[Judged]) -> None:
    """What the table tells, each case under its name, which stays whole however long it is."""
    for one in shown:
        stands = words_backtest.case_line(
            state=words.STATE_WORDS[one.state],
            score=one.score,
            rate=words.rate_with_interval(one.rate, *one.rate_interval),
            hidden=summary.hidden_by_case.get(one.case, 0),
        )
        console.print(Text(escape.plain(one.case), style=COLOURS[one.state]), soft_wrap=True)
        console.print(Padding.indent(Text(stands), INDENTED))
        if spans := _spans(done, one.case):
            console.print(Padding.indent(Text(words_backtest.spans(spans)), INDENTED))


def _timeline(summary: Summary) -> Table:
    """Failures over time as bars, coloured by what they were called at that moment."""
    most = max(sum(step.failures.values()) for step in summary.steps)
    table = Table(header_style="bold", box=None, padding=(0, 1))
    table.add_column("from", no_wrap=True)
    table.add_column("failures", no_wrap=True)
    table.add_column("called", overflow="fold")
    table.add_column("hidden", justify="right", no_wrap=True)
    table.add_column("held", justify="right", no_wrap=True)
    for step in summary.steps:
        bar = Text()
        for cause, colour in BAR_COLOURS.items():
            width = round(BAR_WIDTH * step.failures.get(cause, 0) / most)
            bar.append("\u2588" * width, style=colour)
        called = words_backtest.by_cause(step.failures) if step.failures else ""
        moved = words_backtest.moved(held=step.held, released=step.released)
        table.add_row(words_backtest.step(step.begins), bar, called, _shown(step.hidden), moved)
    return table


def _several(console: Console, replays: Sequence[Named]) -> None:
    """What each would have done, side by side, and whom only one would have held."""
    summaries = [(escape.plain(name), done, summary_of(done)) for name, done in replays]
    table = Table(header_style="bold")
    table.add_column("")
    for name, _, _ in summaries:
        table.add_column(name, justify="right", overflow="fold")
    rows = [("held from a score of", [f"{done.scorer.threshold:g}" for _, done, _ in summaries])]
    rows += [
        ("cases held, ever", [words.grouped(one.held) for _, _, one in summaries]),
        ("cases held at the end", [words.grouped(one.held_now) for _, _, one in summaries]),
        ("times a case was held", [words.grouped(one.spans) for _, _, one in summaries]),
        ("failures", [words.grouped(one.failures) for _, _, one in summaries]),
        ("failures hidden", [words.grouped(sum(one.hidden.values())) for _, _, one in summaries]),
    ]
    for cause, called in words_backtest.CALLED.items():
        counts = [one.hidden.get(cause, 0) for _, _, one in summaries]
        if any(counts):
            rows.append((f"  called {called} then", [words.grouped(count) for count in counts]))
    for label, values in rows:
        table.add_row(label, *values)
    console.print(table)
    for said in _differing([(name, done) for name, done, _ in summaries]):
        console.print(Text(said), soft_wrap=True)


def _differing(replays: Sequence[Named]) -> list[str]:
    """The cases that not all would have held, or not all at the same times, by who would have."""
    names = [name for name, _ in replays]
    groups: dict[tuple[int, ...], list[str]] = {(at,): [] for at in range(len(names))}
    moved = []
    held = {case for _, done in replays for case, flags in done.flags.items() if flags}
    for case in sorted(held):
        flags = [done.flags.get(case) or [] for _, done in replays]
        if not all(flags):
            holders = tuple(at for at, spans in enumerate(flags) if spans)
            groups.setdefault(holders, []).append(escape.plain(case))
        elif any(spans != flags[0] for spans in flags):
            moved.append(escape.plain(case))
    said = [words_backtest.only([names[at] for at in on], cases) for on, cases in groups.items()]
    return [*said, words_backtest.at_other_times(moved)] if moved else said
