"""Slack's Web API: one function per method, arguments in, answer out."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

from app.core.errors import BadInput, Missing
from app.sandbox.slack import files, reading, shapes
from app.sandbox.slack.arguments import (
    Arguments,
    SlackError,
    boolean,
    known_channel,
    structure,
    text,
)
from app.sandbox.slack.content import content_of, fill, view_of
from app.sandbox.slack.entities import Channel, Json, Message, View
from app.sandbox.slack.state import SlackState

PACE = timedelta(seconds=1)  # between two messages of one channel, when the world is paced
TRIGGER_LIFE = timedelta(seconds=3)


def post_message(slack: SlackState, given: Arguments) -> Json:
    """chat.postMessage: write into a channel or thread."""
    channel = writable_channel(slack, given)
    content = content_of(given)
    files.must_be_shown(slack, content.get("blocks"))
    thread_ts = text(given, "thread_ts") or None
    if thread_ts is not None and not slack.thread(channel.id, thread_ts):
        raise SlackError("thread_not_found")
    pace(slack, channel)
    message = Message(
        channel.id, slack.new_ts(), slack.bot.id, "", by_bot=True, thread_ts=thread_ts
    )
    message.is_broadcast = thread_ts is not None and boolean(given, "reply_broadcast")
    fill(message, content)
    slack.messages.append(message)
    return {
        "channel": channel.id,
        "ts": message.ts,
        "message": shapes.message(slack, message),
    }


def update(slack: SlackState, given: Arguments) -> Json:
    """chat.update: other content for a message of the bot's own."""
    channel = writable_channel(slack, given)
    message = own_message(slack, channel, given)
    content = content_of(given)
    files.must_be_shown(slack, content.get("blocks"))
    fill(message, content)
    message.edited_ts = slack.new_ts()
    return {
        "channel": channel.id,
        "ts": message.ts,
        "text": message.text,
        "message": shapes.message(slack, message),
    }


def delete(slack: SlackState, given: Arguments) -> Json:
    """chat.delete: take a message of the bot's own away."""
    channel = writable_channel(slack, given)
    message = own_message(slack, channel, given)
    slack.messages.remove(message)
    return {"channel": channel.id, "ts": message.ts}


def post_ephemeral(slack: SlackState, given: Arguments) -> Json:
    """chat.postEphemeral: words that one member sees."""
    channel = writable_channel(slack, given)
    content = content_of(given)
    user = text(given, "user") or ""
    if user not in slack.members:
        raise SlackError("user_not_in_channel")
    message = Message(
        channel.id,
        slack.new_ts(),
        slack.bot.id,
        "",
        by_bot=True,
        thread_ts=text(given, "thread_ts") or None,
        only_for=user,
    )
    fill(message, content)
    slack.ephemeral.append(message)
    return {"message_ts": message.ts}


def unfurl(slack: SlackState, given: Arguments) -> Json:
    """chat.unfurl: what links of a member's message show; of its own domains alone."""
    channel = known_channel(slack, given)
    ts = text(given, "ts") or ""
    found = [one for one in slack.messages if (one.channel, one.ts) == (channel.id, ts)]
    if not found:
        raise SlackError("cannot_unfurl_message")
    unfurls = structure(given, "unfurls")
    if not isinstance(unfurls, dict) or not unfurls:
        raise SlackError("missing_unfurls")
    for url, shown in unfurls.items():
        if url not in found[0].text or urlsplit(url).hostname not in slack.unfurl_domains:
            raise SlackError("cannot_unfurl_url")
        found[0].attachments.append({"from_url": url, **content_of(shown)})
    return {}


def open_conversation(slack: SlackState, given: Arguments) -> Json:
    """conversations.open: the conversation with one member."""
    users = (text(given, "users") or "").split(",")
    if users == [""]:
        raise SlackError("users_list_not_supplied")
    member = slack.members.get(users[0])
    if member is None or len(users) > 1:
        raise SlackError("user_not_found")
    if member.is_bot:
        raise SlackError("cannot_dm_bot")
    if member.deleted:
        raise SlackError("user_disabled")
    return {"channel": {"id": slack.talk_with(member.id).id}}


def open_view(slack: SlackState, given: Arguments) -> Json:
    """views.open: a modal for whoever clicked less than three seconds ago."""
    view = view_of(given)
    trigger_id = text(given, "trigger_id") or ""
    trigger = slack.triggers.get(trigger_id)
    if trigger is not None and slack.clock() - trigger[0] > TRIGGER_LIFE:
        raise SlackError("expired_trigger_id")
    try:
        opened = slack.open_view(trigger_id, view)
    except BadInput:
        raise SlackError("invalid_trigger_id") from None
    return {"view": shapes.view(slack, opened)}


def publish_view(slack: SlackState, given: Arguments) -> Json:
    """views.publish: the Home tab of one member."""
    view = view_of(given)
    if view.get("type") != "home":
        raise SlackError("invalid_arguments", response_metadata={"messages": ["[ERROR] type"]})
    if {"title", "submit", "close"} & set(view):
        raise SlackError("invalid_arguments", response_metadata={"messages": ["[ERROR] title"]})
    user = text(given, "user_id") or ""
    if user not in slack.members:
        raise SlackError("user_not_found")
    shown = View(slack.new_id("V"), user, view, "")
    slack.homes[user] = shown
    return {"view": shapes.view(slack, shown)}


def update_view(slack: SlackState, given: Arguments) -> Json:
    """views.update: other content for an open modal."""
    view = view_of(given)
    opened = slack.views.get(text(given, "view_id") or "")
    if opened is None:
        raise SlackError("not_found")
    opened.view = view
    return {"view": shapes.view(slack, opened)}


def writable_channel(slack: SlackState, given: Arguments) -> Channel:
    """The channel, if the bot may write there; `#name` does too, as in Slack."""
    named = text(given, "channel") or ""
    try:
        one = slack.channel(named)
    except Missing:
        raise SlackError("channel_not_found") from None
    if one.is_private and not one.has_bot:
        raise SlackError("channel_not_found")
    if one.is_archived:
        raise SlackError("is_archived")
    if not one.has_bot:
        raise SlackError("not_in_channel")
    return one


def own_message(slack: SlackState, channel: Channel, given: Arguments) -> Message:
    """A message of the bot's own."""
    ts = text(given, "ts") or ""
    for one in slack.messages:
        if one.channel == channel.id and one.ts == ts:
            if not one.by_bot:
                raise SlackError("cant_update_message")
            return one
    raise SlackError("message_not_found")


def pace(slack: SlackState, channel: Channel) -> None:
    """At most one message a second and channel, when the world is paced."""
    now, last = slack.clock(), slack.last_post.get(channel.id)
    if slack.paced and last is not None and now - last < PACE:
        raise SlackError("ratelimited", retry_after=1)
    slack.last_post[channel.id] = now


METHODS: dict[str, Callable[[SlackState, Arguments], Json]] = {
    "auth.test": reading.auth_test,
    "chat.delete": delete,
    "chat.getPermalink": reading.permalink,
    "chat.postEphemeral": post_ephemeral,
    "chat.postMessage": post_message,
    "chat.unfurl": unfurl,
    "chat.update": update,
    "conversations.history": reading.history,
    "conversations.info": reading.channel_info,
    "conversations.list": reading.list_channels,
    "conversations.open": open_conversation,
    "conversations.replies": reading.replies,
    "files.completeUploadExternal": files.complete,
    "files.getUploadURLExternal": files.upload_url,
    "users.info": reading.user_info,
    "views.open": open_view,
    "views.publish": publish_view,
    "views.update": update_view,
}
