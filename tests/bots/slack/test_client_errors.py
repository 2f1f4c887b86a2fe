"""What Slack refuses, limits or does not answer, as the client says it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.core.errors import BadInput, ErrorKind, Missing, RateLimited, Unavailable
from app.ports import ChatMessage
from bots.slack.client import SlackChat
from tests.bots.shop import NOW, Shop
from tests.bots.slack.messages import message, section


def test_more_than_fifty_blocks_are_refused_unsent(
    shop: Shop, chat: SlackChat, channel: str
) -> None:
    long = ChatMessage(text="x", blocks=tuple(section("x") for _ in range(51)), handle="h")

    with pytest.raises(BadInput) as refusal:
        chat.post(channel, long)

    assert str(refusal.value) == "A message of 51 blocks cannot be sent; Slack takes 50 at most."
    assert shop.world.requests == []


def test_what_slack_finds_too_long_is_said_shortly_with_its_buttons(
    shop: Shop, chat: SlackChat, channel: str
) -> None:
    pressed = {"type": "button", "text": {"type": "plain_text", "text": "Why?"}, "action_id": "why"}
    blocks = [section("title"), *[section("é" * 2_900)] * 5]
    blocks.append({"type": "actions", "elements": [pressed]})
    long = ChatMessage(text="x" * 40_001, blocks=tuple(blocks), handle="h-1")

    ts = chat.post(channel, long)
    chat.update(channel, ts, replace(long, text="short"))

    (said,) = shop.world.slack.roots(channel)
    assert (said.ts, said.text) == (ts, "short")
    assert [block["type"] for block in said.blocks] == ["section", "context", "actions"]
    assert "the rest is on the page" in str(said.blocks[1])
    assert chat.find(channel, "h-1") == ts


@pytest.mark.parametrize("error", ["msg_too_long", "msg_blocks_too_long"])
def test_what_slack_finds_too_long_though_it_is_short_is_given_up(
    shop: Shop, chat: SlackChat, channel: str, error: str
) -> None:
    answer = {"ok": False, "error": error}
    shop.world.faults.add("chat.postMessage", status=200, body=answer, times=2)

    with pytest.raises(Unavailable, match=error) as refused:
        chat.post(channel, message())

    assert refused.value.permanent


def test_a_limit_says_when_to_come_back(shop: Shop, chat: SlackChat, channel: str) -> None:
    shop.world.faults.limit_rate("chat.postMessage", retry_after=30)

    with pytest.raises(RateLimited) as limited:
        chat.post(channel, message())

    assert limited.value.until == NOW + timedelta(seconds=30)
    assert shop.asked() == ["POST chat.postMessage > 429"]


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ({}, 30),
        ({"Retry-After": "soon"}, 30),
        ({"Retry-After": "0"}, 1),
        ({"retry-after": "9" * 30}, 3600),
    ],
)
def test_odd_headers_of_a_limit_do_no_harm(
    shop: Shop, chat: SlackChat, channel: str, header: dict[str, str], wait: int
) -> None:
    body = {"ok": False, "error": "ratelimited"}
    shop.world.faults.add("chat.postMessage", status=429, headers=header, body=body)

    with pytest.raises(RateLimited) as limited:
        chat.post(channel, message())

    assert limited.value.until == NOW + timedelta(seconds=wait)


def test_a_channel_that_is_not_there_is_said_and_not_tried_again(chat: SlackChat) -> None:
    with pytest.raises(Unavailable) as refusal:
        chat.post("C404", message())

    assert refusal.value.permanent
    assert str(refusal.value) == (
        "Slack answered chat.postMessage with channel_not_found. "
        "Choose a channel that exists and that the app may see."
    )


def test_an_archived_channel_is_said(shop: Shop, chat: SlackChat, channel: str) -> None:
    shop.world.slack.archive(channel)

    with pytest.raises(Unavailable) as refusal:
        chat.post(channel, message())

    assert refusal.value.permanent
    assert "is_archived. Unarchive the channel or choose another." in str(refusal.value)


def test_a_channel_without_the_app_says_how_to_invite_it(shop: Shop, chat: SlackChat) -> None:
    outside = shop.world.slack.add_channel("outside", has_bot=False).id

    with pytest.raises(Unavailable) as refusal:
        chat.post(outside, message())

    assert refusal.value.permanent
    assert "not_in_channel. Invite the app: /invite @FlakeGuard." in str(refusal.value)


def test_a_token_that_was_revoked_is_said(shop: Shop, chat: SlackChat, channel: str) -> None:
    shop.world.slack.revoke()

    with pytest.raises(Unavailable) as refusal:
        chat.post(channel, message())

    assert refusal.value.permanent
    assert "token_revoked" in str(refusal.value)
    assert "xoxb" not in str(refusal.value)


def test_a_deleted_message_is_missing(chat: SlackChat, channel: str) -> None:
    with pytest.raises(Missing):
        chat.update(channel, "1.000001", message())


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500, "body": {"ok": False, "error": "internal_error"}},
        {"status": 200, "body": {"ok": False, "error": "fatal_error"}},
        {"status": 503},
        {"drop": True},
        {"status": 200, "body": [1]},
    ],
)
def test_a_failure_of_slack_s_is_for_the_task_to_try_again(
    shop: Shop, chat: SlackChat, channel: str, fault: dict[str, Any]
) -> None:
    shop.world.faults.add("chat.postMessage", **fault)

    with pytest.raises(Unavailable) as failure:
        chat.post(channel, message())

    assert (failure.value.kind, failure.value.permanent) == (ErrorKind.SLACK_API, False)
    assert shop.world.slack.messages == []


def test_a_slow_answer_is_given_up(shop: Shop, channel: str) -> None:
    token = shop.credentials.slack_bot_token
    impatient = SlackChat(token, api_url=shop.world.slack_api_url, timeout=1, clock=shop.clock)
    shop.world.faults.add("chat.postMessage", delay=1.5)

    with pytest.raises(Unavailable) as failure:
        impatient.post(channel, message())

    assert str(failure.value) == "Slack did not answer chat.postMessage in time."


def test_nobody_listening_is_unavailable(shop: Shop) -> None:
    nowhere = SlackChat("xoxb-1", api_url="http://127.0.0.1:9/api/", clock=shop.clock)

    with pytest.raises(Unavailable) as failure:
        nowhere.post("C1", message())

    assert not failure.value.permanent
    assert str(failure.value) == "Slack could not be reached for chat.postMessage: URLError."
