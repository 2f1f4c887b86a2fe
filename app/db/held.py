"""What a repository holds, with the cases' names; and cases found by what people call them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from app.core.held import HeldCase
from app.core.naming import KnownCase
from app.core.quarantine import HOLDING, OPEN, QuarantineState
from app.db.decisions import FRESH, quarantine_of
from app.db.tables.ran import CaseRow
from app.db.tables.thought import QuarantineRow

NAMES_AT_MOST = 50_000  # cases that ever failed, among which a name is looked for
WATCHED_AT_MOST = 1_000  # flaky or held cases, among which a change may mend some
FOUND_AT_MOST = 6  # cases that one name may mean; more are not worth listing
EVER_FAILED = text(f"""
SELECT case_.case_id FROM case_state JOIN case_ USING (repo_id, case_id)
WHERE repo_id = :repo AND (case_.name = :name OR case_.name || case_.parameters = :name
  OR concat_ws('::', nullif(classname, ''), name) || parameters = :name)
ORDER BY case_.case_id LIMIT {FOUND_AT_MOST}
""")
EVERY_NAME = text(f"""
SELECT case_id, concat_ws('::', nullif(classname, ''), nullif(name, '')) || parameters AS name
FROM case_state JOIN case_ USING (repo_id, case_id)
WHERE repo_id = :repo AND (:all OR case_id = ANY(CAST(:ids AS uuid[])))
ORDER BY name, case_id LIMIT {NAMES_AT_MOST}
""")
FLAKY_OR_HELD = """
SELECT case_id FROM case_state WHERE repo_id = :repo AND state = 'flaky'
UNION
SELECT case_id FROM quarantine WHERE repo_id = :repo AND state IN ('active', 'fix_pending')
"""
WATCHED = text(f"""
SELECT case_id, concat_ws('::', nullif(classname, ''), nullif(name, '')) || parameters AS name,
       file, classname
FROM ({FLAKY_OR_HELD}) AS watched JOIN case_ USING (case_id)
WHERE repo_id = :repo ORDER BY name, case_id LIMIT {WATCHED_AT_MOST}
""")
ANY_WATCHED = text(f"SELECT EXISTS ({FLAKY_OR_HELD})")


def held(session: Session, repo_id: int, *, now: datetime) -> list[HeldCase]:
    """What excuses failures now, by name; an end that has come counts at once."""
    return [one for one in _cases(session, repo_id, HOLDING) if one.quarantine.excuses(now)]


def listed(session: Session, repo_id: int, *, everything: bool) -> list[HeldCase]:
    """What is proposed or held, by name; with `everything` what ended, too."""
    return _cases(session, repo_id, frozenset(QuarantineState) if everything else OPEN)


def named(session: Session, repo_id: int, name: str) -> list[UUID]:
    """The cases that ever failed and are called so, by their whole name or the last part of it."""
    return [row[0] for row in session.execute(EVER_FAILED, {"repo": repo_id, "name": name})]


def ever_failed(session: Session, repo_id: int, ids: Sequence[UUID] = ()) -> list[KnownCase]:
    """The cases that ever failed, or of these alone, with their whole names, by name."""
    found = session.execute(EVERY_NAME, {"repo": repo_id, "ids": list(ids), "all": not ids})
    return [KnownCase(row.case_id, row.name) for row in found]


def is_any_watched(session: Session, repo_id: int) -> bool:
    """Whether any case is flaky or held."""
    return bool(session.execute(ANY_WATCHED, {"repo": repo_id}).scalar_one())


def watched(session: Session, repo_id: int) -> list[tuple[KnownCase, str | None, str]]:
    """The cases that are flaky or held, by name, each with its file and class."""
    found = session.execute(WATCHED, {"repo": repo_id})
    return [(KnownCase(row.case_id, row.name), row.file, row.classname) for row in found]


def _cases(session: Session, repo_id: int, states: frozenset[QuarantineState]) -> list[HeldCase]:
    query = (
        select(QuarantineRow, CaseRow)
        .join(
            CaseRow,
            (col(CaseRow.repo_id) == QuarantineRow.repo_id)
            & (col(CaseRow.case_id) == QuarantineRow.case_id),
        )
        .where(col(QuarantineRow.repo_id) == repo_id)
        .where(col(QuarantineRow.state).in_(sorted(state.value for state in states)))
        .order_by(CaseRow.suite, CaseRow.classname, CaseRow.name, CaseRow.parameters)
    )
    if states <= OPEN:
        query = query.where(text("state in ('proposed', 'active', 'fix_pending')"))
    return [
        HeldCase(
            case_id=case.case_id,
            suite=case.suite,
            classname=case.classname,
            name=case.name,
            parameters=case.parameters,
            file=case.file,
            quarantine=quarantine_of(row),
        )
        for row, case in session.exec(query, execution_options=FRESH)
    ]
