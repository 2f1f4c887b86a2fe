"""Four workers against one, PostgreSQL on the same cores; and where the time goes."""

import multiprocessing
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event
from pathlib import Path

from sqlalchemy import text

from app.db.session import Engine, engine_for, unit_of_work
from tests.bench.figures import Better, Figure, Scale
from tests.bench.ingest import ingest
from tests.bench.junit_files import junit
from tests.bench.servers import database_server, database_url, fresh_database

CASES = 20_000
REPORTS = 96  # some seconds: a shorter round says more of how tables begin to grow
WORKERS = (1, 4)
AT_LEAST = 1.15
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
PARENT, OWN, ENDED = 0, 10, 14  # fields of /proc/PID/stat: parent, own times, ended children's
TICKS = os.sysconf("SC_CLK_TCK")  # of a processor's second, as /proc counts


@dataclass(frozen=True, slots=True)
class Done:
    """What a round of all reports took."""

    seconds: float
    of_workers: float  # processor seconds
    of_postgres: float
    executions: int
    deadlocks: int


def run(scale: Scale) -> list[Figure]:
    """Reports of one repository, shared among the workers as they come."""
    cases = scale.of(CASES)
    with database_server() as server:
        one, four = (_round(server, cases, workers) for workers in WORKERS)
    expected = (REPORTS + 1) * cases
    lost = abs(one.executions - expected) + abs(four.executions - expected)
    return [
        Figure(
            f"4 workers of 1, {REPORTS} reports of {cases:,} cases",
            one.seconds / four.seconds,
            "ratio",
            AT_LEAST,
            Better.MORE,
        ),
        *_shares("1 worker", one),
        *_shares("4 workers", four),
        Figure("executions lost or double", lost, "executions", 0, Better.LESS),
        Figure("deadlocks", one.deadlocks + four.deadlocks, "deadlocks", 0, Better.LESS),
    ]


def _shares(name: str, done: Done) -> list[Figure]:
    return [
        Figure(f"{name}, processor of the workers", done.of_workers, "s"),
        Figure(f"{name}, processor of PostgreSQL", done.of_postgres, "s"),
        Figure(f"{name}, in all", done.seconds, "s"),
    ]


def _round(server: str, cases: int, workers: int) -> Done:
    name = f"workers_{workers}"
    with fresh_database(server, name) as engine:
        ingest(engine, junit(cases), number=1)  # brings the cases
        numbers = range(2, REPORTS + 2)
        return _shared_out(engine, database_url(server, name), cases, numbers, workers)


def _shared_out(engine: Engine, url: str, cases: int, numbers: Sequence[int], workers: int) -> Done:
    spawn = multiprocessing.get_context("spawn")
    said, go = spawn.SimpleQueue(), spawn.Event()
    shares = [numbers[place::workers] for place in range(workers)]
    processes = [
        spawn.Process(target=_work, args=(url, cases, share, said, go)) for share in shares
    ]
    for process in processes:
        process.start()
    for _ in processes:
        said.get()  # that it is ready
    postmaster = _postmaster(engine)
    before, spent_before = time.perf_counter(), _spent_by(postmaster)
    go.set()
    of_workers = sum(said.get() for _ in processes)
    seconds = time.perf_counter() - before
    for process in processes:
        process.join()
    return Done(
        seconds=seconds,
        of_workers=of_workers,
        of_postgres=_spent_by(postmaster) - spent_before,
        executions=int(_said(engine, "SELECT count(*) FROM execution")),
        deadlocks=int(_said(engine, DEADLOCKS)),
    )


def _work(
    url: str, cases: int, numbers: Sequence[int], said: "SimpleQueue[float]", go: Event
) -> None:
    """One worker: store these reports, and say how many processor seconds that took."""
    engine = engine_for(url, pool_size=1)
    reports = [(number, junit(cases, shift=number)) for number in numbers]
    said.put(0.0)
    go.wait()
    before = time.process_time()
    for number, report in reports:
        ingest(engine, report, number=number)
    said.put(time.process_time() - before)


def _postmaster(engine: Engine) -> int:
    """The process that all of PostgreSQL's others descend from."""
    folder = Path(_said(engine, "SHOW data_directory"))
    return int((folder / "postmaster.pid").read_text().split()[0])


def _spent_by(parent: int) -> float:
    """The processor seconds of a process and its children, also of those that ended."""
    ticks = sum(_fields(parent)[OWN:ENDED])
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended while we looked
            fields = _fields(int(folder.name))
            ticks += sum(fields[OWN : OWN + 2]) if fields[PARENT] == parent else 0
    return ticks / TICKS


def _fields(process: int) -> list[int]:
    """What follows a process's name and state in its /proc/PID/stat."""
    said = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    return [int(field) for field in said[1:15]]


def _said(engine: Engine, statement: str) -> str:
    with unit_of_work(engine) as session:
        return str(session.execute(text(statement)).scalar_one())
