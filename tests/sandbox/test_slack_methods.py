"""Slack's Web API: envelopes, tokens, its pace, who and what is there."""

from datetime import timedelta

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.sandbox.scene import Scene


def test_one_conversation_with_each_member_is_opened(scene: Scene) -> None:
    slack = scene.world.slack
    ann, bea, gone = (slack.add_user(name).id for name in ("ann", "bea", "gone"))
    slack.deactivate("gone")

    first, again, other = (
        scene.said("conversations.open", users=user)["channel"]["id"] for user in (ann, ann, bea)
    )
    posted = scene.said("chat.postMessage", channel=first, text="Hello")
    shown = scene.said("conversations.info", channel=first)["channel"]
    refused = [
        scene.said("conversations.open", users=user)["error"]
        for user in ("", "U404", slack.bot.id, gone)
    ]

    assert first == again != other
    assert posted["ok"] is True
    assert (shown["is_im"], shown["user"]) == (True, ann)
    assert refused == [
        *("users_list_not_supplied", "user_not_found", "cannot_dm_bot", "user_disabled"),
    ]
    assert scene.said("conversations.list")["channels"] == []


def test_a_home_tab_is_published_for_one_member_and_checked(scene: Scene) -> None:
    slack = scene.world.slack
    ann = slack.add_user("ann").id
    block = {"type": "section", "text": {"type": "plain_text", "text": "Hello"}}
    home = {"type": "home", "blocks": [block]}

    shown = scene.said("views.publish", user_id=ann, view=home)
    errors = [
        scene.said("views.publish", user_id=user, view=view)["error"]
        for user, view in (
            ("U404", home),
            (ann, home | {"type": "modal"}),
            (ann, home | {"title": {"type": "plain_text", "text": "No"}}),
            (ann, home | {"blocks": [block] * 101}),
        )
    ]

    assert shown["view"]["type"] == "home"
    assert slack.homes[ann].view == home
    assert errors == ["user_not_found", *["invalid_arguments"] * 3]


def test_forms_are_understood_like_json(scene: Scene, channel: str) -> None:
    token = {"Authorization": f"Bearer {scene.credentials.slack_bot_token}"}
    form = {
        "channel": channel,
        "text": "Grüße & more",
        "blocks": '[{"type": "divider"}]',
    }

    answer = httpx.post(
        scene.world.slack_api_url + "chat.postMessage", data=form, headers=token
    ).json()

    assert answer["ok"] is True
    assert answer["message"]["text"] == "Grüße & more"
    assert answer["message"]["blocks"] == [{"type": "divider"}]


@pytest.mark.parametrize(
    ("method", "given", "error"),
    [
        ("chat.postMessage", {"channel": "C404", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "#quiet", "text": "x"}, "not_in_channel"),
        ("chat.postMessage", {"channel": "#old", "text": "x"}, "is_archived"),
        ("chat.postMessage", {"channel": "#secret", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "#flaky"}, "no_text"),
        ("chat.postMessage", {"channel": "#flaky", "text": "x" * 40_001}, "msg_too_long"),
        ("chat.postMessage", {"channel": "#flaky", "text": 1}, "invalid_arguments"),
        (
            "chat.postMessage",
            {"channel": "#flaky", "text": "x", "metadata": {"event_type": "x"}},
            "invalid_metadata_format",
        ),
        ("chat.update", {"channel": "#flaky", "ts": "1.0", "text": "x"}, "message_not_found"),
        ("conversations.info", {"channel": "C404"}, "channel_not_found"),
        ("users.info", {"user": "U404"}, "user_not_found"),
        ("views.open", {"trigger_id": "1.2", "view": {"blocks": []}}, "invalid_trigger_id"),
        ("chat.shout", {}, "unknown_method"),
    ],
)
def test_a_refusal_is_an_envelope(
    scene: Scene, channel: str, method: str, given: dict[str, object], error: str
) -> None:
    slack = scene.world.slack
    slack.add_channel("quiet", has_bot=False)
    slack.add_channel("old")
    slack.archive("old")
    slack.add_channel("secret", has_bot=False, is_private=True)

    answer = scene.slack(method, **given)

    assert answer.status_code == 200
    assert (answer.json()["ok"], answer.json()["error"]) == (False, error)
    assert scene.world.summary()["slack_messages"] == 0


def test_a_wrong_or_revoked_token_is_refused(scene: Scene) -> None:
    url = scene.world.slack_api_url + "auth.test"
    right = {"Authorization": f"Bearer {scene.credentials.slack_bot_token}"}

    nobody = httpx.post(url).json()
    wrong = httpx.post(url, headers={"Authorization": "Bearer xoxb-wrong"}).json()
    known = httpx.post(url, headers=right).json()
    scene.world.slack.revoke()
    revoked = httpx.post(url, headers=right).json()

    assert nobody == {"ok": False, "error": "not_authed"}
    assert wrong == {"ok": False, "error": "invalid_auth"}
    assert (known["ok"], known["team_id"]) == (True, scene.world.slack.team_id)
    assert revoked == {"ok": False, "error": "token_revoked"}


def test_one_message_a_second_and_channel_when_the_world_is_paced(
    scene: Scene, channel: str
) -> None:
    other = scene.world.slack.add_channel("other").id
    scene.world.slack.paced = True

    first = scene.slack("chat.postMessage", channel=channel, text="1")
    second = scene.slack("chat.postMessage", channel=channel, text="2")
    elsewhere = scene.slack("chat.postMessage", channel=other, text="2")
    scene.clock.turn(timedelta(seconds=1))
    later = scene.slack("chat.postMessage", channel=channel, text="2")

    assert first.json()["ok"] is True
    assert (second.status_code, second.headers["Retry-After"]) == (429, "1")
    assert second.json() == {"ok": False, "error": "ratelimited"}
    assert elsewhere.json()["ok"] is True
    assert later.json()["ok"] is True


def test_members_and_channels_are_told(scene: Scene, channel: str) -> None:
    ann = scene.world.slack.add_user("ann", real_name="Ann Example")

    user = scene.said("users.info", user=ann.id)["user"]
    channels = scene.said("conversations.list")["channels"]
    told = scene.said("conversations.info", channel=channel)["channel"]

    assert user["profile"]["real_name"] == "Ann Example"
    assert [one["name"] for one in channels] == ["flaky"]
    assert (told["is_member"], told["is_archived"]) == (True, False)


def test_slacks_own_client_speaks_with_it(scene: Scene, channel: str) -> None:
    client = WebClient(token=scene.credentials.slack_bot_token, base_url=scene.world.slack_api_url)

    posted = client.chat_postMessage(channel=channel, text="Hello", blocks=[{"type": "divider"}])
    with pytest.raises(SlackApiError) as refusal:
        client.chat_postMessage(channel="C404", text="Hello")

    assert posted["ok"] is True
    assert posted["message"]["blocks"] == [{"type": "divider"}]
    assert refusal.value.response["error"] == "channel_not_found"
