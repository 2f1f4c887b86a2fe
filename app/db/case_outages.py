"""The outages that one case failed in, for its page."""

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


def of_case(session: Session, repo_id: int, case_id: UUID) -> tuple[Reach, ...]:
    """The newest outages that a case failed in, newest first; served by outage_case_case."""
    values = {"repo": repo_id, "case": case_id, "limit": SHOWN}
    ids = session.execute(OF_CASE, values).scalars().all()
    found = (outages.reach(session, repo_id, one) for one in ids)
    return tuple(one for one in found if one is not None)
