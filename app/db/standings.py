"""Every case of a repository that ever failed, as it stands; for small repositories."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from app.core.decide import Cause, Standing, State
from app.core.evidence import Evidence
from app.db import judgements
from app.db.tables.ran import CaseRow
from app.db.tables.thought import CaseStateRow


@dataclass(frozen=True, slots=True)
class CaseStanding:
    """A case with its standing and what its failures were held to be."""

    case_id: UUID
    file: str | None
    classname: str
    name: str
    parameters: str
    standing: Standing
    causes: tuple[Cause, ...]  # of all its failures, each once
    was: tuple[State, ...]  # every state it ever came to, in order
    reasons: tuple[
        Evidence, ...
    ]  # of trusted code's last failure that was no flake; else of its last


def standings(session: Session, repo_id: int) -> list[CaseStanding]:
    """Every case of a repository that ever failed, the surest flake first."""
    query = (
        select(CaseStateRow, CaseRow)
        .join(
            CaseRow,
            (col(CaseRow.repo_id) == CaseStateRow.repo_id)
            & (col(CaseRow.case_id) == CaseStateRow.case_id),
        )
        .where(col(CaseStateRow.repo_id) == repo_id)
        .order_by(col(CaseStateRow.score).desc(), CaseRow.name)
    )
    causes, reasons = _causes(session, repo_id), _reasons(session, repo_id)
    return [
        CaseStanding(
            case_id=case.case_id,
            file=case.file,
            classname=case.classname,
            name=case.name,
            parameters=case.parameters,
            standing=judgements.standing_in(row),
            causes=causes.get(case.case_id, ()),
            was=tuple(State(one.now) for one in judgements.changes(session, repo_id, case.case_id)),
            reasons=reasons.get(case.case_id, ()),
        )
        for row, case in session.exec(query)
    ]


def _causes(session: Session, repo_id: int) -> dict[UUID, tuple[Cause, ...]]:
    rows = session.execute(
        text(
            "SELECT case_id, array_agg(DISTINCT cause ORDER BY cause) AS causes FROM finding"
            " WHERE repo_id = :repo GROUP BY case_id"
        ),
        {"repo": repo_id},
    )
    return {row.case_id: tuple(Cause(one) for one in row.causes) for row in rows}


def _reasons(session: Session, repo_id: int) -> dict[UUID, tuple[Evidence, ...]]:
    rows = session.execute(
        text(
            "SELECT DISTINCT ON (case_id) case_id, evidence"
            " FROM finding JOIN run USING (repo_id, run_id, attempt)"
            " WHERE repo_id = :repo AND run.is_trusted"
            " ORDER BY case_id, cause = :broken DESC, cause = :new DESC, found_at DESC"
        ),
        {"repo": repo_id, "broken": Cause.BROKEN, "new": Cause.NEW},
    )
    return {row.case_id: tuple(Evidence.from_json(one) for one in row.evidence) for row in rows}
