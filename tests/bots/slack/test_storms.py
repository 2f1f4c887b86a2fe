"""Many cases that turn flaky at once: a few threads, one message for the rest, no limit broken."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.core.asking import QueueName
from app.core.chat_requests import TellChat
from app.db.session import unit_of_work
from app.db.work import tasks
from app.ports import Allowance
from app.sandbox.slack.entities import Message
from app.services.chat.pace import PacedChats
from app.services.chat.storms import NAMED, THREADS_AT_MOST
from tests.bots.slack.console import Console

MORE = 20


def tell(console: Console, number: int, *, first: int = 0) -> None:
    """So many cases turn flaky at once."""
    cases = [console.flaky(f"test_{first + one:03}") for one in range(number)]
    askings = [
        tasks.Asking(TellChat(console.repo, case_id.hex), QueueName.RUN, "r1") for case_id in cases
    ]
    with unit_of_work(console.world.engine) as session:
        tasks.ask(session, askings, now=console.office.shop.clock())
    console.office.work()


def storm(console: Console) -> Message:
    return next(m for m in console.slack.roots(console.channel) if "turned flaky" in m.text)


def test_beyond_ten_threads_an_hour_the_rest_is_one_message_kept_true(console: Console) -> None:
    console.bind()

    tell(console, THREADS_AT_MOST + MORE)
    posted = len(console.slack.roots(console.channel))
    first = storm(console).text
    tell(console, 5, first=100)

    assert posted == THREADS_AT_MOST + 1
    assert first == f"*acme/shop*: {MORE} more tests turned flaky within an hour."
    assert storm(console).text == f"*acme/shop*: {MORE + 5} more tests turned flaky within an hour."
    assert len(console.slack.roots(console.channel)) == posted
    told = str(storm(console).blocks)
    assert told.count("tests.test") == NAMED
    assert f"and {MORE + 5 - NAMED} more" in told


def test_an_hour_later_cases_get_threads_again(console: Console) -> None:
    console.bind()
    tell(console, THREADS_AT_MOST + 1)
    console.office.shop.clock.turn(timedelta(hours=1, minutes=1))

    tell(console, 1, first=100)

    assert "test_100 is flaky" in console.slack.roots(console.channel)[-1].text


def test_the_storm_s_message_whose_answer_was_lost_is_not_doubled(console: Console) -> None:
    console.bind()
    tell(console, THREADS_AT_MOST)
    tell(console, 1, first=50)
    with unit_of_work(console.world.engine) as session:
        session.execute(text("UPDATE storm SET ts = NULL, digest = NULL"))

    tell(console, 1, first=100)

    said = [m for m in console.slack.roots(console.channel) if "turned flaky" in m.text]
    assert [one.text for one in said] == ["*acme/shop*: 2 more tests turned flaky within an hour."]


class Counting:
    """A budget of two a channel; it may be away."""

    def __init__(self) -> None:
        self.left: dict[str, int] = {}

    def take(self, key: str) -> Allowance:
        left = self.left.get(key, 2)
        self.left[key] = max(0, left - 1)
        return Allowance(left > 0, limit=2, remaining=max(0, left - 1), retry_after=7, resets_at=0)


def test_a_channel_s_pace_postpones_and_loses_nothing(console: Console) -> None:
    office, budget = console.office, Counting()
    assert office.chat is not None
    office.chat = PacedChats(office.chat, budget, office.shop.clock)
    console.bind()

    tell(console, 3)
    at_once = len(console.slack.roots(console.channel))
    budget.left.clear()
    office.work()
    too_early = len(console.slack.roots(console.channel))
    office.shop.clock.turn(timedelta(seconds=7))
    office.work()

    assert (at_once, too_early) == (2, 2)
    assert len(console.slack.roots(console.channel)) == 3


@pytest.mark.parametrize("error", ["is_archived", "not_in_channel", "channel_not_found"])
def test_a_channel_that_is_gone_parks_with_a_sentence(console: Console, error: str) -> None:
    console.bind()
    channel = console.slack.channel(console.channel)
    channel.is_archived = error == "is_archived"
    channel.has_bot = error == "is_archived"
    channel.is_private = error == "channel_not_found"

    tell(console, 1)

    [(said,)] = console.rows("SELECT error FROM task WHERE parked_at IS NOT NULL")
    assert f"with {error}." in str(said)
