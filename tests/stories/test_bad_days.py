"""Days on which something breaks that nobody planned for: each ends as a good day ends."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from redis import Redis
from redis.exceptions import RedisError

from app.core.errors import Unavailable
from app.db.session import unit_of_work
from app.db.work import deliveries
from app.demo.stage import Stage, set_up
from app.sandbox.github.webhooks import Delivery
from jobs.queue import redis_at
from tests.commands.world import processes_of
from tests.embedded.world import pid_of, pids_of
from tests.stories.conftest import free_port
from tests.stories.holds import ADDING_A_CASE, Hold, asking, await_that, locking
from tests.stories.portraits import Portrait, everything, portrait
from tests.stories.twins import Twin, Twins

pytestmark = pytest.mark.story

POSTGRES, REDIS = "bin/postgres", "redis-server"
KEEPERS = {POSTGRES: "app.embedded.keeper postgres", REDIS: "app.embedded.keeper redis"}


@dataclass
class Days:
    """A stage, how a good day ends on it, and twins to be had bad ones."""

    twins: Twins
    good: Portrait

    @property
    def stage(self) -> Stage:
        return self.twins.stage

    @property
    def redis(self) -> Redis:
        address = self.stage.settings.redis_url
        assert address is not None
        return redis_at(address.get_secret_value())

    def twin(self, name: str) -> Twin:
        """One to which nothing happened yet."""
        return self.twins.born(name)[name]

    def pid(self, server: str) -> int:
        """The process of one of the embedded servers, or of its keeper."""
        return pid_of(self.stage.settings.data, server)

    def process(self, command: str, *, number: int = 0) -> int:
        """One of our own processes."""
        found = processes_of(self.stage.settings.data)
        return [pid for pid, line in sorted(found.items()) if f"app.cli {command}" in line][number]

    def settle(self) -> None:
        """As the stage does, and nothing was given up."""
        self.stage.settle()
        with unit_of_work(self.stage.engine) as session:
            assert deliveries.parked_tasks(session) == []

    def kill(self, server: str) -> None:
        """End a server as no server can prevent, and wait until its keeper has started another."""
        killed = self.pid(server)
        os.kill(killed, signal.SIGKILL)
        await_that(self.stage, lambda: self.is_up(server, but_not=killed))

    def is_up(self, server: str, *, but_not: int) -> bool:
        """Whether another than this process serves."""
        return bool(pids_of(self.stage.settings.data, server) - {but_not}) and self.answers(server)

    def answers(self, server: str) -> bool:
        """Whether it does what it is there for."""
        try:
            return bool(self.redis.ping()) if server == REDIS else self.stage.open_tasks() >= 0
        except (RedisError, Unavailable):
            return False


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Days]:
    folder = tmp_path_factory.mktemp("bad-days")
    with set_up(folder / "data", port=free_port(), workers=2, log_level="ERROR") as stage:
        twins = Twins(stage)
        good = twins.born("good")["good"]
        good.finish()
        stage.settle()
        yield Days(twins, portrait(good))


@contextmanager
def stopped(process: int) -> Iterator[None]:
    """A process that does nothing and answers nobody while the block runs."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


@contextmanager
def away(days: Days, server: str) -> Iterator[None]:
    """A server that is killed, and not started again before the block ends."""
    killed = days.pid(server)
    with stopped(days.pid(KEEPERS[server])):
        os.kill(killed, signal.SIGKILL)
        await_that(days.stage, lambda: not days.answers(server))
        yield
    await_that(days.stage, lambda: days.is_up(server, but_not=killed))


def sent_since(stage: Stage, before: int) -> list[Delivery]:
    return stage.world.github.deliveries[before:]


def test_the_same_deliveries_five_times_change_nothing(days: Days) -> None:
    first = len(days.stage.world.github.deliveries)
    twin = days.twin("told-five-times")
    twin.finish()
    days.settle()
    sent = sent_since(days.stage, first)
    stored, said = everything(days.stage.engine), days.stage.world.summary()

    with ThreadPoolExecutor(5) as pool:  # at once, too
        for _ in range(5):
            list(pool.map(days.stage.world.github.redeliver, [one.guid for one in sent]))
    days.settle()

    again = sent_since(days.stage, first + len(sent))
    assert len(again) == 5 * len(sent) > 0
    assert {(one.status_code, one.redelivery) for one in again} == {(202, True)}
    assert everything(days.stage.engine) == stored
    assert days.stage.world.summary() == said
    assert portrait(twin) == days.good


