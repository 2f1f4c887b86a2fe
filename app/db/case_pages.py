"""What one case's page reads: its timeline, changes, decisions and newest failure."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlmodel import Session

from app.core.pages import (
    CaseLine,
    CaseName,
    Change,
    Cursor,
    Decision,
    FailureText,
    Sighting,
    Timeline,
)
from app.db import aliases, case_reports
from app.db.case_reports import Place
from app.db.executions import OUTCOMES
from app.db.pages import CASE_COLUMNS, CASE_TABLES, NAME_CUT, OWNERS, case_line, case_name

FULL_NAME_CUT = 20_000  # characters of each part of a name that the case's own page reads
MESSAGE_CUT = 4_000  # characters
TRACE_CUT = 16_000  # characters
CHANGES_CUT = 50  # newest changes and decisions; older ones are in the export

NUMBERS_CUT = 200  # newest acts whose numbers are told

NAMED = f"""
SELECT left(suite, {FULL_NAME_CUT}) AS suite, left(classname, {FULL_NAME_CUT}) AS classname,
       left(name, {FULL_NAME_CUT}) AS name, left(parameters, {FULL_NAME_CUT}) AS parameters,
       left(file, {FULL_NAME_CUT}) AS file, line, {OWNERS},
       first_seen_at
FROM case_ c WHERE repo_id = :repo_id AND case_id = :case_id
"""

HELD = f"""
SELECT {CASE_COLUMNS} FROM {CASE_TABLES}
WHERE s.repo_id = :repo_id AND s.case_id = :case_id
"""

SIGHTINGS = f"""
SELECT e.at, e.report_id, e.nth, e.outcome, e.duration_ms, p.run_id, p.attempt, run.workflow,
       left(p.variant || coalesce(' ' || e.variant, ''), {NAME_CUT}) AS variant,
       run.branch, run.pr_number, run.head_sha,
       run.is_trusted, coalesce(job.url, run.url) AS url
FROM unnest(CAST(:ats AS timestamptz[]), CAST(:reports AS bigint[])) AS has(at, report_id)
CROSS JOIN LATERAL (
  SELECT * FROM execution
  WHERE execution.repo_id = :repo_id AND execution.at = has.at
    AND execution.case_id = ANY(:case_ids) AND execution.report_id = has.report_id
    AND execution.keep_until > :now
    AND (CAST(:at AS timestamptz) IS NULL
         OR (execution.at, execution.report_id, execution.nth)
            < (:at, CAST(:report_id AS bigint), CAST(:nth AS smallint)))
) AS e
JOIN report p ON p.repo_id = e.repo_id AND p.report_id = e.report_id
JOIN run ON run.repo_id = p.repo_id AND run.run_id = p.run_id AND run.attempt = p.attempt
LEFT JOIN job ON job.repo_id = p.repo_id AND job.run_id = p.run_id
  AND job.attempt = p.attempt AND job.job_id = p.job_id
ORDER BY e.at DESC, e.report_id DESC, e.nth DESC
LIMIT :limit
"""

CHANGES = """
SELECT was, now, at, why FROM state_change
WHERE repo_id = :repo_id AND case_id = :case_id
ORDER BY at DESC, change_id DESC LIMIT :limit
"""

DECISIONS = """
SELECT at, actor, surface, act, after ->> 'reason' AS reason, after ->> 'until' AS until
FROM audit_event WHERE repo_id = :repo_id AND case_id = :case_id
ORDER BY at DESC, event_id DESC LIMIT :limit
"""

NUMBERS = """
SELECT at, request_id, event_id FROM audit_event
WHERE repo_id = :repo_id AND case_id = :case_id
ORDER BY at DESC, event_id DESC LIMIT :limit
"""

# A trace is stored with the first failure of its signature in a report (app.db.rows).
LAST_FAILURE = f"""
SELECT failed.at, left(type, {NAME_CUT}) AS type, left(message, {MESSAGE_CUT}) AS message,
       left(coalesce(failed.trace, first.trace), {TRACE_CUT}) AS trace,
       coalesce(length(message) > {MESSAGE_CUT}, false)
         OR coalesce(length(coalesce(failed.trace, first.trace)) > {TRACE_CUT}, false) AS is_cut,
       coalesce(first.case_id <> :case_id, false) AS is_shared
