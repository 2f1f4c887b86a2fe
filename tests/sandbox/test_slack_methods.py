"""Slack's Web API: envelopes, threads, whose messages, who is there."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.sandbox.scene import Scene


@pytest.fixture
def channel(scene: Scene) -> str:
    return scene.world.slack.add_channel("flaky").id


def test_a_message_is_posted_updated_and_read_back(scene: Scene, channel: str) -> None:
    metadata = {"event_type": "case", "event_payload": {"case": "1"}}

    posted = scene.said("chat.postMessage", channel=channel, text="One", metadata=metadata)
    updated = scene.said("chat.update", channel=channel, ts=posted["ts"], text="Two")
    history = scene.said("conversations.history", channel=channel, include_all_metadata=True)

    assert posted["ok"] is True
    assert posted["message"]["text"] == "One"
    assert posted["message"]["bot_id"] == scene.world.slack.bot_id
    assert (updated["ok"], updated["ts"]) == (True, posted["ts"])
    [message] = history["messages"]
    assert message["text"] == "Two"
    assert message["metadata"] == metadata
    assert message["edited"]["user"] == scene.world.slack.bot.id
    assert scene.world.summary()["slack_messages"] == 1


def test_metadata_is_told_only_to_those_who_ask(scene: Scene, channel: str) -> None:
    metadata = {"event_type": "case", "event_payload": {}}
    scene.said("chat.postMessage", channel=channel, text="One", metadata=metadata)

    [message] = scene.said("conversations.history", channel=channel)["messages"]

    assert "metadata" not in message


def test_replies_stand_in_their_thread(scene: Scene, channel: str) -> None:
    root = scene.said("chat.postMessage", channel=channel, text="Root")["ts"]
    for word in ("a", "b"):
        scene.said("chat.postMessage", channel=channel, text=word, thread_ts=root)

    thread = scene.said("conversations.replies", channel=channel, ts=root)["messages"]
    history = scene.said("conversations.history", channel=channel)["messages"]
    lost = scene.said("chat.postMessage", channel=channel, text="x", thread_ts="1.0")

    assert [one["text"] for one in thread] == ["Root", "a", "b"]
    assert [(one["text"], one["reply_count"]) for one in history] == [("Root", 2)]
    assert lost == {"ok": False, "error": "thread_not_found"}


def test_no_two_messages_have_the_same_ts(scene: Scene, channel: str) -> None:
    stamps = [scene.said("chat.postMessage", channel=channel, text="x")["ts"] for _ in range(5)]

    assert stamps == sorted(set(stamps))
    assert stamps[0] == "1795176000.000000"


def test_lists_are_paged_by_a_cursor(scene: Scene, channel: str) -> None:
    for number in range(5):
        scene.said("chat.postMessage", channel=channel, text=str(number))

    words: list[str] = []
    cursor = ""
    while True:
        page: dict[str, Any] = scene.said(
            "conversations.history", channel=channel, limit=2, cursor=cursor
        )
        words += [one["text"] for one in page["messages"]]
        cursor = page["response_metadata"]["next_cursor"]
        if not page["has_more"]:
            break

    assert words == ["4", "3", "2", "1", "0"]
    assert cursor == ""


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


def test_links_of_the_app_s_domains_are_unfolded_below_their_message(
    scene: Scene, channel: str
) -> None:
    slack, ours = scene.world.slack, "https://flakes.test/r/acme/shop"
    slack.unfurl_domains = {"flakes.test"}
    ann = slack.add_user("ann")
    message = slack.say(channel, ann.id, f"see {ours} and https://other.test/")
    place: dict[str, Any] = {"channel": channel, "ts": message.ts}
    shown = {"blocks": [{"type": "divider"}]}

    done = scene.said("chat.unfurl", unfurls={ours: shown}, **place)
    errors = [
        scene.said("chat.unfurl", **(place | given))["error"]
        for given in (
            dict[str, Any](unfurls={}),
            {"unfurls": {"https://other.test/": shown}},
            {"unfurls": {f"{ours}/cases/1": shown}},
            {"unfurls": {ours: {"blocks": [{"type": "nothing"}]}}},
            {"unfurls": {ours: shown}, "ts": "1.0"},
        )
    ]

    assert done == {"ok": True}
    assert message.attachments == [{"from_url": ours, **shown}]
    assert errors == [
        "missing_unfurls",
        *["cannot_unfurl_url"] * 2,
        "invalid_blocks",
        "cannot_unfurl_message",
    ]


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


def test_a_persons_message_is_not_the_bots_to_change(scene: Scene, channel: str) -> None:
    scene.world.slack.add_user("ann")
    theirs = scene.world.slack.say("flaky", "ann", "Mine")

    answer = scene.said("chat.update", channel=channel, ts=theirs.ts, text="No")

    assert answer["error"] == "cant_update_message"
    assert theirs.text == "Mine"


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


def test_only_one_member_sees_an_ephemeral_message(scene: Scene, channel: str) -> None:
    ann = scene.world.slack.add_user("ann")

    answer = scene.said("chat.postEphemeral", channel=channel, user=ann.id, text="Psst")
    nobody = scene.said("chat.postEphemeral", channel=channel, user="U404", text="Psst")
    history = scene.said("conversations.history", channel=channel)["messages"]

    assert answer["ok"] is True
    assert nobody["error"] == "user_not_in_channel"
    assert history == []
    assert [one.text for one in scene.world.slack.ephemeral] == ["Psst"]


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


def test_a_picture_is_uploaded_in_steps_and_shown_a_moment_later(
    scene: Scene, channel: str
) -> None:
    content = b"\x89PNG" + bytes(20)
    asked = {"filename": "a.png", "length": str(len(content)), "alt_txt": "A chart"}
    granted = scene.said("files.getUploadURLExternal", **asked)
    early = scene.said("files.completeUploadExternal", files=[{"id": granted["file_id"]}])
    short = httpx.post(granted["upload_url"], content=content[:-1])
    taken = httpx.post(granted["upload_url"], content=content)
    done = scene.said("files.completeUploadExternal", files=[{"id": granted["file_id"]}])
    image = {"type": "image", "slack_file": {"id": granted["file_id"]}, "alt_text": "A chart"}

    at_once = scene.said("chat.postMessage", channel=channel, text="x", blocks=[image])
    scene.clock.turn(timedelta(seconds=1))
    later = scene.said("chat.postMessage", channel=channel, text="x", blocks=[image])
    page = httpx.get(f"{scene.address}/slack/archives/{channel}").text
    nameless = {**image, "alt_text": ""}
    refused = scene.said("chat.postMessage", channel=channel, text="x", blocks=[nameless])

    assert early == {"ok": False, "error": "file_not_found"}
    assert (short.status_code, taken.status_code) == (400, 200)
    assert done["ok"] is True
    assert at_once["error"] == "invalid_blocks"
    assert later["ok"] is True
    assert f'<img src="/slack/files/{granted["file_id"]}" alt="A chart"' in page
    assert httpx.get(f"{scene.address}/slack/files/{granted['file_id']}").content == content
    assert refused["error"] == "invalid_blocks"


def test_a_loud_reply_is_shown_in_the_channel_too(scene: Scene, channel: str) -> None:
    root = scene.said("chat.postMessage", channel=channel, text="Root")["ts"]
    scene.said("chat.postMessage", channel=channel, text="quiet", thread_ts=root)
    scene.said(
        "chat.postMessage", channel=channel, text="loud", thread_ts=root, reply_broadcast=True
    )

    history = scene.said("conversations.history", channel=channel)["messages"]

    assert [(one["text"], one.get("subtype")) for one in history] == [
        ("loud", "thread_broadcast"),
        ("Root", None),
    ]
