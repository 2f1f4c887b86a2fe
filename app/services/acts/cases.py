"""What a person can say of a case, quarantined or not: whose it is, silence, that it is stable."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from app.core.accuracy import Correction
from app.core.errors import BadInput, Conflict, Missing
from app.core.owners import is_owner
from app.db import cares, runs
from app.db.cares import Care
from app.db.session import Session
from app.render.words import decisions as said
from app.services.acts.actor import Actor, Done
from app.services.acts.steps import audit, correct, done
from app.services.acts.subject import Subject, hold
from app.services.acts.terms import give_to_owner

MUTED_AT_MOST = timedelta(days=90)


def own(
    session: Session, repo_id: int, case_id: UUID, actor: Actor, *, owner: str, now: datetime
) -> Done:
    """Make somebody a case's owner, whatever CODEOWNERS says. BadInput for an odd name."""
    if not is_owner(owner):
        raise BadInput(said.no_owner(owner))
    subject = hold(session, repo_id, case_id)
    after = replace(subject.care, owner=owner)
    event_id = _write(session, subject, after, "own", actor, now=now)
    give_to_owner(session, subject)
    return done(subject, partial(said.owned_by, owner, actor.shown), event_id)


def mute(
    session: Session, repo_id: int, case_id: UUID, actor: Actor, *, until: datetime, now: datetime
) -> Done:
    """Say nothing of a case on its own until then; check runs still name it."""
    if not now < until <= now + MUTED_AT_MOST:
        raise BadInput(f"A case is muted for 1 to {MUTED_AT_MOST.days} days.")
    subject = hold(session, repo_id, case_id)
    after = replace(subject.care, muted_until=until)
    event_id = _write(session, subject, after, "mute", actor, now=now)
    return done(subject, partial(said.muted_by, actor.shown, until), event_id)


def unmute(session: Session, repo_id: int, case_id: UUID, actor: Actor, *, now: datetime) -> Done:
    """Speak of a case again."""
    subject = hold(session, repo_id, case_id)
    after = replace(subject.care, muted_until=None)
    event_id = _write(session, subject, after, "unmute", actor, now=now)
    return done(subject, partial(said.unmuted_by, actor.shown), event_id)


def mark_stable(
    session: Session, repo_id: int, case_id: UUID, actor: Actor, *, sha: str, now: datetime
) -> Done:
    """Say that a case is stable from a commit on: what flaked before it counts no more.

    Raises Missing when no run of that commit is known, BadInput when it is none, and Conflict when
    that was said already.
    """
    first = runs.first_of(session, repo_id, _sha(sha))
    if first is None:
        raise Missing(f"No run of the commit {sha[:40]} is known.")
    whole_sha, began = first
    subject = hold(session, repo_id, case_id)
    if subject.care.stable_sha == whole_sha:
        raise Conflict(said.stable_already(whole_sha))
    after = replace(
        subject.care, stable_since=began - timedelta(microseconds=1), stable_sha=whole_sha
    )
    event_id = _write(session, subject, after, "mark_stable", actor, now=now)
    if subject.was_flagged:
        correct(session, subject, Correction.MARKED_STABLE, actor, event_id=event_id, now=now)
    said_so = done(subject, partial(said.stable_since, actor.shown, whole_sha), event_id)
    return replace(said_so, takes_back=True)


def care_snapshot(care: Care) -> dict[str, Any]:
    """What was said of a case, as the audit trail keeps it."""
    kept = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(care).items()
    }
    return {"care": kept}


def care_from(kept: Mapping[str, Any]) -> Care:
    """What was kept."""
    fields = dict(kept["care"])
    for name in ("muted_until", "stable_since"):
        fields[name] = datetime.fromisoformat(fields[name]) if fields[name] else None
    return Care(**fields)


def _write(
    session: Session, subject: Subject, after: Care, act: str, actor: Actor, *, now: datetime
) -> int:
    written = cares.write(session, subject.repo_id, subject.case_id, subject.care, after)
    return audit(
        session,
        subject.repo_id,
        subject.case_id,
        act,
        actor,
        before=care_snapshot(subject.care),
        after=care_snapshot(written),
        now=now,
    )


def _sha(text: str) -> str:
    sha = text.strip().lower()
    if not (7 <= len(sha) <= 64 and all(character in "0123456789abcdef" for character in sha)):
        raise BadInput("Name the commit by 7 or more of its hexadecimal digits.")
    return sha
