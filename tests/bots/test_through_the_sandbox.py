"""The sandbox's own webhooks and clicks, signed and posted over HTTP, understood by the bots."""

from app.core.asking import Request
from app.core.chat_requests import ActFromChat
from app.core.deliveries import PullRequestSeen, RunSeen, Taken
from app.core.requests import ActFromCheck, IngestRun, PublishRun, ReadRepositoryFiles
from app.core.runs import BranchClass, RunKey
from app.ports import Button, ChatMessage, CheckRun
from bots.github.client import GitHubHosts
from bots.slack.client import SlackChat
from tests.bots.doors import Doors
from tests.bots.shop import BASE, HEAD, NOW, REPO, Shop


def requests_in(told: list[Taken]) -> list[Request]:
    return [request for one in told for _, request in one.requests]


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
