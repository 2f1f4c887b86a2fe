"""Digests: who hears them, cases that turned, and quarantines that end soon."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
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
SELECT CAST(run.started_at AT TIME ZONE 'UTC' AS date) AS day,
       count(*) FILTER (WHERE finding.cause = 'flaky') AS flaky,
       count(*) FILTER (WHERE finding.cause <> 'flaky') AS other
FROM run JOIN finding ON finding.repo_id = run.repo_id AND finding.run_id = run.run_id
  AND finding.attempt = run.attempt
WHERE run.repo_id = :repo AND run.started_at >= :since AND run.started_at <= :until
  AND run.is_trusted
GROUP BY 1
""")


def failures(
    session: Session, repo_id: int, *, since: datetime, until: datetime
) -> dict[date, DayOfFailures]:
    """By day, UTC, the judged failures of trusted runs; served by run_recent."""
    asked = {"repo": repo_id, "since": since, "until": until}
    rows = session.execute(FAILURES, asked)
    return {row.day: DayOfFailures(row.day, row.flaky, row.other) for row in rows}


HEARD = text("""
SELECT repo_id, team_id, channel, since, digest_day
FROM subscription JOIN repository USING (repo_id)
WHERE removed_at IS NULL AND (kinds = '{}' OR 'digest' = ANY(kinds))
ORDER BY repo_id, team_id, channel
""")
NOTE_DAY = text("""
UPDATE subscription SET digest_day = :day
WHERE repo_id = :repo AND team_id = :team AND channel = :channel
  AND (digest_day IS NULL OR digest_day < :day)
""")


@dataclass(frozen=True, slots=True)
class Heard:
    """A channel that hears a digest of a repository by itself."""

    repo_id: int
    team_id: str
    channel: str
    since: datetime
    digest_day: date | None  # for which the newest one was asked


def heard(session: Session) -> list[Heard]:
    """Every channel that hears digests, once for each repository."""
    return [Heard(*row) for row in session.execute(HEARD)]


def note_day(session: Session, place: Heard, day: date) -> bool:
    """Write down for which day a digest is asked; False where another did so."""
    asked = {
        "day": day,
        "repo": place.repo_id,
        "team": place.team_id,
        "channel": place.channel,
    }
    return session.connection().execute(NOTE_DAY, asked).rowcount == 1


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
