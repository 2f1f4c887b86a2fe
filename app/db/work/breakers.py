"""Circuit breakers: one row for each outside host, shared by every process."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

OPENS_AFTER = 5  # failures in a row
OPEN_FOR = timedelta(seconds=60)

FAILED = text("""
INSERT INTO breaker (host, failures, open_until) VALUES (:host, 1, NULL)
ON CONFLICT (host) DO UPDATE SET
  failures = breaker.failures + 1,
  open_until = CASE WHEN breaker.failures + 1 >= :limit THEN CAST(:until AS timestamptz)
                    ELSE breaker.open_until END
""")

# Half open: one caller is let through when the time is up, and the next must wait again.
PROBED = text("""
UPDATE breaker SET open_until = :until
WHERE host = :host AND open_until IS NOT NULL AND open_until <= :now
""")


def closed_again_at(session: Session, host: str, *, now: datetime) -> datetime | None:
    """When this host may be asked again; None when it may be asked now.

    The first to ask after an opening's end is the probe; for everybody else it stays open.
    """
    row = session.execute(
        text("SELECT open_until FROM breaker WHERE host = :host"), {"host": host}
    ).first()
    if row is None or row[0] is None:
        return None
    until: datetime = row[0]
    if until > now:
        return until
    probe = session.connection().execute(
        PROBED, {"host": host, "now": now, "until": now + OPEN_FOR}
    )
    return None if probe.rowcount else now + OPEN_FOR


def note_failure(session: Session, host: str, *, now: datetime) -> None:
    """Count a failure; the fifth in a row opens the breaker."""
    session.execute(FAILED, {"host": host, "limit": OPENS_AFTER, "until": now + OPEN_FOR})


def note_success(session: Session, host: str) -> None:
    """Close the breaker; costs no write when it had nothing to forget."""
    session.execute(
        text("DELETE FROM breaker WHERE host = :host"),
        {"host": host},
    )
