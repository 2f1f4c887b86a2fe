"""Turns that fail: tried again later and later, parked in the end, taken up when asked for."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.asking import QueueName
from app.core.errors import BadInput, ErrorKind, Missing, RateLimited, Unavailable
from app.core.requests import TakeDelivery
from app.db.session import unit_of_work
from app.db.work import tasks
from jobs.turns import (
    DEADLY,
    ERROR_MAX,
    FIRST_WAIT,
    LEASE,
    LONGEST_WAIT,
    TRIES,
    TRIES_OF_A_BUG,
    Work,
    wait_before,
)
from tests.jobs.desk import AWAY, NOW, Desk, done, failing


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


def test_a_task_that_kills_whoever_takes_it_up_is_parked_in_the_end(desk: Desk) -> None:
    desk.ask()

    for _ in range(TRIES):
        with pytest.raises(SystemExit):
            desk.work(failing(SystemExit()))  # as a worker that dies: nothing is given back
        assert not desk.work(failing(AssertionError())), "it is leased still"
        desk.clock.turn(LEASE + timedelta(seconds=1))
    assert desk.work(failing(SystemExit())), "nobody is let near it again"

    task = desk.task()
    assert (task["parked_at"], task["error"]) == (desk.clock(), DEADLY)
    assert desk.open_tasks() == 0


def test_whoever_dies_once_costs_one_try_and_the_next_success_forgets_it(desk: Desk) -> None:
    desk.ask()
    with pytest.raises(SystemExit):
        desk.work(failing(SystemExit()))
    desk.clock.turn(LEASE + timedelta(seconds=1))

    seen: list[int] = []

    def look(work: Work) -> None:
        seen.append(work.lease.tries)
        done(work)

    desk.work(look)

    assert (seen, desk.task()["tries"], desk.task()["parked_at"]) == ([1], 0, None)


def test_an_error_is_kept_short_storable_and_without_secrets(desk: Desk) -> None:
    desk.ask()

    desk.work(failing(KeyError("a\x00b\ud800 password=hunter2hunter2 " + "x" * 10_000)))

    error = str(desk.task()["error"])
    assert "hunter2" not in error
    assert error.endswith("x\n[the rest is left out]")
    assert len(error) < ERROR_MAX + 50
    assert desk.task()["tries"] == 1
