"""Whose the files of cases are: one row a file, so that no known case is ever written for it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlmodel import Session

BATCH = 5_000  # files sent in one statement

WRITE = text("""
INSERT INTO file_owner (repo_id, file, owners)
SELECT :repo, said.file, ARRAY(SELECT jsonb_array_elements_text(said.owners))
FROM unnest(CAST(:files AS text[]), CAST(:owners AS jsonb[])) AS said(file, owners)
ON CONFLICT (repo_id, file) DO UPDATE SET owners = excluded.owners
WHERE file_owner.owners <> excluded.owners
""")

OF_CASES = text("""
SELECT case_.case_id, file_owner.owners
FROM case_ JOIN file_owner USING (repo_id, file)
WHERE case_.repo_id = :repo AND case_.case_id = ANY(CAST(:ids AS uuid[]))
""")

NAMED = text("""
SELECT case_.case_id,
       CASE WHEN care.owner IS NULL THEN file_owner.owners ELSE ARRAY[care.owner] END AS owners
FROM case_ LEFT JOIN file_owner USING (repo_id, file)
LEFT JOIN case_care AS care ON care.repo_id = :repo AND care.case_id = case_.case_id
WHERE case_.repo_id = :repo AND case_.case_id = ANY(CAST(:ids AS uuid[]))
""")


def write(session: Session, repo_id: int, owners: Mapping[str, Sequence[str]]) -> None:
    """Say whose these files are; what is known already is not written."""
    remaining = iter(sorted(owners.items()))
    while batch := list(islice(remaining, BATCH)):
        session.execute(
            WRITE,
            {
                "repo": repo_id,
                "files": [file for file, _ in batch],
                "owners": [json.dumps(list(names)) for _, names in batch],
            },
        )


def files(session: Session, repo_id: int) -> list[str]:
    """Every file in which a case of the repository lives."""
    found = session.execute(
        text("SELECT DISTINCT file FROM case_ WHERE repo_id = :repo AND file IS NOT NULL"),
        {"repo": repo_id},
    )
    return list(found.scalars())


def of_cases(
    session: Session, repo_id: int, case_ids: Iterable[UUID]
) -> dict[UUID, tuple[str, ...]]:
    """Who owns these cases' files; those whose file nobody owns, or that name none, are missing."""
    return _owners(session, OF_CASES, repo_id, case_ids)


def named(session: Session, repo_id: int, case_ids: Iterable[UUID]) -> dict[UUID, tuple[str, ...]]:
    """Whose these cases are: by a person's word, else their files' owners; nobody's are missing.

    The one rule by which a case is under a team's terms, is counted as a team's, and is told to it.
    """
    return _owners(session, NAMED, repo_id, case_ids)


def _owners(
    session: Session, query: TextClause, repo_id: int, case_ids: Iterable[UUID]
) -> dict[UUID, tuple[str, ...]]:
    found = session.execute(query, {"repo": repo_id, "ids": list(case_ids)})
    return {case_id: tuple(names) for case_id, names in found if names}


def names(session: Session, repo_id: int) -> list[str]:
    """Everybody who owns a file of the repository or, by a person's word, a case; by name."""
    found = session.execute(
        text(
            "SELECT unnest(owners) AS name FROM file_owner WHERE repo_id = :repo"
            " UNION SELECT owner FROM case_care WHERE repo_id = :repo AND owner IS NOT NULL"
            " ORDER BY name"
        ),
        {"repo": repo_id},
    )
    return list(found.scalars())
