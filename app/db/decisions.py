"""Decisions of people: quarantines, and the audit trail of who did what."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.quarantine import Quarantine, QuarantineState
from app.db.tables.thought import AuditEventRow, QuarantineRow


def newest(session: Session, repo_id: int, case_ids: Sequence[UUID]) -> dict[UUID, Quarantine]:
    """The newest decision about each of these cases; those without one are missing."""
    query = (
        select(QuarantineRow)
        .where(col(QuarantineRow.repo_id) == repo_id, col(QuarantineRow.case_id).in_(case_ids))
        .order_by(col(QuarantineRow.quarantine_id))
    )
    return {row.case_id: _quarantine(row) for row in session.exec(query)}


def locked(session: Session, repo_id: int, case_id: UUID) -> Quarantine | None:
    """The newest decision about a case, held against changes by others until the end."""
    query = (
        select(QuarantineRow)
        .where(col(QuarantineRow.repo_id) == repo_id, col(QuarantineRow.case_id) == case_id)
        .order_by(col(QuarantineRow.quarantine_id).desc())
        .limit(1)
        .with_for_update()
    )
    row = session.exec(query).first()
    return None if row is None else _quarantine(row)


def open_new(
    session: Session,
    repo_id: int,
    case_id: UUID,
    *,
    state: QuarantineState,
    reason: str,
    decided_by: str,
    since: datetime,
    evidence_at: datetime,
    until: datetime | None,
) -> None:
    """Begin a decision about a case that has none open."""
    session.add(
        QuarantineRow(
            repo_id=repo_id,
            case_id=case_id,
            state=state,
            reason=reason,
            decided_by=decided_by,
            since=since,
            evidence_at=evidence_at,
            until=until,
        )
    )


def move(
    session: Session,
    repo_id: int,
    quarantine_id: int,
    *,
    state: QuarantineState,
    reason: str,
    decided_by: str,
    since: datetime,
    evidence_at: datetime,
    until: datetime | None,
) -> None:
    """Take a decision to its next state."""
    row = session.get_one(QuarantineRow, (repo_id, quarantine_id))
    row.state = state
    row.reason = reason
    row.decided_by = decided_by
    row.since = since
    row.evidence_at = evidence_at
    row.until = until


def write_audit(
    session: Session,
    repo_id: int,
    *,
    at: datetime,
    actor: str,
    surface: str,
    act: str,
    case_id: UUID | None,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    request_id: str,
) -> int:
    """Write down who did what; the event's id."""
    row = AuditEventRow(
        repo_id=repo_id,
        at=at,
        actor=actor,
        surface=surface,
        act=act,
        case_id=case_id,
        before=dict(before),
        after=dict(after),
        request_id=request_id,
    )
    session.add(row)
    session.flush()  # the database hands out its id
    return row.event_id


def _quarantine(row: QuarantineRow) -> Quarantine:
    return Quarantine(
        id=row.quarantine_id,
        case_id=row.case_id,
        state=QuarantineState(row.state),
        reason=row.reason,
        decided_by=row.decided_by,
        since=row.since,
        evidence_at=row.evidence_at,
        until=row.until,
    )
