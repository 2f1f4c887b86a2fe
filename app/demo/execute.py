"""Really run the history: each attempt in a process of its own, several at a time."""

import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice
from pathlib import Path
from signal import SIGINT

from app.core.errors import FlakeGuardError
from app.demo.machine import Machine, Ran
from app.demo.project import Tree
from app.demo.records import Attempt, History, PlannedRun
from app.demo.script import Trouble

TEST_JOB = f"test ({sys.version_info.major}.{sys.version_info.minor})"
LINT_JOB = "lint"
LINT_TAKES = timedelta(seconds=21)  # of the history's time
LIMIT = 120.0  # seconds of our time for one attempt, some hundred times what it takes
PATIENCE = 3.0  # seconds of our time for tests of which we know that they never end
AHEAD = 8  # attempts under way or waiting, for each process: bounds what is held in memory

Progress = Callable[[int, int], None]  # attempts done, attempts there are


class Conclusion(StrEnum):
    """How a job ended, in GitHub's words."""

    SUCCESS = "success"  # exit status 0
    FAILURE = "failure"  # any other exit status
    TIMED_OUT = "timed_out"  # ended for outliving its limit


@dataclass(frozen=True, slots=True)
class FinishedJob:
    """One job of an attempt, dated by the history."""

    name: str
    conclusion: Conclusion
    started_at: datetime
    completed_at: datetime
    report: bytes | None  # JUnit XML; None from jobs without tests, or whose tests did not end


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """One attempt of a run, when it is over."""

    run: PlannedRun
    attempt: Attempt
    jobs: tuple[FinishedJob, ...]

    @property
    def conclusion(self) -> Conclusion:
        """The worst of the jobs' conclusions."""
        conclusions = {job.conclusion for job in self.jobs}
        return max(conclusions, key=tuple(Conclusion).index)

    @property
    def completed_at(self) -> datetime:
        """When the last job ended."""
        return max(job.completed_at for job in self.jobs)


def execute(
    history: History, folder: Path, *, processes: int, on_progress: Progress
) -> Generator[FinishedRun, None, None]:
    """Run every attempt, so many at once, and yield them in the order in which they ended.

    A planned re-run happens only when the attempt before it was red. Close the iterator (or use
    it up) to end what still runs; what it wrote stays in the folder, which is the caller's.
    Raises FlakeGuardError when the shop's tests cannot be run on this machine.
    """
    folder.mkdir(parents=True, exist_ok=True)
    machine = Machine(folder.resolve())
    pool = ThreadPoolExecutor(processes, thread_name_prefix="ci")
    plan = sorted(
        ((run, attempt) for run in history.runs for attempt in run.attempts),
        key=lambda planned: (planned[1].completed_at, planned[0].run_id),
    )
    waiting = _submitted(pool, machine, history, plan)
    under_way = deque(islice(waiting, AHEAD * processes))
    done = 0
    try:
        while under_way:
            finished = under_way.popleft().result()
            under_way.extend(islice(waiting, 1))
            done += 1
            on_progress(done, len(plan))
            if finished is not None:
                yield finished
    finally:
        machine.close()
        pool.shutdown(cancel_futures=True)


_Finishing = Future[FinishedRun | None]


def _submitted(
    pool: ThreadPoolExecutor,
    machine: Machine,
    history: History,
    plan: Iterable[tuple[PlannedRun, Attempt]],
) -> Iterator[_Finishing]:
    """Hand the attempts to the pool in their order: whoever waits, waits for one under way."""
    before: dict[int, _Finishing] = {}
    for run, attempt in plan:
        tree = history.trees[run.head_sha]
        future = pool.submit(_attempted, machine, run, attempt, tree, before.get(run.run_id))
        before[run.run_id] = future
        yield future


def _attempted(
    machine: Machine, run: PlannedRun, attempt: Attempt, tree: Tree, before: _Finishing | None
) -> FinishedRun | None:
    """One attempt; None when nobody asks for it, because the one before was green."""
    if before is not None:
        earlier = before.result()
        if earlier is None or earlier.conclusion is Conclusion.SUCCESS:
            return None
    limit = PATIENCE if run.trouble is Trouble.HANG else LIMIT
    tests = machine.test(tree, attempt.circumstances, limit=limit)
    if tests.report is None and (tests.status == -SIGINT or "KeyboardInterrupt" in tests.output):
        raise KeyboardInterrupt  # what ended it may not have reached us yet
    if tests.report is None and run.trouble not in (Trouble.BUILD, Trouble.HANG):
        raise FlakeGuardError(
            f"The demo's tests could not be run by {sys.executable}; it said: {tests.output}"
        )
    lint = machine.lint(tree, limit=LIMIT)
    jobs = (
        _job(TEST_JOB, tests, attempt.started_at, attempt.completed_at),
        _job(LINT_JOB, lint, attempt.started_at, attempt.started_at + LINT_TAKES),
    )
    return FinishedRun(run, attempt, jobs)


def _job(name: str, ran: Ran, started_at: datetime, completed_at: datetime) -> FinishedJob:
    if ran.status is None:
        conclusion = Conclusion.TIMED_OUT
    else:
        conclusion = Conclusion.FAILURE if ran.status else Conclusion.SUCCESS
    return FinishedJob(name, conclusion, started_at, completed_at, ran.report)
