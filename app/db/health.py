"""What the database knows of the work going on."""

from sqlalchemy import text
from sqlmodel import Session

from app.core.health import BreakerState, LeaseHeld, ScheduledRun, TaskCount, WorkState

TASKS = text("""
SELECT kind, queue, count(*) FILTER (WHERE parked_at IS NULL) AS open,
       count(*) FILTER (WHERE parked_at IS NOT NULL) AS parked,
       min(asked_at) FILTER (WHERE parked_at IS NULL) AS oldest_asked_at
FROM task WHERE wanted > done OR parked_at IS NOT NULL
GROUP BY kind, queue ORDER BY kind, queue
""")
SCHEDULED = text("SELECT name, last_at, took_ms, error FROM scheduled ORDER BY name")
LEASES = text("SELECT name, holder, until FROM lease ORDER BY name")
BREAKERS = text("SELECT host, failures, open_until FROM breaker ORDER BY host")


def ask_anything(session: Session) -> None:
    """Ask the database what it surely can answer."""
    session.execute(text("SELECT 1")).scalar_one()


def work_state(session: Session) -> WorkState:
    """Unfinished work, scheduled jobs, leases and breakers."""
    return WorkState(
        tasks=tuple(TaskCount(**row) for row in session.execute(TASKS).mappings()),
        scheduled=tuple(ScheduledRun(**row) for row in session.execute(SCHEDULED).mappings()),
        leases=tuple(LeaseHeld(**row) for row in session.execute(LEASES).mappings()),
        breakers=tuple(BreakerState(**row) for row in session.execute(BREAKERS).mappings()),
    )
