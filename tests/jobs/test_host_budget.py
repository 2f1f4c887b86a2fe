"""What GitHub lets us ask, counted in a real Redis over threads, processes and accounts."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

import pytest
from redis import Redis
from structlog.testing import capture_logs

from app.core.asking import QueueName
from app.core.errors import RateLimited
from app.embedded import Servers
from app.ports import RateTold
from jobs.host_budget import (
    CONTENT_PER_HOUR,
    CONTENT_PER_MINUTE,
    LOST_AFTER,
    POINTS_PER_MINUTE,
    UNDER_WAY,
    RedisHostBudget,
)
from jobs.queue import redis_at
from tests.jobs.desk import NOW, Hands

CLICK, RUN, HISTORY = QueueName.CLICK, QueueName.RUN, QueueName.HISTORY
ACCOUNT = "42"
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


class Office:
    """Two workers with one Redis and one clock."""

    def __init__(self, redis: Redis) -> None:
        self.clock = Hands()
        prefix = f"test:{uuid4().hex}:"
        self.workers = [RedisHostBudget(redis, self.clock, prefix) for _ in range(2)]
        self.asked = 0

    def ask(
        self,
        queue: QueueName = CLICK,
        *,
        writes: bool = False,
        told: RateTold | None = None,
        was_free: bool = False,
        account: str = ACCOUNT,
    ) -> None:
        """One request with its answer; the workers take turns."""
        self.asked += 1
        worker = self.workers[self.asked % 2]
        ticket = worker.spend(account, points=5 if writes else 1, creates=writes, urgency=queue)
        worker.settle(account, ticket, told=told, was_free=was_free)

    def until(self, queue: QueueName = CLICK, *, writes: bool = False) -> datetime | None:
        """When it may be asked, where it may not now."""
        try:
            self.ask(queue, writes=writes)
        except RateLimited as limited:
            return limited.until
        return None

    def told(self, remaining: int, *, limit: int = 5_000, within: timedelta = HOUR) -> RateTold:
        return RateTold(limit, remaining, int((self.clock() + within).timestamp()))


@pytest.fixture
def office(servers: Servers) -> Office:
    assert servers.redis_url is not None
    return Office(redis_at(servers.redis_url))


def counted(ask: Callable[[], None], *, most: int) -> int:
    """How often it may be asked, before it may no more."""
    for number in range(most):
        try:
            ask()
        except RateLimited:
            return number
    return most


@pytest.mark.parametrize(
    ("queue", "reads"), [(CLICK, POINTS_PER_MINUTE), (RUN, 810), (HISTORY, 450)]
)
def test_reads_of_a_minute_end_at_the_share_of_their_queue(
    office: Office, queue: QueueName, reads: int
) -> None:
    assert counted(lambda: office.ask(queue), most=2_000) == reads
    assert office.until(queue) == NOW + 61 * SECOND


def test_who_is_less_urgent_leaves_the_rest_to_who_is_more(office: Office) -> None:
    done = [counted(partial(office.ask, queue), most=2_000) for queue in (HISTORY, RUN)]

    assert done == [450, 360]
    assert office.until(CLICK) is None


def test_writes_end_at_the_limit_of_their_minute_and_come_back_with_it(office: Office) -> None:
    assert counted(lambda: office.ask(writes=True), most=200) == CONTENT_PER_MINUTE
    assert office.until(writes=True) == NOW + 61 * SECOND
    assert office.until(writes=False) is None

    office.clock.turn(61 * SECOND)

    assert office.until(writes=True) is None


def test_no_window_of_a_minute_ever_holds_more_than_its_limit(office: Office) -> None:
    asked: list[datetime] = []
    for _ in range(600):
        if office.until(writes=True) is None:
            asked.append(office.clock())
        office.clock.turn(timedelta(milliseconds=250))

    most = max(sum(one <= at < one + MINUTE for at in asked) for one in asked)
    assert most <= CONTENT_PER_MINUTE
    assert len(asked) >= 2 * CONTENT_PER_MINUTE


def test_writes_end_at_the_limit_of_their_hour(office: Office) -> None:
    written = 0
    for _ in range(10):
        written += counted(lambda: office.ask(writes=True), most=CONTENT_PER_MINUTE)
        office.clock.turn(2 * MINUTE)

    assert written == CONTENT_PER_HOUR
    assert office.until(writes=True) == NOW + 61 * MINUTE


def test_what_github_says_is_left_is_shared_out_by_urgency(office: Office) -> None:
    office.ask(told=office.told(2_502))

    assert counted(lambda: office.ask(HISTORY), most=100) == 2
    assert office.until(HISTORY) == NOW + HOUR
    assert office.until(RUN) is None


def test_when_nothing_is_left_everybody_waits_for_the_reset(office: Office) -> None:
    office.ask(told=office.told(0, within=25 * MINUTE))

    assert office.until(CLICK) == NOW + 25 * MINUTE

    office.clock.turn(25 * MINUTE)
    assert office.until(HISTORY) is None


def test_an_answer_that_was_overtaken_brings_nothing_back(office: Office) -> None:
    office.ask(told=office.told(1))
    office.ask(told=office.told(900))

    assert office.until(CLICK) == NOW + HOUR


def test_an_answer_of_the_hour_before_is_not_taken_for_news(office: Office) -> None:
    late = office.told(0, within=MINUTE)
    office.ask(told=office.told(4_000))

    office.ask(told=late)

    assert office.until(HISTORY) is None


def test_an_answer_that_nothing_has_changed_costs_nothing_of_the_hour(office: Office) -> None:
    office.ask(told=office.told(1))

    for _ in range(20):
        office.ask(was_free=True)

    assert [office.until(CLICK), office.until(CLICK)] == [None, NOW + HOUR]


def test_of_many_threads_at_once_no_more_are_let_through_than_there_is_room(
    office: Office,
) -> None:
    office.ask(told=office.told(50))

    def ask(_: int) -> bool:
        return office.until(CLICK) is None

    with ThreadPoolExecutor(16) as threads:
        let_through = sum(threads.map(ask, range(200)))

    assert let_through == 50


def test_only_so_many_are_under_way_at_once(office: Office) -> None:
    budget = office.workers[0]

    def spend() -> None:
        budget.spend(ACCOUNT, points=1, creates=False, urgency=CLICK)

    assert counted(spend, most=300) == UNDER_WAY
    assert office.until(CLICK) == NOW + SECOND

    office.clock.turn(LOST_AFTER)  # whoever had them died
    assert office.until(CLICK) is None


def test_accounts_do_not_use_each_others_share(office: Office) -> None:
    counted(lambda: office.ask(writes=True), most=200)

    office.ask(writes=True, account="43")


def test_a_refusal_that_says_when_closes_the_account_for_every_worker(office: Office) -> None:
    until = NOW + 90 * SECOND
    office.workers[0].put_off(ACCOUNT, until=until, is_told=True)

    assert [office.until(CLICK), office.until(CLICK)] == [until, until]

    office.clock.turn(90 * SECOND)
    assert office.until(CLICK) is None


def test_refusals_that_do_not_say_when_close_it_longer_each_time(office: Office) -> None:
    waits = []
    for _ in range(8):
        told = office.clock() + MINUTE
        # both were under way when the first was refused
        (until,) = {one.put_off(ACCOUNT, until=told, is_told=False) for one in office.workers}
        waits.append((until - office.clock()) // MINUTE)
        office.clock.now = until

    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_moments_are_told_with_their_zone(office: Office) -> None:
    counted(lambda: office.ask(writes=True), most=200)

    until = office.until(writes=True)

    assert until is not None
    assert until.tzinfo is UTC


def test_while_redis_is_away_everybody_may_ask_and_the_log_says_so_once() -> None:
    budget = RedisHostBudget(redis_at("redis://127.0.0.1:1/0"), Hands())

    with capture_logs() as logs:
        for _ in range(3):
            ticket = budget.spend(ACCOUNT, points=1, creates=True, urgency=HISTORY)
            budget.settle(ACCOUNT, ticket, told=None, was_free=False)

    assert [line["event"] for line in logs] == ["host_budget_open"]
    assert budget.put_off(ACCOUNT, until=NOW, is_told=True) == NOW
