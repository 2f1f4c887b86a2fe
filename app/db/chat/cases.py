"""Cases as people in chat look for them: by a part of their names, by whose they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.db.pages import NAME_CUT

FULL_NAME = "concat_ws('::', nullif(classname, ''), nullif(name, '')) || parameters"
FOUND = f"""
SELECT case_.repo_id, case_.case_id, left({FULL_NAME}, {NAME_CUT}) AS full_name,
       lower({FULL_NAME}) = :wanted AS is_whole,
       lower(name) = :wanted OR lower(name || parameters) = :wanted AS is_last
FROM {{tables}}
WHERE case_.repo_id = ANY(:repos) AND position(:wanted in lower({FULL_NAME})) > 0
ORDER BY 4 DESC, 5 DESC, length(name), 3, 2 LIMIT :most
"""
FAILED = text(FOUND.format(tables="case_state JOIN case_ USING (repo_id, case_id)"))
ANY = text(FOUND.format(tables="case_"))
BY_ID = text(f"""
SELECT repo_id, case_id, left({FULL_NAME}, {NAME_CUT}) AS full_name FROM case_
WHERE repo_id = ANY(:repos) AND case_id = :id
""")
NAMES = text(f"""
SELECT left({FULL_NAME}, {NAME_CUT}) AS full_name
FROM case_state JOIN case_ USING (repo_id, case_id)
WHERE case_state.repo_id = ANY(:repos) ORDER BY score DESC, case_state.case_id LIMIT :most
""")


@dataclass(frozen=True, slots=True)
class FoundCase:
    """A case that a text may mean."""

    repo_id: int
    case_id: UUID
    full_name: str  # raw
    is_whole: bool = True  # the text is its whole name
    is_last: bool = False  # the text is the last part of its name


def matching(session: Session, repos: Sequence[int], wanted: str, *, most: int) -> list[FoundCase]:
    """Cases with this in their names, the best fits first; those that ever failed come alone."""
    asked = {"repos": list(repos), "wanted": wanted.lower(), "most": most}
    for query in (FAILED, ANY):
        if rows := session.execute(query, asked).all():
            return [FoundCase(*row) for row in rows]
    return []


def by_id(session: Session, repos: Sequence[int], case_id: UUID) -> FoundCase | None:
    """A case by its id; None when none of these repositories has it."""
    row = session.execute(BY_ID, {"repos": list(repos), "id": case_id}).first()
    return None if row is None else FoundCase(*row)


def names(session: Session, repos: Sequence[int], *, most: int) -> list[str]:
    """The names of cases that ever failed, those most likely flaky first."""
    rows = session.execute(NAMES, {"repos": list(repos), "most": most})
    return list(rows.scalars())
