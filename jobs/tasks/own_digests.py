"""Telling people their own digest, of what they may read and only where there is something."""

import structlog

from app.core.chat_requests import TellOwnDigest
from app.core.errors import FlakeGuardError
from app.core.home import OwnDigest
from app.core.publishing import ChatMessage
from app.core.runs import Repository
from app.db.chat import preferences
from app.db.session import unit_of_work
from app.ports import Chat
from app.render.slack_own_digest import own_digest_message
from app.render.words import in_zone
from app.services.chat.quiet import must_not_be_quiet
from app.services.chat.saying import say_once
from app.services.slack.desk import Desk
from app.services.slack.own_digest import own_digest
from jobs.outside import CHAT, spared
from jobs.tasks.chat_asking import desk_for, host_for
from jobs.tasks.home import AT_HOME, member_of
from jobs.tasks.say import told_of
from jobs.turns import Work

log = structlog.get_logger()


def tell_own_digest(work: Work) -> None:
    """Tell somebody what became of their tests, once for each day that it was asked for."""
    request = work.lease.request
    assert isinstance(request, TellOwnDigest)
    host = host_for(work.context, request.team_id)
    desk = desk_for(work, request, channel=AT_HOME)
    told = _told(work, desk, request) if host is not None and not work.context.is_silent else None
    if host is not None and told is not None:
        _say(work, host, desk, told)
    with work.finishing():
        pass


def _told(work: Work, desk: Desk, request: TellOwnDigest) -> OwnDigest | None:
    """What is to be told; None where they are not linked any more, or there is nothing."""
    if desk.linked is None:
        return None

    def speaks(repository: Repository) -> bool:
        with unit_of_work(work.context.engine) as session:
            return told_of(work.context, session, repository.id) is not None

    is_member = member_of(work, desk.linked.login)
    found = own_digest(desk, is_member, days=request.days, speaks=speaks)
    return None if found.is_empty else found


def _say(work: Work, host: Chat, desk: Desk, told: OwnDigest) -> None:
    """Say it at an hour that is not quiet; who cannot be told is left in peace."""
    now, engine = work.context.clock(), work.context.engine
    with unit_of_work(engine) as session:
        wanted = preferences.preference(session, team_id=desk.team_id, place=desk.chat_user)
    must_not_be_quiet(wanted, now=now)
    with in_zone(wanted.tzinfo):
        message: ChatMessage = own_digest_message(
            told,
            page_of=desk.page,
            now=now,
            handle=f"own-digest:{work.lease.request.key}",
        )
    try:
        with spared(work.context, CHAT):
            say_once(engine, host, host.talk(desk.chat_user), message, now=now)
    except FlakeGuardError as error:
        if not error.permanent:
            raise
        log.info("own_digest_not_told", because=str(error))