def test_redis_emptied_on_the_way_loses_nothing(days: Days) -> None:
    twin = days.twin("redis-emptied")
    with asking("/repos/{repo}/actions/runs/*/jobs", let_go=True)(twin) as is_held:
        twin.finish()
        await_that(days.stage, is_held)

        days.redis.flushall()

    days.settle()
    assert portrait(twin) == days.good


def test_hints_that_redis_forgot_before_anybody_heard_them_are_given_again(days: Days) -> None:
    twin = days.twin("hints-forgotten")
    with stopped(days.process("worker")), stopped(days.process("worker", number=1)):
        twin.finish()
        days.stage.world.drain()

        days.redis.flushall()

    days.settle()
    assert portrait(twin) == days.good


def test_redis_killed_on_the_way_loses_nothing(days: Days) -> None:
    twin = days.twin("redis-killed")
    with asking("/repos/{repo}/actions/runs/*/jobs", let_go=True)(twin) as is_held:
        twin.finish()
        await_that(days.stage, is_held)

        days.kill(REDIS)

    days.settle()
    assert portrait(twin) == days.good


def test_without_redis_deliveries_are_taken_and_the_work_is_done_all_the_same(days: Days) -> None:
    twin = days.twin("without-redis")
    before = len(days.stage.world.github.deliveries)

    with away(days, REDIS):
        twin.finish()
        days.settle()
        assert portrait(twin) == days.good

    assert {one.status_code for one in sent_since(days.stage, before)} == {202}


def test_when_redis_is_back_the_workers_work_again(days: Days) -> None:
    with away(days, REDIS):
        pass
    twin = days.twin("redis-is-back")

    with stopped(days.process("cron")):
        twin.finish()
        days.settle()

    assert portrait(twin) == days.good


def test_while_redis_hangs_deliveries_are_taken_in_time(days: Days) -> None:
    twin = days.twin("redis-hangs")
    before = len(days.stage.world.github.deliveries)

    with stopped(days.pid(REDIS)):
        twin.finish()
        days.stage.world.drain()

    days.settle()
    assert {one.status_code for one in sent_since(days.stage, before)} == {202}
    assert portrait(twin) == days.good


# Slack's methods name no repository, so its hold comes first: nobody else says anything then.
BREAKS: dict[str, Hold] = {
    "while-a-thread-is-posted": asking("chat.postMessage", after_work=True, let_go=True),
    "while-a-delivery-is-taken": locking(
        "SELECT 1 FROM repository WHERE repo_id = :repo FOR UPDATE"
    ),
    "during-a-download": asking("/_blobs/{last}.zip", let_go=True),
    "within-a-report": ADDING_A_CASE,
    "within-a-judgement": locking("SELECT 1 FROM case_ WHERE repo_id = :repo FOR UPDATE"),
    "while-a-check-run-is-made": asking("/repos/{repo}/check-runs", "POST", let_go=True),
    "while-a-comment-is-made": asking(
        "/repos/{repo}/issues/*/comments", "POST", after_work=True, let_go=True
    ),
}


@pytest.fixture(scope="module")
def broken(days: Days) -> dict[str, Portrait]:
    """How the twins ended on whose way PostgreSQL was killed, each at another place."""
    twins = days.twins.born(*BREAKS)
    for name, hold in BREAKS.items():
        with hold(twins[name]) as is_held:
            twins[name].finish()
            await_that(days.stage, is_held)
            days.kill(POSTGRES)
    days.settle()
    return {name: portrait(twin) for name, twin in twins.items()}


@pytest.mark.parametrize("name", BREAKS)
def test_postgresql_killed_on_the_way_loses_nothing(
    days: Days, broken: dict[str, Portrait], name: str
) -> None:
    assert broken[name] == days.good


def test_what_came_while_postgresql_was_away_was_refused_and_can_be_sent_again(days: Days) -> None:
    twin = days.twin("postgresql-away")
    before = len(days.stage.world.github.deliveries)
    with away(days, POSTGRES):
        twin.finish()
        days.stage.world.drain()
    refused = [one for one in sent_since(days.stage, before) if one.parcel.event == "workflow_run"]

    for one in refused:
        days.stage.world.github.redeliver(one.guid)
    days.settle()

    assert {one.status_code for one in refused} == {503}
    assert portrait(twin) == days.good
