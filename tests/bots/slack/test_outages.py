"""An outage in Slack: one message a channel, kept true, and a reply when it is over."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.clock import utc_now
from app.core.outages import Event
from app.core.runs import Repository, RunKey
from app.db import runs
from app.db.chat import threads as chat_rows
from app.db.session import Engine, unit_of_work
from app.sandbox.slack.entities import Message
from app.services.chat import outages as outage_chat
from app.services.judging import outages
from bots.slack.client import SlackChat
from tests.bots.shop import Shop
from tests.db.shelf import REPO, Shelf, failed, junit

REPOSITORY = Repository(REPO, "acme/shelf", "main", None)


def tell(engine: Engine, chat: SlackChat, outage_id: int, shelf: Shelf) -> None:
    with unit_of_work(engine) as session:
        telling = outage_chat.prepare(
            session, REPOSITORY, outage_id, public_url="https://flakes.example"
        )
    assert telling is not None
    outage_chat.say(engine, chat, telling, now=shelf.now)


@pytest.fixture
def shelf(engine: Engine, channel: str) -> Shelf:
    made = Shelf(engine, utc_now())
    made.open()
    with unit_of_work(engine) as session:
        chat_rows.subscribe(session, REPO, team_id="T1", channel=channel, now=made.now)
    return made


FIVE = ("adds", "takes", "lends", "sorts", "finds")


def fail_together(shelf: Shelf, *names: str) -> Event:
    """The next run, in which these fail."""
    number = shelf.count("run") + 1
    shelf.store(
        junit(*(failed(name, "no", classname="<!channel>") for name in names)),
        run_id=number,
        sha=f"{number:040x}",
    )
    cases = [row["case_id"] for row in shelf.rows("SELECT DISTINCT case_id FROM occurrence")]
    with unit_of_work(shelf.engine) as session:
        run = runs.run(session, RunKey(REPO, number, 1))
        assert run is not None
        event = outages.note(session, REPOSITORY, run, cases, at=shelf.now, now=shelf.now)
    assert event is not None
    return event


def said_in(shop: Shop, channel: str) -> list[Message]:
    return [one for one in shop.world.slack.messages if one.channel == channel]


def test_an_outage_is_one_message_that_is_kept_true_and_its_end_a_reply(
    shelf: Shelf, shop: Shop, chat: SlackChat, channel: str
) -> None:
    engine = shelf.engine
    event = fail_together(shelf, *FIVE)

    tell(engine, chat, event.id, shelf)
    tell(engine, chat, event.id, shelf)
    [begun] = [replace(one) for one in said_in(shop, channel)]
    fail_together(shelf, *FIVE, "keeps")
    tell(engine, chat, event.id, shelf)
    [grown] = [replace(one) for one in said_in(shop, channel)]
    outages.end_quiet(engine, now=shelf.now + timedelta(hours=3))
    tell(engine, chat, event.id, shelf)
    tell(engine, chat, event.id, shelf)
    root, over = said_in(shop, channel)

    held = "failed together; none of them is held for flaky by it."
    assert begun.text == f"*acme/shelf*: :red_circle: An outage? 5 cases of 1 file {held}"
    assert begun.edited_ts is None
    assert grown.text == f"*acme/shelf*: :red_circle: An outage? 6 cases of 1 file {held}"
    reach = "6 cases of 1 file failed within 1 minute"
    assert root.text == (
        f"*acme/shelf*: :large_green_circle: That was an outage, and it is over: {reach}."
    )
    assert over.text == f"*acme/shelf*: Over: {reach}, and nothing since."
    assert over.thread_ts == root.ts == begun.ts


def test_an_outage_whose_message_somebody_deleted_is_told_anew(
    shelf: Shelf, shop: Shop, chat: SlackChat, channel: str
) -> None:
    event = fail_together(shelf, *FIVE)
    tell(shelf.engine, chat, event.id, shelf)
    shop.world.slack.messages.clear()

    fail_together(shelf, "keeps")
    tell(shelf.engine, chat, event.id, shelf)

    [root] = said_in(shop, channel)
    assert "An outage? 6 cases" in root.text
