"""The audit trail: who did what, with what was before and after; never updated."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.db.tables.thought import AuditEventRow


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """What somebody did, with the state before and after."""

    id: int
    at: datetime
    actor: str
    surface: str
    act: str
    case_id: UUID | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    request_id: str


def write(
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


def event(session: Session, repo_id: int, event_id: int) -> AuditEvent | None:
    """What was done, by its number; None when the repository has no such event."""
    row = session.get(AuditEventRow, (repo_id, event_id))
    return None if row is None else _event(row)


def _event(row: AuditEventRow) -> AuditEvent:
    return AuditEvent(
        row.event_id,
        row.at,
        row.actor,
        row.surface,
        row.act,
        row.case_id,
        row.before,
        row.after,
        row.request_id,
    )


def of_case(
    session: Session, repo_id: int, case_id: UUID | None, *, after: int
) -> list[AuditEvent]:
    """What was done about a case after an event, oldest first; None: what was about no case.

    Served by the primary key.
    """
    query = (
        select(AuditEventRow)
        .where(col(AuditEventRow.repo_id) == repo_id, col(AuditEventRow.event_id) > after)
        .where(col(AuditEventRow.case_id).is_not_distinct_from(case_id))
        .order_by(col(AuditEventRow.event_id))
    )
    return [_event(row) for row in session.exec(query)]


def beside(session: Session, repo_id: int, one: AuditEvent) -> list[AuditEvent]:
    """The same act of the same request on other cases, this one among them, oldest first.

    Served by audit_event_recent.
    """
    query = (
        select(AuditEventRow)
        .where(col(AuditEventRow.repo_id) == repo_id, col(AuditEventRow.at) == one.at)
        .where(col(AuditEventRow.request_id) == one.request_id)
        .where(col(AuditEventRow.act) == one.act, col(AuditEventRow.actor) == one.actor)
        .order_by(col(AuditEventRow.event_id))
    )
    return [_event(row) for row in session.exec(query)]
