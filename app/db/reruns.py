"""Jobs that are re-run for a case's sake: the wishes, their attempts, and where they can run."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.core.reruns import OPEN, Attempt, Rerun, RerunState, RerunWhy
from app.core.runs import RunKey
from app.db import case_reports
from app.db.tables.reruns import RerunAttemptRow, RerunRow

FRESH = {"populate_existing": True}  # rows are changed past the session, too
RUNS_LOOKED_AT = 60  # newest reports with a case among which a run is looked for
IS_OPEN = text("state in ('queued', 'running')")  # as rerun_open has it

# The default branch's runs among those of these reports, the newest first. A run began with its
# first attempt: its code is no newer than that.
PLACES = text("""
SELECT found.run_id, found.job, found.at,
       (SELECT min(started_at) FROM run AS first
        WHERE first.repo_id = :repo AND first.run_id = found.run_id) AS began_at
FROM (
  SELECT DISTINCT ON (run.run_id, job.name) run.run_id, job.name AS job, report.at
  FROM report
  JOIN run ON run.repo_id = :repo AND run.run_id = report.run_id AND run.attempt = report.attempt
  LEFT JOIN job ON job.repo_id = :repo AND job.run_id = report.run_id
    AND job.attempt = report.attempt AND job.job_id = report.job_id
  WHERE report.repo_id = :repo AND report.report_id = ANY(:reports)
    AND run.branch_class = 'default' AND run.is_trusted AND run.run_id > 0
  ORDER BY run.run_id, job.name, report.at DESC
) AS found
ORDER BY found.at DESC, found.run_id DESC, found.job
""")
SPENT = text("""
SELECT coalesce(sum(minutes), 0) FROM rerun_attempt WHERE repo_id = :repo AND asked_at > :since
""")
UNFINISHED = text("""
SELECT repo_id, rerun_id FROM rerun WHERE state in ('queued', 'running') ORDER BY asked_at LIMIT :n
""")
BUSY = text("""
SELECT EXISTS (
  SELECT FROM run AS other JOIN run AS mine ON mine.repo_id = other.repo_id
    AND mine.run_id = :run
    AND (mine.workflow = other.workflow OR mine.workflow_path = other.workflow_path)
  WHERE other.repo_id = :repo AND other.run_id <> :run AND other.branch_class = 'default'
    AND other.status <> 'completed' AND other.started_at > :since)
