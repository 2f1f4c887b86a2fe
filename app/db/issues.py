"""The issues that people linked to the failures of cases."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

OF_CASES = text("""
SELECT DISTINCT cluster_case.case_id, cluster.issue_url
FROM cluster_case JOIN cluster USING (repo_id, cluster_id)
WHERE cluster_case.repo_id = :repo AND cluster_case.case_id = ANY(CAST(:ids AS uuid[]))
  AND cluster.issue_url IS NOT NULL
ORDER BY cluster_case.case_id, cluster.issue_url
""")


def of_cases(
    session: Session, repo_id: int, case_ids: Sequence[UUID]
) -> dict[UUID, tuple[str, ...]]:
    """The links to issues, of these cases; served by cluster_case_case."""
    found: dict[UUID, tuple[str, ...]] = {}
    rows = session.execute(OF_CASES, {"repo": repo_id, "ids": list(case_ids)})
    for case_id, url in rows:
        found[case_id] = (*found.get(case_id, ()), url)
    return found
