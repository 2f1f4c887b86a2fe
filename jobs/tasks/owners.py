"""Tell owners of their cases in person: what they may read still, and nothing twice."""

import structlog

from app.core.asking import QueueName
from app.core.chat_requests import TellOwner
from app.core.errors import FlakeGuardError, Missing
from app.db.chat import owner_notices
from app.db.session import unit_of_work
from app.ports import Chat, Permission
from app.services.chat import owner_news
from app.services.chat.owner_news import Telling
from app.services.chat.quiet import must_not_be_quiet
from app.services.chat.saying import say_once
from jobs.context import Context
from jobs.outside import CHAT, spared
from jobs.tasks.acting import permission
from jobs.tasks.chat_asking import host_for
from jobs.tasks.say import told_of
from jobs.turns import Work

log = structlog.get_logger()


def tell_owner(work: Work) -> None:
    """Send one message with all that somebody is to be told of a repository."""
    request = work.lease.request
    assert isinstance(request, TellOwner)
    telling = _telling(work.context, request)
    host = host_for(work.context, telling.person.team_id) if telling else None
    if telling is None or host is None or not _may_read(work, telling):
        _let_be(work, request)
        return
    must_not_be_quiet(telling.wanted, now=work.context.clock())
    _say(work, host, telling)
    with work.finishing() as turn:
        now = work.context.clock()
        owner_notices.settle(turn.session, request.repo_id, telling.notices, now=now)
        if owner_notices.waiting(turn.session, request.repo_id, request.login):
            turn.ask(QueueName.RUN, request)


def _telling(context: Context, request: TellOwner) -> Telling | None:
    with unit_of_work(context.engine) as session:
        repository = told_of(context, session, request.repo_id)
        if repository is None:
            return None
        return owner_news.prepare(session, repository, request.login, public_url=context.public_url)


def _let_be(work: Work, request: TellOwner) -> None:
    with work.finishing() as turn:
        owner_news.let_be(turn.session, request.repo_id, request.login, now=work.context.clock())


def _may_read(work: Work, telling: Telling) -> bool:
    person = telling.person
    try:
        found = permission(work, telling.repository, person.login, user_id=person.user_id)
    except Missing:  # a repository without an installation: nobody can be asked
        return False
    return found >= Permission.READ


def _say(work: Work, host: Chat, telling: Telling) -> None:
    """Say it, unless it was said and the answer lost; who cannot be told is left in peace."""
    try:
        with spared(work.context, CHAT):
            channel = host.talk(telling.person.id)
            context = work.context
            say_once(context.engine, host, channel, telling.message, now=context.clock())
    except FlakeGuardError as error:
        if not error.permanent:
            raise
        log.info("owner_not_told", because=str(error))
