"""The weekly report of a repository's quarantine, for the channels that hear of quarantine."""

from datetime import datetime, timedelta
from itertools import islice

from app.core.asking import QueueName
from app.core.chat_commands import Kind
from app.core.chat_requests import TellQuarantineReport
from app.core.quarantine_reports import QuarantineReport
from app.core.runs import Repository
from app.db import decisions, repositories
from app.db.chat import quarantine_reports
from app.db.session import Engine, Session, unit_of_work
from app.db.work import tasks
from app.db.work.tasks import Asking
from app.services.chat import hearing

WEEK = 7  # days
NAMED = 6  # cases of each kind that are named
AT_ONCE = 200  # repositories in one transaction


def report(session: Session, repository: Repository, *, now: datetime) -> QuarantineReport:
    """What quarantine was worth in a week, and what of it asks for somebody."""
    since = now - timedelta(days=WEEK)
    excused, rescued = quarantine_reports.excused(session, repository.id, since=since, until=now)
    held = decisions.holding(session, repository.id)
    return QuarantineReport(
        repository=repository.full_name,
        days=WEEK,
        held=sum(one.excuses(now) for one in held),
        excused=excused,
        rescued=rescued,
        proven=quarantine_reports.proven(
            session, repository.id, since=since, until=now, most=NAMED
        ),
        overdue=quarantine_reports.overdue(session, repository.id, until=now, most=NAMED),
    )


def ask_due(engine: Engine, *, now: datetime, request_id: str) -> list[TellQuarantineReport]:
    """Ask for the report of every repository of whose quarantine a channel hears."""
    day = f"{now:%Y-%m-%d}"
    with unit_of_work(engine) as session:
        found = iter(repositories.repositories(session))
    wanted: list[TellQuarantineReport] = []
    while batch := list(islice(found, AT_ONCE)):
        with unit_of_work(engine) as session:
            new = [
                TellQuarantineReport(one.id, channel, day)
                for one in batch
                for channel in hearing.channels(session, one.id, Kind.QUARANTINE)
            ]
            askings = [Asking(one, QueueName.HISTORY, request_id) for one in new]
            tasks.ask(session, askings, now=now)
        wanted += new
    return wanted
