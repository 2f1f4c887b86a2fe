"""The weekly report of a repository's quarantine, for the channels that hear of quarantine."""

from datetime import date, datetime, timedelta
from uuid import UUID

from app.core.asking import Request
from app.core.chat_requests import TellQuarantineReport
from app.core.hours import Often
from app.core.quarantine_reports import QuarantineReport
from app.core.runs import Repository
from app.db import decisions
from app.db.chat import quarantine_reports
from app.db.chat.days import Heard, Told
from app.db.session import Engine, Session
from app.services.policy.policies import policy_of
from app.services.policy.terms import terms_of
from app.services.slack import clock

WEEK = 7  # days
NAMED = 6  # cases of each kind that are named


def report(session: Session, repository: Repository, *, now: datetime) -> QuarantineReport:
    """What quarantine was worth in a week, and what of it asks for somebody."""
    since = now - timedelta(days=WEEK)
    excused, rescued = quarantine_reports.excused(
        session,
        repository.id,
        since=since,
        until=now,
        exempt=_exempt(session, repository.id, since=since, until=now),
    )
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


def _exempt(
    session: Session, repo_id: int, *, since: datetime, until: datetime
) -> list[tuple[UUID, str]]:
    """The held cases that failed on a branch on which the policy exempts them.

    Not those that it exempts everywhere: they were held before it came to say so.
    """
    policy = policy_of(session, repo_id)
    if not policy.has_terms:
        return []
    met = quarantine_reports.met(session, repo_id, since=since, until=until)
    terms = terms_of(session, repo_id, policy, {case.hex for case, _ in met})
    return [
        (case, branch)
        for case, branch in met
        if terms.is_exempt(case.hex, branch) and not terms.is_exempt(case.hex, None)
    ]


def ask_due(engine: Engine, *, now: datetime, request_id: str) -> list[Request]:
    """Ask for the reports that are due where channels hear of quarantine; the work asked for."""
    return clock.ask_due(engine, Told.QUARANTINE_REPORT, _wanted, now=now, request_id=request_id)


def _wanted(place: Heard, day: date, often: Often) -> TellQuarantineReport:
    return TellQuarantineReport(place.repo_id, place.channel, day.isoformat())
