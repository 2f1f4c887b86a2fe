"""What a person can do about a case: one use case for every surface, audited."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.decide import State
from app.core.errors import IllegalTransition
from app.core.quarantine import (
    LASTS,
    Quarantine,
    QuarantineEvent,
    QuarantineState,
    advance,
)
from app.db import decisions, judgements
from app.db.session import Session
from app.render import words
from app.render.view import ActKind

MOST_AT_ONCE = 10  # cases that one click may act on
REASONS = {
    ActKind.QUARANTINE: "Held for flaky.",
    ActKind.DISMISS: "Marked as not flaky.",
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, where, and in which request."""

    login: str  # on the code host
    surface: str  # check, slack, page, cli
    request_id: str

    @property
    def shown(self) -> str:
        """As people read it."""
        return f"@{self.login}"


@dataclass(frozen=True, slots=True)
class Done:
    """What was done to one case."""

    case_id: UUID
    sentence: str
    event_id: int


def act(
    session: Session,
    repo_id: int,
    case_ids: Sequence[UUID],
    kind: ActKind,
    actor: Actor,
    *,
    now: datetime,
) -> list[Done]:
    """Do one thing to each of these cases; those in no state for it are left as they are.

    The caller has checked that the actor may write to the repository.
    """
    done = []
    for case_id in sorted(set(case_ids))[:MOST_AT_ONCE]:
        before = decisions.locked(session, repo_id, case_id)
        try:
            after, until = _decided(kind, before, now=now)
        except IllegalTransition:
            continue
        if kind is ActKind.QUARANTINE and _is_broken(session, repo_id, case_id):
            continue
        _write(session, repo_id, case_id, before, kind, after, actor, now=now, until=until)
        said = {"state": after, "reason": REASONS[kind], "until": until and f"{until:%Y-%m-%d}"}
        event_id = _audit(session, repo_id, case_id, before, said, kind, actor, now=now)
        done.append(Done(case_id, sentence_of(kind, actor.shown, until), event_id))
    return done


def sentence_of(kind: ActKind, actor: str, until: datetime | None) -> str:
    """What every surface says of this act."""
    if kind is ActKind.QUARANTINE:
        assert until is not None
        return words.quarantined_by(actor, until)
    return words.dismissed_by(actor)


def decision_sentence(decision: Quarantine | None, *, now: datetime) -> str | None:
    """What every surface says of a decision in force; None when there is none."""
    if decision is None:
        return None
    if decision.excuses(now) and decision.until is not None:
        return words.quarantined_by(decision.decided_by, decision.until)
    if decision.state is QuarantineState.DISMISSED and decision.decided_by.startswith("@"):
        return words.dismissed_by(decision.decided_by)
    return None


def is_quarantined(decision: Quarantine | None, *, now: datetime) -> bool:
    """Whether a case's failures are excused by a decision at `now`."""
    return decision is not None and decision.excuses(now)


def _decided(
    kind: ActKind, before: Quarantine | None, *, now: datetime
) -> tuple[QuarantineState, datetime | None]:
    """The state that follows, and its end; IllegalTransition where there is no such step."""
    if kind is ActKind.DISMISS:
        if before is None:
            return QuarantineState.DISMISSED, None
        return advance(before.state, QuarantineEvent.RELEASED), None
    if before is None or before.state in {QuarantineState.DISMISSED, QuarantineState.RESOLVED}:
        return QuarantineState.ACTIVE, now + LASTS
    if before.state is QuarantineState.EXPIRED:
        return advance(before.state, QuarantineEvent.RENEWED), now + LASTS
    return advance(before.state, QuarantineEvent.APPROVED), now + LASTS


def _is_broken(session: Session, repo_id: int, case_id: UUID) -> bool:
    """Quarantine never hides a broken case."""
    return judgements.state_of(session, repo_id, case_id) is State.BROKEN


def _write(
    session: Session,
    repo_id: int,
    case_id: UUID,
    before: Quarantine | None,
    kind: ActKind,
    after: QuarantineState,
    actor: Actor,
    *,
    now: datetime,
    until: datetime | None,
) -> None:
    evidence_at = _newest_evidence(session, repo_id, case_id) or now
    ended = before is None or before.state in {
        QuarantineState.DISMISSED,
        QuarantineState.RESOLVED,
    }
    if before is None or ended:
        decisions.open_new(
            session,
            repo_id,
            case_id,
            state=after,
            reason=REASONS[kind],
            decided_by=actor.shown,
            since=now,
            evidence_at=evidence_at,
            until=until,
        )
        return
    decisions.move(
        session,
        repo_id,
        before.id,
        state=after,
        reason=REASONS[kind],
        decided_by=actor.shown,
        since=now,
        evidence_at=evidence_at,
        until=until,
    )


def _newest_evidence(session: Session, repo_id: int, case_id: UUID) -> datetime | None:
    standing = judgements.standing(session, repo_id, case_id)
    return standing.last_flake_at if standing else None


def _audit(
    session: Session,
    repo_id: int,
    case_id: UUID,
    before: Quarantine | None,
    after: Mapping[str, Any],
    kind: ActKind,
    actor: Actor,
    *,
    now: datetime,
) -> int:
    return decisions.write_audit(
        session,
        repo_id,
        at=now,
        actor=actor.shown,
        surface=actor.surface,
        act=kind.value,
        case_id=case_id,
        before={"state": before.state if before else None},
        after=after,
        request_id=actor.request_id,
    )
