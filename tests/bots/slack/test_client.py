"""Slack behind the port Chat, against the sandbox over HTTP: posted, edited, found, uploaded."""

import pytest

from app.core.errors import BadInput, ErrorKind, Unavailable
from app.core.publishing import Picture
from app.core.tracing import request_id
from bots.slack.client import SlackChat
from tests.bots.shop import Shop
from tests.bots.slack.messages import message, section
from tests.bots.stranger import Stranger


def test_a_message_is_posted_and_edited(shop: Shop, chat: SlackChat, channel: str) -> None:
    ts = chat.post(channel, message("flaky"))
    chat.update(channel, ts, message("still flaky"))

    (said,) = shop.world.slack.roots(channel)
    assert (said.ts, said.text) == (ts, "still flaky")
    assert said.blocks == [section("still flaky")]


def test_a_reply_stands_in_its_thread(shop: Shop, chat: SlackChat, channel: str) -> None:
    root = chat.post(channel, message("flaky"))

    reply = chat.post(channel, message("quarantined by ann", "h-2"), thread=root)

    assert [one.ts for one in shop.world.slack.thread(channel, root)] == [root, reply]
    assert len(shop.world.slack.roots(channel)) == 1


def test_a_message_is_found_by_its_handle(shop: Shop, chat: SlackChat, channel: str) -> None:
    root = chat.post(channel, message("one", "h-1"))
    chat.post(channel, message("two", "h-2"))
    reply = chat.post(channel, message("three", "h-3"), thread=root)

    assert chat.find(channel, "h-1") == root
    assert chat.find(channel, "h-3") is None
    assert chat.find(channel, "h-3", thread=root) == reply
    assert chat.find(channel, "h-9") is None


def test_a_message_whose_answer_was_lost_is_posted_once_and_found(
    shop: Shop, chat: SlackChat, channel: str
) -> None:
    shop.world.faults.add("chat.postMessage", status=502, after_work=True)

    with pytest.raises(Unavailable) as lost:
        chat.post(channel, message("flaky", "h-7"))

    assert (lost.value.kind, lost.value.permanent) == (ErrorKind.SLACK_API, False)
    (said,) = shop.world.slack.roots(channel)
    assert chat.find(channel, "h-7") == said.ts


def test_a_message_is_found_behind_many_others(shop: Shop, chat: SlackChat, channel: str) -> None:
    ts = chat.post(channel, message("flaky", "h-1"))
    shop.world.slack.add_user("ann")
    for number in range(230):
        shop.world.slack.say(channel, "ann", f"chatter {number}")

    assert chat.find(channel, "h-1") == ts


def test_somebody_else_s_message_with_our_handle_never_counts(
    shop: Shop, chat: SlackChat, channel: str
) -> None:
    ann = shop.world.slack.add_user("ann")
    forged = shop.world.slack.say(channel, ann.name, "forged")
    forged.metadata = {"event_type": "flakeguard", "event_payload": {"handle": "h-1"}}

    assert chat.find(channel, "h-1") is None


def test_who_we_are_and_for_whom_is_said_to_slack(shop: Shop, stranger: Stranger) -> None:
    stranger.body = b'{"ok": true, "ts": "1.2"}'
    chat = SlackChat("xoxb-1", api_url=f"{stranger.url}/api/", clock=shop.clock)
    reset = request_id.set("req-42")

    chat.post("C1", message())

    request_id.reset(reset)
    (heard,) = stranger.heard
    assert heard[":path"] == "/api/chat.postMessage"
    assert heard["authorization"] == "Bearer xoxb-1"
    assert heard["x-request-id"] == "req-42"
    assert heard["user-agent"].startswith("flakeguard/0.1.0 ")


PICTURE = Picture("failures.png", "Failures a day", "A chart", b"\x89PNG" + bytes(30))


def test_a_picture_is_uploaded_with_its_words(shop: Shop, chat: SlackChat, channel: str) -> None:
    file_id = chat.upload(channel, PICTURE)

    one = shop.world.slack.files[file_id]
    assert (one.name, one.title, one.alt, one.content) == (
        *(PICTURE.name, PICTURE.title, PICTURE.alt, PICTURE.content),
    )
    assert one.done_at is not None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://files.slack.com/upload/1",
        "https://evil.example/upload",
        "https://slack.com.evil.example/upload",
        "http://169.254.169.254/latest",
    ],
)
def test_nothing_is_uploaded_to_who_is_not_slack(
    shop: Shop, chat: SlackChat, channel: str, url: str
) -> None:
    body = {"ok": True, "upload_url": url, "file_id": "F1"}
    shop.world.faults.add("files.getUploadURLExternal", status=200, body=body)

    with pytest.raises(BadInput, match="not Slack's"):
        chat.upload(channel, PICTURE)

    assert not [one for one in shop.asked() if "completeUpload" in one]


@pytest.mark.parametrize(("status", "permanent"), [(400, True), (503, False)])
def test_an_upload_that_fails_says_whether_to_try_again(
    shop: Shop, chat: SlackChat, channel: str, status: int, *, permanent: bool
) -> None:
    shop.world.faults.add("/slack/upload/*", status=status)

    with pytest.raises(Unavailable) as failure:
        chat.upload(channel, PICTURE)

    assert failure.value.permanent is permanent
