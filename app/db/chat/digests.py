"""Digests: what failed by the day, cases that turned, and quarantines that end soon."""

from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import Row, text
from sqlmodel import Session

from app.core.digests import DayOfFailures, Turn, Turns
from app.db.pages import NAME_CUT

NAME = f"left(concat_ws('::', nullif(classname, ''), nullif(name, '')) || parameters, {NAME_CUT})"
TURNED = text(f"""
SELECT case_id, {NAME} AS name, max(at) AS at, count(*) OVER () AS number
FROM state_change JOIN case_ USING (repo_id, case_id)
JOIN case_state USING (repo_id, case_id)
WHERE repo_id = :repo AND at > :since AND now = :state AND case_state.state = :state
GROUP BY case_id, classname, name, parameters ORDER BY 3 DESC, case_id LIMIT :most
""")
ENDING = text(f"""
SELECT case_id, {NAME} AS name, until AS at, count(*) OVER () AS number
FROM quarantine JOIN case_ USING (repo_id, case_id)
WHERE repo_id = :repo AND state IN ('active', 'fix_pending') AND until BETWEEN :now AND :before
ORDER BY until, case_id LIMIT :most
""")
FAILURES = text("""
SELECT date_bin('15 minutes', run.started_at, timestamptz '2000-01-01 00:00Z') AS began,
       count(*) FILTER (WHERE finding.cause = 'flaky') AS flaky,
       count(*) FILTER (WHERE finding.cause <> 'flaky') AS other
FROM run JOIN finding ON finding.repo_id = run.repo_id AND finding.run_id = run.run_id
  AND finding.attempt = run.attempt
WHERE run.repo_id = :repo AND run.started_at >= :since AND run.started_at <= :until
  AND run.is_trusted
GROUP BY 1
""")


def failures(
    session: Session, repo_id: int, *, since: datetime, until: datetime, zone: tzinfo
) -> dict[date, DayOfFailures]:
    """By day in a time zone, the judged failures of trusted runs; served by run_recent.

    Each zone is whole quarters of an hour off UTC: those are counted, and added up here, because
    PostgreSQL may know other zones than Python.
    """
    asked = {"repo": repo_id, "since": since, "until": until}
    found: dict[date, DayOfFailures] = {}
    for row in session.execute(FAILURES, asked):
        day = row.began.astimezone(zone).date()
        before = found.get(day, DayOfFailures(day, 0, 0))
        found[day] = DayOfFailures(day, before.flaky + row.flaky, before.other + row.other)
    return found


def turned(session: Session, repo_id: int, state: str, *, since: datetime, most: int) -> Turns:
    """Cases that came to a state since then and still are in it, the newest first."""
    asked = {"repo": repo_id, "state": state, "since": since, "most": most}
    return turns_in(session.execute(TURNED, asked).all())


def ending(session: Session, repo_id: int, *, now: datetime, before: datetime, most: int) -> Turns:
    """Quarantines that end before then, the next first."""
    asked = {"repo": repo_id, "now": now, "before": before, "most": most}
    return turns_in(session.execute(ENDING, asked).all())


def turns_in(rows: Sequence[Row[Any]]) -> Turns:
    """The first cases of a list, each row with how many there are in all."""
    first = tuple(Turn(row.case_id, row.name, row.at) for row in rows)
    return Turns(first, rows[0].number if rows else 0)
