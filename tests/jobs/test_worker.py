"""The worker on a real Redis: click before run before history, and none of them starves."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis
from rq import Queue as RqQueue
from rq.serializers import JSONSerializer

from app.core.asking import QueueName
from app.core.requests import TakeDelivery
from app.embedded import use
from jobs import worker as worker_module
from jobs.queue import TOGETHER, RqHints, redis_at
from jobs.tasks import HANDLERS
from jobs.turns import Work
from jobs.worker import EVERY_FOURTH, FairWorker, order_of
from tests.jobs.desk import KIND, Desk, done


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    """A Redis of one's own: the queues' names are the same everywhere."""
    with use(tmp_path / "data", postgres=False, redis=True, durable=False) as servers:
        assert servers.redis_url is not None
        with redis_at(servers.redis_url) as client:
            yield client


@pytest.fixture
def taken(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[QueueName]]:
    """The queues of the tasks that were worked on, in that order."""
    order: list[QueueName] = []

    def take(work: Work) -> None:
        order.append(work.lease.queue)
        done(work)

    monkeypatch.setitem(HANDLERS, KIND, take)
    token = worker_module._context.set(desk.context)
    yield order
    worker_module._context.reset(token)


def work_off(redis: Redis) -> None:
    """Be a worker until nothing is left."""
    queues = [RqQueue(name, connection=redis, serializer=JSONSerializer) for name in QueueName]
    worker = FairWorker(queues, connection=redis, serializer=JSONSerializer)
    worker.work(burst=True, logging_level="WARNING")


def fill(desk: Desk, redis: Redis, queue: QueueName, count: int) -> None:
    """Ask for this much, and hint at it."""
    start = 1 + 1000 * list(QueueName).index(queue)
    numbers = range(start, start + count)
    for number in numbers:
        desk.ask(number, queue=queue)
    hints = RqHints(redis)
    for number in numbers:
        hints.hint(queue, [TakeDelivery(number)])


def test_the_urgent_come_first_and_the_others_have_their_turns(
    desk: Desk, redis: Redis, taken: list[QueueName]
) -> None:
    for queue in reversed(QueueName):
        fill(desk, redis, queue, 12)

    work_off(redis)

    letters = "".join(name.value[0] for name in taken)
    assert letters == "cccchcccrccchccrrrrrhrrrrrrhhhhhhhhh"
    assert desk.open_tasks() == 0


def test_deliveries_that_came_together_share_a_few_jobs_and_are_all_taken(
    desk: Desk, redis: Redis, taken: list[QueueName]
) -> None:
    numbers = range(1, 2 * TOGETHER + 2)
    for number in numbers:
        desk.ask(number, queue=QueueName.RUN)

    RqHints(redis).hint(QueueName.RUN, [TakeDelivery(number) for number in numbers])

    assert len(redis.keys("rq:job:*")) == 3
    work_off(redis)
    assert len(taken) == len(numbers)
    assert desk.open_tasks() == 0


def test_what_was_worked_off_leaves_nothing_in_redis(
    desk: Desk, redis: Redis, taken: list[QueueName]
) -> None:
    fill(desk, redis, QueueName.RUN, 5)
    RqHints(redis).hint(QueueName.RUN, [TakeDelivery(1001)] * 3)  # told of three times more

    work_off(redis)

    assert len(taken) == 5
    assert redis.keys("rq:job:*") == []
    assert redis.keys("rq:results:*") == []


@given(st.integers(min_value=1, max_value=1000))
def test_none_waits_longer_than_eight_turns(start: int) -> None:
    firsts = [order_of(turn)[0] for turn in range(start, start + 2 * EVERY_FOURTH)]

    assert Counter(firsts) == {QueueName.CLICK: 6, QueueName.RUN: 1, QueueName.HISTORY: 1}


@given(st.integers(min_value=0, max_value=1000))
def test_every_turn_sees_every_queue_in_order_of_urgency_but_for_its_first(turn: int) -> None:
    first, *rest = order_of(turn)

    assert {first, *rest} == set(QueueName)
    assert rest == [name for name in QueueName if name is not first]
