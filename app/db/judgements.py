"""What we think: verdicts, standings, findings, state changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.core.decide import ALGORITHM_VERSION, Cause, Finding, Standing, State
from app.core.evidence import Evidence
from app.core.runs import RunKey
from app.core.verdicts import Verdict
from app.db.tables.ran import CaseRow
from app.db.tables.thought import CaseStateRow, FindingRow, StateChangeRow, VerdictRow


@dataclass(frozen=True, slots=True)
class StoredFinding:
    """A finding with where it was made."""

    run_id: int
    attempt: int
    case_id: UUID
    variant: str
    finding: Finding


def write_verdicts(
    session: Session, repo_id: int, case_id: UUID, verdicts: Iterable[Verdict]
) -> None:
    """Store a case's verdicts as they are now."""
    for verdict in verdicts:
        values = {
            "repo_id": repo_id,
            "case_id": case_id,
            "code": verdict.code,
            "variant": verdict.variant,
            "verdict": verdict.kind,
            "passes": verdict.passes,
            "failures": verdict.failures,
            "first_at": verdict.first_at,
            "last_at": verdict.last_at,
            "is_trusted": verdict.is_trusted,
            "algorithm_version": ALGORITHM_VERSION,
        }
        session.execute(
            insert(VerdictRow)
            .values(values)
            .on_conflict_do_update(
                index_elements=["repo_id", "case_id", "code", "variant"], set_=values
            )
        )


def write_standing(
    session: Session,
    repo_id: int,
    case_id: UUID,
    standing: Standing,
    *,
    run: RunKey,
    seen_at: datetime,
    why: str,
    now: datetime,
) -> State:
    """Store a case's standing, and its change of state if there is one; the state before.

    `run` is the attempt whose evaluation brought it, `why` the sentence that explains a change,
    `seen_at` the newest moment that the evidence speaks of, by the runs' own clock.
    """
    before = state_of(session, repo_id, case_id)
    values = _columns(repo_id, case_id, standing, seen_at=seen_at, now=now)
    session.execute(
        insert(CaseStateRow)
        .values(values)
        .on_conflict_do_update(index_elements=["repo_id", "case_id"], set_=values)
    )
    if before is not standing.state:
        session.add(
            StateChangeRow(
                repo_id=repo_id,
                case_id=case_id,
                was=before,
                now=standing.state,
                at=seen_at,
                why=why,
                run_id=run.run_id,
                attempt=run.attempt,
            )
        )
    return before


def state_of(session: Session, repo_id: int, case_id: UUID) -> State:
    """A case's state; healthy when it never failed."""
    query = select(CaseStateRow.state).where(
        col(CaseStateRow.repo_id) == repo_id, col(CaseStateRow.case_id) == case_id
    )
    found = session.exec(query).first()
    return State.HEALTHY if found is None else State(found)


def standing(session: Session, repo_id: int, case_id: UUID) -> Standing | None:
    """How a case stands; None when it never failed."""
    row = session.get(CaseStateRow, (repo_id, case_id))
    return None if row is None else _standing(row)


def watched(session: Session, repo_id: int) -> list[UUID]:
    """The cases whose passes matter too: every one that is not healthy."""
    query = select(CaseStateRow.case_id).where(
        col(CaseStateRow.repo_id) == repo_id, col(CaseStateRow.state) != State.HEALTHY
    )
    return list(session.exec(query))


def in_state(session: Session, repo_id: int, state: State) -> list[UUID]:
    """The cases of a repository that are held to be in this state, by id."""
    query = (
        select(CaseStateRow.case_id)
        .where(col(CaseStateRow.repo_id) == repo_id, col(CaseStateRow.state) == state)
        .order_by(col(CaseStateRow.case_id))
    )
    return list(session.exec(query))


def write_findings(
    session: Session, key: RunKey, findings: Sequence[StoredFinding], *, now: datetime
) -> None:
    """Replace what was found on one attempt."""
    session.execute(
        text("DELETE FROM finding WHERE repo_id = :repo AND run_id = :run AND attempt = :attempt"),
        {"repo": key.repo_id, "run": key.run_id, "attempt": key.attempt},
    )
    for one in findings:
        session.add(
            FindingRow(
                repo_id=key.repo_id,
                run_id=key.run_id,
                attempt=key.attempt,
                case_id=one.case_id,
                variant=one.variant,
                cause=one.finding.cause,
                p_flaky=one.finding.p_flaky,
                evidence=[reason.to_json() for reason in one.finding.evidence],
                algorithm_version=ALGORITHM_VERSION,
                found_at=now,
            )
        )


def findings(session: Session, repo_id: int, run_ids: Sequence[int]) -> list[StoredFinding]:
    """What was found on every attempt of these runs, oldest attempt first."""
    query = (
        select(FindingRow)
        .where(col(FindingRow.repo_id) == repo_id, col(FindingRow.run_id).in_(run_ids))
        .order_by(col(FindingRow.run_id), col(FindingRow.attempt), col(FindingRow.case_id))
    )
    return [
        StoredFinding(
            run_id=row.run_id,
            attempt=row.attempt,
            case_id=row.case_id,
            variant=row.variant,
            finding=Finding(
                Cause(row.cause),
                row.p_flaky,
                tuple(Evidence.from_json(stored) for stored in row.evidence),
            ),
        )
        for row in session.exec(query)
    ]


def changes(session: Session, repo_id: int, case_id: UUID) -> list[StateChangeRow]:
    """A case's changes of state, oldest first."""
    query = (
        select(StateChangeRow)
        .where(col(StateChangeRow.repo_id) == repo_id, col(StateChangeRow.case_id) == case_id)
        .order_by(col(StateChangeRow.change_id))
    )
    return list(session.exec(query))


def _columns(
    repo_id: int, case_id: UUID, standing: Standing, *, seen_at: datetime, now: datetime
) -> dict[str, Any]:
    low, high = standing.rate_interval
    return {
        "repo_id": repo_id,
        "case_id": case_id,
        "state": standing.state,
        "score": standing.score,
        "rate": standing.rate,
        "rate_low": low,
        "rate_high": high,
        "runs": standing.runs,
        "failures": standing.failures,
        "flakes": standing.flakes,
        "first_detected_at": standing.first_detected_at,
        "last_flake_at": standing.last_flake_at,
        "last_failure_at": standing.last_failure_at,
        "last_seen_at": seen_at,
        "broken_since": standing.broken_since,
        "evidence": [reason.to_json() for reason in standing.evidence],
        "algorithm_version": ALGORITHM_VERSION,
        "updated_at": now,
    }


def _standing(row: CaseStateRow) -> Standing:
    return Standing(
        state=State(row.state),
        score=row.score,
        rate=row.rate,
        rate_interval=(row.rate_low, row.rate_high),
        runs=row.runs,
        failures=row.failures,
        flakes=row.flakes,
        first_detected_at=row.first_detected_at,
        last_flake_at=row.last_flake_at,
        last_failure_at=row.last_failure_at,
        broken_since=row.broken_since,
        evidence=tuple(Evidence.from_json(stored) for stored in row.evidence),
    )


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
    causes = _causes(session, repo_id)
    return [
        CaseStanding(
            case_id=case.case_id,
            file=case.file,
            classname=case.classname,
            name=case.name,
            parameters=case.parameters,
            standing=_standing(row),
            causes=causes.get(case.case_id, ()),
            was=tuple(State(one.now) for one in changes(session, repo_id, case.case_id)),
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
