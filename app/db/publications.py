"""What we said on the code host: written before it is sent, so that we edit and never repeat."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.db.tables.said import PublicationRow


@dataclass(frozen=True, slots=True)
class Publication:
    """One thing published, or about to be."""

    surface: str
    key: str
    outside_id: int | None
    digest: bytes | None  # of what stands there
    view: Mapping[str, Any]
    waiting_since: datetime | None = None  # unfinished from then on; None when it is through


def publication(session: Session, repo_id: int, surface: str, key: str) -> Publication | None:
    """What was published on a surface under this key; None when nothing was."""
    row = session.get(PublicationRow, (repo_id, surface, key))
    return None if row is None else _publication(row)


def publication_by_id(
    session: Session, repo_id: int, surface: str, outside_id: int
) -> Publication | None:
    """What was published, by the host's own id; None when it is none of ours."""
    query = select(PublicationRow).where(
        col(PublicationRow.repo_id) == repo_id,
        col(PublicationRow.surface) == surface,
        col(PublicationRow.outside_id) == outside_id,
    )
    row = session.exec(query).first()
    return None if row is None else _publication(row)


def intend(
    session: Session,
    repo_id: int,
    surface: str,
    key: str,
    *,
    view: Mapping[str, Any],
    now: datetime,
    waits: bool = False,
) -> None:
    """Write down that something is about to be said; a crash leaves evidence.

    What `waits` for more keeps the moment at which it began to.
    """
    since = now if waits else None
    new = insert(PublicationRow).values(
        repo_id=repo_id,
        surface=surface,
        key=key,
        view=dict(view),
        written_at=now,
        waiting_since=since,
    )
    kept = func.coalesce(col(PublicationRow.waiting_since), new.excluded.waiting_since)
    session.execute(
        new.on_conflict_do_update(
            index_elements=["repo_id", "surface", "key"],
            set_={
                "view": new.excluded.view,
                "written_at": new.excluded.written_at,
                "waiting_since": kept if waits else None,
            },
        )
    )


def forget_said(session: Session, repo_id: int, surface: str, key: str) -> None:
    """Let what stands there be said again although nothing of it changed."""
    row = session.get(PublicationRow, (repo_id, surface, key))
    if row is not None:
        row.digest = None


ENDED_AT_ONCE = 100  # check runs that one tick of the clock ends


def left_waiting(session: Session, *, before: datetime) -> list[tuple[int, str]]:
    """Repository and head commit of the check runs that have waited since before then."""
    query = (
        select(PublicationRow.repo_id, PublicationRow.key)
        .where(col(PublicationRow.waiting_since) <= before)
        .order_by(col(PublicationRow.waiting_since))
        .limit(ENDED_AT_ONCE)
    )
    return [(repo_id, key) for repo_id, key in session.exec(query)]


def note_sent(
    session: Session,
    repo_id: int,
    surface: str,
    key: str,
    *,
    outside_id: int,
    digest: bytes,
    now: datetime,
) -> None:
    """Write down what now stands there."""
    row = session.get_one(PublicationRow, (repo_id, surface, key))
    row.outside_id = outside_id
    row.digest = digest
    row.sent_at = now
    row.error = None


HEADS_OF_CASE = text("""
SELECT run.head_sha FROM finding
JOIN run ON run.repo_id = finding.repo_id AND run.run_id = finding.run_id
  AND run.attempt = finding.attempt
JOIN publication ON publication.repo_id = finding.repo_id AND publication.surface = 'check'
  AND publication.key = run.head_sha
WHERE finding.repo_id = :repo AND finding.case_id = :case_id
GROUP BY run.head_sha ORDER BY max(finding.found_at) DESC LIMIT :limit
""")
HEADS_UPDATED = 10  # check runs brought up to date after a decision; older ones have scrolled by


def heads_showing(session: Session, repo_id: int, case_id: UUID) -> list[str]:
    """The newest head commits whose check runs speak of a case."""
    values = {"repo": repo_id, "case_id": case_id, "limit": HEADS_UPDATED}
    return [row[0] for row in session.execute(HEADS_OF_CASE, values)]


def _publication(row: PublicationRow) -> Publication:
    return Publication(
        surface=row.surface,
        key=row.key,
        outside_id=row.outside_id,
        digest=row.digest,
        view=row.view,
        waiting_since=row.waiting_since,
    )
