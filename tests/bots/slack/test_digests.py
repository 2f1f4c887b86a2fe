"""Digests: asked for, and told once a week to the channels that hear of them."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from app.db.chat import places
from app.db.chat.places import Subscription
from app.db.session import unit_of_work
from app.services.slack import digest
from jobs.schedule import tell_digests
from tests.bots.slack.console import Console
from tests.bots.slack.test_commands import said

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
    for _ in range(2):
        tell_digests(week.office.context)
        week.office.work()

    said_there = week.slack.roots(week.channel)
    assert [one.text for one in said_there] == ["acme/shop in the last 7 days"]


def test_a_channel_that_hears_of_other_things_is_told_none(console: Console) -> None:
    one = Subscription(console.repo, console.slack.team_id, console.channel, ("flaky",))
    with unit_of_work(console.world.engine) as session:
        places.subscribe(session, one, now=console.world.now)

    wanted = digest.ask_due(console.world.engine, now=console.world.now, request_id="r1")

    assert wanted == []
