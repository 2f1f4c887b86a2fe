"""Stored reports that a scorer has not seen yet, or sees again: each marked once it was seen."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
BACKLOG_MOST = 200  # reports of other runs that one evaluation takes along

COLUMNS = """
report.report_id, report.run_id, report.attempt, report.variant, report.path, report.at,
report.case_set, case_set.variants, report.failed + report.errored + report.flaky > 0 AS is_red,
report.skipped > 0 AS has_skips
"""
WITH_SET = """
FROM report LEFT JOIN case_set
  ON case_set.repo_id = report.repo_id AND case_set.digest = report.case_set
"""
READABLE = "report.repo_id = :repo AND report.refusal IS NULL AND report.case_set IS NOT NULL"

OF_RUN = text(f"""
SELECT {COLUMNS} {WITH_SET}
WHERE {READABLE} AND report.run_id = :run AND report.observed_at IS NULL
ORDER BY report.at, report.report_id
""")

BACKLOG = text(f"""
SELECT {COLUMNS} {WITH_SET}
JOIN run ON run.repo_id = report.repo_id AND run.run_id = report.run_id
  AND run.attempt = report.attempt
WHERE {READABLE} AND report.observed_at IS NULL AND report.at <= :upto AND report.run_id <> :run
  AND run.ingested_at IS NOT NULL
ORDER BY report.at, report.report_id LIMIT :most
""")

IN_TIME = text(f"""
SELECT {COLUMNS} {WITH_SET}
WHERE {READABLE} AND report.observed_at IS NOT NULL
  AND (report.at, report.report_id) > (:at, :report)
ORDER BY report.at, report.report_id LIMIT :most
""")
AT_ONCE = text(f"""
SELECT {COLUMNS} {WITH_SET}
WHERE {READABLE} AND report.observed_at IS NOT NULL
  AND report.at = :at AND report.report_id > :report
ORDER BY report.report_id
""")

VARIANTS = text("""
SELECT DISTINCT execution.variant FROM report
JOIN execution ON execution.repo_id = report.repo_id AND execution.report_id = report.report_id
  AND execution.at = report.at AND execution.keep_until > report.at
WHERE report.repo_id = :repo AND report.report_id = :report
""")
NOTE_VARIANTS = text("""
UPDATE case_set SET variants = CAST(:variants AS jsonb) WHERE repo_id = :repo AND digest = :digest
""")

MARK = text("""
UPDATE report SET observed_at = :now WHERE repo_id = :repo AND report_id = ANY(:reports)
""")


@dataclass(frozen=True, slots=True)
class Stored:
    """A report that waits to be observed."""

    report_id: int
    run_id: int
    attempt: int
    variant: str
    path: str
    at: datetime
    case_set: bytes
    variants: tuple[str | None, ...]  # what tells its executions apart; mostly None alone
    is_red: bool
    has_skips: bool

    @property
    def jobs(self) -> tuple[str, ...]:
        """What its jobs may be called: see `app.db.observed.observations`."""
        told = [f"{self.variant} {inner}" if inner else self.variant for inner in self.variants]
        return (*told, *(f"{job} {self.path}" for job in told))


def waiting(session: Session, repo_id: int, run_id: int, *, upto: datetime) -> list[Stored]:
    """The reports of a run, and older ones of other runs, that no evaluation has seen yet.

    Served by report_once, and by report_unobserved for the others.
    """
    asked: dict[str, Any] = {"repo": repo_id, "run": run_id}
    mine = session.execute(OF_RUN, asked).mappings().all()
    upto = max((row["at"] for row in mine), default=upto)
    others = session.execute(BACKLOG, asked | {"upto": upto, "most": BACKLOG_MOST}).mappings()
    return [_stored(session, repo_id, row) for row in (*mine, *others)]


def in_time(
    session: Session, repo_id: int, *, after: tuple[datetime, int] | None, most: int
) -> list[Stored]:
    """So many reports that were observed, in the order of their times, from `after` on.

    Those of the last moment are all there. Served by report_in_time.
    """
    at, report = after or (BEGINNING, 0)
    asked: dict[str, Any] = {"repo": repo_id, "at": at, "report": report, "most": most}
    rows = list(session.execute(IN_TIME, asked).mappings())
    if len(rows) == most:
        last = {"repo": repo_id, "at": rows[-1]["at"], "report": rows[-1]["report_id"]}
        rows += session.execute(AT_ONCE, last).mappings()
    return [_stored(session, repo_id, row) for row in rows]


def _stored(session: Session, repo_id: int, row: Mapping[Any, Any]) -> Stored:
    fields = dict(row)
    if fields["variants"] is None:
        asked = {"repo": repo_id, "report": fields["report_id"]}
        found = sorted(session.execute(VARIANTS, asked).scalars(), key=lambda one: one or "")
        noted = {"repo": repo_id, "digest": fields["case_set"], "variants": json.dumps(found)}
        session.execute(NOTE_VARIANTS, noted)
        fields["variants"] = found
    return Stored(**fields | {"variants": tuple(fields["variants"])})


def mark(session: Session, repo_id: int, reports: Sequence[Stored], *, now: datetime) -> None:
    """These reports have been observed."""
    ids = [one.report_id for one in reports]
    session.execute(MARK, {"repo": repo_id, "reports": ids, "now": now})
