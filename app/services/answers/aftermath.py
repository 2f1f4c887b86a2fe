"""What follows from an act: it is said in the case's threads, and everything shown is made true."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog

from app.core.asking import QueueName, Request
from app.core.chat_requests import TellChat, TellNotice, TellProposals
from app.core.errors import Unavailable
from app.core.quarantine import QuarantineState
from app.core.requests import EvaluateRun, PublishRun, Recompute, RerunJob, TellIssue
from app.db import decisions, issues, judgements, publications, reruns, runs
from app.db.chat import notices
from app.db.session import Session
from app.db.work import tasks
from app.ports import Queue
from app.services.acts import Done
from app.services.chat import owner_news, threads

NOTICES_KEPT_TRUE = 10  # the newest messages about many cases that speak of one

log = structlog.get_logger(__name__)


def follows(session: Session, repo_id: int, done: Done, *, now: datetime) -> list[Request]:
    """Put the act's sentence into the case's threads; the work that has to follow it.

    Evidence that is taken back is let go where the last run that showed it is evaluated; of what
    was read back as history no run is, so the scorer is computed anew.
    """
    if done.case_id is None:
        return []
    threads.queue_replies(
        session,
        repo_id,
        done.case_id,
        once=f"act:{done.event_id}",
        says=done.says,
        at=now,
        even_if_muted=True,
    )
    owner_news.queue_act(session, repo_id, done, now=now)
    wanted = shown_anew(session, repo_id, done.case_id)
    is_unheard = done.takes_back and judgements.last_finding(session, repo_id, done.case_id) is None
    return [*wanted, Recompute(repo_id)] if done.needs_recompute or is_unheard else wanted


def shown_anew(session: Session, repo_id: int, case_id: UUID) -> list[Request]:
    """The work that brings what is held and said of a case up to date."""
    wanted: list[Request] = [TellChat(repo_id, case_id.hex)]
    wanted += in_notices(session, repo_id, [case_id])
    decision = decisions.newest(session, repo_id, [case_id]).get(case_id)
    if decision is not None and decision.state is QuarantineState.PROPOSED:
        wanted.append(TellProposals(repo_id))
    issue = issues.of_case(session, repo_id, case_id)
    if issue is not None:
        wanted.append(TellIssue(repo_id, issue.id))
    wishes = reruns.open_for(session, repo_id, [case_id]).values()
    wanted += [RerunJob(repo_id, rerun_id) for rerun_id in wishes]
    last = judgements.last_finding(session, repo_id, case_id)
    if last is not None:
        wanted.append(EvaluateRun(repo_id, last.run_id, last.attempt))
    for head in publications.heads_showing(session, repo_id, case_id):
        wanted.append(PublishRun(repo_id, head))
        newest = runs.newest_attempts(session, repo_id, head)
        wanted += [EvaluateRun(repo_id, run.key.run_id, run.key.attempt) for run in newest]
    return list(dict.fromkeys(wanted))


def in_notices(session: Session, repo_id: int, case_ids: Sequence[UUID]) -> list[Request]:
    """The work that brings messages about many cases up to date, where these are among them."""
    found = notices.naming(session, repo_id, case_ids, most=NOTICES_KEPT_TRUE)
    return [TellNotice(repo_id, notice_id) for notice_id in found]


def ask(
    session: Session,
    wanted: Sequence[Request],
    *,
    request_id: str,
    now: datetime,
    queue: QueueName = QueueName.CLICK,
) -> None:
    """Ask for work from where no task is: the command line, the API, the clock."""
    askings = [tasks.Asking(one, queue_of(one, queue), request_id) for one in wanted]
    tasks.ask(session, askings, now=now)


def queue_of(request: Request, queue: QueueName) -> QueueName:
    """Where a request belongs: a recompute takes long, and nobody waits for it."""
    return QueueName.HISTORY if isinstance(request, Recompute) else queue


def hint(queue: Queue, wanted: Sequence[Request], name: QueueName = QueueName.CLICK) -> None:
    """Tell the queue, after the commit; when it is away, the sweep finds the work."""
    if not wanted:
        return
    try:
        for one in wanted:
            queue.hint(queue_of(one, name), [one])
    except Unavailable as error:
        log.warning("hint_lost", error=str(error))
