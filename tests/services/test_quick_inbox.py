"""Taking in what a person waits for, while the database is held up or Redis is away."""

import json
from collections.abc import Iterator, Sequence
from threading import Event

import pytest
from redis import Redis
from sqlalchemy import text

from app.core.asking import QueueName, Request
from app.core.deliveries import NewDelivery
from app.core.errors import Unavailable
from app.db.session import Engine, unit_of_work
from app.embedded import Servers
from app.services.deliveries.inbox import Inbox
from app.services.deliveries.quick_inbox import QuickInbox, drain
from jobs.queue import redis_at
from jobs.spool import TAKING, WAITING, RedisSpool
from tests.jobs.desk import Desk

NOBODY = "redis://127.0.0.1:1"  # nothing listens there


@pytest.fixture
def redis(servers: Servers) -> Iterator[Redis]:
    assert servers.redis_url is not None
    with redis_at(servers.redis_url) as one:
        one.delete(WAITING, TAKING)
        yield one
        one.delete(WAITING, TAKING)


@pytest.fixture
def inbox(engine: Engine) -> Inbox:
    desk = Desk(engine)
    return Inbox(engine, desk.hints, desk.clock)


def typed(number: int = 1) -> NewDelivery:
    body = json.dumps({"text": "status"}).encode()
    return NewDelivery("slack", f"guid-{number}", "command", body, f"r{number}")


def stored(engine: Engine) -> list[str]:
    with unit_of_work(engine) as session:
        return list(session.execute(text("SELECT guid FROM delivery ORDER BY guid")).scalars())


def test_a_database_that_answers_takes_it_and_redis_is_left_alone(
    engine: Engine, redis: Redis, inbox: Inbox
) -> None:
    quick = QuickInbox(inbox.store, RedisSpool(redis), head_start=30)

    new, known = quick.store(typed()), quick.store(typed())

    assert (new, known) == (True, False)
    assert stored(engine) == ["guid-1"]
    assert redis.llen(WAITING) == 0


def test_while_the_database_is_held_up_redis_takes_it_and_it_is_stored_once(
    engine: Engine, redis: Redis, inbox: Inbox
) -> None:
    late = Event()

    def slow(new: NewDelivery) -> bool:
        try:
            return inbox.store(new)
        finally:
            late.set()

    quick = QuickInbox(slow, RedisSpool(redis), then=30)
    with engine.connect() as other, other.begin():
        other.execute(text("LOCK TABLE delivery IN ACCESS EXCLUSIVE MODE"))
        took = quick.store(typed())
        assert redis.llen(WAITING) == 1
    assert late.wait(30)

    drained = drain(RedisSpool(redis), inbox.store)

    assert (took, drained) == (True, 1)
    assert stored(engine) == ["guid-1"]
    assert (redis.llen(WAITING), redis.llen(TAKING)) == (0, 0)


def test_with_redis_hanging_the_database_takes_it_and_nobody_waits_for_the_hint(
    engine: Engine,
) -> None:
    desk, stop, heard = Desk(engine), Event(), Event()

    class Hanging:
        def hint(self, queue: QueueName, requests: Sequence[Request]) -> None:
            stop.wait(60)
            heard.set()

    with redis_at(NOBODY) as nobody:
        inbox = Inbox(engine, Hanging(), desk.clock)
        quick = QuickInbox(inbox.store_first, RedisSpool(nobody), head_start=30)
        took = quick.store(typed())

    assert took
    assert not heard.is_set()
    stop.set()
    assert heard.wait(30)
    assert stored(engine) == ["guid-1"]


def test_the_database_may_still_answer_first_while_redis_hangs(engine: Engine) -> None:
    stop = Event()

    class Hanging:
        def put(self, new: NewDelivery) -> None:
            stop.wait(60)

        def each(self) -> Iterator[NewDelivery]:
            raise AssertionError

    quick = QuickInbox(lambda _: not stop.wait(0.2), Hanging(), head_start=0, then=30)

    assert quick.store(typed())
    stop.set()


def test_with_both_away_the_sender_hears_so(redis: Redis) -> None:
    stop = Event()

    def hangs(_: NewDelivery) -> bool:
        return stop.wait(60)

    with redis_at(NOBODY) as nobody:
        quick = QuickInbox(hangs, RedisSpool(nobody))
        with pytest.raises(Unavailable) as refused:
            quick.store(typed())
    stop.set()

    assert str(refused.value) == "Neither PostgreSQL nor Redis took the delivery in time."
    assert redis.llen(WAITING) == 0


def test_what_somebody_was_taking_when_they_were_cut_short_comes_again(
    engine: Engine, redis: Redis, inbox: Inbox
) -> None:
    spool = RedisSpool(redis)
    spool.put(typed(1))
    spool.put(typed(2))
    for _ in spool.each():
        break  # killed between taking and storing

    drained = drain(spool, inbox.store)

    assert drained == 2
    assert stored(engine) == ["guid-1", "guid-2"]


def test_many_that_hang_do_not_keep_the_next_from_redis(redis: Redis) -> None:
    stop = Event()

    def hangs(_: NewDelivery) -> bool:
        return stop.wait(60)

    quick = QuickInbox(hangs, RedisSpool(redis), head_start=0, then=30)
    took = [quick.store(typed(number)) for number in range(40)]
    stop.set()

    assert all(took)
    assert redis.llen(WAITING) == 40
