"""One case as commands and links show it."""

from datetime import datetime
from uuid import UUID

from app.core.runs import Repository
from app.db import cares, case_pages, cases, decisions
from app.db.session import Session
from app.render.slack_answers import CaseTold


def case_told(
    session: Session, repository: Repository, case_id: UUID, *, url: str | None, now: datetime
) -> CaseTold | None:
    """What is held of a case, why, what was decided and what it said last; None for no case."""
    repo_id = repository.id
    known = cases.cases(session, repo_id, [case_id]).get(case_id)
    if known is None:
        return None
    care = cares.care_of(session, repo_id, case_id)
    return CaseTold(
        repository=repository.full_name,
        name=known.full_name,
        file=known.file,
        held=case_pages.held(session, repo_id, case_id),
        decision=decisions.newest(session, repo_id, [case_id]).get(case_id),
        owner=care.owner,
        muted_until=care.muted_until,
        last_failure=case_pages.last_failure(session, repo_id, case_id, now=now),
        url=url,
    )
