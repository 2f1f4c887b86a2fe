"""Alerts from a told run to a decision: the same on the check run, in the thread and the trail."""

import json

import pytest
from cryptography.fernet import Fernet

from app.core.asking import QueueName
from app.core.chat_requests import TellChat
from app.core.outlets import TEAM, OutletKind, Target, place_of
from app.db.chat import links, places
from app.db.chat.places import Subscription
from app.db.session import Engine, unit_of_work
from app.db.work import tasks
from app.db.work.tasks import Asking
from app.sandbox.slack.entities import Message
from app.services.access.vault import Vault
from app.services.chat.outlets import Outlets
from bots.github.client import GitHubHosts
from bots.outlets.posting import Poster
from bots.outlets.speaker import OutletSpeaker
from bots.slack.client import SlackChat
from tests.bots.doors import Doors
from tests.bots.front import FAILURE, FLAKY, GREEN, Front
from tests.bots.office import repo_id
from tests.bots.shop import Shop
from tests.bots.slack.console import ChatOffice
from tests.bots.stranger import Stranger
from tests.jobs.desk import Desk

NAME = f"tests.test_cart::{FLAKY}"
UNTIL = "2026-12-03"


@pytest.fixture
def front(engine: Engine, shop: Shop, hosts: GitHubHosts, chat: SlackChat, doors: Doors) -> Front:
    slack = shop.world.slack
    slack.add_channel("builds")
    slack.add_user("ann")
    return Front(ChatOffice(Desk(engine), shop, hosts, chat), doors)


def hear(front: Front, team: str, channel: str) -> None:
    slack, now = front.office.shop.world.slack, front.office.shop.clock()
    one = Subscription(repo_id(front.office), team, channel)
    [(case_id,)] = front.office.rows(f"SELECT case_id FROM case_ WHERE name = '{FLAKY}'")
    with unit_of_work(front.office.desk.engine) as session:
        places.subscribe(session, one, now=now)
        thread = TellChat(one.repo_id, case_id.hex)
        tasks.ask(session, [Asking(thread, QueueName.RUN, "r1")], now=now)
        ann = slack.member("ann").id
        links.link(session, team_id=slack.team_id, chat_user=ann, login="ann", now=now)
    front.office.work()


def roots(front: Front) -> list[Message]:
    slack = front.office.shop.world.slack
    return slack.roots(slack.channel("builds").id)


def red(front: Front) -> None:
    """A pull request that is red by what is known to be flaky: another reason to propose it."""
    front.run_pull({FLAKY: FAILURE, **GREEN})


def test_an_approval_in_chat_is_said_on_the_check_run_in_the_thread_and_in_the_trail(
    front: Front,
) -> None:
    slack = front.office.shop.world.slack
    front.turn_flaky()
    hear(front, slack.team_id, slack.channel("builds").id)
    red(front)

    [thread] = [one for one in roots(front) if "is flaky" in one.text]
    [proposals] = [one for one in roots(front) if "proposed for quarantine" in one.text]
    slack.click(proposals, "approve", "ann")
    front.settle()

    said = f"Quarantined by @ann until {UNTIL}"
    replies = [one.text for one in slack.thread(thread.channel, thread.ts)[1:]]
    below = [one.text for one in slack.thread(proposals.channel, proposals.ts)[1:]]
    assert said in (front.check.summary or "").replace("\u200b", "").replace("\\", "")
    assert said in front.comment.body.replace("\u200b", "").replace("\\", "")
    assert any(said in one.replace("\u200b", "") for one in replies)
    assert [one.replace("\u200b", "") for one in below] == [f"{NAME}: {said}."]
    assert front.audit() == [("@ann", "slack", "quarantine")]


def test_a_channel_outside_slack_hears_of_proposals_in_the_same_words(
    front: Front, stranger: Stranger, chat: SlackChat
) -> None:
    office = front.office
    outlets = Outlets(
        office.desk.engine, Vault([Fernet.generate_key().decode()]), office.shop.clock
    )
    outlets.add("builds", OutletKind.MATTERMOST, Target(url=f"{stranger.url}/hook"))
    office.chat = OutletSpeaker(outlets, Poster(("127.0.0.1",)), None, chat, office.shop.clock)
    front.turn_flaky()
    hear(front, TEAM, place_of("builds"))
    red(front)

    told = [json.loads(body)["text"].replace("\\", "") for body in stranger.bodies]
    [proposals] = [one for one in told if "proposed for quarantine." in one]
    assert "1 test is proposed for quarantine." in proposals
    assert NAME in proposals.replace("\u200b", "")
