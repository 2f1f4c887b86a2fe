"""Time zones: what a channel, and a person, is told has the dates of where they are."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core.asking import QueueName
from app.core.chat_requests import TellChat
from app.db.session import unit_of_work
from app.db.work import tasks
from jobs.schedule import tell_quarantine_reports
from tests.bots.slack.console import Console, said
from tests.bots.slack.test_digests import at_of, fail
from tests.bots.slack.test_owner_news import later, texts
from tests.bots.slack.test_proposals import listed, press, propose, replies
from tests.bots.slack.test_quarantine_reports import hold, reports

FAR = "Pacific/Kiritimati"  # from ten o'clock UTC on it is tomorrow there


@pytest.fixture
def far(console: Console) -> Console:
    """A channel of the far islands' that hears everything; ann owns the repository."""
    console.bind()
    console.link("ann", "acme")
    console.type("ann", f"settings zone {FAR}")
    console.slack.messages.clear()
    return console


def tell_case(console: Console, name: str) -> None:
    request = TellChat(console.repo, console.flaky(name).hex)
    with unit_of_work(console.world.engine) as session:
        asking = tasks.Asking(request, QueueName.RUN, "r1")
        tasks.ask(session, [asking], now=console.office.shop.clock())
    console.office.work()


def test_a_root_message_and_an_answer_have_the_channels_dates(far: Console) -> None:
    tell_case(far, "test_total")

    [root] = far.slack.roots(far.channel)
    answer = said(far.type("stranger", "test test_total"))

    assert "*Last flake*\\n2026-11-19 02:00 +14" in str(root.blocks)
    assert "2026-11-19 02:00 +14" in answer


def test_each_channel_reads_a_reply_with_its_own_dates(far: Console) -> None:
    there = far.channel
    far.channel = here = far.slack.add_channel("here").id
    far.bind()
    tell_case(far, "test_total")

    far.channel = there
    answer = said(far.type("ann", "quarantine test_total 7 it waits"))
    far.office.work()

    assert "until 2026-11-28" in answer
    assert [replies(far, far.slack.roots(place)[0]) for place in (there, here)] == [
        ["Quarantined by @acme until 2026-11-28."],
        ["Quarantined by @acme until 2026-11-27."],
    ]


def test_what_is_said_below_a_message_about_many_cases_has_the_channels_dates(
    far: Console,
) -> None:
    propose(far, "test_total")

    press(far, "approve")

    assert "until 2026-12-" in replies(far, listed(far)[0])[0]


def test_a_direct_message_has_the_dates_of_whom_it_is_to(console: Console) -> None:
    console.bind()
    console.slack.add_user("bob")
    console.link("bob", "acme")
    console.link("ann", "ann")
    console.world.owned(console.repo, "tests/test_cart.py", "@ann")
    console.flaky("test_total")
    console.type("ann", f"settings me zone {FAR}")

    console.type("bob", "quarantine test_total 7 it waits")
    later(console)

    assert texts(console) == [
        "tests.test_cart::test_total in acme/shop: Quarantined by @acme until 2026-11-28."
    ]


def test_a_report_of_quarantine_comes_on_monday_at_nine_where_the_channel_is(far: Console) -> None:
    hold(far, "test_held", days_ago=3)

    sunday = datetime(2026, 11, 22, 19, tzinfo=UTC)
    for hours in (-24, -0.25, 0, 24, 7 * 24 - 0.25, 7 * 24):
        far.office.shop.clock.now = sunday + timedelta(hours=hours)
        tell_quarantine_reports(far.office.context)
        far.office.work()

    assert [at_of(one) for one in reports(far)] == ["2026-11-22 19:00", "2026-11-29 19:00"]


def test_a_digests_days_are_those_of_where_it_is_read(far: Console) -> None:
    fail(far, 1, 3, 3, 3)

    told = said(far.type("ann", "digest")).replace("\u200b", "")

    assert "the most, 3, on 2026-11-18." in told
