"""Cases: known by computed ids; written only when a set of cases was never seen before."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from app.core.identity import IDENTITY_VERSION, CaseIds
from app.core.outcomes import CaseDetail, ReportedCase
from app.core.priorities import Labels, priority_of
from app.core.reports.masking import mask_named
from app.db.rows import INTEGER_MOST
from app.db.tables.ran import CaseRow

BATCH = 5_000  # cases sent in one statement
ADDING = 0x464C4143  # key, with the repository, of the lock under which its cases are added

ADD = text("""
INSERT INTO case_ (repo_id, case_id, identity_version, suite, classname, name, parameters,
                   file, line, properties, first_seen_at)
SELECT :repo, case_id, :version, suite, classname, name, parameters, file, line, '{}', :now
FROM unnest(CAST(:ids AS uuid[]), CAST(:suites AS text[]), CAST(:classnames AS text[]),
            CAST(:names AS text[]), CAST(:parameters AS text[]), CAST(:files AS text[]),
            CAST(:lines AS int[]))
  AS new(case_id, suite, classname, name, parameters, file, line)
WHERE NOT EXISTS (
  SELECT FROM case_ WHERE case_.repo_id = :repo AND case_.case_id = new.case_id
)
ON CONFLICT DO NOTHING
RETURNING file
""")

DETAIL = text("""
UPDATE case_ SET tags = ARRAY(SELECT jsonb_array_elements_text(said.tags)),
  properties = said.properties, timeout_ms = said.timeout_ms, retries = said.retries
FROM unnest(CAST(:ids AS uuid[]), CAST(:tags AS jsonb[]), CAST(:properties AS jsonb[]),
            CAST(:timeouts AS int[]), CAST(:retries AS int[]))
  AS said(case_id, tags, properties, timeout_ms, retries)
WHERE case_.repo_id = :repo AND case_.case_id = said.case_id
""")


MOVE = text("""
UPDATE case_ SET file = said.file, line = said.line
FROM unnest(CAST(:ids AS uuid[]), CAST(:files AS text[]), CAST(:lines AS int[]))
  AS said(case_id, file, line)
WHERE case_.repo_id = :repo AND case_.case_id = said.case_id AND said.file IS NOT NULL
  AND (case_.file, case_.line) IS DISTINCT FROM (said.file, said.line)
RETURNING case_.file
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
    cases: Iterable[ReportedCase],
    *,
    now: datetime,
    is_trusted: bool,
) -> set[str]:
    """Store those of these cases that are not known yet, and what is told of each.

    The files in which new ones live, or to which known ones moved.

    A fork's report makes its cases known and says nothing more of any: where a case stands
    and what is told of it is the word of the repository's own reports.

    One transaction at a time adds cases to a repository: sets overlap in any order.
    """
    session.execute(
        text("SELECT pg_advisory_xact_lock(:adding, hashint8(:repo))"),
        {"adding": ADDING, "repo": repo_id},
    )
    ids = CaseIds(repo_id)
    remaining = iter(cases)
    touched: set[str | None] = set()
    while batch := [(UUID(bytes=ids.of(case)), case) for case in islice(remaining, BATCH)]:
        columns = _columns(repo_id, batch)
        touched.update(session.execute(ADD, columns | {"now": now}).scalars())
        if not is_trusted:
            continue
        moving = {name: columns[name] for name in ("repo", "ids", "files", "lines")}
        touched.update(session.execute(MOVE, moving).scalars())
        told = [(case_id, case.detail) for case_id, case in batch if case.detail is not None]
        if told:
            session.execute(DETAIL, _details(repo_id, told))
    return {file for file in touched if file is not None}


def _columns(repo_id: int, batch: Sequence[tuple[UUID, ReportedCase]]) -> dict[str, Any]:
    return {
        "repo": repo_id,
        "version": IDENTITY_VERSION,
        "ids": [case_id for case_id, _ in batch],
        "suites": [case.suite for _, case in batch],
        "classnames": [case.classname for _, case in batch],
        "names": [case.name for _, case in batch],
        "parameters": [case.parameters for _, case in batch],
        "files": [case.file for _, case in batch],
        "lines": [case.line for _, case in batch],
    }


def _details(repo_id: int, told: Sequence[tuple[UUID, CaseDetail]]) -> dict[str, Any]:
    return {
        "repo": repo_id,
        "ids": [case_id for case_id, _ in told],
        "tags": [json.dumps(sorted(set(detail.tags))) for _, detail in told],
        "properties": [json.dumps(_properties(detail)) for _, detail in told],
        "timeouts": [_integer(detail.timeout_ms) for _, detail in told],
        "retries": [_integer(detail.retries) for _, detail in told],
    }


def _properties(detail: CaseDetail) -> dict[str, str]:
    """What a report says of a case beside its executions, without its secrets."""
    return {name: mask_named(name, value) for name, value in detail.properties}


def _integer(value: int | None) -> int | None:
    """The number as far as the database's integer holds it."""
    return None if value is None else max(0, min(value, INTEGER_MOST))


def labels(session: Session, repo_id: int, ids: Sequence[UUID]) -> dict[UUID, Labels]:
    """How these cases are labelled; those not known are missing."""
    query = select(CaseRow.case_id, CaseRow.tags, CaseRow.properties).where(
        col(CaseRow.repo_id) == repo_id, col(CaseRow.case_id).in_(ids)
    )
    return {
        case_id: Labels(frozenset(tags), priority_of(properties or {}, tags))
        for case_id, tags, properties in session.exec(query)
    }


def cases(session: Session, repo_id: int, ids: Sequence[UUID]) -> dict[UUID, Case]:
    """These cases by id; those not known are missing."""
    query = select(CaseRow).where(col(CaseRow.repo_id) == repo_id, col(CaseRow.case_id).in_(ids))
    return {row.case_id: _case(row) for row in session.exec(query)}


NAMES = text("""
SELECT case_.case_id, concat_ws('::', nullif(classname, ''), nullif(name, '')) || parameters AS name
FROM unnest(CAST(:ids AS uuid[])) AS wanted(case_id)
JOIN case_ ON case_.repo_id = :repo AND case_.case_id = wanted.case_id
ORDER BY case_.case_id
""")


def names(session: Session, repo_id: int, wanted: Iterable[str]) -> list[tuple[str, str]]:
    """The full names of these cases, by hexadecimal id; those not known are missing."""
    ids = [UUID(hex=one) for one in wanted]
    rows = session.execute(NAMES, {"repo": repo_id, "ids": ids})
    return [(row.case_id.hex, row.name) for row in rows]


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
