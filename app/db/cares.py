"""What people said of a case: whose it is, until when it is muted, since when it is stable."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.core.errors import Conflict
from app.db.decisions import CHANGED
from app.db.tables.decided import CaseCareRow

FIELDS = ("owner", "muted_until", "stable_since", "stable_sha")


@dataclass(frozen=True, slots=True)
class Care:
    """What people said of one case; version 0 while nobody said anything."""

    owner: str | None = None
    muted_until: datetime | None = None
    stable_since: datetime | None = None
    stable_sha: str | None = None
    version: int = 0


def care_of(session: Session, repo_id: int, case_id: UUID) -> Care:
    """What was said of a case."""
    row = session.get(CaseCareRow, (repo_id, case_id), populate_existing=True)
    return Care() if row is None else _care(row)


def cares(session: Session, repo_id: int, case_ids: Sequence[UUID]) -> dict[UUID, Care]:
    """What was said of these cases; those of which nothing was are missing."""
    query = select(CaseCareRow).where(
        col(CaseCareRow.repo_id) == repo_id, col(CaseCareRow.case_id).in_(case_ids)
    )
    return {row.case_id: _care(row) for row in session.exec(query)}


def write(session: Session, repo_id: int, case_id: UUID, before: Care, after: Care) -> Care:
    """Say something else of a case; Conflict when it is not as `before` any more."""
    values = {name: getattr(after, name) for name in FIELDS}
    values |= {"repo_id": repo_id, "case_id": case_id, "version": before.version + 1}
    done = session.execute(
        insert(CaseCareRow)
        .values(values)
        .on_conflict_do_update(
            index_elements=["repo_id", "case_id"],
            set_=values,
            where=col(CaseCareRow.version) == before.version,
        )
        .returning(col(CaseCareRow.version))
    ).first()
    if done is None:
        raise Conflict(CHANGED)
    return Care(after.owner, after.muted_until, after.stable_since, after.stable_sha, done[0])


def is_muted(session: Session, repo_id: int, case_id: UUID, *, at: datetime) -> bool:
    """Whether nothing is to be said of a case on its own at this moment."""
    found = session.execute(
        text("SELECT muted_until > :at FROM case_care WHERE repo_id = :repo AND case_id = :case"),
        {"repo": repo_id, "case": case_id, "at": at},
    )
    return bool(found.scalar())


def _care(row: CaseCareRow) -> Care:
    return Care(row.owner, row.muted_until, row.stable_since, row.stable_sha, row.version)
