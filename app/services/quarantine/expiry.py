"""The ends of quarantines: their owners are told before, and then failures block again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from app.core.asking import QueueName, Request
from app.core.errors import Conflict
from app.core.quarantine import HOLDING, TOLD_BEFORE, QuarantineEvent
from app.db import cases, endings, issue_remarks, issues
from app.db.endings import Ending
from app.db.session import Engine, Session, unit_of_work
from app.render.words import decisions as said
from app.services.acts.actor import Actor, ourselves
from app.services.acts.steps import Step, take
from app.services.acts.subject import hold
from app.services.answers import aftermath
from app.services.chat import owner_news, threads

AT_ONCE = 100  # quarantines that one look ends; the next look finds the rest
E = QuarantineEvent

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ended:
    """What one look by the clock brought."""

    told: int
    ended: int
    wanted: tuple[Request, ...]  # work that has been asked for, to be hinted at


def end_due(engine: Engine, *, now: datetime, new_token: Callable[[], str]) -> Ended:
    """Tell the owners whose quarantines end soon, and end those whose time is up.

    Each in a transaction of its own, so that one that fails holds up no other.
    """
    told, ended = 0, 0
    wanted: list[Request] = []
    with unit_of_work(engine) as session:
        soon = endings.soon(session, now=now, before=now + TOLD_BEFORE, limit=AT_ONCE)
        due = endings.due(session, now=now, limit=AT_ONCE)
    for one in soon:
        with unit_of_work(engine) as session:
            told += _tell(session, one, now=now)
    for one in due:
        actor = ourselves("cron", new_token())
        try:
            with unit_of_work(engine) as session:
                found = _end(session, one, actor, now=now)
        except Conflict:  # somebody renewed or released it at this moment
            continue
        ended += bool(found)
        wanted += found
    return Ended(told, ended, tuple(dict.fromkeys(wanted)))


def _tell(session: Session, one: Ending, *, now: datetime) -> bool:
    """Say once that an end is near; a renewed quarantine has another end, said again."""
    says = partial(said.ends_soon, one.until, one.owner)
    once = f"ends:{one.quarantine_id}:{one.until:%Y-%m-%dT%H:%M}"
    if not endings.notice(session, one, once=once, kind="ends", text=says(), now=now):
        return False
    threads.queue_replies(session, one.repo_id, one.case_id, once=once, says=says, at=now)
    owner_news.queue(session, one.repo_id, one.case_id, once=once, says=says, at=now, now=now)
    issue = issues.of_case(session, one.repo_id, one.case_id)
    if issue is not None:
        named = cases.cases(session, one.repo_id, [one.case_id])[one.case_id].full_name
        issue_remarks.say_once(
            session,
            one.repo_id,
            issue.id,
            once=once,
            text=said.ends_soon_in_issue(named, one.until, None if one.whom else one.owner),
            at=now,
            mention=one.whom,
        )
    wanted = aftermath.shown_anew(session, one.repo_id, one.case_id)
    aftermath.ask(session, wanted, request_id=once, now=now, queue=QueueName.RUN)
    return True


def _end(session: Session, one: Ending, actor: Actor, *, now: datetime) -> list[Request]:
    subject = hold(session, one.repo_id, one.case_id)
    before = subject.before
    if before is None or before.state not in HOLDING or before.until is None or before.until > now:
        return []
    says = partial(said.ended, before.until)
    _, event_id = take(
        session, subject, Step(E.TIME_IS_UP.value, [E.TIME_IS_UP], says(), {}), actor, now=now
    )
    once = f"act:{event_id}"
    threads.queue_replies(session, one.repo_id, one.case_id, once=once, says=says, at=now)
    owner_news.queue(session, one.repo_id, one.case_id, once=once, says=says, at=now, now=now)
    wanted = aftermath.shown_anew(session, one.repo_id, one.case_id)
    aftermath.ask(session, wanted, request_id=actor.request_id, now=now, queue=QueueName.RUN)
    log.info("quarantine_ended", repo=one.repo_id, case=str(one.case_id))
    return wanted
