"""The outages that cases failed in, for their pages and for check runs."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.core.outages import Reach
from app.db import outages

SHOWN = 3  # the newest

OF_CASE = text("""
SELECT outage_id FROM outage JOIN (
  SELECT DISTINCT outage_id FROM outage_case WHERE repo_id = :repo AND case_id = :case
) AS hit USING (outage_id)
WHERE repo_id = :repo ORDER BY last_at DESC, outage_id DESC LIMIT :limit
""")

OF_RUNS = text("""
SELECT DISTINCT outage_case.case_id, outage_id
FROM outage_run JOIN outage_case USING (repo_id, outage_id)
WHERE repo_id = :repo AND run_id = ANY(:runs) ORDER BY outage_case.case_id, outage_id
""")


def of_case(session: Session, repo_id: int, case_id: UUID) -> tuple[Reach, ...]:
    """The newest outages that a case failed in, newest first; served by outage_case_case."""
    values = {"repo": repo_id, "case": case_id, "limit": SHOWN}
    ids = session.execute(OF_CASE, values).scalars().all()
    found = (outages.reach(session, repo_id, one) for one in ids)
    return tuple(one for one in found if one is not None)


def of_runs(session: Session, repo_id: int, run_ids: Sequence[int]) -> dict[UUID, int]:
    """The event that each case of these runs failed in, the newest."""
    rows = session.execute(OF_RUNS, {"repo": repo_id, "runs": list(run_ids)})
    return {row.case_id: row.outage_id for row in rows}
