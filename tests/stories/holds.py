"""Holding a worker at one exact step of the way, and killing it there."""

import io
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from rq import Worker as RqWorker
from rq.exceptions import NoSuchJobError
from rq.serializers import JSONSerializer
from rq.worker import BaseWorker
from sqlalchemy import text
from sqlalchemy.exc import InterfaceError, OperationalError

from app.core.identity import case_id
from app.core.reports import Limits, read_report
from app.db.session import Engine
from app.demo.stage import Stage
from jobs.queue import redis_at
from tests.commands.world import processes_of
from tests.stories.twins import ADDED, JOBS, Twin, red

HELD = 15.0  # seconds that the sandbox keeps a request; a kill comes within one
A_WHILE = 1.0  # seconds
LOOK = 0.02  # seconds between looks
PATIENCE = 60.0  # seconds until a wait is given up; nothing here takes one of them

IsHeld = Callable[[], bool]
Hold = Callable[[Twin], AbstractContextManager[IsHeld]]


def asking(
    pattern: str, method: str | None = None, *, after_work: bool = False, let_go: bool = False
) -> Hold:
    """Hold whoever asks the outside for this: before it is done, or done and not answered.

    `{repo}` in the pattern is the twin's, `{last}` the second of its run's artifacts. Who is to
    live is `let_go` after a while, and served.
    """

    @contextmanager
    def hold(twin: Twin) -> Iterator[IsHeld]:
        path = pattern.format(repo=twin.repo, last=twin.uploads[-1].id)
        fault = twin.stage.world.faults.add(
            path,
            method=method,
            drop=not let_go,
            after_work=after_work,
            delay=A_WHILE if let_go else HELD,
        )
        yield lambda: fault.times == 0

    return hold


def locking(statement: str, **values: Callable[[Twin], Any]) -> Hold:
    """Hold whoever needs what this statement locks; `:repo` is the twin's id."""

    @contextmanager
    def hold(twin: Twin) -> Iterator[IsHeld]:
        given = {"repo": twin.repo_id} | {name: value(twin) for name, value in values.items()}
        engine = twin.stage.engine
        with engine.connect() as connection:
            # No foreign key of ours is checked, for that would lock more than is meant.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text(statement), given)
            locker = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            yield lambda: waits_for(engine, locker)
            with suppress(OperationalError, InterfaceError):  # its server may be gone
                connection.rollback()

    return hold


def waits_for(engine: Engine, locker: int) -> bool:
    """Whether somebody waits for a lock that this server process holds."""
    statement = "SELECT count(*) FROM pg_stat_activity WHERE :pid = ANY(pg_blocking_pids(pid))"
    with engine.connect() as connection:
        return bool(connection.execute(text(statement), {"pid": locker}).scalar_one())


def id_of_added(twin: Twin) -> UUID:
    """The id of the case that only the pull request's report has."""
    reading = read_report(io.BytesIO(red(JOBS[0])), limits=Limits())
    [found] = [case_id(twin.repo_id, case) for case in reading if case.name == ADDED]
    return UUID(bytes=found)


ADDING_A_CASE = locking(
    "INSERT INTO case_ (repo_id, case_id, identity_version, suite, classname, name, parameters,"
    " properties, first_seen_at) VALUES (:repo, :added, 1, '', '', 'held', '', '{}', now())",
    added=id_of_added,
)
"""Another transaction has stored the new case and not committed: the next waits for its word."""


ALIKE = {"tell_chat": ("tell_chat", "tell_notice")}
"""Kinds of tasks whose requests to Slack nobody can tell apart: either may be the one held."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way: who is held there, by what, and what sets it off."""

    title: str
    kind: str  # of the task
    hold: Hold
    act: Callable[[Twin], None] = Twin.finish

    @property
    def name(self) -> str:
        """The title as a repository's name."""
        return self.title.replace(" ", "-")

    def kill(self, twin: Twin) -> int:
        """Set it off, wait until a worker is held, kill it there, let go; its process id."""
        with self.hold(twin) as is_held:
            self.act(twin)
            await_that(twin.stage, is_held)
            killed = working_at(twin.stage, *ALIKE.get(self.kind, (self.kind,)))
            for process in killed:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
        assert killed, f"nobody was at {self.kind}"
        return killed[0]


def await_that(stage: Stage, is_so: Callable[[], bool]) -> None:
    """Wait for something that will be so, and look after the processes meanwhile."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen"
        stage.supervisor.step(LOOK)


def working_at(stage: Stage, *kinds: str) -> list[int]:
    """The live workers that are at a task of one of these kinds now."""
    address = stage.settings.redis_url
    assert address is not None
    alive = processes_of(stage.settings.data)
    with redis_at(address.get_secret_value()) as redis:
        workers = RqWorker.all(connection=redis, serializer=JSONSerializer)
        return [
            one.pid for one in workers if one.pid in alive and _kinds_at(one).intersection(kinds)
        ]


def _kinds_at(worker: BaseWorker) -> set[str]:
    """The kinds of the tasks that a worker was hinted at; none when it has just ended them."""
    try:
        job = worker.get_current_job()
        return {str(kind) for kind, _ in job.args[0]} if job else set()
    except NoSuchJobError:
        return set()
