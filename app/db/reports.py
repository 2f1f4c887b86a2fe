"""Reports: each stored once by its content, with its executions, or refused with a reason."""

import json
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from app.core.runs import RunKey
from app.db.sending import Sent
from app.db.session import Driver, driver_of
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
    source: str = "artifact"  # the way it came: artifact, api, or junit, the old clients' address
    is_trusted: bool = True  # False for a fork's: it shows on its pull request and moves no more


@dataclass(frozen=True, slots=True)
class KnownReport:
    """A report that has its place in the database."""

    report_id: int
    is_read: bool  # False: it was refused, and its row says why


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
    is_partial: bool = False  # it lacks something that it should tell


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
    is_partial: bool = False  # it lacks something that it should tell


def known(session: Session, new: NewReport) -> KnownReport | None:
    """What is stored already of these bytes of this attempt and variant; None when nothing is."""
    query = select(ReportRow.report_id, ReportRow.refusal).where(
        col(ReportRow.repo_id) == new.key.repo_id,
        col(ReportRow.run_id) == new.key.run_id,
        col(ReportRow.attempt) == new.key.attempt,
        col(ReportRow.variant) == new.variant,
        col(ReportRow.digest) == new.digest,
    )
    found = session.exec(query).first()
    return None if found is None else KnownReport(found[0], is_read=found[1] is None)


def place_of(session: Session, new: NewReport) -> KnownReport:
    """What is stored of a report whose place was found taken."""
    before = known(session, new)
    assert before is not None  # its place is taken, so it is there
    return before


# These two are said for every report, so they go to psycopg without a detour.
OPEN = """
INSERT INTO report (repo_id, run_id, attempt, variant, job_id, digest, path, size_bytes, at,
  received_at, source, warnings, cases, executions, passed, failed, errored, skipped, flaky)
VALUES (%(repo)s, %(run)s, %(attempt)s, %(variant)s, %(job)s, %(digest)s, %(path)s, %(size)s,
  %(at)s, %(now)s, %(source)s, '[]', 0, 0, 0, 0, 0, 0, 0)
ON CONFLICT ON CONSTRAINT report_once DO NOTHING
RETURNING report_id
"""


class Opening(Sent):
    """Claims the place of a report, in a `with` block that asks for its id when it needs it."""

    def __init__(self, driver: Driver, new: NewReport, *, now: datetime) -> None:
        values = {
            "repo": new.key.repo_id,
            "run": new.key.run_id,
            "attempt": new.key.attempt,
            "variant": new.variant,
            "job": new.job_id,
            "digest": new.digest,
            "path": new.path,
            "size": new.size_bytes,
            "at": new.at,
            "now": now,
            "source": new.source,
        }
        super().__init__(driver, OPEN, values)

    def report_id(self) -> int | None:
        """The report's id, or None when somebody stored it before."""
        found = self.answer()
        return None if found is None else int(found)


CLOSE = """
WITH new AS (
  INSERT INTO case_set (repo_id, digest, cases, first_seen_at)
  VALUES (%(repo)s, %(case_set)s, %(cases)s, %(now)s) ON CONFLICT DO NOTHING RETURNING 1
)
UPDATE report SET format = %(format)s, cases = %(cases)s, executions = %(executions)s,
  passed = %(passed)s, failed = %(failed)s, errored = %(errored)s, skipped = %(skipped)s,
  flaky = %(flaky)s, duration_ms = %(duration_ms)s, case_set = %(case_set)s,
  warnings = CAST(%(warnings)s AS jsonb), is_partial = %(is_partial)s, took_ms = %(took_ms)s
WHERE repo_id = %(repo)s AND report_id = %(report)s
RETURNING EXISTS (SELECT FROM new)
"""


def close_report(
    driver: Driver,
    repo_id: int,
    report_id: int,
    counts: ReportCounts,
    *,
    now: datetime,
    took_ms: int | None = None,
) -> bool:
    """Write down what was read of a report, in the transaction of its executions.

    True when its set of cases was not seen before, so that it may hold new ones.
    """
    values = {field.name: getattr(counts, field.name) for field in fields(counts)} | {
        "warnings": json.dumps(counts.warnings),
        "repo": repo_id,
        "report": report_id,
        "now": now,
        "took_ms": took_ms,
    }
    (is_new,) = driver.execute(CLOSE, values).fetchall()
    return bool(is_new[0])


def refuse(
    session: Session,
    new: NewReport,
    reason: str,
    *,
    now: datetime,
    line: int | None = None,
    took_ms: int | None = None,
) -> KnownReport:
    """Keep the reason why a report could not be read, once; what is known of it afterwards."""
    with Opening(driver_of(session), new, now=now) as opening:
        report_id = opening.report_id()
    if report_id is None:
        return place_of(session, new)
    refused = {"refusal": reason, "refusal_line": line, "took_ms": took_ms}
    _update(session, new.key.repo_id, report_id, refused)
    return KnownReport(report_id, is_read=False)


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
            is_partial=row.is_partial,
        )
        for row in session.exec(query)
    ]


def _update(session: Session, repo_id: int, report_id: int, values: dict[str, Any]) -> None:
    session.connection().execute(
        update(ReportRow)
        .where(col(ReportRow.repo_id) == repo_id, col(ReportRow.report_id) == report_id)
        .values(values)
    )
