"""Acts by their names, as the command line and the API take them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.core.acts import ActName
from app.core.errors import BadInput
from app.core.reruns import TIMES_ASKED
from app.db.session import Session
from app.services.acts import cases, quarantines
from app.services.acts.actor import Actor, Done
from app.services.acts.issues import open_issue
from app.services.acts.reruns import rerun
from app.services.acts.terms import Wish

MOST_DAYS = 365


@dataclass(frozen=True, slots=True)
class Asked:
    """What comes along with an act; each act takes what it needs."""

    reason: str = ""
    days: int | None = None
    owner: str | None = None
    commit: str | None = None
    times: int | None = None


NOTHING_MORE = Asked()


def perform(
    session: Session,
    repo_id: int,
    case_id: UUID,
    name: ActName,
    asked: Asked,
    actor: Actor,
    *,
    now: datetime,
) -> Done:
    """Do it. The caller has checked that the actor may.

    Raises BadInput where something is missing, Missing, and Conflict where the case is in no
    state for it.
    """
    if asked.days is not None and not 1 <= asked.days <= MOST_DAYS:
        raise BadInput(f"Name 1 to {MOST_DAYS} days, not {asked.days}.")
    if name in {ActName.OPEN_ISSUE, ActName.RERUN}:
        return _beside(session, repo_id, case_id, name, asked, actor, now=now)
    if name in {ActName.OWN, ActName.MUTE, ActName.UNMUTE, ActName.STABLE}:
        return _about_case(session, repo_id, case_id, name, asked, actor, now=now)
    return _about_quarantine(session, repo_id, case_id, name, asked, actor, now=now)


def _beside(
    session: Session,
    repo_id: int,
    case_id: UUID,
    name: ActName,
    asked: Asked,
    actor: Actor,
    *,
    now: datetime,
) -> Done:
    """What is done about a case beside deciding."""
    if name is ActName.OPEN_ISSUE:
        return open_issue(session, repo_id, case_id, actor, now=now)
    times = TIMES_ASKED if asked.times is None else asked.times
    return rerun(session, repo_id, case_id, actor, times=times, now=now)


def _about_case(
    session: Session,
    repo_id: int,
    case_id: UUID,
    name: ActName,
    asked: Asked,
    actor: Actor,
    *,
    now: datetime,
) -> Done:
    if name is ActName.OWN:
        owner = asked.owner or ""
        return cases.own(session, repo_id, case_id, actor, owner=owner, now=now)
    if name is ActName.MUTE:
        if asked.days is None:
            raise BadInput("Say for how many days the case is to be muted.")
        until = now + timedelta(days=asked.days)
        return cases.mute(session, repo_id, case_id, actor, until=until, now=now)
    if name is ActName.UNMUTE:
        return cases.unmute(session, repo_id, case_id, actor, now=now)
    return cases.mark_stable(session, repo_id, case_id, actor, sha=asked.commit or "", now=now)


def _about_quarantine(
    session: Session,
    repo_id: int,
    case_id: UUID,
    name: ActName,
    asked: Asked,
    actor: Actor,
    *,
    now: datetime,
) -> Done:
    act = quarantines
    wish, reason = Wish(asked.days, asked.owner), asked.reason
    if name is ActName.ACTIVATE:
        return act.activate(session, repo_id, case_id, actor, reason=reason, wish=wish, now=now)
    if name is ActName.RENEW:
        return act.renew(session, repo_id, case_id, actor, reason=reason, wish=wish, now=now)
    if name is ActName.REOPEN:
        return act.reopen(session, repo_id, case_id, actor, reason=reason, wish=wish, now=now)
    if name is ActName.PROPOSE:
        return act.propose(session, repo_id, case_id, actor, reason=reason, now=now)
    if name is ActName.DECLINE:
        return act.decline(session, repo_id, case_id, actor, reason=reason, now=now)
    if name is ActName.RELEASE:
        return act.release(session, repo_id, case_id, actor, reason=reason, now=now)
    return act.dismiss(session, repo_id, case_id, actor, reason=reason, now=now)
