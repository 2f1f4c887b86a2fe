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
report.skipped > 0 AS has_skips, report.observed_at
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

MATES = text(f"""
SELECT {COLUMNS} {WITH_SET}
JOIN (
  SELECT DISTINCT * FROM unnest(
    CAST(:runs AS bigint[]), CAST(:attempts AS integer[]), CAST(:variants AS text[]),
    CAST(:observed AS timestamptz[])
  ) AS job(run_id, attempt, variant, observed_at)
) AS mine ON mine.run_id = report.run_id AND mine.attempt = report.attempt
  AND mine.variant = report.variant AND mine.observed_at = report.observed_at
WHERE {READABLE}
ORDER BY report.at, report.report_id
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

Row = Mapping[Any, Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """A report as a scorer needs it: one that waits to be observed, or was."""

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
    observed_at: datetime | None  # when an evaluation worked it in; None where it waits for one

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


@dataclass(frozen=True, slots=True)
class InTime:
    """A part of the reports that were observed."""

    reports: tuple[Stored, ...]
    after: tuple[datetime, int] | None  # where the next part begins; None: this was the last
    read: int  # how many reports lie between the parts' ends


def in_time(
    session: Session, repo_id: int, *, after: tuple[datetime, int] | None, most: int
) -> InTime:
    """About so many reports that were observed, in the order of their times, from `after` on.

    Those of one job that were observed together are in one part, that of the latest of them: so
    they come to the observations that they came to then. Those of the last moment are all there.
    Served by report_in_time and report_once.
    """
    at, report = after or (BEGINNING, 0)
    asked: dict[str, Any] = {"repo": repo_id, "at": at, "report": report, "most": most}
    rows = list(session.execute(IN_TIME, asked).mappings())
    if not rows:
        return InTime((), None, 0)
    if len(rows) == most:
        last = {"repo": repo_id, "at": rows[-1]["at"], "report": rows[-1]["report_id"]}
        rows += session.execute(AT_ONCE, last).mappings()
    end = (rows[-1]["at"], rows[-1]["report_id"])
    whole = _whole(session, repo_id, rows, end=end)
    return InTime(tuple(_stored(session, repo_id, row) for row in whole), end, len(rows))


def _whole(
    session: Session, repo_id: int, rows: Sequence[Row], *, end: tuple[datetime, int]
) -> list[Row]:
    """What was observed together with these, of the same job, where no later part has the last."""
    places = [_place(row) for row in rows]
    runs, attempts, variants, observed = map(list, zip(*places, strict=True))
    asked = {"runs": runs, "attempts": attempts, "variants": variants, "observed": observed}
    found = list(session.execute(MATES, {"repo": repo_id, **asked}).mappings())
    later = {_place(row) for row in found if (row["at"], row["report_id"]) > end}
    return [row for row in found if _place(row) not in later]


def _place(row: Row) -> tuple[int, int, str, datetime]:
    return (row["run_id"], row["attempt"], row["variant"], row["observed_at"])


def _stored(session: Session, repo_id: int, row: Row) -> Stored:
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
