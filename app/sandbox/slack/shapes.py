"""The JSON that Slack answers and sends for each thing it remembers."""

from app.sandbox.slack.entities import Channel, Json, Member, Message, View
from app.sandbox.slack.state import SlackState


def message(slack: SlackState, one: Message) -> Json:
    """A message as the Web API and interactions carry it."""
    shape: Json = {
        "type": "message",
        "user": one.user,
        "ts": one.ts,
        "text": one.text,
        "team": slack.team_id,
        "blocks": one.blocks,
    }
    if one.attachments:
        shape["attachments"] = one.attachments
    if one.by_bot:
        shape |= {"bot_id": slack.bot_id, "app_id": slack.app_id}
    if one.edited_ts is not None:
        shape["edited"] = {"user": one.user, "ts": one.edited_ts}
    if one.metadata is not None:
        shape["metadata"] = one.metadata
    if one.thread_ts is not None:
        shape["thread_ts"] = one.thread_ts
    if one.is_broadcast:
        shape["subtype"] = "thread_broadcast"
    replies = [] if one.is_reply else slack.thread(one.channel, one.ts)[1:]
    if replies:
        shape |= {
            "thread_ts": one.ts,
            "reply_count": len(replies),
            "reply_users": sorted({reply.user for reply in replies}),
            "latest_reply": replies[-1].ts,
        }
    return shape


def channel(slack: SlackState, one: Channel) -> Json:
    """A conversation."""
    if one.only_with is not None:
        return {
            "id": one.id,
            "is_im": True,
            "user": one.only_with,
            "is_archived": one.is_archived,
            "context_team_id": slack.team_id,
        }
    return {
        "id": one.id,
        "name": one.name,
        "name_normalized": one.name,
        "is_channel": not one.is_private,
        "is_group": one.is_private,
        "is_im": False,
        "is_private": one.is_private,
        "is_archived": one.is_archived,
        "is_member": one.has_bot,
        "num_members": len(slack.members),
        "context_team_id": slack.team_id,
    }


def member(slack: SlackState, one: Member) -> Json:
    """A member of the workspace."""
    return {
        "id": one.id,
        "team_id": slack.team_id,
        "name": one.name,
        "real_name": one.real_name,
        "deleted": one.deleted,
        "is_bot": one.is_bot,
        "tz": one.tz,
        "profile": {"display_name": one.name, "real_name": one.real_name, "team": slack.team_id},
    }


def view(slack: SlackState, one: View) -> Json:
    """An open modal."""
    return {
        **one.view,
        "id": one.id,
        "team_id": slack.team_id,
        "app_id": slack.app_id,
        "bot_id": slack.bot_id,
        "root_view_id": one.id,
        "hash": f"1.{one.id}",
        "state": {"values": {}},
    }
