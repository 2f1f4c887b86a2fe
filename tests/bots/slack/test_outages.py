"""An outage in Slack: one message a channel, and a reply when it is over."""

from datetime import timedelta

from app.clock import utc_now
from app.core.runs import Repository, RunKey
from app.db import runs
from app.db.chat import threads as chat_rows
from app.db.session import Engine, unit_of_work
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


def test_an_outage_is_one_message_and_its_end_a_reply_however_often_it_is_told(
    engine: Engine, shop: Shop, chat: SlackChat, channel: str
) -> None:
    shelf = Shelf(engine, utc_now())
    shelf.open()
    shelf.store(junit(failed("adds", "no", classname="<!channel>"), failed("takes", "no")))
    cases = [row["case_id"] for row in shelf.rows("SELECT DISTINCT case_id FROM occurrence")]
    with unit_of_work(engine) as session:
        chat_rows.subscribe(session, REPO, team_id="T1", channel=channel, now=shelf.now)
        run = runs.run(session, RunKey(REPO, 1, 1))
        assert run is not None
        event = outages.note(session, REPOSITORY, run, cases, at=shelf.now, now=shelf.now)
    assert event is not None

    tell(engine, chat, event.id, shelf)
    tell(engine, chat, event.id, shelf)
    outages.end_quiet(engine, now=shelf.now + timedelta(hours=3))
    tell(engine, chat, event.id, shelf)
    tell(engine, chat, event.id, shelf)

    said = [one for one in shop.world.slack.messages if one.channel == channel]
    assert [one.text for one in said] == [
        "*acme/shelf*: An outage? 2 cases of 2 files failed together;"
        " none of them is held for flaky by it.",
        "*acme/shelf*: Over: 2 cases of 2 files failed within 1 minute, and nothing since.",
    ]
    assert said[1].thread_ts == said[0].ts
