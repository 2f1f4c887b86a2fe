"""What we think: standings, findings, state changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from app.core.decide import ALGORITHM_VERSION, Cause, Finding, Standing, State
from app.core.evidence import Evidence
from app.core.runs import RunKey
from app.db.many import insert_many
from app.db.tables.thought import CaseStateRow, FindingRow, StateChangeRow


@dataclass(frozen=True, slots=True)
class StoredFinding:
    """A finding with where it was made."""

    run_id: int
    attempt: int
    case_id: UUID
    variant: str  # the job
    finding: Finding
    at: datetime  # when the job finished, by the run's own clock


def write_standings(
    session: Session,
    repo_id: int,
    moved: Sequence[tuple[UUID, Standing, datetime]],
    *,
    now: datetime,
) -> None:
    """Store how cases stand, each with the newest moment that this speaks of."""
    rows = [
        _columns(repo_id, case_id, standing, seen_at=at, now=now)
        for case_id, standing, at in sorted(moved, key=lambda one: one[0])
    ]
    insert_many(session, CaseStateRow, rows, key=("repo_id", "case_id"), update=True)


def note_change(
    session: Session,
    run: RunKey,
    case_id: UUID,
    *,
    was: State,
    now: State,
    at: datetime,
    why: str,
) -> None:
    """Store a change of a case's state; `run` is the attempt that brought it."""
    session.add(
        StateChangeRow(
            repo_id=run.repo_id,
            case_id=case_id,
            was=was,
            now=now,
            at=at,
            why=why,
            run_id=run.run_id,
            attempt=run.attempt,
        )
    )


def note_recomputed(
    session: Session,
    repo_id: int,
    case_id: UUID,
    *,
    was: State,
    now: State,
    at: datetime,
    why: str,
) -> None:
    """Store a change of a case's state that no run brought."""
    change = StateChangeRow(repo_id=repo_id, case_id=case_id, was=was, now=now, at=at, why=why)
    session.add(change)


def state_of(session: Session, repo_id: int, case_id: UUID) -> State:
    """A case's state; healthy when it never failed."""
    query = select(CaseStateRow.state).where(
        col(CaseStateRow.repo_id) == repo_id, col(CaseStateRow.case_id) == case_id
    )
    found = session.exec(query).first()
    return State.HEALTHY if found is None else State(found)


def states(session: Session, repo_id: int, cases: Iterable[str]) -> dict[str, State]:
    """The states of these cases, those of them that ever failed; by hexadecimal id."""
    ids = [UUID(hex=one) for one in cases]
    query = select(CaseStateRow.case_id, CaseStateRow.state).where(
        col(CaseStateRow.repo_id) == repo_id, col(CaseStateRow.case_id).in_(ids)
    )
    return {case_id.hex: State(state) for case_id, state in session.exec(query)} if ids else {}


def standing(session: Session, repo_id: int, case_id: UUID) -> Standing | None:
    """How a case stands; None when it never failed."""
    row = session.get(CaseStateRow, (repo_id, case_id), populate_existing=True)
    return None if row is None else standing_in(row)


def standings(session: Session, repo_id: int, case_ids: Sequence[UUID]) -> dict[UUID, Standing]:
    """How these cases stand; those that never failed are missing."""
    query = select(CaseStateRow).where(
        col(CaseStateRow.repo_id) == repo_id, col(CaseStateRow.case_id).in_(case_ids)
    )
    found = session.exec(query, execution_options={"populate_existing": True})
    return {row.case_id: standing_in(row) for row in found}


def is_any_standing(session: Session, repo_id: int) -> bool:
    """Whether any case of a repository ever failed, as far as it was judged."""
    query = select(CaseStateRow.case_id).where(col(CaseStateRow.repo_id) == repo_id).limit(1)
    return session.exec(query).first() is not None


def in_state(session: Session, repo_id: int, state: State) -> list[UUID]:
    """The cases of a repository that are held to be in this state, by id."""
    query = (
        select(CaseStateRow.case_id)
        .where(col(CaseStateRow.repo_id) == repo_id, col(CaseStateRow.state) == state)
        .order_by(col(CaseStateRow.case_id))
    )
    return list(session.exec(query))


