"""Asking for a case to be run again on the same code of the default branch."""

from datetime import datetime
from functools import partial
from uuid import UUID

from app.core.errors import BadInput, Conflict
from app.core.reruns import MOST_TIMES, TIMES_ASKED, RerunState, RerunWhy
from app.db import issues, reruns
from app.db.session import Session
from app.render.words import reruns as said
from app.render.words.issues import not_on_github
from app.services.acts.actor import Actor, Done
from app.services.acts.steps import audit, done
from app.services.acts.subject import hold
from app.services.policy.policies import policy_of

RERUN = "rerun_case"  # the act's name in the audit trail


def rerun(
    session: Session,
    repo_id: int,
    case_id: UUID,
    actor: Actor,
    *,
    now: datetime,
    times: int = TIMES_ASKED,
) -> Done:
    """Ask for so many re-runs of the job in which a case runs; a worker looks for where.

    Only of jobs that the policy names, and within its minutes of a day. The caller has checked
    that the actor may, and asks for what follows (answers.aftermath.follows). Raises Missing
    when there is no such case, BadInput for too many, and Conflict where the policy names no job or
    re-runs of it are under way.
    """
    if not 1 <= times <= MOST_TIMES:
        raise BadInput(said.names_times(MOST_TIMES))
    subject = hold(session, repo_id, case_id)
    if not issues.is_on_github(session, repo_id):
        raise Conflict(not_on_github())
    if not policy_of(session, repo_id).proof_jobs:
        raise Conflict(said.no_proof_jobs())
    rerun_id = reruns.wish(
        session, repo_id, case_id, why=RerunWhy.PERSON, wanted=times, by=actor.shown, now=now
    )
    if rerun_id is None:
        raise Conflict(said.is_open())
    event_id = audit(
        session,
        repo_id,
        case_id,
        RERUN,
        actor,
        before={},
        after={"rerun": rerun_id, "times": times},
        now=now,
    )
    return done(subject, partial(said.asked_by, actor.shown, times), event_id)


def call_off(session: Session, repo_id: int, rerun_id: int, *, now: datetime) -> None:
    """Take a wish back of which nothing was run yet; Conflict where it is too late."""
    wish = reruns.held(session, repo_id, rerun_id)
    if wish is None or wish.state is not RerunState.QUEUED or wish.attempts:
        raise Conflict(said.too_late_to_take_back())
    reruns.change(
        session,
        repo_id,
        rerun_id,
        state=RerunState.REFUSED,
        note=said.taken_back(),
        ended_at=now,
    )
