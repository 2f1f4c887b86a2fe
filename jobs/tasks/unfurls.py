"""Links to our pages that somebody pasted: unfolded where the channel is bound, else whispered."""

import structlog

from app.core.chat_requests import UnfoldLinks
from app.core.errors import FlakeGuardError
from app.ports import Chat
from app.render import slack_unfurls as shown
from app.render.words import in_zone
from app.render.words import slack as said
from app.services.slack import unfurls
from app.services.slack.unfurls import Shown
from jobs.outside import CHAT, spared
from jobs.tasks.chat_asking import desk_for, host_for, zone_for
from jobs.turns import Work

log = structlog.get_logger()


def unfold_links(work: Work) -> None:
    """Unfold what may be read; where Slack takes it no more, so be it."""
    request = work.lease.request
    assert isinstance(request, UnfoldLinks)
    host = host_for(work.context, request.team_id)
    if host is not None:
        desk = desk_for(work, request, channel=request.channel)
        with in_zone(zone_for(work, request, channel=request.channel)):
            found = unfurls.unfolded(desk, request.links.split())
        try:
            with spared(work.context, CHAT):
                _show(host, request, found)
        except FlakeGuardError as error:
            if not error.permanent:
                raise
            log.info("links_not_unfolded", because=str(error))
    with work.finishing():
        pass


def _show(host: Chat, request: UnfoldLinks, found: Shown) -> None:
    if found.for_all:
        host.unfold(request.channel, request.ts, found.for_all)
    if found.for_reader:
        host.whisper(
            request.channel,
            request.chat_user,
            said.for_you_alone(),
            blocks=shown.whispered(found.for_reader),
        )
