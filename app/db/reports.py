"""Reports: each stored once by its content, with its executions, or refused with a reason."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.core.runs import RunKey
from app.db.tables.ran import ReportRow


@dataclass(frozen=True, slots=True)
class NewReport:
    """A report that is about to be stored."""

    key: RunKey
    variant: str
    job_id: int | None
    digest: bytes  # SHA-256 of its bytes
    path: str
    size_bytes: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ReportCounts:
    """What was read of a report."""

    format: str
    cases: int
    executions: int
    passed: int
    failed: int
    errored: int
    skipped: int
    flaky: int
    duration_ms: int | None
    case_set: bytes
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A report of a run attempt, as the view needs it."""

    report_id: int
    variant: str
    job_id: int | None
    path: str
    passed: int
    cases: int
    warnings: tuple[str, ...]
    refusal: str | None


def is_stored(session: Session, new: NewReport) -> bool:
    """Whether these bytes of this attempt and variant are stored already."""
    query = select(ReportRow.report_id).where(
        col(ReportRow.repo_id) == new.key.repo_id,
        col(ReportRow.run_id) == new.key.run_id,
        col(ReportRow.attempt) == new.key.attempt,
        col(ReportRow.variant) == new.variant,
        col(ReportRow.digest) == new.digest,
    )
    return session.exec(query).first() is not None


def open_report(session: Session, new: NewReport, *, now: datetime) -> int | None:
    """Claim the place of a report; its id, or None when somebody stored it before."""
    row = insert(ReportRow).values(
        repo_id=new.key.repo_id,
        run_id=new.key.run_id,
        attempt=new.key.attempt,
        variant=new.variant,
        job_id=new.job_id,
        digest=new.digest,
        path=new.path,
        size_bytes=new.size_bytes,
        at=new.at,
        received_at=now,
        warnings=[],
        **dict.fromkeys(COUNTS, 0),
    )
    claimed = row.on_conflict_do_nothing(constraint="report_once").returning(
        col(ReportRow.report_id)
    )
    found = session.execute(claimed).first()
    return None if found is None else int(found[0])


COUNTS = ("cases", "executions", "passed", "failed", "errored", "skipped", "flaky")


def close_report(session: Session, repo_id: int, report_id: int, counts: ReportCounts) -> None:
    """Write down what was read of a report, in the transaction of its executions."""
    values: dict[str, Any] = {name: getattr(counts, name) for name in COUNTS}
    values |= {
        "format": counts.format,
        "duration_ms": counts.duration_ms,
        "case_set": counts.case_set,
        "warnings": list(counts.warnings),
    }
    _update(session, repo_id, report_id, values)


def refuse(session: Session, new: NewReport, reason: str, *, now: datetime) -> None:
    """Keep the reason why a report could not be read, once."""
    report_id = open_report(session, new, now=now)
    if report_id is not None:
        _update(session, new.key.repo_id, report_id, {"refusal": reason})


def of_run(session: Session, key: RunKey) -> list[StoredReport]:
    """The reports of one attempt, in the order in which they were stored."""
    query = (
        select(ReportRow)
        .where(col(ReportRow.repo_id) == key.repo_id, col(ReportRow.run_id) == key.run_id)
        .where(col(ReportRow.attempt) == key.attempt)
        .order_by(col(ReportRow.report_id))
    )
    return [
        StoredReport(
            report_id=row.report_id,
            variant=row.variant,
            job_id=row.job_id,
            path=row.path,
            passed=row.passed,
            cases=row.cases,
            warnings=tuple(row.warnings),
            refusal=row.refusal,
        )
        for row in session.exec(query)
    ]


def note_case_set(
    session: Session, repo_id: int, digest: bytes, *, cases: int, now: datetime
) -> bool:
    """Remember a set of cases; True when it was not seen before, so that it may hold new ones."""
    new = session.execute(
        text(
            "INSERT INTO case_set (repo_id, digest, cases, first_seen_at)"
            " VALUES (:repo, :digest, :cases, :now) ON CONFLICT DO NOTHING RETURNING 1"
        ),
        {"repo": repo_id, "digest": digest, "cases": cases, "now": now},
    )
    return new.first() is not None


def _update(session: Session, repo_id: int, report_id: int, values: dict[str, Any]) -> None:
    session.connection().execute(
        ReportRow.__table__.update()  # type: ignore[attr-defined]
        .where(col(ReportRow.repo_id) == repo_id, col(ReportRow.report_id) == report_id)
        .values(values)
    )
