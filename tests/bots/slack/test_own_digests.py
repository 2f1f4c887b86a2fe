"""People's own digests: of what is theirs, where they are, as often as they want."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from jobs.schedule import tell_digests
from tests.bots.slack.console import Console, said
from tests.bots.slack.test_digests import at_of, turn
from tests.bots.slack.test_owner_news import told

MONDAY = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)  # the clock begins on a Friday


@pytest.fixture
def case_id(console: Console) -> UUID:
    """A case of ann's that turned flaky two days ago; another one is nobody's.

    GitHub tells no login from another by the case of its letters.
    """
    console.link("ann", "Ann")
    console.world.owned(console.repo, "tests/test_cart.py", "@ann")
    case_id = console.flaky("test_total")
    turn(console, case_id, "flaky", days_ago=2)
    other = console.world.case(console.repo, "test_other", file="tests/test_other.py")
    console.world.held(console.repo, other)
    turn(console, other, "flaky", days_ago=1)
    return case_id


def ticks(console: Console, number: int) -> None:
    """What runs by the clock, every half an hour from Monday on."""
    console.office.shop.clock.now = MONDAY
    for _ in range(number):
        tell_digests(console.office.context)
        console.office.work()
        console.office.shop.clock.turn(timedelta(minutes=30))


def test_who_asked_for_it_is_told_on_mondays_what_became_of_their_tests(
    console: Console, case_id: UUID
) -> None:
    answer = console.type("ann", "settings me digest weekly")

    ticks(console, 12)

    [message] = told(console)
    words = said(message).replace("\u200b", "")
    assert answer.text.startswith("You are told a digest on Mondays at 9:00.")
    assert message.text == "Tests of @Ann in the last 7 days"
    assert at_of(message) == "2026-11-23 09:00"
    assert "test_total> in acme/shop: turned flaky, 2026-11-18" in words
    assert "test_other" not in words
    assert "acme/shop>: 2 flaky" in words


def test_a_daily_one_comes_where_its_reader_is(console: Console, case_id: UUID) -> None:
    console.slack.member("ann").tz = "America/New_York"
    console.type("ann", "settings me digest daily")

    ticks(console, 48 + 14)

    assert [at_of(one) for one in told(console)] == [
        *("2026-11-23 08:30", "2026-11-23 14:00", "2026-11-24 14:00"),
    ]


@pytest.mark.parametrize("way", ["unlink", "settings me off", "settings me digest off", "observe"])
def test_who_wants_none_or_may_not_hear_is_told_none(
    console: Console, case_id: UUID, way: str
) -> None:
    console.type("ann", "settings me digest weekly")
    if way == "observe":
        console.policy("mode: observe\n")
    else:
        console.type("ann", way)

    ticks(console, 4)

    assert told(console) == []


def test_what_github_lets_nobody_read_is_told_nobody(console: Console, case_id: UUID) -> None:
    console.type("ann", "settings me digest weekly")
    repository = console.office.shop.world.github.repository("acme/shop")
    repository.roles["ann"], repository.private = "none", True

    ticks(console, 4)

    assert told(console) == []
    assert console.rows("SELECT count(*) FROM task WHERE parked_at IS NOT NULL") == [(0,)]
