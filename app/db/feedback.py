"""Corrections of what we held of cases, with the probability that was shown then."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from app.core.accuracy import Correction, Feedback
from app.core.decide import ALGORITHM_VERSION
from app.db.tables.decided import FeedbackRow


def add(
    session: Session,
    repo_id: int,
    case_id: UUID,
    feedback: Feedback,
    *,
    actor: str,
    at: datetime,
    audit_event_id: int,
) -> None:
    """Keep a correction."""
    session.add(
        FeedbackRow(
            repo_id=repo_id,
            case_id=case_id,
            at=at,
            kind=feedback.kind,
            actor=actor,
            p_flaky=feedback.p_flaky,
            algorithm_version=ALGORITHM_VERSION,
            audit_event_id=audit_event_id,
        )
    )


def take_back(session: Session, repo_id: int, audit_event_id: int, *, now: datetime) -> None:
    """Let a correction count for nothing whose act was undone."""
    session.execute(
        text(
            "UPDATE feedback SET undone_at = :now"
            " WHERE repo_id = :repo AND audit_event_id = :event AND undone_at IS NULL"
        ),
        {"now": now, "repo": repo_id, "event": audit_event_id},
    )


def restore(session: Session, repo_id: int, audit_event_id: int) -> None:
    """Let a correction count again whose act was undone, and that in its turn."""
    session.execute(
        text(
            "UPDATE feedback SET undone_at = NULL WHERE repo_id = :repo AND audit_event_id = :event"
        ),
        {"repo": repo_id, "event": audit_event_id},
    )


def since(session: Session, repo_id: int, moment: datetime) -> list[Feedback]:
    """Every correction since then that still stands, oldest first; served by feedback_recent."""
    query = (
        select(FeedbackRow)
        .where(col(FeedbackRow.repo_id) == repo_id, col(FeedbackRow.at) >= moment)
        .where(col(FeedbackRow.undone_at).is_(None))
        .order_by(col(FeedbackRow.at), col(FeedbackRow.feedback_id))
    )
    return [Feedback(Correction(row.kind), row.p_flaky) for row in session.exec(query)]
