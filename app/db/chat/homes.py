"""What somebody's own page in chat reads; whether they may see it is asked elsewhere."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.core.home import RunningQuarantine
from app.core.runs import Repository
from app.db import repositories
from app.db.pages import LISTED_STATES, NAME_CUT, OWNERS_OF_CASE, RUNNING_QUARANTINE

CONCERNING = """
SELECT repo_id FROM (
  SELECT repo_id, 0 AS rank FROM file_owner
    WHERE owners && ARRAY[CAST(:owner AS text), lower(:owner)]
  UNION ALL SELECT repo_id, 0 FROM case_care WHERE lower(owner) = lower(:owner)
  UNION ALL SELECT repo_id, 0 FROM quarantine
    WHERE lower(owner) = lower(:owner) AND state IN ('active', 'fix_pending')
  UNION ALL SELECT repo_id, 1 FROM subscription WHERE team_id = :team
  UNION ALL SELECT repo_id, 2 FROM visible_repository WHERE user_id = CAST(:user AS bigint)
) AS known JOIN repository USING (repo_id)
WHERE provider = 'github' AND removed_at IS NULL
GROUP BY repo_id, full_name ORDER BY min(rank), lower(full_name), repo_id LIMIT :most
"""
RUNNING = f"""
SELECT q.repo_id, q.case_id, q.until, q.version,
  left(concat_ws('::', nullif(c.classname, ''), nullif(c.name, '')) || c.parameters, {NAME_CUT})
    AS name,
  CASE WHEN q.owner IS NOT NULL AND NOT q.owner_is_guess THEN ARRAY[q.owner]
       ELSE {OWNERS_OF_CASE} END AS owners
FROM quarantine q JOIN case_ c USING (repo_id, case_id)
WHERE q.repo_id = :repo AND q.state IN {RUNNING_QUARANTINE}
ORDER BY q.until NULLS LAST, q.case_id LIMIT :most
"""
NOBODYS = f"""
SELECT c.case_id, c.file FROM case_state s JOIN case_ c USING (repo_id, case_id)
WHERE s.repo_id = :repo AND s.state = ANY(:states) AND c.file IS NOT NULL
  AND {OWNERS_OF_CASE} = '{{}}'
ORDER BY s.score DESC, c.case_id LIMIT :most
"""


def concerning(
    session: Session, *, login: str, user_id: int | None, team_id: str, most: int
) -> list[Repository]:
    """The repositories that may concern somebody.

    First those in which something is theirs, then those heard of in their workspace, then those
    that they saw on our pages. Files are found by their owner's login as GitHub writes it and in
    small letters: there are too many of them to compare each.
    """
    asked = {"owner": f"@{login}", "team": team_id, "user": user_id, "most": most}
    found = session.execute(text(CONCERNING), asked).scalars().all()
    known = (repositories.repository(session, repo_id) for repo_id in found)
    return [one for one in known if one is not None]


def running(session: Session, repo_id: int, *, most: int) -> list[RunningQuarantine]:
    """The quarantines that run in a repository, the next end first."""
    rows = session.execute(text(RUNNING), {"repo": repo_id, "most": most})
    return [
        RunningQuarantine(
            row.repo_id, row.case_id, row.name, row.until, tuple(row.owners), row.version
        )
        for row in rows
    ]


def nobodys(session: Session, repo_id: int, *, most: int) -> list[tuple[UUID, str]]:
    """The worst cases that have no owner, with their files."""
    asked = {"repo": repo_id, "states": list(LISTED_STATES), "most": most}
    return [(row.case_id, row.file) for row in session.execute(text(NOBODYS), asked)]
