"""The sandbox's own webhooks and clicks, signed and posted over HTTP, understood by the bots."""

import asyncio
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from app.core.asking import Request
from app.core.chat_requests import ActFromChat
from app.core.deliveries import Delivery, NewDelivery, PullRequestSeen, RunSeen, Taken
from app.core.requests import ActFromCheck, IngestRun, PublishRun, ReadRepositoryFiles
from app.core.runs import BranchClass, RunKey
from app.ports import Button, ChatMessage, CheckRun
from bots.github import events as github_events
from bots.github.client import GitHubHosts
from bots.github.webhook import Webhook
from bots.slack import events as slack_events
from bots.slack.client import SlackChat
from bots.slack.endpoint import SlackEndpoint
from tests.bots.shop import BASE, HEAD, NOW, REPO, Shop


@dataclass
class Doors:
    """Our two endpoints, and what came in through them."""

    url: str = ""
    kept: dict[str, NewDelivery] = field(default_factory=dict)

    def store(self, delivery: NewDelivery) -> bool:
        return self.kept.setdefault(delivery.guid, delivery) is delivery

    def store_all(self, news: Sequence[NewDelivery]) -> list[bool]:
        return [self.store(new) for new in news]

    def taken(self, app_id: int) -> list[Taken]:
        told = []
        for number, one in enumerate(self.kept.values(), start=1):
            delivery = Delivery(number, one.source, one.guid, one.event, one.body, NOW)
            if one.source == "slack":
                told.append(slack_events.taken(delivery))
            else:
                told.append(github_events.taken(delivery, app_id=app_id))
        return told


def requests_in(told: list[Taken]) -> list[Request]:
    return [request for one in told for _, request in one.requests]


@contextmanager
def serving(app: Starlette) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@pytest.fixture
def doors(shop: Shop) -> Iterator[Doors]:
    doors = Doors()
    credentials = shop.credentials
    webhook = Webhook(secrets=lambda: (credentials.webhook_secret,), store=doors.store_all)
    slack = SlackEndpoint(
        credentials.slack_signing_secret, credentials.slack_bot_token, doors.store, shop.clock
    )
    app = Starlette(
        routes=[
            Route("/github/webhook", webhook.receive, methods=["POST"]),
            Route("/slack/events", slack.receive, methods=["POST"]),
        ]
    )
    with serving(app) as url:
        doors.url = url
        shop.world.github.hooks.url = f"{url}/github/webhook"
        shop.world.slack.endpoint_url = f"{url}/slack/events"
        yield doors


def test_a_run_of_a_pull_request_is_understood(shop: Shop, doors: Doors) -> None:
    shop.push()
    shop.open_pull_request()
    run = shop.world.github.start_run(
        REPO,
        900,
        head_sha=HEAD,
        branch="more",
        actor="ann",
        at=NOW,
        event="pull_request",
        pr=7,
    )
    shop.world.github.finish_attempt(run, conclusion="failure", at=NOW)

    told = doors.taken(shop.credentials.app_id)

    repo_id = shop.world.github.repository(REPO).id
    asked = requests_in(told)
    assert asked == [
        ReadRepositoryFiles(repo_id),
        PublishRun(repo_id, HEAD),  # queued
        PublishRun(repo_id, HEAD),  # in progress
        IngestRun(repo_id, 900, 1),
    ]
    seen = [fact.run for one in told for fact in one.facts if isinstance(fact, RunSeen)]
    assert [one.status for one in seen] == ["queued", "in_progress", "completed"]
    assert seen[-1].key == RunKey(repo_id, 900, 1)
    assert seen[-1].code == f"{HEAD}+{BASE}"
    assert (seen[-1].pr_number, seen[-1].is_trusted) == (7, True)
    pulls = [
        fact.pull_request for one in told for fact in one.facts if isinstance(fact, PullRequestSeen)
    ]
    assert [(one.number, one.title, one.is_fork) for one in pulls] == [(7, "Sell more", False)]


def test_a_run_of_a_fork_is_understood(shop: Shop, doors: Doors) -> None:
    shop.push()
    shop.open_pull_request(head_repo="mallory/shop")
    shop.world.github.start_run(
        REPO,
        901,
        head_sha=HEAD,
        branch="more",
        actor="mallory",
        at=NOW,
        event="pull_request",
        head_repo="mallory/shop",
        pr=7,
    )

    told = doors.taken(shop.credentials.app_id)

    seen = [fact for one in told for fact in one.facts if isinstance(fact, RunSeen)]
    assert {one.head_repo for one in seen} == {"mallory/shop"}
    assert {one.run.is_trusted for one in seen} == {False}
    assert {one.run.pr_number for one in seen} == {None}
    assert {one.run.branch_class for one in seen} == {BranchClass.PULL_REQUEST}


def test_every_delivery_is_answered_202(shop: Shop, doors: Doors) -> None:
    shop.push()
    shop.open_pull_request()
    shop.world.github.suspend(shop.installation)
    shop.world.github.suspend(shop.installation, suspended=False)
    shop.world.github.comment(REPO, 7, user="ann", body="Hello")

    sent = shop.world.github.deliveries

    assert sent != []
    assert {one.status_code for one in sent} == {202}


def test_a_redelivery_comes_under_the_same_guid(shop: Shop, doors: Doors) -> None:
    shop.push()
    doors.kept.clear()
    shop.open_pull_request()
    (delivery,) = [
        one for one in shop.world.github.deliveries if one.parcel.event == "pull_request"
    ]

    for _ in range(4):
        shop.world.github.redeliver(delivery.guid)

    assert list(doors.kept) == [delivery.guid]
    assert {one.status_code for one in shop.world.github.deliveries} == {202}


def test_a_click_on_our_check_run_is_understood(
    shop: Shop, doors: Doors, hosts: GitHubHosts
) -> None:
    shop.push()
    doors.kept.clear()
    button = Button("quarantine", "Quarantine", "Let it run without blocking")
    check = CheckRun(BASE, "e1", "Title", "Summary", "", "neutral", None, (), (button,))
    check_id = shop.host(hosts).create_check_run(REPO, check)

    shop.world.github.click(check_id, "quarantine", "ann")

    (act,) = requests_in(doors.taken(shop.credentials.app_id))
    assert isinstance(act, ActFromCheck)
    assert (act.check_run_id, act.identifier, act.login) == (check_id, "quarantine", "ann")
    assert requests_in(doors.taken(shop.credentials.app_id + 1)) == []


def test_a_click_below_our_message_is_understood_and_answered(
    shop: Shop, doors: Doors, chat: SlackChat
) -> None:
    slack = shop.world.slack
    channel = slack.add_channel("builds").id
    ann = slack.add_user("ann")
    button: dict[str, object] = {
        "type": "button",
        "action_id": "quarantine",
        "value": "h-1",
        "text": {"type": "plain_text", "text": "Quarantine"},
    }
    block: dict[str, object] = {"type": "actions", "elements": [button]}
    chat.post(channel, ChatMessage(text="flaky", blocks=(block,), handle="h-1"))
    (message,) = slack.roots(channel)

    sent = slack.click(message, "quarantine", "ann")

    (act,) = requests_in(doors.taken(shop.credentials.app_id))
    assert sent.status == 200
    assert isinstance(act, ActFromChat)
    assert (act.team_id, act.chat_user) == (slack.team_id, ann.id)
    assert (act.action, act.handle) == ("quarantine", "h-1")
    chat.answer(act.response_url, "Done.")
    assert [one.text for one in slack.ephemeral] == ["Done."]
