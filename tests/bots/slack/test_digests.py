"""Digests: asked for, and told once a week to the channels that hear of them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from app.db.chat import places
from app.db.chat.places import Subscription
from app.db.session import unit_of_work
from app.render.png import SIGNATURE
from app.sandbox.slack.entities import Message
from app.services.slack import digest
from jobs.schedule import tell_digests
from jobs.tasks.digests import READY_AFTER
from tests.bots.slack.console import Console, said

TURNED = text(
    "INSERT INTO state_change (repo_id, case_id, was, now, at, why)"
    " VALUES (:repo, :case, 'healthy', :state, :at, '')"
)


def turn(console: Console, case_id: UUID, state: str, *, days_ago: int) -> None:
    at = console.world.now - timedelta(days=days_ago)
    values = {"repo": console.repo, "case": case_id, "state": state, "at": at}
    with unit_of_work(console.world.engine) as session:
        session.execute(TURNED, values)


@pytest.fixture
def week(console: Console) -> Console:
    """A week in which one case turned flaky; another did long ago, and its quarantine ends."""
    console.bind()
    turn(console, console.flaky("test_new"), "flaky", days_ago=2)
    old = console.flaky("test_old")
    turn(console, old, "flaky", days_ago=20)
    console.world.quarantined(console.repo, old)
    ends = {"at": console.world.now + timedelta(days=3)}
    with unit_of_work(console.world.engine) as session:
        session.execute(text("UPDATE quarantine SET until = :at"), ends)
    return console


def test_a_digest_says_what_turned_what_ends_and_what_it_cost(week: Console) -> None:
    told = said(week.type("stranger", "digest"))

    plain = told.replace("\u200b", "")
    assert "acme/shop in the last 7 days" in plain
    assert "*Turned flaky: 1*" in plain
    assert plain.index("test_new") < plain.index("*Quarantines that end soon: 1*")
    assert "2026-11-23" in plain
    assert "*Flakiest now*" in plain
    assert "Flakes in the last 30 days:" in plain


def test_each_channel_that_hears_of_digests_is_told_once_a_week(week: Console) -> None:
    ticks(week, days=4)

    said_there = week.slack.roots(week.channel)
    assert [one.text for one in said_there] == ["acme/shop in the last 7 days"]
    assert at_of(said_there[0]) == "2026-11-23 09:00"


def ticks(console: Console, *, days: int) -> None:
    """What runs by the clock, every half an hour."""
    for _ in range(days * 48):
        tell_digests(console.office.context)
        console.office.work()
        console.office.shop.clock.turn(timedelta(minutes=30))


def at_of(message: Message) -> str:
    return f"{datetime.fromtimestamp(float(message.ts), UTC):%Y-%m-%d %H:%M}"


def test_a_channel_is_told_where_it_is_and_as_often_as_it_wants(week: Console) -> None:
    week.link("ann", "acme")  # who owns the repository
    for words in ("settings zone asia/tokyo", "settings digest daily"):
        week.type("ann", words)
    week.slack.messages.clear()

    ticks(week, days=3)

    said_there = week.slack.roots(week.channel)
    assert [one.text for one in said_there] == ["acme/shop in the last day"] * 3
    assert [at_of(one) for one in said_there] == [
        *("2026-11-21 00:00", "2026-11-22 00:00", "2026-11-23 00:00"),
    ]


def test_a_channel_that_wants_no_digest_is_told_none(week: Console) -> None:
    week.link("ann", "acme")
    week.type("ann", "settings digest off")
    week.slack.messages.clear()

    ticks(week, days=4)

    assert week.slack.roots(week.channel) == []


def fail(console: Console, *days_ago: int) -> None:
    """Flaky failures on these days, and another one on the first."""
    case_id = console.flaky("test_red")
    for nth, ago in enumerate(days_ago):
        run = console.world.run(console.repo, started_at=console.world.now - timedelta(days=ago))
        console.world.finding(run, case_id, "flaky")
        if not nth:
            console.world.finding(run, console.flaky("test_new_bug"), "new")


def tell(console: Console) -> None:
    """Ask for the digests on a Monday, and let the time pass that a picture takes."""
    console.office.shop.clock.now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    tell_digests(console.office.context)
    console.office.work()
    console.office.shop.clock.turn(READY_AFTER)
    console.office.work()


def test_a_digest_comes_with_a_picture_of_its_failures_and_the_same_in_words(
    console: Console,
) -> None:
    console.bind()
    fail(console, 1, 3, 3)

    tell(console)
    tell(console)

    [root] = console.slack.roots(console.channel)
    [image] = [block for block in root.blocks if block["type"] == "image"]
    words = "Failures in the last 30 days: 3 flaky and 1 others; the most, 2, on 2026-11-19."
    assert image["alt_text"] == words
    assert f"Yellow: flaky. Red: all others. {words}" in said(root).replace("\u200b", "")
    [file] = console.slack.files.values()
    assert image["slack_file"] == {"id": file.id}
    assert (file.name, file.title, file.alt) == (
        "failures.png",
        "Failures a day in acme/shop",
        words,
    )
    assert file.content is not None
    assert file.content.startswith(SIGNATURE)


def test_a_digest_without_failures_has_no_picture(console: Console) -> None:
    console.bind()

    tell(console)

    [root] = console.slack.roots(console.channel)
    assert "No failure in the last 30 days." in said(root)
    assert console.slack.files == {}


@pytest.mark.parametrize("method", ["getUploadURLExternal", "completeUploadExternal"])
def test_where_no_picture_may_be_uploaded_the_digest_is_told_in_words(
    console: Console, method: str
) -> None:
    console.bind()
    fail(console, 1)
    body = {"ok": False, "error": "missing_scope"}
    console.office.shop.world.faults.add(f"files.{method}", status=200, body=body)

    tell(console)

    [root] = console.slack.roots(console.channel)
    assert "Failures in the last 30 days: 1 flaky" in said(root)
    assert "image" not in {block["type"] for block in root.blocks}


def test_a_picture_that_slack_does_not_show_is_left_out(console: Console) -> None:
    console.bind()
    fail(console, 1)
    console.office.shop.clock.now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    tell_digests(console.office.context)
    console.office.work()
    console.slack.files.clear()
    console.office.shop.clock.turn(READY_AFTER)
    console.office.work()

    [root] = console.slack.roots(console.channel)
    assert "image" not in {block["type"] for block in root.blocks}
    assert console.rows("SELECT count(*) FROM task WHERE parked_at IS NOT NULL") == [(0,)]


def test_a_channel_that_hears_of_other_things_is_told_none(console: Console) -> None:
    one = Subscription(console.repo, console.slack.team_id, console.channel, ("flaky",))
    with unit_of_work(console.world.engine) as session:
        places.subscribe(session, one, now=console.world.now)

    later = console.world.now + timedelta(days=7)
    wanted = digest.ask_due(console.world.engine, now=later, request_id="r1")

    assert wanted == []
