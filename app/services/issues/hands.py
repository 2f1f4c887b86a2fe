"""What people do to issues of ours on the code host: closed ones claim a fix and ask for proof."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from app.core.asking import Request
from app.core.issues import Hand, Issue
from app.core.quarantine import HOLDING, Quarantine
from app.core.requests import TellIssue
from app.db import decisions, issues
from app.db.session import Session
from app.services.acts.actor import Actor
from app.services.answers import aftermath
from app.services.quarantine import proving
from app.services.reruns import wishes

COMPLETED = frozenset({"", "completed"})  # GitHub's reasons that say it is fixed; "" of old hosts

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Heard:
    """What somebody did to an issue."""

    number: int
    is_closed: bool  # else opened again
    reason: str  # why it was closed, in the host's word
    actor: Actor


def heed(session: Session, repo_id: int, heard: Heard, *, now: datetime) -> list[Request]:
    """Write down what was done to an issue of ours, and what follows from it.

    Who closes it as completed claims that its cases are fixed, and asks for the proof. The answer
    is the work to ask for; none for an issue that is not ours.
    """
    issue = issues.by_number(session, repo_id, heard.number)
    if issue is None:
        return []
    hand = _hand(heard)
    issues.note_hand(session, repo_id, issue.id, hand, by=heard.actor.shown, at=now)
    log.info("issue_heeded", repo=repo_id, issue=issue.number, hand=hand.value)
    wanted: list[Request] = [TellIssue(repo_id, issue.id)]
    if hand is Hand.CLOSED and heard.actor.is_person:
        wanted += _claimed(session, repo_id, issue, heard.actor, now=now)
    return list(dict.fromkeys(wanted))


def _hand(heard: Heard) -> Hand:
    if not heard.is_closed:
        return Hand.REOPENED
    return Hand.CLOSED if heard.reason in COMPLETED else Hand.NOT_PLANNED


def _claimed(
    session: Session, repo_id: int, issue: Issue, actor: Actor, *, now: datetime
) -> list[Request]:
    wanted: list[Request] = []
    for case_id in issues.cases(session, repo_id, issue.id):
        proving.claim_fix(session, repo_id, case_id, actor, fix=f"#{issue.number}", now=now)
        held = _held(session, repo_id, case_id)
        wishes.prove_fix(session, repo_id, case_id, held, by=actor.shown, now=now)
        wanted += aftermath.shown_anew(session, repo_id, case_id)
    return wanted


def _held(session: Session, repo_id: int, case_id: UUID) -> Quarantine | None:
    found = decisions.newest(session, repo_id, [case_id]).get(case_id)
    return found if found is not None and found.state in HOLDING else None
