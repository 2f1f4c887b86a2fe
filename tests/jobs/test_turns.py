"""Turns at tasks: taken by one, kept while they last, done once, given back when they fail."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from app.core.errors import BadInput, ErrorKind, Missing, RateLimited, Unavailable
from app.core.requests import QueueName, TakeDelivery
from app.db import tasks
from app.db.session import unit_of_work
from jobs import turns
from jobs.turns import FIRST_WAIT, LEASE, LONGEST_WAIT, TRIES, TRIES_OF_A_BUG, Work, wait_before
from tests.jobs.desk import KIND, NOW, Desk, done

AWAY = Unavailable("GitHub is away.", kind=ErrorKind.GITHUB_API)


def failing(error: Exception) -> Callable[[Work], None]:
    def fail(work: Work) -> None:
        raise error

    return fail


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


@given(
    tries=st.integers(min_value=1, max_value=10_000),
    chance=st.floats(min_value=0, max_value=1, exclude_max=True),
)
def test_the_wait_before_a_try_is_doubled_bounded_and_half_of_it_random(
    tries: int, chance: float
) -> None:
    whole = min(FIRST_WAIT * 2 ** min(tries - 1, 20), LONGEST_WAIT)

    wait = wait_before(tries, chance=chance)

    assert whole / 2 <= wait <= whole
    assert wait_before(tries, chance=0.0) == whole / 2
    assert wait_before(tries, chance=chance) <= wait_before(tries + 1, chance=chance)


def test_what_the_outside_refuses_for_now_waits_longer_each_time_and_is_parked_in_the_end(
    desk: Desk,
) -> None:
    desk.ask()
    waits = []

    for _ in range(TRIES - 1):
        before = desk.clock()
        assert desk.work(failing(AWAY))
        due_at = desk.task()["due_at"]
        assert not desk.work(failing(AssertionError())), "it is not due yet"
        waits.append((due_at - before).total_seconds())  # type: ignore[operator]
        desk.clock.now = due_at  # type: ignore[assignment]
    assert desk.work(failing(AWAY))

    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256]
    task = desk.task()
    assert (task["tries"], task["error"], task["error_kind"]) == (
        TRIES,
        "GitHub is away.",
        "github_api",
    )
    assert task["parked_at"] == desk.clock()
    assert desk.open_tasks() == 0
    assert not desk.work(failing(AssertionError()))


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (BadInput("It cannot be read."), "validation"),
        (Missing("It is gone."), "not_found"),
        (
            Unavailable("The token was revoked.", kind=ErrorKind.SLACK_API, permanent=True),
            "slack_api",
        ),
    ],
    ids=["unreadable", "missing", "permanent"],
)
def test_what_trying_again_cannot_help_is_parked_at_once(
    desk: Desk, error: Exception, kind: str
) -> None:
    desk.ask()

    desk.work(failing(error))

    task = desk.task()
    assert (task["parked_at"], task["tries"], task["error_kind"]) == (NOW, 1, kind)
    assert task["error"] == str(error)


def test_a_bug_is_parked_after_three_tries(desk: Desk) -> None:
    desk.ask()

    for _ in range(TRIES_OF_A_BUG):
        desk.clock.turn(LONGEST_WAIT)
        assert desk.work(failing(KeyError("oops")))

    task = desk.task()
    assert (task["error"], task["error_kind"]) == ("'oops'", "processing")
    assert task["parked_at"] == desk.clock()


def test_being_told_when_to_come_back_is_no_failed_try(desk: Desk) -> None:
    desk.ask()
    until = NOW + timedelta(hours=1)

    for _ in range(TRIES + 1):
        desk.clock.now = until
        until = desk.clock() + timedelta(hours=1)
        assert desk.work(failing(RateLimited("Later.", until=until)))

    task = desk.task()
    assert (task["due_at"], task["tries"], task["parked_at"]) == (until, 0, None)


def test_a_success_forgets_the_failures_before_it(desk: Desk) -> None:
    desk.ask()
    desk.work(failing(AWAY))
    desk.clock.turn(LONGEST_WAIT)

    desk.work(done)

    task = desk.task()
    assert (task["tries"], task["error"], task["error_kind"]) == (0, None, None)


def test_a_parked_task_is_taken_up_when_it_is_asked_for_anew(desk: Desk) -> None:
    desk.ask()
    desk.work(failing(BadInput("It cannot be read.")))

    desk.ask()

    assert desk.work(done)
    assert desk.task()["parked_at"] is None


def test_a_parked_task_is_taken_up_when_a_person_says_so_and_only_then_once(desk: Desk) -> None:
    desk.ask()
    desk.work(failing(BadInput("It cannot be read.")))
    task_id = desk.task()["task_id"]
    assert isinstance(task_id, int)

    with unit_of_work(desk.engine) as session:
        revived = tasks.unpark(session, now=desk.clock(), task_ids=[task_id])
        again = tasks.unpark(session, now=desk.clock(), task_ids=[task_id])

    assert [(one.queue, one.request) for one in revived] == [(QueueName.RUN, TakeDelivery(1))]
    assert again == []
    assert desk.task()["tries"] == 0
    assert desk.work(done)


def test_a_database_that_goes_away_during_a_turn_leaves_the_task_to_the_lease(desk: Desk) -> None:
    desk.ask()

    def cut(work: Work) -> None:
        raise Unavailable("PostgreSQL did not answer: cut", kind=ErrorKind.DATABASE)

    desk.work(cut)

    task = desk.task()
    assert (task["tries"], task["error_kind"]) == (1, "database")
    assert task["lease_token"] is None


def test_a_kind_that_is_not_asked_for_is_nobodys_turn(desk: Desk) -> None:
    assert not desk.work(failing(AssertionError()), 404)
    with unit_of_work(desk.engine) as session:
        assert (
            session.execute(
                text("SELECT count(*) FROM task WHERE kind = :k"), {"k": KIND}
            ).scalar_one()
            == 0
        )
