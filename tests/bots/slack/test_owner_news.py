"""Owners of cases in Slack: told in person, once, of what they may read and want to hear."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from app.core.decide import State
from app.core.runs import RunKey
from app.db import repositories, runs
from app.db.chat import links
from app.db.session import unit_of_work
from app.sandbox.slack.entities import Message
from app.services.chat import owner_news
from app.services.judging.evaluate import Changed
from app.services.quarantine import expiry
from jobs.tasks.run import announce
from tests.bots.slack.console import Console

GATHERED = timedelta(seconds=30)


@pytest.fixture
def case_id(console: Console) -> UUID:
    """A flaky case of ann's, who may write; nobody hears of it in a channel."""
    console.link("ann", "ann")
    console.world.owned(console.repo, "tests/test_cart.py", "@Ann", "@acme/core", "ann@acme.test")
    return console.flaky("test_total")


def news(console: Console, case_id: UUID, said: str, *, once: str = "") -> None:
    now = console.office.shop.clock()
    with unit_of_work(console.world.engine) as session:
        owner_news.queue(
            session,
            console.repo,
            case_id,
            once=f"{once or said}:{case_id}",
            says=lambda: said,
            at=now,
            now=now,
        )


def later(console: Console) -> None:
    console.office.shop.clock.turn(GATHERED)
    console.office.work()


def told(console: Console, user: str = "ann") -> list[Message]:
    talk = console.slack.talk_with(console.slack.member(user).id)
    return console.slack.roots(talk.id)


def texts(console: Console, user: str = "ann") -> list[str]:
    return [one.text.replace("\u200b", "") for one in told(console, user)]


def test_an_owner_is_told_once_however_often_it_is_said(console: Console, case_id: UUID) -> None:
    for _ in range(2):
        news(console, case_id, "Turned flaky.")
        later(console)

    assert texts(console) == ["tests.test_cart::test_total in acme/shop: Turned flaky."]
    blocks = str(told(console)[0].blocks)
    assert f"https://flakes.example.com/r/acme/shop/cases/{case_id}" in blocks
    assert "settings me off" in blocks


def test_what_comes_together_is_one_message(console: Console, case_id: UUID) -> None:
    for number in range(30):
        news(console, console.flaky(f"test_{number:02}"), "Turned flaky.")
    news(console, case_id, "Turned broken.")

    later(console)

    assert texts(console) == ["31 pieces of news about your tests in acme/shop"]
    assert str(told(console)[0].blocks).count("Turned flaky.") == 30


def test_a_message_whose_answer_was_lost_is_not_doubled(console: Console, case_id: UUID) -> None:
    news(console, case_id, "Turned flaky.")
    later(console)
    with unit_of_work(console.world.engine) as session:
        session.execute(text("UPDATE owner_notice SET settled_at = NULL"))

    news(console, case_id, "Healthy again.")
    later(console)

    assert texts(console) == [
        "tests.test_cart::test_total in acme/shop: Turned flaky.",
        "tests.test_cart::test_total in acme/shop: Healthy again.",
    ]


@pytest.mark.parametrize("way", ["unlinked", "off", "cannot read", "observe", "muted", "left"])
def test_who_may_not_or_will_not_hear_is_told_nothing(
    console: Console, case_id: UUID, way: str
) -> None:
    news(console, case_id, "Turned flaky.", once="before")
    turn_away(console, case_id, way)
    news(console, case_id, "Turned flaky.")

    later(console)

    if way == "muted":  # what was said before stands
        assert len(told(console)) == 1
    else:
        assert told(console) == []
    assert console.rows("SELECT count(*) FROM owner_notice WHERE settled_at IS NULL") == [(0,)]
    assert console.rows("SELECT count(*) FROM task WHERE parked_at IS NOT NULL") == [(0,)]


def turn_away(console: Console, case_id: UUID, way: str) -> None:
    if way == "unlinked":
        console.type("ann", "unlink")
    elif way == "off":
        assert "settings me on" in console.type("ann", "settings me off").text
    elif way == "cannot read":
        github = console.office.shop.world.github
        github.repository("acme/shop").roles["ann"] = "none"
        github.repository("acme/shop").private = True
    elif way == "observe":
        console.policy("mode: observe\n")
    elif way == "muted":
        console.type("ann", f"mute {case_id} 3d")
    else:
        console.slack.deactivate("ann")


def test_the_settings_say_whether_one_is_told(console: Console, case_id: UUID) -> None:
    before = str(console.type("ann", "settings").blocks)
    console.type("ann", "settings me off")
    after = str(console.type("ann", "settings").blocks)
    slip = console.type("ann", "settings me perhaps")

    assert "You are told of your tests in direct messages" in before
    assert "You are told nothing of your tests" in after
    assert slip.text.startswith("“perhaps” is nothing that can be set")


def test_an_owner_hears_of_others_acts_and_not_of_their_own(
    console: Console, case_id: UUID
) -> None:
    console.bind()
    console.slack.add_user("bob")
    console.link("bob", "acme")  # who owns the repository

    console.type("bob", "quarantine test_total 7 it waits")
    console.type("ann", "release test_total")
    console.type("ann", f"own test_total <@{console.slack.member('bob').id}|bob>")
    later(console)

    assert texts(console) == [
        "tests.test_cart::test_total in acme/shop: Quarantined by @acme until 2026-11-27."
    ]
    assert texts(console, "bob") == [
        "tests.test_cart::test_total in acme/shop: @ann made @acme its owner."
    ]


def test_who_is_in_two_workspaces_is_told_in_the_one_that_hears_of_it(
    console: Console, case_id: UUID
) -> None:
    console.bind()
    with unit_of_work(console.world.engine) as session:
        links.link(
            session,
            team_id="T0OTHER",
            chat_user="U1",
            login="ANN",
            now=console.world.now + timedelta(days=1),
        )

    news(console, case_id, "Turned flaky.")
    later(console)

    assert len(told(console)) == 1


@pytest.mark.parametrize(("is_trusted", "number"), [(True, 1), (False, 0)])
def test_an_owner_is_told_of_what_a_run_found_out_but_not_a_forks(
    console: Console, case_id: UUID, is_trusted: bool, number: int
) -> None:
    row = console.world.run(console.repo, is_trusted=is_trusted)
    now = console.office.shop.clock()
    with unit_of_work(console.world.engine) as session:
        repository = repositories.repository(session, console.repo)
        run = runs.run(session, RunKey(console.repo, row.run_id, row.attempt))
        assert repository is not None
        assert run is not None
        for state in (State.SUSPECT, State.FLAKY):
            change = Changed(case_id, State.HEALTHY, state, is_dismissal=False, run=run)
            announce(session, repository, change, now=now)

    later(console)

    wanted = ["tests.test_cart::test_total in acme/shop: Turned flaky."]
    assert texts(console) == wanted[:number]


def test_an_owner_is_told_that_a_quarantine_ends_and_that_it_ended(
    console: Console, case_id: UUID
) -> None:
    console.world.quarantined(console.repo, case_id)
    with unit_of_work(console.world.engine) as session:
        session.execute(text("UPDATE quarantine SET until = '2026-11-22Z'"))
    for days in (0, 3):
        console.office.shop.clock.turn(timedelta(days=days))
        expiry.end_due(
            console.world.engine, now=console.office.shop.clock(), new_token=lambda: "token"
        )
        later(console)

    soon, over = texts(console)
    assert "2026-11-22" in soon
    assert "block" in over
