"""Having an issue opened about a case: by a person's word, or of our own accord."""

from datetime import datetime
from functools import partial
from hashlib import sha256
from uuid import UUID

from app.core.errors import Conflict
from app.core.issues import GROUPED_ABOVE, About, Hand, Issue, Topic
from app.db import issues
from app.db.session import Session
from app.render.words import issues as said
from app.services.acts.actor import Actor, Done
from app.services.acts.steps import audit, done
from app.services.acts.subject import hold

OPEN_ISSUE = "open_issue"  # the act's name in the audit trail


def open_issue(
    session: Session, repo_id: int, case_id: UUID, actor: Actor, *, now: datetime
) -> Done:
    """Have an issue opened about a case, or opened again; where it is told is not waited for.

    A case of a file or cluster with more than four flaky ones shares one issue with those of
    them that have none. The caller has checked that the actor may, and asks for what follows
    (answers.aftermath.follows). Raises Missing when there is no such case, and Conflict for
    one that never failed, or whose issue is open already.
    """
    subject = hold(session, repo_id, case_id)
    if not issues.is_on_github(session, repo_id):
        raise Conflict(said.not_on_github())
    if subject.standing is None:
        raise Conflict(said.nothing_to_say())
    standing = issues.of_case(session, repo_id, case_id)
    if standing is not None and standing.number is not None and _is_open(standing):
        raise Conflict(said.is_there(standing.number))
    issue = standing or _new(session, repo_id, case_id, actor, now=now)
    says = partial(said.opened_by, actor.shown)
    if issue.number is not None and _is_open(issue):
        says = partial(said.joined_by, actor.shown, issue.number)
    elif issue.number is not None and issue.error is None:
        issues.note_hand(session, repo_id, issue.id, Hand.REOPENED, by=actor.shown, at=now)
        says = partial(said.reopened_by, actor.shown)
    elif standing is not None:
        issues.begin_anew(session, repo_id, issue.id, by=actor.shown, now=now)
    event_id = audit(
        session,
        repo_id,
        case_id,
        OPEN_ISSUE,
        actor,
        before={"issue": standing.id if standing else None},
        after={"issue": issue.id},
        now=now,
    )
    return done(subject, says, event_id)


def withdraw(
    session: Session, repo_id: int, issue_id: int, actor: Actor, *, now: datetime
) -> Issue | None:
    """Take the opening of an issue back: it is closed; as it was, None when there is none."""
    issue = issues.issue(session, repo_id, issue_id)
    if issue is not None:
        issues.note_hand(session, repo_id, issue_id, Hand.WITHDRAWN, by=actor.shown, at=now)
    return issue


def _is_open(issue: Issue) -> bool:
    return issue.is_open and issue.error is None and issue.hand is not Hand.WITHDRAWN


def _new(session: Session, repo_id: int, case_id: UUID, actor: Actor, *, now: datetime) -> Issue:
    topic, cases = _topic(session, repo_id, case_id)
    issue = issues.open_new(session, repo_id, topic, by=actor.shown, now=now)
    issues.add_cases(session, repo_id, issue.id, {case_id, *cases}, now=now)
    return issue


def _topic(session: Session, repo_id: int, case_id: UUID) -> tuple[Topic, list[UUID]]:
    """What an issue for this case is about, and which other cases are in it."""
    in_file = issues.flaky_in_file(session, repo_id, case_id)
    if len(in_file) > GROUPED_ABOVE:
        file = issues.file_of(session, repo_id, case_id)
        return Topic(About.FILE, sha256(file.encode()).hexdigest()), in_file
    alike = issues.flaky_alike(session, repo_id, case_id)
    if alike is not None and len(alike[1]) > GROUPED_ABOVE:
        return Topic(About.CLUSTER, str(alike[0])), alike[1]
    return Topic(About.CASE, case_id.hex), []
