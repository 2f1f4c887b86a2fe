"""Taking a quarantine from one state to the next: the one place where that is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.accuracy import Correction, Feedback
from app.core.errors import Conflict, IllegalTransition
from app.core.quarantine import (
    HOLDING,
    REASON_LIMIT,
    Quarantine,
    QuarantineEvent,
    QuarantineState,
    advance,
)
from app.db import decisions, feedback, trail
from app.db.decisions import StoredEvent
from app.db.session import Session
from app.render.words import Saying
from app.render.words import decisions as words
from app.services.acts.actor import Actor, Done
from app.services.acts.subject import Subject

KEEP_END = HOLDING | {QuarantineState.EXPIRED}  # states that tell when the end is, or was
NEW = 0  # the id of a decision that has none yet


@dataclass(frozen=True, slots=True)
class Step:
    """One act: the events it goes through, why, and what it sets."""

    act: str  # its name in the audit trail
    events: Sequence[QuarantineEvent]
    reason: str
    sets: Mapping[str, Any]  # fields of the decision
    correction: Correction | None = None


def take(
    session: Session, subject: Subject, step: Step, actor: Actor, *, now: datetime
) -> tuple[Quarantine, int]:
    """Take the step, and write it down: the decision, each event, the audit trail, a correction.

    Raises Conflict, in a sentence that says what the case is meanwhile, where there is no such
    step. The answer is the decision and the audit event's id.
    """
    states = _states(subject.before, step.events)
    wanted = _wanted(subject, step, states[-1], actor, now=now)
    if subject.before is None:
        after = decisions.open_new(session, subject.repo_id, wanted)
    else:
        after = decisions.move(session, subject.repo_id, subject.before, wanted)
    _note(session, subject, step, states, after, actor, now=now)
    event_id = audit(
        session,
        subject.repo_id,
        subject.case_id,
        step.act,
        actor,
        before=snapshot(subject.before),
        after=snapshot(after),
        now=now,
    )
    if step.correction is not None:
        correct(session, subject, step.correction, actor, event_id=event_id, now=now)
    return after, event_id


def correct(
    session: Session,
    subject: Subject,
    correction: Correction,
    actor: Actor,
    *,
    event_id: int,
    now: datetime,
) -> None:
    """Keep that a case was called what it is not, with the probability that was shown then."""
    feedback.add(
        session,
        subject.repo_id,
        subject.case_id,
        Feedback(correction, _shown(subject)),
        actor=actor.shown,
        at=now,
        audit_event_id=event_id,
    )


def done(subject: Subject, says: Saying, event_id: int) -> Done:
    """What is said of it."""
    return Done(subject.case_id, says, event_id)


def audit(
    session: Session,
    repo_id: int,
    case_id: UUID | None,
    act: str,
    actor: Actor,
    *,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    now: datetime,
) -> int:
    """Write down who did what; the number by which it can be undone."""
    return trail.write(
        session,
        repo_id,
        at=now,
        actor=actor.shown,
        surface=actor.surface,
        act=act,
        case_id=case_id,
        before=before,
        after=after,
        request_id=actor.request_id,
    )


def snapshot(quarantine: Quarantine | None) -> dict[str, Any]:
    """A decision as the audit trail keeps it, whole: so that it can be undone."""
    if quarantine is None:
        return {"state": None}
    kept = {name: _plain(getattr(quarantine, name)) for name in decisions.COPIED}
    return kept | {"quarantine": quarantine.id, "version": quarantine.version}


def from_snapshot(kept: Mapping[str, Any], case_id: UUID) -> Quarantine | None:
    """The decision that was kept; None when there was none."""
    if kept.get("state") is None:
        return None
    moments = ("since", "evidence_at", "until", "clean_since")
    fields: dict[str, Any] = {name: kept.get(name) for name in decisions.COPIED}
    fields |= {
        name: datetime.fromisoformat(kept[name]) if kept.get(name) else None for name in moments
    }
    fields |= {"state": QuarantineState(kept["state"]), "event": QuarantineEvent(kept["event"])}
    return Quarantine(
        id=kept["quarantine"],
        case_id=case_id,
        version=kept["version"],
        **fields,
    )


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _states(
    before: Quarantine | None, events: Sequence[QuarantineEvent]
) -> list[QuarantineState | None]:
    """Every state on the way, the first included."""
    states: list[QuarantineState | None] = [before.state if before else None]
    for event in events:
        try:
            states.append(advance(states[-1], event))
        except IllegalTransition:
            raise Conflict(words.not_possible(event, before)) from None
    return states


def _wanted(
    subject: Subject, step: Step, state: QuarantineState | None, actor: Actor, *, now: datetime
) -> Quarantine:
    assert state is not None  # a step leads somewhere
    before = subject.before
    kept = before or Quarantine(
        id=NEW,
        case_id=subject.case_id,
        state=state,
        reason="",
        decided_by="",
        since=now,
        evidence_at=now,
        until=None,
    )
    wanted = replace(
        kept,
        state=state,
        reason=step.reason[:REASON_LIMIT],
        decided_by=actor.shown,
        since=now,
        evidence_at=subject.evidence_at(now),
        event=step.events[-1],
        p_flaky=subject.p_flaky,
        until=kept.until if state in KEEP_END else None,
    )
    return replace(wanted, **dict(step.sets))


def _note(
    session: Session,
    subject: Subject,
    step: Step,
    states: Sequence[QuarantineState | None],
    after: Quarantine,
    actor: Actor,
    *,
    now: datetime,
) -> None:
    for event, was, then in zip(step.events, states, states[1:], strict=False):
        stored = StoredEvent(
            event=event.value,
            was=was,
            now=then,
            at=now,
            actor=actor.shown,
            why=after.reason,
            until=after.until,
            evidence=subject.evidence(),
            request_id=actor.request_id,
        )
        decisions.add_event(session, subject.repo_id, after.id, subject.case_id, stored)


def _shown(subject: Subject) -> float:
    """The probability that was shown: when it was decided, else as it stands."""
    before = subject.before
    decided = before.p_flaky if before and before.state in HOLDING else None
    return decided if decided is not None else subject.p_flaky