def unsettled(session: Session, repo_id: int, *, least: float) -> list[UUID]:
    """The cases that do not stand healthy, or that have this score at least."""
    query = select(CaseStateRow.case_id).where(
        col(CaseStateRow.repo_id) == repo_id,
        or_(col(CaseStateRow.state) != State.HEALTHY, col(CaseStateRow.score) >= least),
    )
    return list(session.exec(query))


def add_findings(session: Session, repo_id: int, new: Sequence[StoredFinding]) -> None:
    """Store what failures were held to be at once; what stands there already stays."""
    rows = [
        {
            "repo_id": repo_id,
            "run_id": one.run_id,
            "attempt": one.attempt,
            "case_id": one.case_id,
            "variant": one.variant,
            "cause": one.finding.cause,
            "p_flaky": one.finding.p_flaky,
            "first_cause": one.finding.cause,
            "first_p_flaky": one.finding.p_flaky,
            "evidence": [reason.to_json() for reason in one.finding.evidence],
            "algorithm_version": ALGORITHM_VERSION,
            "found_at": one.at,
        }
        for one in new
    ]
    key = ("repo_id", "run_id", "attempt", "case_id", "variant")
    insert_many(session, FindingRow, rows, key=key, update=False)


def mend(session: Session, repo_id: int, better: StoredFinding) -> None:
    """Say of a failure what is known of it now; what was said at once is kept."""
    session.connection().execute(
        update(FindingRow)
        .where(
            col(FindingRow.repo_id) == repo_id,
            col(FindingRow.run_id) == better.run_id,
            col(FindingRow.attempt) == better.attempt,
            col(FindingRow.case_id) == better.case_id,
            col(FindingRow.variant) == better.variant,
        )
        .values(
            cause=better.finding.cause,
            p_flaky=better.finding.p_flaky,
            evidence=[reason.to_json() for reason in better.finding.evidence],
        )
    )


def findings_of(
    session: Session, repo_id: int, run_id: int, case_id: UUID, variant: str
) -> list[StoredFinding]:
    """What was found of one case in one job of a run, oldest attempt first."""
    query = (
        select(FindingRow)
        .where(col(FindingRow.repo_id) == repo_id, col(FindingRow.run_id) == run_id)
        .where(col(FindingRow.case_id) == case_id, col(FindingRow.variant) == variant)
        .order_by(col(FindingRow.attempt))
    )
    return [_finding(row) for row in session.exec(query)]


def findings(session: Session, repo_id: int, run_ids: Sequence[int]) -> list[StoredFinding]:
    """What was found on every attempt of these runs, oldest attempt first."""
    query = (
        select(FindingRow)
        .where(col(FindingRow.repo_id) == repo_id, col(FindingRow.run_id).in_(run_ids))
        .order_by(col(FindingRow.run_id), col(FindingRow.attempt), col(FindingRow.case_id))
    )
    return [_finding(row) for row in session.exec(query)]


def _finding(row: FindingRow) -> StoredFinding:
    reasons = tuple(Evidence.from_json(stored) for stored in row.evidence)
    return StoredFinding(
        run_id=row.run_id,
        attempt=row.attempt,
        case_id=row.case_id,
        variant=row.variant,
        finding=Finding(Cause(row.cause), row.p_flaky, reasons),
        at=row.found_at,
    )


def last_finding(session: Session, repo_id: int, case_id: UUID) -> RunKey | None:
    """The run attempt in which a case failed last; None when it never did.

    Served by finding_case.
    """
    query = (
        select(FindingRow.run_id, FindingRow.attempt)
        .where(col(FindingRow.repo_id) == repo_id, col(FindingRow.case_id) == case_id)
        .order_by(col(FindingRow.found_at).desc())
        .limit(1)
    )
    row = session.exec(query).first()
    return None if row is None else RunKey(repo_id, row[0], row[1])


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


def standing_in(row: CaseStateRow) -> Standing:
    """A case's standing as its row holds it."""
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
