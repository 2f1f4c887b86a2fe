"""`flakeguard backtest`: replay a history and say what would have been decided, and when."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from app.commands import backtest_report
from app.commands.backtest_answer import answer
from app.commands.history_files import lines_of, opened, reports_in
from app.commands.policy import text_of
from app.core.errors import BadInput
from app.core.history.reader import records_of
from app.core.policy.names import ScorerName
from app.core.policy.policy import Policy, default_policy
from app.core.policy.reading import read_policy
from app.core.scorer.replay import replay_all
from app.core.scorer.under import under
from app.render import words
from app.render.words import policy as words_policy

DONE = 0  # exit status
REDRAWN_EVERY = 50  # reports: drawing more often would cost more than replaying


@dataclass(frozen=True, slots=True)
class Judge:
    """Who judges a replay: a scorer with its defaults, or a policy file."""

    name: str  # as people are shown it
    policy: Policy


def judge_of(named: str) -> Judge:
    """A judge by a scorer's name or a policy file's path; BadInput for what is neither."""
    if named in set(ScorerName):
        return Judge(named, default_policy(ScorerName(named)))
    path = Path(named)
    if not path.exists():
        known = ", ".join(one.value for one in ScorerName)
        raise BadInput(f"{named} is no scorer ({known}) and no file.")
    reading = read_policy(text_of(path))
    if reading.policy is None:
        raise BadInput(words_policy.cannot_be_used(named, reading.faults))
    return Judge(named, reading.policy)


def backtest(history: Path, judges: Sequence[Judge], *, checkpoints: int, as_json: bool) -> int:
    """Replay a history through one judge, or several side by side, and print what they say."""
    with opened(history) as file, _progress(file.size) as progress:
        reports = reports_in(file, read=progress.counted)
        every = replay_all(
            records_of(lines_of(file, read=progress.read)),
            [under(one.policy) for one in judges],
            reports=reports,
            checkpoints=checkpoints,
            replayed=progress.replayed,
        )
    told = list(zip(judges, every, strict=True))
    if not as_json:
        backtest_report.show([(judge.name, done) for judge, done in told])
        return DONE
    sys.stdout.writelines(answer([(judge.policy.scorer, done) for judge, done in told]))
    sys.stdout.write("\n")
    return DONE


class Drawn:
    """A bar over the bytes of a history, which is read twice: to count, then to replay."""

    def __init__(self, progress: Progress, size: int) -> None:
        self.progress = progress
        self.size = size
        self.task = progress.add_task("Counting reports", total=2 * size)
        self.at = self.reports = 0

    def counted(self, at: int) -> None:
        """So many bytes were read to count."""
        self._move(at)

    def read(self, at: int) -> None:
        """So many bytes were read to replay."""
        self._move(self.size + at)

    def replayed(self) -> None:
        """One more report was replayed."""
        self.reports += 1
        if self.reports % REDRAWN_EVERY == 1:
            replayed = f"Replayed {words.counted(self.reports, 'report')}"
            self.progress.update(self.task, description=replayed)

    def _move(self, at: int) -> None:
        if at != self.at:
            self.at = at
            self.progress.update(self.task, completed=at)


@contextmanager
def _progress(size: int) -> Iterator[Drawn]:
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as progress:
        yield Drawn(progress, size)
