"""Answering who clicked, against the sandbox over HTTP."""

from datetime import timedelta

import pytest

from app.core.errors import BadInput, Missing, RateLimited, Unavailable
from app.ports import ChatMessage
from bots.slack.client import SlackChat
from tests.bots.shop import NOW, Shop
from tests.bots.stranger import Stranger


def clicked(shop: Shop, chat: SlackChat, channel: str) -> str:
    """A response_url of the sandbox's."""
    button: dict[str, object] = {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": "quarantine",
                "value": "h",
                "text": {"type": "plain_text", "text": "Quarantine"},
            }
        ],
    }
    chat.post(channel, ChatMessage(text="x", blocks=(button,), handle="h"))
    shop.world.slack.add_user("ann")
    shop.world.slack.endpoint_url = f"{shop.world.address}/nobody"
    (said,) = shop.world.slack.roots(channel)
    shop.world.slack.click(said, "quarantine", "ann")
    (key,) = shop.world.slack.response_urls
    return f"{shop.world.address}/slack/response/{key}"


def test_who_clicked_is_answered_alone(shop: Shop, chat: SlackChat, channel: str) -> None:
    url = clicked(shop, chat, channel)

    chat.answer(url, "Quarantined until 20 December.")

    (said,) = shop.world.slack.ephemeral
    assert (said.text, said.only_for) == (
        "Quarantined until 20 December.",
        shop.world.slack.member("ann").id,
    )
    assert len(shop.world.slack.messages) == 1


def test_an_answer_that_comes_too_late_is_missing(
    shop: Shop, chat: SlackChat, channel: str
) -> None:
    url = clicked(shop, chat, channel)
    shop.clock.turn(timedelta(minutes=31))

    with pytest.raises(Missing) as missing:
        chat.answer(url, "Too late")

    assert str(missing.value) == (
        "It is too late to answer this click: Slack takes answers for 30 min."
    )


@pytest.mark.parametrize(
    ("status", "permanent"), [(500, False), (503, False), (400, True), (403, True)]
)
def test_a_refused_answer_says_whether_to_try_again(
    shop: Shop, chat: SlackChat, channel: str, status: int, permanent: bool
) -> None:
    url = clicked(shop, chat, channel)
    shop.world.faults.add("/slack/response/*", status=status)

    with pytest.raises(Unavailable) as refusal:
        chat.answer(url, "Hello")

    assert refusal.value.permanent is permanent
    assert str(refusal.value) == f"Slack answered response_url with {status}."


def test_an_answer_that_is_limited_says_when_to_come_back(
    shop: Shop, chat: SlackChat, channel: str
) -> None:
    url = clicked(shop, chat, channel)
    shop.world.faults.limit_rate("/slack/response/*", retry_after=5)

    with pytest.raises(RateLimited) as limited:
        chat.answer(url, "Hello")

    assert limited.value.until == NOW + timedelta(seconds=5)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/actions/1",
        "https://slack.com.evil.example/x",
        "https://evilslack.com/x",
        "http://hooks.slack.com/actions/1",
        "https://user@hooks.slack.com/x",
        "https://hooks.slack.com:8443/x",
        "https://hooks.slack.com@evil.example/x",
        "https://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "ftp://hooks.slack.com/x",
        "//hooks.slack.com/x",
        "",
        "https://[",
    ],
)
def test_an_answer_goes_nowhere_but_to_slack(shop: Shop, chat: SlackChat, url: str) -> None:
    with pytest.raises(BadInput) as refusal:
        chat.answer(url, "Hello")

    assert str(refusal.value) == (
        "The address to answer to is not Slack's; the answer was not sent."
    )


@pytest.mark.parametrize(
    "url", ["https://hooks.slack.com/actions/T1/2/3", "https://hooks.slack-gov.com/actions/1"]
)
def test_slack_s_own_addresses_may_be_answered(chat: SlackChat, url: str) -> None:
    assert chat.may_answer(url)


def test_another_port_of_the_stand_in_s_host_is_somebody_else(
    chat: SlackChat, stranger: Stranger
) -> None:
    with pytest.raises(BadInput):
        chat.answer(f"{stranger.url}/slack/response/1", "Hello")

    assert stranger.heard == []
