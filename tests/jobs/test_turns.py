"""Turns at tasks: taken by one, kept while they last, done once, given back when they fail."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.core.asking import QueueName
from app.core.requests import TakeDelivery
from app.db.session import unit_of_work
from jobs import turns
from jobs.turns import LEASE, Work
from tests.jobs.desk import AWAY, KIND, Desk, done, failing


def noting(work: Work, name: str = "noted") -> None:
    """Leave a row behind, and be done."""
    with work.finishing() as turn:
        turn.session.execute(
            text("INSERT INTO lease (name, holder, until) VALUES (:name, 'us', now())"),
            {"name": name},
        )


def noted(desk: Desk) -> int:
    with unit_of_work(desk.engine) as session:
        return int(session.execute(text("SELECT count(*) FROM lease")).scalar_one())


def test_of_many_who_reach_for_a_task_at_once_one_gets_it(desk: Desk) -> None:
    desk.ask()
    turns_taken: list[int] = []

    def work(number: int) -> bool:
        def take(work: Work) -> None:
            turns_taken.append(number)
            done(work)

        return desk.work(take)

    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(work, range(8)))

    assert sum(got) == len(turns_taken) == 1
    assert desk.open_tasks() == 0


def test_tasks_asked_for_and_taken_by_many_at_once_are_each_done_once(desk: Desk) -> None:
    numbers = [number for number in range(30) for _ in range(3)]
    seen: list[int] = []

    def ask_and_work(number: int) -> None:
        desk.ask(number)

        def take(work: Work) -> None:
            request = work.lease.request
            assert isinstance(request, TakeDelivery)
            seen.append(request.delivery_id)
            done(work)

        desk.work(take, number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask_and_work, numbers))
    while desk.open_tasks():  # whose asking came while another was at it
        for number in set(numbers):
            desk.work(done, number)

    assert set(seen) == set(numbers)
    assert len(seen) <= len(numbers)


def test_what_is_done_is_not_done_again(desk: Desk) -> None:
    desk.ask()

    first, second = desk.work(done), desk.work(failing(AssertionError()))

    assert (first, second) == (True, False)


def test_results_and_the_turns_end_are_one_transaction(desk: Desk) -> None:
    desk.ask()

    def half(work: Work) -> None:
        with work.finishing() as turn:
            turn.session.execute(
                text("INSERT INTO lease (name, holder, until) VALUES ('half', 'us', now())")
            )
            raise AWAY

    desk.work(half)

    assert noted(desk) == 0
    assert desk.task()["tries"] == 1


def test_a_lease_that_ran_out_and_went_to_another_keeps_nothing(desk: Desk) -> None:
    desk.ask()

    def slow(work: Work) -> None:
        desk.clock.turn(LEASE + timedelta(seconds=1))
        assert desk.work(lambda other: noting(other, "the other's"))
        noting(work, "too late")

    desk.work(slow)

    assert noted(desk) == 1
    assert desk.open_tasks() == 0
    assert desk.task()["tries"] == 0


def test_a_lease_that_ran_out_and_was_wanted_by_nobody_still_counts(desk: Desk) -> None:
    desk.ask()

    def slow(work: Work) -> None:
        desk.clock.turn(LEASE + timedelta(seconds=1))
        noting(work)

    desk.work(slow)

    assert noted(desk) == 1


def test_a_lease_that_is_renewed_is_nobody_elses_however_long_it_takes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "RENEW_EVERY", 0.01)
    desk.ask()

    def long(work: Work) -> None:
        for _ in range(5):
            desk.clock.turn(LEASE - timedelta(seconds=1))
            until = desk.clock() + LEASE
            while desk.task()["lease_until"] != until:
                pass
            assert not desk.work(failing(AssertionError()))
        done(work)

    desk.work(long)

    assert desk.open_tasks() == 0
    assert desk.task()["error"] is None


def test_who_failed_after_losing_the_lease_changes_nothing(desk: Desk) -> None:
    desk.ask()

    def slow(work: Work) -> None:
        desk.clock.turn(LEASE + timedelta(seconds=1))
        desk.work(done)
        raise AWAY

    desk.work(slow)

    assert desk.open_tasks() == 0
    assert (desk.task()["tries"], desk.task()["error"]) == (0, None)


def test_what_is_asked_for_while_it_is_worked_on_gets_another_turn(desk: Desk) -> None:
    desk.ask()

    def overtaken(work: Work) -> None:
        desk.ask(queue=QueueName.CLICK)
        desk.ask(queue=QueueName.CLICK)
        done(work)

    desk.work(overtaken)

    assert desk.hints.given == [(QueueName.CLICK, TakeDelivery(1))]
    assert desk.open_tasks() == 1
    assert desk.work(done)
    assert desk.open_tasks() == 0


def test_asking_twice_before_it_is_taken_is_one_turn(desk: Desk) -> None:
    desk.ask()
    desk.ask()

    assert desk.work(done)

    assert not desk.work(done)
    assert desk.hints.given == []


def test_what_follows_is_stored_with_the_results_and_hinted_at_after_them(desk: Desk) -> None:
    desk.ask()
    hinted_within: list[int] = []

    def following(work: Work) -> None:
        with work.finishing() as turn:
            turn.ask(QueueName.RUN, TakeDelivery(2))
            hinted_within.append(len(desk.hints.given))

    desk.work(following)

    assert hinted_within == [0]
    assert desk.hints.given == [(QueueName.RUN, TakeDelivery(2))]
    assert desk.task(2)["request_id"] == "r1"


def test_a_hint_that_reaches_nobody_loses_nothing(desk: Desk) -> None:
    desk.ask()
    desk.hints.is_away = True

    def following(work: Work) -> None:
        with work.finishing() as turn:
            turn.ask(QueueName.RUN, TakeDelivery(2))

    desk.work(following)

    assert desk.open_tasks() == 1
    assert desk.work(done, 2)


def test_a_kind_that_is_not_asked_for_is_nobodys_turn(desk: Desk) -> None:
    assert not desk.work(failing(AssertionError()), 404)
    with unit_of_work(desk.engine) as session:
        assert (
            session.execute(
                text("SELECT count(*) FROM task WHERE kind = :k"), {"k": KIND}
            ).scalar_one()
            == 0
        )
