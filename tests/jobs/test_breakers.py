"""The breaker before an outside host: open after five failures, then one probe at a time."""

from datetime import timedelta

import pytest

from app.core.errors import BadInput, ErrorKind, RateLimited, Unavailable
from app.db.session import unit_of_work
from app.db.work import breakers
from app.db.work.breakers import OPEN_FOR, OPENS_AFTER
from jobs.outside import CHAT, CODE_HOST, spared
from tests.jobs.desk import AWAY, NOW, Desk


def ask(desk: Desk, error: Exception | None = None, host: str = CODE_HOST) -> bool:
    """Ask the host, which answers with this error; whether it was asked at all."""
    asked = False
    try:
        with spared(desk.context, host):
            asked = True
            if error is not None:
                raise error
    except RateLimited:
        return asked
    except (Unavailable, BadInput):
        assert error is not None
    return asked


def break_it(desk: Desk) -> None:
    for _ in range(OPENS_AFTER):
        assert ask(desk, AWAY)


def test_after_five_failures_in_a_row_a_host_is_spared_for_a_minute(desk: Desk) -> None:
    break_it(desk)

    with pytest.raises(RateLimited) as refused, spared(desk.context, CODE_HOST):
        pass

    assert str(refused.value) == (
        "github failed too often lately; it is spared until 12:01:00 UTC."
    )
    assert refused.value.until == NOW + OPEN_FOR
    assert ask(desk, host=CHAT), "another host is no worse for it"


def test_a_success_in_between_begins_the_count_anew(desk: Desk) -> None:
    for _ in range(3):
        for _ in range(OPENS_AFTER - 1):
            ask(desk, AWAY)
        ask(desk)

    assert ask(desk)


@pytest.mark.parametrize(
    "error",
    [
        BadInput("It is no zip."),
        RateLimited("Later.", until=NOW),
        Unavailable("The disk is full.", kind=ErrorKind.PROCESSING),
        Unavailable("PostgreSQL did not answer.", kind=ErrorKind.DATABASE),
        Unavailable("The token was revoked.", kind=ErrorKind.GITHUB_API, permanent=True),
    ],
    ids=["unreadable", "limited", "disk", "database", "permanent"],
)
def test_only_a_host_that_fails_is_spared(desk: Desk, error: Exception) -> None:
    for _ in range(OPENS_AFTER * 2):
        assert ask(desk, error)


def test_after_the_minute_one_probe_goes_through_and_its_success_opens_the_way(desk: Desk) -> None:
    break_it(desk)
    desk.clock.turn(OPEN_FOR)

    with spared(desk.context, CODE_HOST):
        meanwhile = [ask(desk) for _ in range(3)]
    then = [ask(desk) for _ in range(3)]

    assert meanwhile == [False] * 3
    assert then == [True] * 3


def test_a_probe_that_fails_closes_the_way_for_another_minute(desk: Desk) -> None:
    break_it(desk)
    desk.clock.turn(OPEN_FOR)

    assert ask(desk, AWAY)

    assert not ask(desk)
    desk.clock.turn(OPEN_FOR)
    assert ask(desk)
    assert ask(desk)


def test_a_probe_that_never_comes_back_is_followed_by_another(desk: Desk) -> None:
    break_it(desk)
    desk.clock.turn(OPEN_FOR)
    with unit_of_work(desk.engine) as session:
        assert breakers.closed_again_at(session, CODE_HOST, now=desk.clock()) is None  # and killed

    desk.clock.turn(OPEN_FOR - timedelta(seconds=1))
    assert not ask(desk)
    desk.clock.turn(timedelta(seconds=1))
    assert ask(desk)
