"""Which reports have a case: found from the newest back, whatever else they executed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.core.outcomes import Outcome
from app.db.rows import OUTCOME_CODES

NEAR, FAR = 200, 20_000  # reports that are looked through at once: the newest, and further back
LAST_ID = 2**63 - 1

NEWEST = """
  SELECT report_id, at, case_set FROM report
  WHERE repo_id = :repo AND refusal IS NULL
    AND (at, report_id) <= (CAST(:at AS timestamptz), CAST(:report AS bigint))
  ORDER BY at DESC, report_id DESC LIMIT :walked
"""
LATE = """
  SELECT report_id, at, case_set FROM report
  WHERE repo_id = :repo AND refusal IS NULL AND at < :before AND received_at >= :before
"""


def _having(walked: str) -> str:
    """Those of some reports that have any of the cases, as `found`.

    A set's newest report tells of all with the same set whether they have the case, unless what
    passed there is gone already. keep_until leaves out partitions that are about to be dropped.
    """
    return f"""
WITH walked AS MATERIALIZED ({walked}), without AS MATERIALIZED (
  SELECT case_set FROM (
    SELECT DISTINCT ON (case_set) case_set, at, report_id FROM walked
    WHERE case_set IS NOT NULL ORDER BY case_set, at DESC, report_id DESC
  ) AS newest
  WHERE NOT EXISTS (
    SELECT FROM execution AS e
    WHERE e.repo_id = :repo AND e.at = newest.at AND e.case_id = ANY(:cases)
      AND e.report_id = newest.report_id AND e.keep_until > :now
  ) AND EXISTS (
    SELECT FROM execution AS e
    WHERE e.repo_id = :repo AND e.at = newest.at AND e.report_id = newest.report_id
      AND e.outcome = {OUTCOME_CODES[Outcome.PASSED]} AND e.keep_until > :now
  )
), found AS (
  SELECT at, report_id FROM walked
  WHERE NOT EXISTS (SELECT FROM without WHERE without.case_set = walked.case_set)
    AND EXISTS (
      SELECT FROM execution AS e
      WHERE e.repo_id = :repo AND e.at = walked.at AND e.case_id = ANY(:cases)
        AND e.report_id = walked.report_id AND e.keep_until > :now
    )
)
"""


WALK = text(f"""
{_having(NEWEST)}
SELECT at, report_id, true AS has_it
FROM (SELECT * FROM found ORDER BY at DESC, report_id DESC LIMIT :most) AS these
UNION ALL
SELECT at, report_id, false FROM (
  SELECT at, report_id FROM walked ORDER BY at DESC, report_id DESC OFFSET :walked - 1
) AS furthest
ORDER BY has_it DESC, at DESC, report_id DESC
""")
EARLIEST = text(f"{_having(LATE)} SELECT min(at) FROM found")


@dataclass(frozen=True, slots=True)
class Place:
    """A report in a repository's order of time."""

    at: datetime
    report_id: int


def newest(
    session: Session,
    repo_id: int,
    cases: Sequence[UUID],
    *,
    now: datetime,
    most: int,
    upto: Place | None = None,
) -> list[Place]:
    """The newest reports with an execution of any of these cases, from `upto` back, newest first.

    Served by report_in_time and execution_time: one look for each of the newest reports; further
    back one for each set of cases, and one for each report with a set that has it.
    """
    found: list[Place] = []
    walked, start = NEAR, upto
    while len(found) < most:
        values = {"repo": repo_id, "cases": list(cases), "now": now, "walked": walked}
        values |= {"at": start.at if start else "infinity", "most": most - len(found)}
        values |= {"report": start.report_id if start else LAST_ID}
        rows = session.execute(WALK, values).all()
        found += [Place(row.at, row.report_id) for row in rows if row.has_it]
        furthest = next((Place(row.at, row.report_id) for row in rows if not row.has_it), None)
        if furthest is None:
            break
        walked, start = FAR, Place(furthest.at, furthest.report_id - 1)
    return found


def earliest(
    session: Session, repo_id: int, case_id: UUID, *, before: datetime, now: datetime
) -> datetime | None:
    """When a case ran first of the reports that came after `before` and are of an earlier time."""
    values = {"repo": repo_id, "cases": [case_id], "before": before, "now": now}
    return session.execute(EARLIEST, values).scalar_one()  # type: ignore[no-any-return]  # of a column
