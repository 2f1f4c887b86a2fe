"""`flakeguard backtest`: replay a history and say what would have been decided, and when."""

import gzip
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from app.core.decide import State
from app.core.errors import BadInput
from app.core.history.reader import records_of
from app.core.policy.names import ScorerName
from app.core.scorer.policies import scorer_of
from app.core.scorer.replay import Flag, Replay, replay
from app.core.scorer.said import Judged
from app.render import escape, words

DONE = 0  # exit status
MOST_SHOWN = 60  # cases in the table; --json has them all
MOST_SPANS = 3  # spans of one case in the table, the newest
DECIMALS = 6  # of scores and rates in JSON
GZIP = b"\x1f\x8b"  # how a gzip file begins
A_JOB = b'"run"'  # what a line that tells of a job holds
COLOURS = {
    State.BROKEN: "red",
    State.FLAKY: "yellow",
    State.SUSPECT: "cyan",
    State.HEALTHY: "green",
}


def backtest(history: Path, *, scorer: ScorerName, checkpoints: int, as_json: bool) -> int:
    """Replay a history through a scorer and print what it would have decided."""
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    columns = (TextColumn("Replaying"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as progress:
        reports = _reports(history)
        task = progress.add_task("", total=reports)
        with _lines(history) as lines:
            done = replay(
                records_of(lines),
                scorer_of(scorer),
                reports=reports,
                checkpoints=checkpoints,
                replayed=lambda: progress.advance(task),
            )
    if as_json:
        print(json.dumps(answer(done, scorer), ensure_ascii=False))  # noqa: T201 - for programs
    else:
        _print(done, scorer)
    return DONE


@contextmanager
def _lines(path: Path) -> Iterator[Iterator[bytes]]:
    """The lines of a file, zipped or not; BadInput where it cannot be read."""
    try:
        with path.open("rb") as raw:
            is_zipped = raw.peek(2)[:2] == GZIP
            stream = gzip.GzipFile(fileobj=raw) if is_zipped else raw
            yield _read(cast(BinaryIO, stream), path)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or error}.") from None


def _read(stream: BinaryIO, path: Path) -> Iterator[bytes]:
    try:
        yield from stream
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise BadInput(f"{path} holds damaged gzip data; copy it again.") from None


def _reports(path: Path) -> int:
    """How many reports a history has, about: what only looks like one moves the bar, no more."""
    with _lines(path) as lines:
        return sum(1 for line in lines if A_JOB in line and b'"cases"' not in line[:12])


def answer(done: Replay, scorer: ScorerName) -> dict[str, Any]:
    """The whole answer, as programs read it."""
    return {
        "scorer": scorer.value,
        "version": done.scorer.version,
        "threshold": done.scorer.threshold,
        "cases": [_case(one, done.flags.get(one.case, [])) for one in done.judged()],
        "checkpoints": [
            {
                "at": moment(point.at),
                "scores": {case: round(score, DECIMALS) for case, score in point.scores.items()},
            }
            for point in done.checkpoints
        ],
        "failures": [
            {
                "run": said.run,
                "attempt": said.attempt,
                "job": said.job,
                "case": said.finding.case,
                "verdict": said.finding.cause.value,
                "p_flaky": round(said.finding.p_flaky, DECIMALS),
            }
            for said in done.failures
        ],
    }


def _case(one: Judged, flags: list[Flag]) -> dict[str, Any]:
    return {
        "case": one.case,
        "state": one.state.value,
        "score": round(one.score, DECIMALS),
        "rate": round(one.rate, DECIMALS),
        "rate_interval": [round(end, DECIMALS) for end in one.rate_interval],
        "flags": [
            {"from": moment(flag.since), "to": moment(flag.until) if flag.until else None}
            for flag in flags
        ],
    }


def moment(at: datetime) -> str:
    """A time as histories write it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _print(done: Replay, scorer: ScorerName) -> None:
    console = Console(highlight=False)
    judged = done.judged()
    shown = [one for one in judged if done.flags.get(one.case) or one.state is not State.HEALTHY]
    if shown:
        console.print(_table(done, shown[:MOST_SHOWN]))
    if len(shown) > MOST_SHOWN:
        left = words.counted(len(shown) - MOST_SHOWN, "more case")
        console.print(f"{left}; --json lists all.")
    name = escape.plain(done.header.repository) if done.header else ""
    ran = f"{words.counted(done.executions, 'execution')} in {words.counted(done.reports, 'job')}"
    console.print(Text(f"{name}: {ran}, judged by {scorer.value}."))
    held = sum(1 for flags in done.flags.values() if flags)
    failed = words.counted(len(judged), "case")
    console.print(f"{failed} failed at least once; {held} would have been held for flaky.")
    console.print(_hidden(done))


def _hidden(done: Replay) -> str:
    """What holding them would have kept from people's eyes."""
    causes: dict[str, int] = {}
    for said in done.failures:
        causes[said.finding.cause.value] = causes.get(said.finding.cause.value, 0) + 1
    parts = ", ".join(f"{count} {cause}" for cause, count in sorted(causes.items()))
    return f"{words.counted(len(done.failures), 'failure')}: {parts or 'none'}."


def _table(done: Replay, shown: list[Judged]) -> Table:
    table = Table(header_style="bold")
    table.add_column("case", overflow="fold", ratio=2)
    table.add_column("state", no_wrap=True)
    for column in ("score", "fails in"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("held for flaky", overflow="fold", ratio=2)
    for one in shown:
        spans = [_span(flag) for flag in done.flags.get(one.case, [])[-MOST_SPANS:]]
        table.add_row(
            Text(escape.plain(one.case)),
            Text(words.STATE_WORDS[one.state], style=COLOURS[one.state]),
            Text(f"{one.score:.2f}"),
            Text(words.rate_with_interval(one.rate, *one.rate_interval)),
            Text("\n".join(spans)),
        )
    return table


def _span(flag: Flag) -> str:
    return f"{words.day(flag.since)} to {words.day(flag.until) if flag.until else 'now'}"
