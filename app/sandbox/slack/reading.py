"""The Web API's methods that read."""

from app.sandbox.slack import shapes
from app.sandbox.slack.arguments import Arguments, SlackError, boolean, known_channel, text
from app.sandbox.slack.entities import Json, Message
from app.sandbox.slack.paging import page_of
from app.sandbox.slack.state import SlackState


def auth_test(slack: SlackState, _: Arguments) -> Json:
    """Whose token this is."""
    return {
        "url": f"{slack.server_url}/slack/",
        "team": slack.team_name,
        "user": slack.bot.name,
        "team_id": slack.team_id,
        "user_id": slack.bot.id,
        "bot_id": slack.bot_id,
        "is_enterprise_install": False,
    }


def permalink(slack: SlackState, given: Arguments) -> Json:
    """chat.getPermalink: a message's address."""
    channel = known_channel(slack, given)
    ts = text(given, "message_ts") or ""
    if not any(one.ts == ts and one.channel == channel.id for one in slack.messages):
        raise SlackError("message_not_found")
    anchor = f"p{ts.replace('.', '')}"
    return {
        "channel": channel.id,
        "permalink": f"{slack.server_url}/slack/archives/{channel.id}#{anchor}",
    }


def replies(slack: SlackState, given: Arguments) -> Json:
    """conversations.replies: a thread, oldest first."""
    channel = known_channel(slack, given)
    found = slack.thread(channel.id, text(given, "ts") or "")
    if not found:
        raise SlackError("thread_not_found")
    return page_of(given, found, "messages", lambda one: told(slack, given, one))


def history(slack: SlackState, given: Arguments) -> Json:
    """conversations.history: what stands outside threads, newest first."""
    channel = known_channel(slack, given)
    oldest, latest = text(given, "oldest") or "0", text(given, "latest") or "9" * 10
    inclusive = boolean(given, "inclusive")
    found = [
        one
        for one in reversed(slack.in_channel(channel.id))
        if float(oldest) < float(one.ts) < float(latest)
        or (inclusive and one.ts in {oldest, latest})
    ]
    return page_of(given, found, "messages", lambda one: told(slack, given, one))


def list_channels(slack: SlackState, given: Arguments) -> Json:
    """conversations.list."""
    hide_archived = boolean(given, "exclude_archived")
    listed = [one for one in slack.channels.values() if one.only_with is None]
    found = [one for one in listed if not (hide_archived and one.is_archived)]
    return page_of(given, found, "channels", lambda one: shapes.channel(slack, one))


def channel_info(slack: SlackState, given: Arguments) -> Json:
    """conversations.info."""
    return {"channel": shapes.channel(slack, known_channel(slack, given))}


def user_info(slack: SlackState, given: Arguments) -> Json:
    """users.info."""
    one = slack.members.get(text(given, "user") or "")
    if one is None:
        raise SlackError("user_not_found")
    return {"user": shapes.member(slack, one)}


def told(slack: SlackState, given: Arguments, one: Message) -> Json:
    """A message as lists answer it; metadata only for those who ask for it."""
    shape = shapes.message(slack, one)
    if not boolean(given, "include_all_metadata"):
        shape.pop("metadata", None)
    return shape
