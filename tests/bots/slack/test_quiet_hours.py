"""Quiet hours: what waits, what does not, and who sets them."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.core.asking import QueueName
from app.core.chat_requests import TellBroken, TellChat, TellOutage
from app.core.decide import State
from app.db.chat import outage_messages
from app.db.session import unit_of_work
from app.db.work import tasks
from app.services.chat.quiet import QuietChats
from tests.bots.slack.console import Console, said
from tests.bots.slack.test_owner_news import later, news, told


@pytest.fixture
def quiet(console: Console) -> Console:
    """A bound channel of Tokyo's, where it is 21:00 and quiet from 20:00 to 7:00."""
    office = console.office
    assert office.chat is not None
    office.chat = QuietChats(office.chat, console.world.engine, office.shop.clock)
    console.bind()
    console.link("ann", "acme")  # who owns the repository
    for words in ("settings zone Asia/Tokyo", "settings quiet 20-7"):
        console.type("ann", words)
    console.slack.messages.clear()
    return console


def tell(console: Console, request: TellChat | TellBroken | TellOutage) -> None:
    with unit_of_work(console.world.engine) as session:
        asking = tasks.Asking(request, QueueName.RUN, "r1")
        tasks.ask(session, [asking], now=console.office.shop.clock())
    console.office.work()


def roots(console: Console) -> list[str]:
    return [one.text.replace("\u200b", "") for one in console.slack.roots(console.channel)]


def test_what_can_wait_is_said_when_the_quiet_hours_are_over(quiet: Console) -> None:
    tell(quiet, TellChat(quiet.repo, quiet.flaky("test_total").hex))
    at_night = roots(quiet)
    quiet.office.shop.clock.turn(timedelta(hours=9, minutes=59))
    quiet.office.work()
    too_early = roots(quiet)
    quiet.office.shop.clock.turn(timedelta(minutes=1))
    quiet.office.work()

    assert (at_night, too_early) == ([], [])
    assert roots(quiet) == [
        ":large_yellow_circle: tests.test_cart::test_total is flaky in acme/shop"
    ]


def test_what_stands_there_is_kept_true_at_night(quiet: Console) -> None:
    case_id = quiet.flaky("test_total")
    quiet.office.shop.clock.turn(timedelta(hours=10))
    tell(quiet, TellChat(quiet.repo, case_id.hex))
    quiet.office.shop.clock.turn(timedelta(hours=14))  # 21:00 again

    quiet.type("ann", "own test_total @acme/core")

    [root] = quiet.slack.roots(quiet.channel)
    assert "*Owner*\\n@acme/core" in str(root.blocks)
    assert quiet.slack.thread(root.channel, root.ts)[1:] == []


def test_a_broken_branch_and_an_outage_do_not_wait(quiet: Console) -> None:
    broken = quiet.world.case(quiet.repo, "test_pay")
    quiet.world.held(quiet.repo, broken, State.BROKEN.value)
    outage = quiet.world.outage(quiet.world.run(quiet.repo), broken)
    with unit_of_work(quiet.world.engine) as session:
        outage_messages.say_once(
            session,
            quiet.repo,
            outage,
            channel=quiet.channel,
            what="begun",
            text="An outage?",
            at=quiet.world.now,
        )

    tell(quiet, TellBroken(quiet.repo))
    tell(quiet, TellOutage(quiet.repo, outage))

    said_there = roots(quiet)
    assert any("broken" in one for one in said_there)
    assert any(one.startswith("*acme/shop*: :red_circle: An outage?") for one in said_there)


def test_a_quiet_channel_keeps_no_other_from_hearing_soon(quiet: Console) -> None:
    other = quiet.slack.add_channel("other").id
    quiet.channel, asleep = other, quiet.channel
    quiet.bind()

    tell(quiet, TellChat(quiet.repo, quiet.flaky("test_total").hex))

    assert len(quiet.slack.roots(other)) == 1
    assert quiet.slack.roots(asleep) == []


def test_an_owner_is_left_in_peace_at_their_own_hours(console: Console) -> None:
    console.link("ann", "ann")
    console.world.owned(console.repo, "tests/test_cart.py", "@ann")
    case_id: UUID = console.flaky("test_total")
    console.slack.member("ann").tz = "Asia/Tokyo"

    answer = console.type("ann", "settings me quiet 20:00-07:00")
    news(console, case_id, "Turned flaky.")
    later(console)
    at_night = len(told(console))
    console.office.shop.clock.turn(timedelta(hours=10))
    console.office.work()

    assert answer.text == (
        "You are left in peace 20:00-07:00 and told afterwards. Your time zone is Asia/Tokyo."
    )
    assert answer.only_for == console.slack.member("ann").id
    assert (at_night, len(told(console))) == (0, 1)


def test_only_who_administers_a_repository_of_the_channel_sets_what_it_wants(
    console: Console,
) -> None:
    console.link("ann", "ann")  # who may write
    console.link("rita", "acme")
    unbound = console.type("rita", "settings quiet 22-7")
    console.bind()

    stranger = console.type("stranger", "settings quiet 22-7")
    writer = console.type("ann", "settings quiet 22-7")
    owner = console.type("rita", "settings quiet 22-7")
    shown = said(console.type("stranger", "settings"))

    assert unbound.text.startswith("This channel is bound to no repository")
    assert "slack/link?token=" in stranger.text
    assert writer.text.startswith("Only who administers acme/shop on GitHub")
    assert owner.text == (
        "This channel is left in peace 22:00-07:00 and told afterwards. A broken branch and an "
        "outage are told all the same. This channel's time zone is Etc/UTC."
    )
    assert "left in peace 22:00-07:00" in shown
    assert "told a digest on Mondays at 9:00" in shown
    [(act, after)] = console.rows("SELECT act, after FROM audit_event")
    assert (act, after["quiet"]) == ("settings", "22:00-07:00")  # type: ignore[index]  # JSON


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("me zone Nowhere", "“Nowhere” is no time zone."),
        ("me quiet always", "“always” are no hours."),
        ("me digest hourly", "“hourly” is none of daily, weekly and off."),
        ("me", "“me” is nothing that can be set."),
        ("me colour red", "“colour red” is nothing that can be set."),
    ],
)
def test_slips_are_said_and_change_nothing(console: Console, words: str, sentence: str) -> None:
    assert console.type("ann", f"settings {words}").text.startswith(sentence)
    assert console.rows("SELECT count(*) FROM chat_preference") == [(0,)]
