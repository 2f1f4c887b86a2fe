"""Outages: noted as they are seen, ended when it has been quiet, and told once."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.core.asking import QueueName
from app.core.chat_commands import Kind as Hearing
from app.core.chat_requests import TellOutage
from app.core.decide import Cause
from app.core.outages import LEAST, Event, Kind, kind_of
from app.core.runs import Repository, Run
from app.db import judgements, outages
from app.db.chat import outage_messages
from app.db.session import Engine, Session, unit_of_work
from app.db.work import tasks
from app.db.work.tasks import Asking
from app.render.words import outages as words_outages
from app.services.chat import hearing


def note(
    session: Session,
    repository: Repository,
    run: Run,
    cases: Sequence[UUID],
    *,
    at: datetime,
    now: datetime,
) -> Event | None:
    """Let a run's failures that many cases share belong to the event that was going on, or begin
    one. None for a fork's run, of which nothing is held, where none of them has a text, and where
    too few would begin one.

    May be called as often as wanted: what belongs to the event already changes nothing. The
    caller holds the repository, so that two runs do not begin two events.
    """
    if not run.is_trusted or not cases:
        return None
    attempt = (run.key.run_id, run.key.attempt)
    hits = outages.hits(session, repository.id, attempt, cases)
    if not hits:
        return None
    known = outages.going_on(session, repository.id, at=at)
    if known is None and len({one.case_id for one in hits}) < LEAST:
        return None
    event = known or outages.open_new(session, repository.id, at=at)
    outages.add(session, repository.id, event.id, hits, run=attempt, pr_number=run.pr_number, at=at)
    event = _named(session, repository.id, event, at=at, now=now)
    if known is None:
        _tell(session, repository.id, event, words_outages.BEGUN, at=now)
    return event


def note_run(session: Session, repository: Repository, run: Run, *, now: datetime) -> Event | None:
    """Note the failures of a run attempt that were judged to be an outage's."""
    found = judgements.findings(session, repository.id, [run.key.run_id])
    cases = sorted(
        {
            one.case_id
            for one in found
            if one.attempt == run.key.attempt and one.finding.cause is Cause.OUTAGE
        }
    )
    at = run.ended_at or run.started_at
    return note(session, repository, run, cases, at=at, now=now)


def _named(session: Session, repo_id: int, event: Event, *, at: datetime, now: datetime) -> Event:
    """Say what the event is: of one group, and the same crowd as on another day, a fixture."""
    cases, groups = outages.cases_of(session, repo_id, event.id)
    crowd = next(iter(groups)) if len(groups) == 1 else None
    others = outages.earlier(session, repo_id, event.id, crowd) if crowd else []
    began = min(event.began_at, at)
    kind = kind_of(crowd, cases, at=began, earlier=[(then, of) for _, then, of in others])
    if kind is Kind.FIXTURE:  # the first time it could not be told
        outages.set_kind(session, repo_id, [one for one, _, _ in others], kind)
    return outages.update(session, repo_id, event.id, kind=kind, crowd=crowd, at=at, now=now)


def end_quiet(engine: Engine, *, now: datetime) -> list[tuple[int, int]]:
    """End the events in which nothing has failed for two hours; repository and id of each."""
    with unit_of_work(engine) as session:
        ended = outages.end_quiet(session, now=now)
        for repo_id, event in ended:
            _tell(session, repo_id, event, words_outages.OVER, at=now)
        wanted = [
            Asking(TellOutage(repo_id, event.id), QueueName.HISTORY, f"outage-{event.id}")
            for repo_id, event in ended
        ]
        tasks.ask(session, wanted, now=now)
    return [(repo_id, event.id) for repo_id, event in ended]


def _tell(session: Session, repo_id: int, event: Event, what: str, *, at: datetime) -> None:
    """Put one message for each channel into the outbox, whatever the number of cases."""
    reach = outages.reach(session, repo_id, event.id)
    assert reach is not None
    text = words_outages.told(reach, what)
    for channel in hearing.channels(session, repo_id, Hearing.OUTAGE):
        outage_messages.say_once(
            session, repo_id, event.id, channel=channel, what=what, text=text, at=at
        )
