"""Asking workspaces which channels a policy means by its names, before cases are told there."""

import structlog

from app.core.errors import Unavailable
from app.db.session import unit_of_work
from app.ports import Chats
from app.services.chat import team_channels
from app.services.chat.team_channels import Unknown
from jobs.context import Context
from jobs.outside import CHAT, spared

log = structlog.get_logger()


def know_channels(context: Context, repo_id: int) -> None:
    """Find the channels that a repository's policy names, if that was not done lately.

    A workspace that does not answer keeps nobody from hearing who is known already.
    """
    host = context.chat
    if host is None:
        return
    with unit_of_work(context.engine) as session:
        asked = team_channels.unknown(session, repo_id, now=context.clock())
    if asked is None:
        return
    try:
        found = _found(context, host, asked)
    except Unavailable as error:
        log.warning("channels_not_found", repo=repo_id, because=str(error))
        if not error.permanent:
            return
        found = {}
    with unit_of_work(context.engine) as session:
        team_channels.keep(session, repo_id, asked, found, now=context.clock())


def _found(context: Context, host: Chats, asked: Unknown) -> dict[str, tuple[str, str]]:
    """By name, the workspace and the channel; the first workspace that has one counts."""
    found: dict[str, tuple[str, str]] = {}
    for team_id in asked.workspaces:
        with spared(context, CHAT):
            named = host.for_team(team_id).channels_named(asked.names)
        for name, channel in named.items():
            found.setdefault(name, (team_id, channel))
    return found
