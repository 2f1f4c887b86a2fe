"""Somebody's own page in Slack: shown when they open it, and again after what they did there."""

import structlog

from app.core.chat_requests import ActFromChat, ShowHome, SubmitFromChat
from app.core.errors import FlakeGuardError
from app.core.runs import Repository
from app.render import escape
from app.render import slack_home as shown
from app.render.blocks import Block
from app.render.words import in_zone
from app.services.slack import home
from app.services.slack.desk import Desk, offer_link
from app.services.slack.home import IsMember
from jobs.outside import CHAT, CODE_HOST, code_host, spared
from jobs.tasks.chat_asking import desk_for, host_for, zone_for
from jobs.turns import Work

SENTENCE = 600  # characters of what was done
AT_HOME = ""  # the channel of what is pressed on somebody's own page

log = structlog.get_logger()


def show_home(work: Work) -> None:
    """Show somebody their own page."""
    request = work.lease.request
    assert isinstance(request, ShowHome)
    publish(work, request)
    with work.finishing():
        pass


def publish(
    work: Work,
    request: ShowHome | ActFromChat | SubmitFromChat,
    *,
    note: str = "",
    undo: str | None = None,
) -> None:
    """Show the page as it stands, with what was just done or refused above it.

    Who cannot be shown anything (they left, or the tab is switched off) is left in peace.
    """
    host = host_for(work.context, request.team_id)
    if host is None:
        return
    desk = desk_for(work, request, channel=AT_HOME)
    with in_zone(zone_for(work, request, channel=AT_HOME)):
        view = _view(work, desk, note=note, undo=undo)
    try:
        with spared(work.context, CHAT):
            host.show_home(request.chat_user, view)
    except FlakeGuardError as error:
        if not error.permanent:
            raise
        log.info("home_not_shown", because=str(error))


def show_done(work: Work, sentence: str, *, undo: str | None) -> None:
    """Show the page of who did something there; what was done is done, whether it is shown or not.

    `undo` is what a button carries that takes it back.
    """
    request = work.lease.request
    assert isinstance(request, ActFromChat | SubmitFromChat)
    try:
        publish(work, request, note=escape.slack(sentence, limit=SENTENCE), undo=undo)
    except FlakeGuardError as error:
        log.info("home_not_shown", because=str(error))


def offer(work: Work, request: ActFromChat) -> None:
    """Show a link with which somebody says who they are; their page, where they are known."""
    desk = desk_for(work, request, channel=AT_HOME)
    publish(work, request, note="" if desk.linked else offer_link(desk))


def _view(work: Work, desk: Desk, *, note: str, undo: str | None) -> Block:
    linked = desk.linked
    if linked is None:
        return shown.unknown(note=note)

    found = home.home(desk, member_of(work, linked.login))
    return shown.home(found, page_of=desk.page, now=desk.now, note=note, undo=undo)


def member_of(work: Work, login: str) -> IsMember:
    """What asks the code host whether somebody belongs to a team."""

    def is_member(repository: Repository, team: str) -> bool:
        host = code_host(work.context, repository)
        with spared(work.context, CODE_HOST):
            return host.is_member(team, login)

    return is_member
