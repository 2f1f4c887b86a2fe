"""Which evidence people took back: a judgement counts only what is newer."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.db import cares, decisions
from app.db.session import Session


def forgiven(session: Session, repo_id: int, case_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """Up to when what was seen of these cases counts no more; those without are missing.

    A person called it no flake, or marked the case as stable from a commit on.
    """
    found: dict[UUID, datetime] = {}
    for case_id, decision in decisions.newest(session, repo_id, case_ids).items():
        if decision.calls_it_not_flaky:
            found[case_id] = decision.evidence_at
    for case_id, care in cares.cares(session, repo_id, case_ids).items():
        if care.stable_since is not None:
            found[case_id] = max(found.get(case_id, care.stable_since), care.stable_since)
    return found
