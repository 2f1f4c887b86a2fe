"""Executions and occurrences: written by COPY, read for the cases that are judged."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.core.outcomes import PassedCases, ReportedCase
from app.core.runs import RunKey
from app.db.copying import PART, PARTS, Copying
from app.db.rows import COPY_EXECUTIONS, COPY_OCCURRENCES, OUTCOME_CODES, Rows, Sink
from app.db.session import Driver
from app.db.variants import JOB_SHOWN

__all__ = ["OUTCOMES", "OUTCOME_CODES", "Sink"]

OUTCOMES = {code: outcome for outcome, code in OUTCOME_CODES.items()}

TEXTS_HELD = 4 * 1024 * 1024  # bytes of failures' texts held before they go to a file
CHUNK = 64 * 1024  # bytes of them sent at a time
PART_OF_REPORT = 2 * PART  # bytes whose executions fill a part, about: rows take half of it


def copy_cases(
    driver: Driver, sink: Sink, cases: Iterable[ReportedCase | PassedCases], *, size_bytes: int
) -> Rows:
    """COPY every execution of these cases, then the text of each failing one; what was packed.

    Both go through one connection, one after the other, so texts wait in a file without a name;
    memory does not grow with the report. `size_bytes` are the report's.
    """
    with SpooledTemporaryFile(max_size=TEXTS_HELD) as spool:
        texts = cast(BinaryIO, spool)
        rows = Rows(sink, texts)
        parts = min(PARTS, size_bytes // PART_OF_REPORT)
        with Copying(driver, COPY_EXECUTIONS, parts=parts) as copying:
            for piece in rows.executions(cases):
                copying.write(piece)
            copying.end()
            rows.finish()  # while the last rows are being stored
        if rows.failures:
            texts.seek(0)
            with Copying(driver, COPY_OCCURRENCES, parts=0) as copying:
                while chunk := texts.read(CHUNK):
                    copying.write(chunk)
    return rows


SEEN_IN_RUN = text("""
SELECT DISTINCT execution.case_id FROM report
JOIN execution ON execution.repo_id = report.repo_id AND execution.report_id = report.report_id
  AND execution.at = report.at AND execution.keep_until > report.at
WHERE report.repo_id = :repo AND report.run_id = :run AND report.attempt = :attempt
  AND execution.case_id = ANY(:watched)
""")

FAILED_IN_RUN = text("""
SELECT DISTINCT occurrence.case_id FROM report
JOIN occurrence ON occurrence.repo_id = report.repo_id
  AND occurrence.report_id = report.report_id
  AND occurrence.at = report.at AND occurrence.keep_until > report.at
WHERE report.repo_id = :repo AND report.run_id = :run
""")


def failed_in_run(session: Session, repo_id: int, run_id: int) -> list[UUID]:
    """The cases that failed in any attempt of a run; served by occurrence_report."""
    return [row[0] for row in session.execute(FAILED_IN_RUN, {"repo": repo_id, "run": run_id})]


def seen_in_run(session: Session, key: RunKey, watched: Sequence[UUID]) -> list[UUID]:
    """Those of the watched cases that this attempt executed; served by execution_time."""
    if not watched:
        return []
    values = {
        "repo": key.repo_id,
        "run": key.run_id,
        "attempt": key.attempt,
        "watched": list(watched),
    }
    return [row[0] for row in session.execute(SEEN_IN_RUN, values)]


@dataclass(frozen=True, slots=True)
class LastFailure:
    """The last failing execution of a case in a run and variant, and whether it passed later."""

    job_id: int | None
    job_name: str | None
    job_url: str | None
    message: str | None
    passed_after: bool
    format: str | None = None  # of the report that tells it


# In the order of attempts, then of executions: the last failure's text, and whether any pass of
# the same case and variant in the same run comes after it.
LAST_FAILURES = text(f"""
SELECT DISTINCT ON (report.run_id, failed.case_id, variant)
  report.run_id, failed.case_id,
  report.variant || coalesce(' ' || failed.variant, '') AS variant,
  report.format, report.job_id, {JOB_SHOWN} AS job_name, job.url AS job_url,
  coalesce(failed.message, failed.trace) AS message,
  EXISTS (
    SELECT 1 FROM report AS later
    JOIN execution AS passed ON passed.repo_id = later.repo_id
      AND passed.report_id = later.report_id AND passed.case_id = failed.case_id
      AND passed.at = later.at AND passed.outcome = 1
      AND passed.variant IS NOT DISTINCT FROM failed.variant
    WHERE later.repo_id = report.repo_id AND later.run_id = report.run_id
      AND later.variant = report.variant
      AND (later.attempt, passed.nth) > (report.attempt, failed.nth)
  ) AS passed_after
FROM report
JOIN occurrence AS failed ON failed.repo_id = report.repo_id
  AND failed.report_id = report.report_id
LEFT JOIN job ON job.repo_id = report.repo_id AND job.run_id = report.run_id
  AND job.attempt = report.attempt AND job.job_id = report.job_id
WHERE report.repo_id = :repo AND report.run_id = ANY(:runs)
ORDER BY report.run_id, failed.case_id, variant, report.attempt DESC, failed.nth DESC
""")


def last_failures(
    session: Session, repo_id: int, run_ids: Sequence[int]
) -> dict[tuple[int, UUID, str], LastFailure]:
    """By (run, case, variant): how the cases that failed in these runs ended."""
    rows = session.execute(LAST_FAILURES, {"repo": repo_id, "runs": list(run_ids)})
    return {
        (row.run_id, row.case_id, row.variant): LastFailure(
            job_id=row.job_id,
            job_name=row.job_name,
            job_url=row.job_url,
            message=_first_line(row.message),
            passed_after=row.passed_after,
            format=row.format,
        )
        for row in rows
    }


def _first_line(message: str | None) -> str | None:
    lines = (message or "").strip().splitlines()
    return lines[0] if lines else None


def count(session: Session) -> int:
    """Every execution stored; reads them all, so it is for small databases."""
    return int(session.execute(text("SELECT count(*) FROM execution")).scalar_one())