""")


@dataclass(frozen=True, slots=True)
class Place:
    """A run of the default branch in which a case was executed."""

    run_id: int
    job: str | None  # None where the report could not be matched to one
    at: datetime
    began_at: datetime  # with its first attempt


def wish(
    session: Session,
    repo_id: int,
    case_id: UUID,
    *,
    why: RerunWhy,
    wanted: int,
    by: str,
    now: datetime,
    run_id: int | None = None,
    since: datetime | None = None,
) -> int | None:
    """Write a wish down; its id, or None where one for this case is open."""
    new = insert(RerunRow).values(
        repo_id=repo_id,
        case_id=case_id,
        why=why,
        state=RerunState.QUEUED,
        wanted=wanted,
        asked_by=by,
        asked_at=now,
        run_id=run_id,
        since=since,
        note="",
    )
    kept = new.on_conflict_do_nothing(
        index_elements=["repo_id", "case_id"], index_where=IS_OPEN
    ).returning(col(RerunRow.rerun_id))
    row = session.execute(kept).first()
    return None if row is None else int(row[0])


def rerun(session: Session, repo_id: int, rerun_id: int) -> Rerun | None:
    """A wish with its attempts; None when there is none."""
    row = session.get(RerunRow, (repo_id, rerun_id), populate_existing=True)
    return None if row is None else _rerun(row, _attempts(session, repo_id, rerun_id))


def held(session: Session, repo_id: int, rerun_id: int) -> Rerun | None:
    """The same, held against changes by others until the end."""
    query = (
        select(RerunRow)
        .where(col(RerunRow.repo_id) == repo_id, col(RerunRow.rerun_id) == rerun_id)
        .with_for_update()
    )
    row = session.exec(query, execution_options=FRESH).first()
    return None if row is None else _rerun(row, _attempts(session, repo_id, rerun_id))


def of_case(session: Session, repo_id: int, case_id: UUID, *, limit: int) -> list[Rerun]:
    """The newest wishes for a case, newest first; served by rerun_case."""
    query = (
        select(RerunRow)
        .where(col(RerunRow.repo_id) == repo_id, col(RerunRow.case_id) == case_id)
        .order_by(col(RerunRow.asked_at).desc(), col(RerunRow.rerun_id).desc())
        .limit(limit)
    )
    rows = session.exec(query, execution_options=FRESH).all()
    return [_rerun(row, _attempts(session, repo_id, row.rerun_id)) for row in rows]


def open_for(session: Session, repo_id: int, case_ids: Collection[UUID]) -> dict[UUID, int]:
    """The open wishes for these cases, by case; served by rerun_open."""
    query = select(RerunRow.case_id, RerunRow.rerun_id).where(
        col(RerunRow.repo_id) == repo_id,
        col(RerunRow.state).in_([one.value for one in OPEN]),
        IS_OPEN,
        col(RerunRow.case_id).in_(case_ids),
    )
    return dict(session.exec(query).all()) if case_ids else {}


def open_in(session: Session, repo_id: int) -> list[int]:
    """The open wishes of a repository; few, and served by rerun_open."""
    query = (
        select(RerunRow.rerun_id)
        .where(col(RerunRow.repo_id) == repo_id, IS_OPEN)
        .order_by(col(RerunRow.rerun_id))
    )
    return list(session.exec(query))


def unfinished(session: Session, *, limit: int) -> list[tuple[int, int]]:
    """Repository and id of the open wishes, the oldest first."""
    rows = session.execute(UNFINISHED, {"n": limit})
    return [(repo_id, rerun_id) for repo_id, rerun_id in rows]


def places(session: Session, repo_id: int, case_id: UUID, *, now: datetime) -> list[Place]:
    """Where a case was executed on the default branch lately, the newest run first."""
    found = case_reports.newest(session, repo_id, [case_id], now=now, most=RUNS_LOOKED_AT)
    asked = {"repo": repo_id, "reports": [one.report_id for one in found]}
    return [Place(*row) for row in session.execute(PLACES, asked)]


def is_busy(session: Session, repo_id: int, run_id: int, *, since: datetime) -> bool:
    """Whether another run of the same workflow waits or runs on the default branch."""
    values = {"repo": repo_id, "run": run_id, "since": since}
    return bool(session.execute(BUSY, values).scalar_one())


def minutes_spent(session: Session, repo_id: int, *, since: datetime) -> float:
    """What attempts that were asked for since then took; served by rerun_attempt_recent."""
    return float(session.execute(SPENT, {"repo": repo_id, "since": since}).scalar_one())


def is_asked(session: Session, key: RunKey) -> bool:
    """Whether an attempt is one that we asked for."""
    return session.get(RerunAttemptRow, (key.repo_id, key.run_id, key.attempt)) is not None


def ask_attempt(
    session: Session,
    repo_id: int,
    rerun_id: int,
    run_id: int,
    attempt: int,
    *,
    minutes: float,
    now: datetime,
) -> None:
    """Write down that an attempt is about to be asked for."""
    new = insert(RerunAttemptRow).values(
        repo_id=repo_id,
        run_id=run_id,
        attempt=attempt,
        rerun_id=rerun_id,
        asked_at=now,
        minutes=minutes,
    )
    session.execute(new.on_conflict_do_nothing())


def forget_attempt(session: Session, repo_id: int, run_id: int, attempt: int) -> None:
    """An attempt was refused, so it never was."""
    row = session.get(RerunAttemptRow, (repo_id, run_id, attempt))
    if row is not None:
        session.delete(row)


def note_ended(
    session: Session,
    repo_id: int,
    one: Attempt,
    *,
    passed: bool | None,
    took: timedelta | None,
    now: datetime,
) -> None:
    """Write down how an attempt ended, and how long its job took where that is known."""
    row = session.get_one(RerunAttemptRow, (repo_id, one.run_id, one.attempt))
    row.passed, row.ended_at = passed, now
    row.minutes = took.total_seconds() / 60 if took is not None else one.minutes
    session.flush()


def change(session: Session, repo_id: int, rerun_id: int, **values: Any) -> None:  # noqa: ANN401 -- columns
    """Write down how a wish stands."""
    session.connection().execute(
        update(RerunRow)
        .where(col(RerunRow.repo_id) == repo_id, col(RerunRow.rerun_id) == rerun_id)
        .values(**values)
    )


def _attempts(session: Session, repo_id: int, rerun_id: int) -> Sequence[RerunAttemptRow]:
    query = (
        select(RerunAttemptRow)
        .where(col(RerunAttemptRow.repo_id) == repo_id, col(RerunAttemptRow.rerun_id) == rerun_id)
        .order_by(col(RerunAttemptRow.run_id), col(RerunAttemptRow.attempt))
    )
    return session.exec(query, execution_options=FRESH).all()


def _rerun(row: RerunRow, attempts: Sequence[RerunAttemptRow]) -> Rerun:
    return Rerun(
        id=row.rerun_id,
        case_id=row.case_id,
        why=RerunWhy(row.why),
        state=RerunState(row.state),
        wanted=row.wanted,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        run_id=row.run_id,
        job=row.job,
        since=row.since,
        note=row.note,
        attempts=tuple(
            Attempt(a.run_id, a.attempt, a.asked_at, a.minutes, a.ended_at, a.passed)
            for a in attempts
        ),
    )
