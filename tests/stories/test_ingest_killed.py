"""Workers, PostgreSQL and Redis killed at random while 200 reports come in: nothing lost or twice.

Somebody folds rollups all the while, and is cut off as often.
"""

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import text

from app.clock import utc_now
from app.core.errors import Unavailable
from app.core.rollups import Grain, Span
from app.db import fold, rollups
from app.db.session import unit_of_work
from app.db.work import deliveries
from app.demo.replay import zipped
from app.demo.stage import Stage, set_up
from app.embedded.postgres import Postgres
from app.embedded.redis import Redis
from app.sandbox.github.entities import Job
from app.services.rollups import fold_days, fold_repository
from tests.commands.world import processes_of
from tests.db.sums import recount, told
from tests.stories.conftest import free_port
from tests.stories.shop import WRITER, Shop

pytestmark = [pytest.mark.story, pytest.mark.timeout(240)]

RUNS, REPORTS_OF_A_RUN = 20, 10
CASES = 6
FIRST_RUN = 7_001
WORKERS = 2
LONGEST_WAIT = 0.6  # seconds between two kills


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    port = free_port()
    with set_up(tmp_path / "data", port=port, workers=WORKERS, log_level="ERROR") as stage:
        yield stage


def test_whatever_is_killed_every_execution_is_stored_and_summed_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fold, "REPORTS_AT_ONCE", 7)
    shop = Shop(stage)
    shop.open()
    victims = [kill_a_worker, kill_postgres, kill_redis] * 2
    random.shuffle(victims)

    with folding(stage, shop.repo_id):
        for number in range(RUNS):
            finish_a_run(shop, number)
        stage.world.drain()
        for kill in victims:
            wait_a_moment(stage)
            kill(stage)
            until_it_answers(stage, stage.open_tasks)
        until_it_answers(stage, stage.settle)

    assert stored_of(stage) == {
        (run_id, sha256(report(run_id, nth)).digest()): (1, CASES + nth % 2)
        for run_id in range(FIRST_RUN, FIRST_RUN + RUNS)
        for nth in range(REPORTS_OF_A_RUN)
    }
    with unit_of_work(stage.engine) as session:
        assert deliveries.parked_tasks(session) == []
    assert_equal_to_a_recount(stage, shop.repo_id)
    fold_repository(stage.engine, shop.repo_id, now=utc_now())
    fold_days(stage.engine, now=utc_now())
    assert_equal_to_a_recount(stage, shop.repo_id)


def finish_a_run(shop: Shop, number: int) -> None:
    """A run of main with ten small reports, every second of which holds a flake."""
    sha = shop.commit(day=number % 5)
    github = shop.stage.world.github
    at = shop.day(number % 5) + timedelta(minutes=number)
    run_id = FIRST_RUN + number
    run = github.start_run(shop.repo, run_id, head_sha=sha, branch="main", actor=WRITER, at=at)
    ended = at + timedelta(minutes=2)
    github.finish_attempt(
        run,
        conclusion="success",
        at=ended,
        jobs=[Job("build", "success", at, ended)],
        artifacts=[
            (f"results-{nth}", zipped(report(run_id, nth)), ended)
            for nth in range(REPORTS_OF_A_RUN)
        ],
    )


def report(run_id: int, nth: int) -> bytes:
    cases = [
        f'<testcase classname="T{nth}" name="test_{n}" time="0.{n + nth:03d}"/>'
        for n in range(CASES - 1)
    ]
    flake = "<flakyFailure message='once' type='T'><stackTrace>t</stackTrace></flakyFailure>"
    inner = flake if nth % 2 else ""
    cases.append(f'<testcase classname="T{nth}" name="test_last" time="0.2">{inner}</testcase>')
    name = f"s{run_id}"
    return (
        f'<testsuites><testsuite name="{name}">{"".join(cases)}</testsuite></testsuites>'.encode()
    )


@contextmanager
def folding(stage: Stage, repo_id: int) -> Iterator[None]:
    """Somebody folds whatever there is, all the while; what breaks off is begun again."""
    done = threading.Event()

    def work() -> None:
        while not done.wait(0.05):
            with suppress(Unavailable):
                fold_repository(stage.engine, repo_id, now=utc_now())
                fold_days(stage.engine, now=utc_now())

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def wait_a_moment(stage: Stage) -> None:
    until = time.monotonic() + random.uniform(0, LONGEST_WAIT)
    while time.monotonic() < until:
        stage.supervisor.step(0.02)


def until_it_answers(stage: Stage, ask: Callable[[], object]) -> None:
    """Ask until the database answers: what was killed may be starting, or not know yet."""
    while True:
        with suppress(Unavailable):
            ask()
            return
        stage.supervisor.step(0.05)


def kill_a_worker(stage: Stage) -> None:
    workers = [pid for pid, said in processes_of(stage.settings.data).items() if "worker" in said]
    kill(random.choice(workers))


def kill_postgres(stage: Stage) -> None:
    kill(int(Postgres(stage.settings.data).place.server_lock.read_text()))


def kill_redis(stage: Stage) -> None:
    kill(int(Redis(stage.settings.data).place.server_lock.read_text()))


def kill(process: int) -> None:
    with suppress(ProcessLookupError):  # it is being started again just now
        os.kill(process, signal.SIGKILL)


def stored_of(stage: Stage) -> dict[tuple[int, bytes], tuple[int, int]]:
    """By run and digest: how many reports, and how many executions."""
    query = text("""
        SELECT report.run_id, report.digest, count(DISTINCT report_id) AS reports, count(*)
        FROM report LEFT JOIN execution USING (repo_id, report_id)
        WHERE refusal IS NULL GROUP BY 1, 2
    """)
    with unit_of_work(stage.engine) as session:
        return {(row[0], bytes(row[1])): (row[2], row[3]) for row in session.execute(query)}


def assert_equal_to_a_recount(stage: Stage, repo_id: int) -> None:
    now = utc_now()
    with unit_of_work(stage.engine) as session:
        for grain in Grain:
            span = Span(repo_id, grain, now - timedelta(days=30), now)
            found = told(rollups.repository_trend(session, span))
            assert found == recount(stage.engine, repo_id, grain)
            assert sum(one.flakes for one in found.values()) == RUNS * REPORTS_OF_A_RUN // 2
