"""The inbox: a delivery and its task are stored together, once; a redelivery may revive them."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

from app.core.asking import QueueName
from app.core.deliveries import NewDelivery
from app.core.errors import BadInput
from app.core.requests import TakeDelivery
from app.db.session import unit_of_work
from app.services.deliveries.inbox import Inbox
from jobs.turns import Work
from tests.jobs.desk import Desk, done


def new(guid: str = "d1", event: str = "workflow_run") -> NewDelivery:
    return NewDelivery(source="github", guid=guid, event=event, body=b"{}", request_id="r1")


def inbox(desk: Desk) -> Inbox:
    return Inbox(desk.engine, desk.hints, desk.clock)


def counts(desk: Desk) -> tuple[int, int]:
    """Deliveries and tasks."""
    with unit_of_work(desk.engine) as session:
        query = "SELECT (SELECT count(*) FROM delivery), (SELECT count(*) FROM task)"
        deliveries, tasks = session.execute(text(query)).one()
    return deliveries, tasks


def refuse(work: Work) -> None:
    raise BadInput("It cannot be read.")


def test_a_delivery_is_stored_with_its_task_and_hinted_at_once(desk: Desk) -> None:
    stored = [inbox(desk).store(new()) for _ in range(5)]

    assert stored == [True, False, False, False, False]
    assert counts(desk) == (1, 1)
    assert desk.hints.given == [(QueueName.RUN, TakeDelivery(1))]


def test_of_one_delivery_that_comes_many_times_at_once_one_is_stored(desk: Desk) -> None:
    with ThreadPoolExecutor(8) as pool:
        stored = list(pool.map(lambda _: inbox(desk).store(new()), range(16)))

    assert sum(stored) == 1
    assert counts(desk) == (1, 1)


def test_what_a_person_waits_for_is_urgent(desk: Desk) -> None:
    inbox(desk).store(new(event="check_run"))

    assert desk.task()["queue"] == "click"


def test_one_guid_of_two_senders_is_two_deliveries(desk: Desk) -> None:
    inbox(desk).store(new())
    inbox(desk).store(NewDelivery("slack", "d1", "block_actions", b"{}", "r2"))

    assert counts(desk) == (2, 2)


def test_with_redis_away_a_delivery_is_stored_all_the_same(desk: Desk) -> None:
    desk.hints.is_away = True

    assert inbox(desk).store(new())

    assert desk.work(done)


def test_a_redelivery_of_what_went_well_changes_nothing(desk: Desk) -> None:
    inbox(desk).store(new())
    desk.work(done)
    before = desk.task()

    inbox(desk).store(new())

    assert desk.task() == before
    assert not desk.work(done)


def test_a_redelivery_of_what_was_parked_takes_it_up_again(desk: Desk) -> None:
    inbox(desk).store(new())
    desk.work(refuse)
    assert not desk.work(done)

    inbox(desk).store(new())

    assert desk.work(done)
    assert desk.open_tasks() == 0


def test_a_redelivery_takes_up_what_followed_from_it_and_was_parked(desk: Desk) -> None:
    inbox(desk).store(new())

    def following(work: Work) -> None:
        with work.finishing() as turn:
            turn.ask(QueueName.RUN, TakeDelivery(99))

    desk.work(following)
    desk.work(refuse, 99)

    inbox(desk).store(new())

    assert not desk.work(done, 1)
    assert desk.work(done, 99)


def test_what_came_together_is_stored_in_one_transaction_with_one_hint_a_queue(
    desk: Desk,
) -> None:
    news = [new("d1"), new("d2"), new("d1"), new("c1", "check_run")]

    stored = inbox(desk).store_all(news)

    assert stored == [True, True, False, True]
    assert counts(desk) == (3, 3)
    assert [queue for queue, _ in desk.hints.given] == [
        QueueName.CLICK,
        QueueName.RUN,
        QueueName.RUN,
    ]


def test_processes_that_store_the_same_at_once_do_not_wait_for_each_other(desk: Desk) -> None:
    news = [new(f"d{number}") for number in range(40)]

    with ThreadPoolExecutor(8) as pool:
        batches = [news, news[::-1]] * 8
        stored = list(pool.map(lambda batch: inbox(desk).store_all(batch), batches))

    assert sum(map(sum, stored)) == 40
    assert counts(desk) == (40, 40)
