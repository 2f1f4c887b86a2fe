"""Leases by name, and the last runs of scheduled jobs."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

TAKE = text("""
INSERT INTO lease (name, holder, until) VALUES (:name, :holder, :until)
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
WHERE lease.holder = excluded.holder OR lease.until < :now
RETURNING 1
""")

RAN = text("""
INSERT INTO scheduled (name, last_at, took_ms, error) VALUES (:name, :at, :took, :error)
ON CONFLICT (name) DO UPDATE
SET last_at = excluded.last_at, took_ms = excluded.took_ms, error = excluded.error
""")


def take_or_renew(
    session: Session, name: str, *, holder: str, now: datetime, lasts: timedelta
) -> bool:
    """Take a lease that is free or one's own already; False when somebody else holds it."""
    values = {"name": name, "holder": holder, "until": now + lasts, "now": now}
    return session.execute(TAKE, values).first() is not None


def release(session: Session, name: str, *, holder: str) -> None:
    """Give a lease back, so that the next need not wait for its end."""
    session.execute(
        text("DELETE FROM lease WHERE name = :name AND holder = :holder"),
        {"name": name, "holder": holder},
    )


def last_runs(session: Session) -> dict[str, datetime]:
    """When each scheduled job was last due and run."""
    rows = session.execute(text("SELECT name, last_at FROM scheduled"))
    return {row.name: row.last_at for row in rows}


def note_run(
    session: Session, name: str, *, due_at: datetime, took_ms: int, error: str | None
) -> None:
    """Write down that a scheduled job ran for the moment it was due."""
    session.execute(RAN, {"name": name, "at": due_at, "took": took_ms, "error": error})
