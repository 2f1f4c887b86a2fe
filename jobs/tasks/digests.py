"""Telling channels what became of a repository, with a picture that is uploaded before."""

from dataclasses import replace
from datetime import timedelta

import structlog

from app.core.asking import QueueName
from app.core.chat_commands import Kind
from app.core.chat_requests import TellDigest
from app.core.digests import Digest
from app.core.errors import FlakeGuardError
from app.db.chat import sayings
from app.db.session import unit_of_work
from app.db.work import tasks
from app.db.work.tasks import Asking
from app.ports import ChatMessage, Chats
from app.render.slack_digest import digest_message, digest_picture
from app.render.words import in_zone
from app.services.chat import hearing
from app.services.chat.saying import say_once
from app.services.chat.zones import zone_there
from app.services.slack import digest
from jobs.outside import CHAT, spared
from jobs.tasks.say import told_of
from jobs.turns import Work

READY_AFTER = timedelta(seconds=10)  # Slack takes a moment until blocks may show an upload

log = structlog.get_logger()


def tell_digest(work: Work) -> None:
    """Tell a channel what became of a repository, once for each day that it was asked for.

    Its picture is uploaded first, and the digest told a moment later. A picture that cannot be
    shown keeps nobody from hearing: the same stands there in words.
    """
    request, host = work.lease.request, work.context.chat
    assert isinstance(request, TellDigest)
    told = _digest(work, request) if host is not None else None
    chart = request.chart
    if host is not None and told is not None:
        with spared(work.context, CHAT):
            if _is_said(work, host, request):
                told = None
            elif not chart:
                chart = _uploaded(host, request, told)
    if host is not None and told is not None and chart == request.chart:
        with spared(work.context, CHAT):
            _post(work, host, request, told)
    with work.finishing() as turn:
        if told is not None and chart != request.chart:
            later = Asking(
                replace(request, chart=chart),
                QueueName.HISTORY,
                work.lease.request_id,
                after=READY_AFTER,
            )
            tasks.ask(turn.session, [later], now=work.context.clock())


def _digest(work: Work, request: TellDigest) -> Digest | None:
    """What is to be told; None where the channel is not to hear of it any more."""
    context, host = work.context, work.context.chat
    if host is None or not host.reaches(request.channel):
        return None
    with unit_of_work(context.engine) as session:
        repository = told_of(context, session, request.repo_id)
        heard = hearing.channels(session, request.repo_id, Kind.DIGEST)
        if repository is None or request.channel not in heard:
            return None
        zone = zone_there(session, request.channel)
        now = context.clock()
        return digest.digest(session, repository, now=now, days=request.days, zone=zone)


def _uploaded(host: Chats, request: TellDigest, told: Digest) -> str:
    """The id of the digest's picture; "" where there is none to show."""
    picture = digest_picture(told)
    if picture is None:
        return ""
    try:
        return host.upload(request.channel, picture) or ""
    except FlakeGuardError as error:
        if not error.permanent:
            raise
        log.warning("chart_not_uploaded", channel=request.channel, because=str(error))
        return ""


def _post(work: Work, host: Chats, request: TellDigest, told: Digest) -> None:
    engine, now = work.context.engine, work.context.clock()
    message = _message(work, request, told, chart=request.chart)
    try:
        say_once(engine, host, request.channel, message, now=now)
    except FlakeGuardError as error:
        if not error.permanent or not request.chart:
            raise
        log.warning("chart_not_shown", channel=request.channel, because=str(error))
        plain = _message(work, request, told)
        say_once(engine, host, request.channel, plain, now=now)


def _message(work: Work, request: TellDigest, told: Digest, *, chart: str = "") -> ChatMessage:
    """The digest with its dates in the channel's time zone."""
    with unit_of_work(work.context.engine) as session:
        zone = zone_there(session, request.channel)
    public_url = work.context.public_url
    with in_zone(zone):
        return digest_message(told, public_url=public_url, handle=request.handle, chart=chart)


def _is_said(work: Work, host: Chats, request: TellDigest) -> bool:
    """Whether the digest stands there; only one that may have been sent is looked for."""
    with unit_of_work(work.context.engine) as session:
        may_be = sayings.is_begun(session, request.channel, request.handle)
    return may_be and host.find(request.channel, request.handle) is not None
