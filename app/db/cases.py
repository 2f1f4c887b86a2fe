"""Cases: known by computed ids; written only when a set of cases was never seen before."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from app.core.identity import IDENTITY_VERSION
from app.core.outcomes import ReportedCase
from app.db.tables.ran import CaseRow

BATCH = 5_000  # cases sent in one statement

ADD = text("""
INSERT INTO case_ (repo_id, case_id, identity_version, suite, classname, name, parameters,
                   file, line, properties, first_seen_at)
SELECT :repo, case_id, :version, suite, classname, name, parameters, file, line, '{}', :now
FROM unnest(CAST(:ids AS uuid[]), CAST(:suites AS text[]), CAST(:classnames AS text[]),
            CAST(:names AS text[]), CAST(:parameters AS text[]), CAST(:files AS text[]),
            CAST(:lines AS int[]))
  AS new(case_id, suite, classname, name, parameters, file, line)
ON CONFLICT DO NOTHING
""")


@dataclass(frozen=True, slots=True)
class Case:
    """A case as people know it."""

    id: UUID
    suite: str
    classname: str
    name: str
    parameters: str
    file: str | None
    line: int | None

    @property
    def full_name(self) -> str:
        """How people name it: class and name, with its parameters."""
        parts = [part for part in (self.classname, self.name) if part]
        return "::".join(parts) + self.parameters


def add(
    session: Session,
    repo_id: int,
    cases: Iterable[tuple[bytes, ReportedCase]],
    *,
    now: datetime,
) -> None:
    """Store those of these (case id, case) that are not known yet."""
    for batch in _batches(cases):
        session.execute(
            ADD,
            {
                "repo": repo_id,
                "version": IDENTITY_VERSION,
                "now": now,
                "ids": [UUID(bytes=raw_id) for raw_id, _ in batch],
                "suites": [case.suite for _, case in batch],
                "classnames": [case.classname for _, case in batch],
                "names": [case.name for _, case in batch],
                "parameters": [case.parameters for _, case in batch],
                "files": [case.file for _, case in batch],
                "lines": [case.line for _, case in batch],
            },
        )


def cases(session: Session, repo_id: int, ids: Sequence[UUID]) -> dict[UUID, Case]:
    """These cases by id; those not known are missing."""
    query = select(CaseRow).where(col(CaseRow.repo_id) == repo_id, col(CaseRow.case_id).in_(ids))
    return {row.case_id: _case(row) for row in session.exec(query)}


def _case(row: CaseRow) -> Case:
    return Case(
        id=row.case_id,
        suite=row.suite,
        classname=row.classname,
        name=row.name,
        parameters=row.parameters,
        file=row.file,
        line=row.line,
    )


def _batches(
    cases: Iterable[tuple[bytes, ReportedCase]],
) -> Iterator[list[tuple[bytes, ReportedCase]]]:
    """In order of id, so that two transactions that add the same cases wait and never deadlock."""
    remaining = iter(cases)
    while batch := list(islice(remaining, BATCH)):
        yield sorted(batch, key=lambda pair: pair[0])
