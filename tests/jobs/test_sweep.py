"""The sweep: whatever lies open and in nobody's hands is told of again, or done in place."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app.core.asking import QueueName
from app.core.errors import ErrorKind, Unavailable
from app.core.requests import TakeDelivery
from app.db.session import unit_of_work
from app.db.work import tasks
from app.db.work.tasks import Waiting
from jobs.cron import HINT_ANSWERED_WITHIN, Cron
from jobs.tasks import HANDLERS
from jobs.turns import LEASE, Work
from tests.jobs.desk import AWAY, KIND, Desk, done

A_MOMENT = timedelta(seconds=1)


def there() -> None:
    """Redis answers."""


def away() -> None:
    raise Unavailable("Redis did not answer: it is away", kind=ErrorKind.PROCESSING)


def cron(desk: Desk, ping: Callable[[], None] = there, holder: str = "one") -> Cron:
    return Cron(desk.context, ping, holder)


def neglected(desk: Desk, *, limit: int = 100) -> list[Waiting]:
    now = desk.clock()
    with unit_of_work(desk.engine) as session:
        return tasks.neglected(
            session, now=now, hinted_before=now - HINT_ANSWERED_WITHIN, limit=limit
        )


def test_a_hint_that_nobody_answered_is_given_again_each_time_once(desk: Desk) -> None:
    desk.ask()
    swept = []

    for _ in range(3):
        swept.append(cron(desk).sweep())
        swept.append(cron(desk).sweep())
        desk.clock.turn(HINT_ANSWERED_WITHIN)

    assert swept == [0, 0, 1, 0, 1, 0]
    assert desk.hints.given == [(QueueName.RUN, TakeDelivery(1))] * 2


def test_what_waits_for_more_is_told_of_when_it_is_due_however_often_it_is_asked_for(
    desk: Desk,
) -> None:
    swept = []

    for _ in range(3):  # more comes, and puts nothing off
        desk.ask(after=2 * A_MOMENT)
        swept.append((cron(desk).sweep(), desk.work(done)))
        desk.clock.turn(A_MOMENT)

    assert swept == [(0, False), (0, False), (1, True)]


def test_what_is_asked_for_at_once_does_not_wait_for_what_may_wait(desk: Desk) -> None:
    desk.ask(after=2 * A_MOMENT)
    desk.ask()
    desk.ask(after=2 * A_MOMENT)

    assert desk.work(done)
    assert desk.open_tasks() == 0


def test_what_is_asked_for_during_a_turn_and_may_wait_is_left_to_the_sweep(desk: Desk) -> None:
    desk.ask()

    def busy(work: Work) -> None:
        desk.ask(after=2 * A_MOMENT)
        done(work)

    assert desk.work(busy)
    assert (desk.hints.given, desk.work(done)) == ([], False)
    desk.clock.turn(2 * A_MOMENT)
    assert cron(desk).sweep() == 1
    assert desk.work(done)


def test_two_sweeps_at_once_tell_of_each_task_once(desk: Desk) -> None:
    for number in range(40):
        desk.ask(number)
    desk.clock.turn(HINT_ANSWERED_WITHIN)

    with ThreadPoolExecutor(4) as pool:
        found = [one for swept in pool.map(lambda _: neglected(desk), range(4)) for one in swept]

    assert len(found) == len({one.request.key for one in found}) == 40


def test_what_is_leased_is_left_alone_until_the_lease_runs_out(desk: Desk) -> None:
    desk.ask()
    with unit_of_work(desk.engine) as session:
        tasks.claim(session, KIND, "1", token="killed", now=desk.clock(), lease=LEASE)

    desk.clock.turn(LEASE)
    still = cron(desk).sweep()
    desk.clock.turn(A_MOMENT)
    then = cron(desk).sweep()

    assert (still, then) == (0, 1)
    assert desk.work(done)


def test_what_was_postponed_is_told_of_as_soon_as_it_is_due(desk: Desk) -> None:
    desk.ask()

    def fail(work: Work) -> None:
        raise AWAY

    desk.work(fail)
    before = cron(desk).sweep()
    desk.clock.turn(A_MOMENT)  # half of the first wait: no chance added to it

    assert (before, cron(desk).sweep()) == (0, 1)


def test_what_is_done_or_parked_is_never_told_of_again(desk: Desk) -> None:
    desk.ask(1)
    desk.ask(2)
    desk.work(done, 1)
    with unit_of_work(desk.engine) as session:
        lease = tasks.claim(session, KIND, "2", token="t", now=desk.clock(), lease=LEASE)
        assert lease is not None
        tasks.park(session, lease, now=desk.clock(), error="no", kind=ErrorKind.PROCESSING)

    desk.clock.turn(timedelta(days=300))

    assert cron(desk).sweep() == 0


def test_the_urgent_come_first_and_among_equals_the_oldest(desk: Desk) -> None:
    queues = [QueueName.HISTORY, QueueName.RUN, QueueName.CLICK]
    for number in range(6):
        desk.ask(number, queue=queues[number % 3])
        desk.clock.turn(A_MOMENT)
    desk.clock.turn(HINT_ANSWERED_WITHIN)

    found = [*neglected(desk, limit=4), *neglected(desk)]

    assert [(one.queue, one.request.key) for one in found] == [
        (QueueName.CLICK, "2"),
        (QueueName.CLICK, "5"),
        (QueueName.RUN, "1"),
        (QueueName.RUN, "4"),
        (QueueName.HISTORY, "0"),
        (QueueName.HISTORY, "3"),
    ]


def test_with_redis_away_cron_does_the_work_itself_at_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []

    def take(work: Work) -> None:
        taken.append(work.lease.request.key)
        done(work)

    monkeypatch.setitem(HANDLERS, KIND, take)
    for number in range(3):
        desk.ask(number)
    desk.hints.is_away = True

    swept = cron(desk, away).sweep()

    assert (swept, taken) == (3, ["0", "1", "2"])
    assert desk.open_tasks() == 0


def test_a_cron_that_is_told_to_stop_leaves_the_rest(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    acting = cron(desk, away)

    def take(work: Work) -> None:
        acting.stopping.set()
        done(work)

    monkeypatch.setitem(HANDLERS, KIND, take)
    for number in range(3):
        desk.ask(number)

    acting.sweep()

    assert desk.open_tasks() == 2