FROM (
  SELECT * FROM occurrence
  WHERE repo_id = :repo_id AND case_id = :case_id AND keep_until > :now
  ORDER BY at DESC, report_id DESC, nth DESC LIMIT :most
) AS failed
LEFT JOIN LATERAL (
  SELECT trace, case_id FROM occurrence AS one
  WHERE one.repo_id = failed.repo_id AND one.report_id = failed.report_id
    AND one.signature = failed.signature AND one.keep_until = failed.keep_until
    AND one.trace IS NOT NULL
  LIMIT 1
) AS first ON failed.trace IS NULL
ORDER BY failed.at DESC, failed.report_id DESC, failed.nth DESC
"""


def named(
    session: Session, repo_id: int, case_id: UUID, *, now: datetime
) -> tuple[CaseName, datetime] | None:
    """A case's whole name and when it ran first; None when there is no such case.

    A history that was handed in later may reach back behind the day on which we met the case.
    """
    row = _first(session, NAMED, {"repo_id": repo_id, "case_id": case_id})
    if row is None:
        return None
    met = row["first_seen_at"]
    earlier = case_reports.earliest(session, repo_id, case_id, before=met, now=now)
    return case_name(row), earlier or met


def held(session: Session, repo_id: int, case_id: UUID) -> CaseLine | None:
    """What is held of a case; None for one that never failed."""
    row = _first(session, HELD, {"repo_id": repo_id, "case_id": case_id})
    return case_line(row) if row else None


def timeline(
    session: Session,
    repo_id: int,
    case_id: UUID,
    *,
    before: Cursor | None,
    now: datetime,
    size: int,
) -> Timeline:
    """Executions of a case, also under earlier names, newest first, from `before` on.

    Served by execution_time, once its reports are found.
    """
    names = [case_id, *aliases.earlier_ids(session, repo_id, [case_id])]
    upto = Place(before.at, before.report_id) if before else None
    reports = case_reports.newest(session, repo_id, names, now=now, most=size + 2, upto=upto)
    asked: dict[str, Any] = {"repo_id": repo_id, "case_ids": names, "now": now, "limit": size + 1}
    asked |= {"ats": [one.at for one in reports], "reports": [one.report_id for one in reports]}
    place = (before.at, before.report_id, before.nth) if before else (None, None, None)
    asked |= dict(zip(("at", "report_id", "nth"), place, strict=True))
    rows = list(session.execute(text(SIGHTINGS), asked).mappings())
    sightings = tuple(_sighting(row) for row in rows[:size])
    return Timeline(sightings, older=sightings[-1].cursor if len(rows) > size else None)


def changes(session: Session, repo_id: int, case_id: UUID) -> tuple[Change, ...]:
    """The newest changes of a case's state, newest first."""
    asked = {"repo_id": repo_id, "case_id": case_id, "limit": CHANGES_CUT}
    return tuple(Change(**row) for row in session.execute(text(CHANGES), asked).mappings())


def decisions(session: Session, repo_id: int, case_id: UUID) -> tuple[Decision, ...]:
    """What people did about a case, newest first."""
    asked = {"repo_id": repo_id, "case_id": case_id, "limit": CHANGES_CUT}
    rows = session.execute(text(DECISIONS), asked)
    return tuple(
        Decision(row.at, row.actor, row.surface, row.act, row.reason or "", row.until or "")
        for row in rows
    )


def numbers(session: Session, repo_id: int, case_id: UUID) -> dict[tuple[datetime, str], int]:
    """By when and for which request: the number of an act on a case, the newest ones'."""
    values = {"repo_id": repo_id, "case_id": case_id, "limit": NUMBERS_CUT}
    rows = session.execute(text(NUMBERS), values)
    return {(row.at, row.request_id): row.event_id for row in rows}


def last_failure(
    session: Session, repo_id: int, case_id: UUID, *, now: datetime
) -> FailureText | None:
    """The newest failure whose text is still kept."""
    return next(iter(last_failures(session, repo_id, case_id, now=now, most=1)), None)


def last_failures(
    session: Session, repo_id: int, case_id: UUID, *, now: datetime, most: int
) -> tuple[FailureText, ...]:
    """The newest failures whose texts are still kept, newest first."""
    asked = {"repo_id": repo_id, "case_id": case_id, "now": now, "most": most}
    rows = session.execute(text(LAST_FAILURE), asked).mappings()
    return tuple(_failure(row) for row in rows)


def _failure(row: RowMapping) -> FailureText:
    return FailureText(
        at=row["at"],
        type=row["type"] or "",
        message=row["message"] or "",
        trace=row["trace"] or "",
        is_cut=row["is_cut"],
        is_shared=row["is_shared"],
    )


def _first(session: Session, query: str, values: dict[str, Any]) -> RowMapping | None:
    return session.execute(text(query), values).mappings().first()


def _sighting(row: RowMapping) -> Sighting:
    fields = dict(row)
    cursor = Cursor(fields.pop("at"), fields.pop("report_id"), fields.pop("nth"))
    return Sighting(cursor=cursor, **(fields | {"outcome": OUTCOMES[fields["outcome"]]}))
