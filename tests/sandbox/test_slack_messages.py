"""Messages by Slack's Web API: posted, changed, in threads and lists, with links and pictures."""

from datetime import timedelta
from typing import Any

import httpx

from tests.sandbox.scene import Scene


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


def test_a_persons_message_is_not_the_bots_to_change(scene: Scene, channel: str) -> None:
    scene.world.slack.add_user("ann")
    theirs = scene.world.slack.say("flaky", "ann", "Mine")

    answer = scene.said("chat.update", channel=channel, ts=theirs.ts, text="No")

    assert answer["error"] == "cant_update_message"
    assert theirs.text == "Mine"


def test_only_one_member_sees_an_ephemeral_message(scene: Scene, channel: str) -> None:
    ann = scene.world.slack.add_user("ann")

    answer = scene.said("chat.postEphemeral", channel=channel, user=ann.id, text="Psst")
    nobody = scene.said("chat.postEphemeral", channel=channel, user="U404", text="Psst")
    history = scene.said("conversations.history", channel=channel)["messages"]

    assert answer["ok"] is True
    assert nobody["error"] == "user_not_in_channel"
    assert history == []
    assert [one.text for one in scene.world.slack.ephemeral] == ["Psst"]


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
