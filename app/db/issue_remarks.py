"""Comments below issues of ours: written down before they are sent, each said once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.db.tables.issues import IssueRemarkRow


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment that waits to be said."""

    id: int
    text: str
    mention: str | None  # who is to hear of it


def say_once(
    session: Session,
    repo_id: int,
    issue_id: int,
    *,
    once: str,
    text: str,
    at: datetime,
    mention: str | None = None,
) -> None:
    """Put a comment down, unless the same was put there before."""
    new = insert(IssueRemarkRow).values(
        repo_id=repo_id, issue_id=issue_id, once=once, text=text, mention=mention, at=at
    )
    session.execute(new.on_conflict_do_nothing(constraint="issue_remark_once"))


def unsent(session: Session, repo_id: int, issue_id: int) -> list[Remark]:
    """The comments that wait, oldest first."""
    query = (
        select(IssueRemarkRow)
        .where(col(IssueRemarkRow.repo_id) == repo_id, col(IssueRemarkRow.issue_id) == issue_id)
        .where(col(IssueRemarkRow.sent_at).is_(None))
        .order_by(col(IssueRemarkRow.remark_id))
    )
    return [Remark(row.remark_id, row.text, row.mention) for row in session.exec(query)]


def note_sent(
    session: Session, repo_id: int, remark_id: int, *, outside_id: int, now: datetime
) -> None:
    """A comment stands there."""
    row = session.get_one(IssueRemarkRow, (repo_id, remark_id))
    row.outside_id = outside_id
    row.sent_at = now
