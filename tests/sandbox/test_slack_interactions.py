"""What people do in Slack reaches the app signed, and the app can answer."""

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from app.core.errors import BadInput
from app.sandbox.slack.entities import Message
from tests.sandbox.scene import NOW, Listener, Scene

MODAL = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Quarantine"},
    "blocks": [
        {
            "type": "input",
            "block_id": "why",
            "label": {"type": "plain_text", "text": "Reason"},
            "element": {"type": "plain_text_input", "action_id": "reason"},
        }
    ],
}


@pytest.fixture
def message(scene: Scene, listener: Listener) -> Message:
    """A message of the bot's with one button, in a world whose endpoint listens."""
    slack = scene.world.slack
    slack.endpoint_url = listener.url
    listener.status = 200
    slack.add_user("ann")
    channel = slack.add_channel("flaky")
    button = {
        "type": "button",
        "text": {"type": "plain_text", "text": "Quarantine"},
        "action_id": "quarantine",
        "value": "k3",
    }
    blocks = [{"type": "actions", "block_id": "acts", "elements": [button]}]
    posted = scene.said("chat.postMessage", channel=channel.id, text="x", blocks=blocks)
    return slack.message(channel.id, posted["ts"])


def payload_of(listener: Listener) -> dict[str, Any]:
    [told] = parse_qs(listener.heard[-1].body.decode())["payload"]
    payload: dict[str, Any] = json.loads(told)
    return payload


def test_a_click_is_signed_and_says_who_where_and_what(
    scene: Scene, listener: Listener, message: Message
) -> None:
    sent = scene.world.slack.click(message, "quarantine", "ann")

    heard = listener.heard[-1]
    timestamp = heard.headers["X-Slack-Request-Timestamp"]
    base = f"v0:{timestamp}:{heard.body.decode()}".encode()
    secret = scene.credentials.slack_signing_secret.encode()
    digest = hmac.new(secret, base, hashlib.sha256).hexdigest()
    assert heard.headers["X-Slack-Signature"] == f"v0={digest}"
    assert timestamp == str(int(NOW.timestamp()))
    assert heard.headers["Content-Type"] == "application/x-www-form-urlencoded"
    payload = payload_of(listener)
    assert payload["type"] == "block_actions"
    assert payload["user"]["username"] == "ann"
    assert payload["team"]["id"] == scene.world.slack.team_id
    assert payload["channel"]["name"] == "flaky"
    assert payload["message"]["ts"] == message.ts
    [action] = payload["actions"]
    assert (action["action_id"], action["value"], action["block_id"]) == (
        "quarantine",
        "k3",
        "acts",
    )
    assert (sent.kind, sent.status) == ("block_actions", 200)


def test_only_buttons_that_are_shown_can_be_pressed(
    scene: Scene, listener: Listener, message: Message
) -> None:
    with pytest.raises(BadInput, match="has no button 'release'"):
        scene.world.slack.click(message, "release", "ann")

    assert listener.heard == []


def test_a_response_url_works_five_times_within_half_an_hour(
    scene: Scene, listener: Listener, message: Message
) -> None:
    slack = scene.world.slack
    slack.click(message, "quarantine", "ann")
    url = payload_of(listener)["response_url"]

    answers = [httpx.post(url, json={"text": str(n)}) for n in range(6)]
    slack.click(message, "quarantine", "ann")
    fresh = payload_of(listener)["response_url"]
    scene.clock.turn(timedelta(minutes=31))
    late = httpx.post(fresh, json={"text": "late"})

    assert [one.status_code for one in answers] == [200] * 5 + [404]
    assert answers[5].text == "used_url"
    assert (late.status_code, late.text) == (404, "expired_url")
    assert [one.text for one in slack.ephemeral] == ["0", "1", "2", "3", "4"]
    assert {one.only_for for one in slack.ephemeral} == {slack.member("ann").id}


def test_a_response_replaces_the_message_or_says_something_to_all(
    scene: Scene, listener: Listener, message: Message
) -> None:
    scene.world.slack.click(message, "quarantine", "ann")
    url = payload_of(listener)["response_url"]

    httpx.post(url, json={"replace_original": True, "text": "Done by Ann"})
    httpx.post(url, json={"response_type": "in_channel", "text": "All may know"})
    bad = httpx.post(url, json={"replace_original": True, "blocks": [{"type": "marquee"}]})
    httpx.post(url, json={"delete_original": True})

    assert (message.text, message.blocks) == ("Done by Ann", [])
    assert bad.status_code == 400
    assert [one.text for one in scene.world.slack.messages] == ["All may know"]


def test_a_trigger_opens_one_modal_within_three_seconds(
    scene: Scene, listener: Listener, message: Message
) -> None:
    slack = scene.world.slack
    slack.click(message, "quarantine", "ann")
    trigger = payload_of(listener)["trigger_id"]

    opened = scene.said("views.open", trigger_id=trigger, view=MODAL)
    again = scene.said("views.open", trigger_id=trigger, view=MODAL)
    slack.click(message, "quarantine", "ann")
    scene.clock.turn(timedelta(seconds=4))
    late = scene.said("views.open", trigger_id=payload_of(listener)["trigger_id"], view=MODAL)

    assert opened["view"]["id"] in slack.views
    assert again["error"] == "invalid_trigger_id"
    assert late["error"] == "expired_trigger_id"


def test_a_submitted_modal_carries_its_values_and_closes(
    scene: Scene, listener: Listener, message: Message
) -> None:
    slack = scene.world.slack
    slack.click(message, "quarantine", "ann")
    trigger = payload_of(listener)["trigger_id"]
    view_id = scene.said("views.open", trigger_id=trigger, view=MODAL)["view"]["id"]
    values = {"why": {"reason": {"type": "plain_text_input", "value": "It flakes"}}}

    listener.answer = b'{"response_action": "errors", "errors": {"why": "Say more"}}'
    slack.submit(slack.views[view_id], values)
    still_open = view_id in slack.views
    listener.answer = b""
    slack.submit(slack.views[view_id], values)

    assert still_open
    assert view_id not in slack.views
    payload = payload_of(listener)
    assert payload["type"] == "view_submission"
    assert payload["view"]["state"]["values"] == values


def test_a_command_is_posted_and_its_answer_is_shown_to_its_author(
    scene: Scene, listener: Listener, message: Message
) -> None:
    slack = scene.world.slack
    listener.answer = b'{"text": "Nothing is flaky."}'

    sent = slack.command("flaky", "ann", "status acme/shop")

    form = {name: value for name, [value] in parse_qs(listener.heard[-1].body.decode()).items()}
    assert form["command"] == "/flakeguard"
    assert form["text"] == "status acme/shop"
    assert form["user_name"] == "ann"
    assert form["channel_name"] == "flaky"
    assert sent.status == 200
    assert [(one.text, one.only_for) for one in slack.ephemeral] == [
        ("Nothing is flaky.", slack.member("ann").id)
    ]


def test_an_app_that_is_away_is_remembered_as_such(scene: Scene, message: Message) -> None:
    scene.world.slack.endpoint_url = "http://127.0.0.1:9/slack"

    sent = scene.world.slack.click(message, "quarantine", "ann")

    assert (sent.status, sent.body) == (0, "ConnectError")
