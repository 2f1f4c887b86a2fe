"""What is known of installations and repositories that are asked what is new there."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from app.news import Place

PLACES = text("""
SELECT installation.id, suspended_at IS NOT NULL, permissions,
       coalesce(array_agg(repo_id) FILTER (WHERE repo_id IS NOT NULL), '{}')
FROM installation
LEFT JOIN repository ON installation_id = installation.id AND removed_at IS NULL
WHERE deleted_at IS NULL
GROUP BY installation.id
""")

# Where something ran lately, each minute; elsewhere in turns, so that each has one in `quiet`.
DUE = text("""
SELECT repo_id FROM repository
LEFT JOIN installation ON installation.id = installation_id
WHERE provider = 'github' AND removed_at IS NULL AND installation_id IS NOT NULL
  AND suspended_at IS NULL AND deleted_at IS NULL
  AND (polled_at IS NULL OR polled_at <= :now - CAST(:quiet AS interval)
       OR EXISTS (SELECT 1 FROM run WHERE run.repo_id = repository.repo_id
                  AND run.started_at > :now - CAST(:lately AS interval)))
ORDER BY polled_at NULLS FIRST, repo_id
""")


def places(session: Session) -> dict[int, Place]:
    """The installations that we know of and that were not removed, by id."""
    return {
        number: Place(frozenset(repo_ids), is_suspended, granted or {})
        for number, is_suspended, granted, repo_ids in session.execute(PLACES)
    }


def due(session: Session, *, now: datetime, lately: timedelta, quiet: timedelta) -> list[int]:
    """The repositories to be asked about now, those first that were not for longest."""
    found = session.execute(DUE, {"now": now, "lately": lately, "quiet": quiet})
    return list(found.scalars())


def polled_at(session: Session, repo_id: int) -> datetime | None:
    """When a repository was last asked about; None before it ever was."""
    query = text("SELECT polled_at FROM repository WHERE repo_id = :id")
    found: datetime | None = session.execute(query, {"id": repo_id}).scalar_one_or_none()
    return found


def note(session: Session, repo_id: int, *, at: datetime) -> None:
    """A repository was asked about."""
    query = text("UPDATE repository SET polled_at = :at WHERE repo_id = :id")
    session.execute(query, {"id": repo_id, "at": at})
