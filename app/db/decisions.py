"""Decisions about cases: quarantines, and each step of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.core.errors import Conflict
from app.core.quarantine import HOLDING, OPEN, Quarantine, QuarantineEvent, QuarantineState
from app.db.tables.decided import QuarantineEventRow
from app.db.tables.thought import QuarantineRow

COPIED = (
    *("state", "reason", "decided_by", "since", "evidence_at", "until", "event", "owner"),
    *("owner_is_guess", "p_flaky", "clean_needed", "clean_runs", "clean_since", "fix"),
)
"""What a decision's row and its record share, under the same names."""
CHANGED = "Somebody decided about this case at the same moment; look again before you act."
FRESH = {"populate_existing": True}  # rows are changed past the session, too
IS_OPEN = text("state in ('proposed', 'active', 'fix_pending')")  # as quarantine_open has it
LOCK_CASE = text("SELECT 1 FROM case_ WHERE repo_id = :repo AND case_id = :case FOR NO KEY UPDATE")

LOCK_CASES = text(
    "SELECT 1 FROM case_ WHERE repo_id = :repo AND case_id = ANY(:cases)"
    " ORDER BY case_id FOR NO KEY UPDATE"
)


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One step of a quarantine, as it was written down."""

    event: str
    was: QuarantineState | None
    now: QuarantineState | None
    at: datetime
    actor: str
    why: str
    until: datetime | None
    evidence: Mapping[str, Any]
    request_id: str


def newest(session: Session, repo_id: int, case_ids: Sequence[UUID]) -> dict[UUID, Quarantine]:
    """The decision about each of these cases; those without one are missing."""
    query = (
        select(QuarantineRow)
        .where(col(QuarantineRow.repo_id) == repo_id, col(QuarantineRow.case_id).in_(case_ids))
        .order_by(col(QuarantineRow.quarantine_id))
    )
    return {row.case_id: quarantine_of(row) for row in session.exec(query, execution_options=FRESH)}


def hold_case(session: Session, repo_id: int, case_id: UUID) -> bool:
    """Let nobody else decide about a case until the end; False when there is no such case."""
    found = session.execute(LOCK_CASE, {"repo": repo_id, "case": case_id})
    return found.first() is not None


def hold_cases(session: Session, repo_id: int, case_ids: Sequence[UUID]) -> None:
    """The same of several, in the order in which everybody takes them."""
    if case_ids:
        session.execute(LOCK_CASES, {"repo": repo_id, "cases": list(case_ids)})


def locked(session: Session, repo_id: int, case_id: UUID) -> Quarantine | None:
    """The decision about a case, held against changes by others until the end."""
    query = (
        select(QuarantineRow)
        .where(col(QuarantineRow.repo_id) == repo_id, col(QuarantineRow.case_id) == case_id)
        .order_by(col(QuarantineRow.quarantine_id).desc())
        .limit(1)
        .with_for_update()
    )
    row = session.exec(query, execution_options=FRESH).first()
    return None if row is None else quarantine_of(row)


def holding(session: Session, repo_id: int) -> list[Quarantine]:
    """What excuses failures in a repository, ends that have come too; served by quarantine_open."""
    return _in(session, repo_id, HOLDING)


def undecided_or_held(session: Session, repo_id: int) -> list[Quarantine]:
    """What is proposed or excuses failures; served by quarantine_open."""
    return _in(session, repo_id, OPEN)


def _in(session: Session, repo_id: int, states: Collection[QuarantineState]) -> list[Quarantine]:
    query = (
        select(QuarantineRow)
        .where(col(QuarantineRow.repo_id) == repo_id)
        .where(IS_OPEN, col(QuarantineRow.state).in_([state.value for state in states]))
        .order_by(col(QuarantineRow.case_id))
    )
    return [quarantine_of(row) for row in session.exec(query, execution_options=FRESH)]


def give(
    session: Session, repo_id: int, quarantine_id: int, *, owner: str | None, is_guess: bool
) -> None:
    """Make a quarantine somebody's; that is no step of it, and in nobody's way who decides."""
    session.execute(
        update(QuarantineRow)
        .where(col(QuarantineRow.repo_id) == repo_id)
        .where(col(QuarantineRow.quarantine_id) == quarantine_id)
        .values(owner=owner, owner_is_guess=is_guess)
    )


def proposed(session: Session, repo_id: int, *, since: datetime) -> list[Quarantine]:
    """What was proposed then or since and waits still, oldest first; served by quarantine_open."""
    query = (
        select(QuarantineRow)
        .where(col(QuarantineRow.repo_id) == repo_id, col(QuarantineRow.since) >= since)
        .where(IS_OPEN, col(QuarantineRow.state) == QuarantineState.PROPOSED.value)
        .order_by(col(QuarantineRow.since), col(QuarantineRow.case_id))
    )
    return [quarantine_of(row) for row in session.exec(query, execution_options=FRESH)]


def open_new(session: Session, repo_id: int, wanted: Quarantine) -> Quarantine:
    """Begin a decision; its id is handed out. Conflict when one was begun meanwhile."""
    values = {name: getattr(wanted, name) for name in COPIED}
    values |= {"repo_id": repo_id, "case_id": wanted.case_id, "opened_at": wanted.since}
    row = session.execute(
        insert(QuarantineRow)
        .values(values)
        .on_conflict_do_nothing()
        .returning(col(QuarantineRow.quarantine_id))
    ).first()
    if row is None:
        raise Conflict(CHANGED)
    return replace(wanted, id=row[0], version=1)


def move(session: Session, repo_id: int, before: Quarantine, wanted: Quarantine) -> Quarantine:
    """Take a decision from `before` to `wanted`; Conflict when it is not at `before` any more."""
    values = {name: getattr(wanted, name) for name in COPIED}
    moved = session.connection().execute(
        update(QuarantineRow)
        .where(
            col(QuarantineRow.repo_id) == repo_id,
            col(QuarantineRow.quarantine_id) == before.id,
            col(QuarantineRow.version) == before.version,
        )
        .values(**values, version=before.version + 1)
    )
    if not moved.rowcount:
        raise Conflict(CHANGED)
    return replace(wanted, id=before.id, version=before.version + 1)


def take_back(session: Session, repo_id: int, quarantine: Quarantine) -> None:
    """Undo the beginning of a decision; Conflict when something newer happened to it."""
    gone = session.connection().execute(
        text(
            "DELETE FROM quarantine WHERE repo_id = :repo AND quarantine_id = :id"
            " AND version = :version"
        ),
        {"repo": repo_id, "id": quarantine.id, "version": quarantine.version},
    )
    if not gone.rowcount:
        raise Conflict(CHANGED)


def add_event(
    session: Session, repo_id: int, quarantine_id: int, case_id: UUID, event: StoredEvent
) -> None:
    """Write down a step."""
    session.add(
        QuarantineEventRow(
            repo_id=repo_id,
            quarantine_id=quarantine_id,
            case_id=case_id,
            event=event.event,
            was=event.was,
            now=event.now,
            at=event.at,
            actor=event.actor,
            why=event.why,
            until=event.until,
            evidence=dict(event.evidence),
            request_id=event.request_id,
        )
    )
    session.flush()  # so that steps of one act are numbered in their order


def events(session: Session, repo_id: int, case_id: UUID, *, limit: int = 100) -> list[StoredEvent]:
    """The newest steps of a case's quarantine, oldest first."""
    query = (
        select(QuarantineEventRow)
        .where(col(QuarantineEventRow.repo_id) == repo_id)
        .where(col(QuarantineEventRow.case_id) == case_id)
        .order_by(col(QuarantineEventRow.at).desc(), col(QuarantineEventRow.event_id).desc())
        .limit(limit)
    )
    return [_event(row) for row in session.exec(query)][::-1]


def _event(row: QuarantineEventRow) -> StoredEvent:
    return StoredEvent(
        event=row.event,
        was=QuarantineState(row.was) if row.was else None,
        now=QuarantineState(row.now) if row.now else None,
        at=row.at,
        actor=row.actor,
        why=row.why,
        until=row.until,
        evidence=row.evidence,
        request_id=row.request_id,
    )


def quarantine_of(row: QuarantineRow) -> Quarantine:
    """A row as the record that rules work on."""
    copied = {name: getattr(row, name) for name in COPIED}
    copied |= {"state": QuarantineState(row.state), "event": QuarantineEvent(row.event)}
    return Quarantine(id=row.quarantine_id, case_id=row.case_id, version=row.version, **copied)
