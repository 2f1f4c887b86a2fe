"""Telling channels by the week what became of a repository's quarantine."""

from app.core.chat_commands import Kind
from app.core.chat_requests import TellQuarantineReport
from app.db.session import unit_of_work
from app.render.quarantine_reports import report_message
from app.render.words import in_zone
from app.services.chat import hearing
from app.services.chat.saying import say_once
from app.services.chat.zones import zone_there
from app.services.slack import quarantine_report
from jobs.outside import CHAT, spared
from jobs.tasks.say import told_of
from jobs.turns import Work


def tell_quarantine_report(work: Work) -> None:
    """Tell a channel once for each day that it was asked for; nothing where there is no news."""
    request = work.lease.request
    assert isinstance(request, TellQuarantineReport)
    context, message = work.context, None
    host = context.chat
    if host is not None and host.reaches(request.channel):
        with unit_of_work(context.engine) as session:
            repository = told_of(context, session, request.repo_id)
            heard = hearing.channels(session, request.repo_id, Kind.QUARANTINE)
            if repository is not None and request.channel in heard:
                told = quarantine_report.report(session, repository, now=context.clock())
                handle = f"quarantine-report:{request.key}"
                with in_zone(zone_there(session, request.channel)):
                    message = report_message(told, public_url=context.public_url, handle=handle)
                message = None if told.is_empty else message
    if host is not None and message is not None:
        with spared(context, CHAT):
            say_once(context.engine, host, request.channel, message, now=context.clock())
    with work.finishing():
        pass
