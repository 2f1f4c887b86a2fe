"""Outages: which is going on, what belongs to it, and how far it reaches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from app.core.outages import WINDOW, Event, Hit, Kind, Reach
from app.core.pages import CaseName, Page
from app.db.pages import NAME_CUT, OWNERS, case_name, owned_by, owners_among

CROWDS_KEPT = 6  # earlier events that a crowd is compared with
CASES_SHOWN = 200
RUNS_SHOWN = 100

HITS = text(f"""
SELECT DISTINCT failed.case_id, report.variant || coalesce(' ' || failed.variant, '') AS variant,
       left(coalesce(nullif(case_.file, ''), nullif(classname, ''), suite), {NAME_CUT}) AS crowd
FROM report
JOIN occurrence AS failed ON failed.repo_id = report.repo_id
  AND failed.report_id = report.report_id AND failed.keep_until > report.at
JOIN case_ ON case_.repo_id = report.repo_id AND case_.case_id = failed.case_id
WHERE report.repo_id = :repo AND report.run_id = :run AND report.attempt = :attempt
  AND failed.case_id = ANY(:cases)
""")

EVENT = "outage_id, kind, crowd, began_at, last_at, over_at"

# The event that was going on then; late news of an old one finds it still.
GOING_ON = text(f"""
SELECT {EVENT} FROM outage
WHERE repo_id = :repo AND began_at <= CAST(:at AS timestamptz) + :window
  AND last_at >= CAST(:at AS timestamptz) - :window
ORDER BY last_at DESC, outage_id DESC LIMIT 1 FOR UPDATE
""")

OPEN = text(f"""
INSERT INTO outage (repo_id, kind, crowd, began_at, last_at, over_at)
VALUES (:repo, 'outage', NULL, :at, :at, NULL) RETURNING {EVENT}
""")

ADD_CASES = text("""
INSERT INTO outage_case (repo_id, outage_id, case_id, variant, crowd)
SELECT :repo, :outage, * FROM unnest(CAST(:cases AS uuid[]), CAST(:variants AS text[]),
                                     CAST(:crowds AS text[]))
ON CONFLICT DO NOTHING
""")

ADD_RUN = text("""
INSERT INTO outage_run (repo_id, outage_id, run_id, attempt, pr_number, at)
VALUES (:repo, :outage, :run, :attempt, :pr, :at) ON CONFLICT DO NOTHING
""")

CASES_OF = text("""
SELECT DISTINCT case_id, crowd FROM outage_case WHERE repo_id = :repo AND outage_id = :outage
""")

EARLIER = text("""
SELECT outage.outage_id, began_at, array_agg(DISTINCT case_id) AS cases
FROM (SELECT outage_id, began_at FROM outage
      WHERE repo_id = :repo AND crowd = :crowd AND outage_id <> :outage
      ORDER BY last_at DESC LIMIT :limit) AS outage
JOIN outage_case ON outage_case.repo_id = :repo AND outage_case.outage_id = outage.outage_id
GROUP BY 1, 2
""")

UPDATE = text(f"""
UPDATE outage SET kind = :kind, crowd = :crowd, began_at = least(began_at, :at),
  last_at = greatest(last_at, :at),
  over_at = CASE WHEN greatest(last_at, :at) > :running THEN NULL ELSE over_at END
WHERE repo_id = :repo AND outage_id = :outage RETURNING {EVENT}
""")

SET_KIND = text("""
UPDATE outage SET kind = :kind WHERE repo_id = :repo AND outage_id = ANY(:outages)
""")

OVER = text(f"""
UPDATE outage SET over_at = :now WHERE over_at IS NULL AND last_at < :before
RETURNING repo_id, {EVENT}
""")

OF_OUTAGE = """(
  SELECT one.repo_id, one.case_id FROM outage_case AS one
  WHERE one.repo_id = outage.repo_id AND one.outage_id = outage.outage_id
) AS hit"""
REACH = f"""
SELECT {EVENT}, hit.cases, hit.crowds, hit.jobs, hit.owners,
       ran.runs, ran.pull_requests, ran.branch_runs
FROM outage
CROSS JOIN LATERAL (
  SELECT count(DISTINCT case_id) AS cases, count(DISTINCT one.crowd) AS crowds,
         count(DISTINCT variant) AS jobs, {owners_among(OF_OUTAGE)} AS owners
  FROM outage_case AS one WHERE one.repo_id = outage.repo_id AND one.outage_id = outage.outage_id
) AS hit
CROSS JOIN LATERAL (
  SELECT count(*) AS runs, count(*) FILTER (WHERE pr_number IS NULL) AS branch_runs,
         coalesce(array_agg(DISTINCT pr_number ORDER BY pr_number)
           FILTER (WHERE pr_number IS NOT NULL), '{{}}') AS pull_requests
  FROM outage_run AS one WHERE one.repo_id = outage.repo_id AND one.outage_id = outage.outage_id
) AS ran
WHERE outage.repo_id = :repo
"""

ONE = text(f"{REACH} AND outage.outage_id = :outage")
LISTED = text(
    f"{REACH} AND {owned_by('hit.owners')}"
    " ORDER BY last_at DESC, outage.outage_id DESC LIMIT :limit OFFSET :offset"
)

SHOWN_CASES = text(f"""
SELECT c.case_id, left(c.suite, {NAME_CUT}) AS suite, left(c.classname, {NAME_CUT}) AS classname,
       left(c.name, {NAME_CUT}) AS name, left(c.parameters, {NAME_CUT}) AS parameters,
       left(c.file, {NAME_CUT}) AS file, c.line, {OWNERS}, hit.jobs
FROM (
  SELECT case_id, string_agg(variant, ', ' ORDER BY variant) AS jobs FROM outage_case
  WHERE repo_id = :repo AND outage_id = :outage GROUP BY case_id
) AS hit JOIN case_ AS c ON c.repo_id = :repo AND c.case_id = hit.case_id
ORDER BY c.file, c.classname, c.name, c.case_id LIMIT :limit
""")

SHOWN_RUNS = text("""
SELECT one.run_id, one.attempt, one.pr_number, one.at, run.workflow, run.branch, run.url
FROM outage_run AS one LEFT JOIN run USING (repo_id, run_id, attempt)
WHERE one.repo_id = :repo AND one.outage_id = :outage
ORDER BY one.at, one.run_id, one.attempt LIMIT :limit
""")

# The cluster that most of its failures are in.
COMMON = text(f"""
SELECT cluster.cluster_id, coalesce(cluster.name, cluster.said) AS title, count(*) AS failures
FROM (SELECT run_id, attempt FROM outage_run
      WHERE repo_id = :repo AND outage_id = :outage ORDER BY at LIMIT {RUNS_SHOWN}) AS ran
JOIN report ON report.repo_id = :repo AND report.run_id = ran.run_id
  AND report.attempt = ran.attempt
JOIN occurrence AS failed ON failed.repo_id = :repo AND failed.report_id = report.report_id
  AND failed.keep_until > report.at
JOIN cluster_signature AS known ON known.repo_id = :repo AND known.signature = failed.signature
JOIN cluster ON cluster.repo_id = :repo AND cluster.cluster_id = known.cluster_id
WHERE failed.case_id IN (
  SELECT case_id FROM outage_case WHERE repo_id = :repo AND outage_id = :outage)
GROUP BY 1, 2 ORDER BY failures DESC, cluster.cluster_id LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class ShownCase:
    """A case of an event on its page."""

    case_id: UUID
    name: CaseName
    jobs: str


@dataclass(frozen=True, slots=True)
class ShownRun:
    """A run attempt that an event hit."""

    run_id: int
    attempt: int
    pr_number: int | None
    at: datetime
    workflow: str | None  # None: the run is kept no more
    branch: str | None
    url: str | None


def hits(session: Session, repo_id: int, run: tuple[int, int], cases: Sequence[UUID]) -> list[Hit]:
    """Where these cases failed in a run attempt: their jobs and groups."""
    values = {"repo": repo_id, "run": run[0], "attempt": run[1], "cases": list(cases)}
    return [Hit(row.case_id, row.variant, row.crowd) for row in session.execute(HITS, values)]


def going_on(session: Session, repo_id: int, *, at: datetime) -> Event | None:
    """The event that was going on at this moment; held until the transaction ends."""
    row = session.execute(GOING_ON, {"repo": repo_id, "at": at, "window": WINDOW}).first()
    return None if row is None else _event(row)


def open_new(session: Session, repo_id: int, *, at: datetime) -> Event:
    """Begin an event."""
    return _event(session.execute(OPEN, {"repo": repo_id, "at": at}).one())


def add(
    session: Session,
    repo_id: int,
    outage_id: int,
    found: Sequence[Hit],
    *,
    run: tuple[int, int],
    pr_number: int | None,
    at: datetime,
) -> None:
    """Let these failures belong to an event; what belongs to it already stays."""
    of = {"repo": repo_id, "outage": outage_id}
    columns = {
        "cases": [one.case_id for one in found],
        "variants": [one.variant for one in found],
        "crowds": [one.group for one in found],
    }
    session.execute(ADD_CASES, of | columns)
    session.execute(ADD_RUN, of | {"run": run[0], "attempt": run[1], "pr": pr_number, "at": at})


def cases_of(session: Session, repo_id: int, outage_id: int) -> tuple[set[UUID], set[str]]:
    """An event's cases, and their groups."""
    rows = session.execute(CASES_OF, {"repo": repo_id, "outage": outage_id}).all()
    return {row.case_id for row in rows}, {row.crowd for row in rows}


def earlier(
    session: Session, repo_id: int, outage_id: int, crowd: str
) -> list[tuple[int, datetime, frozenset[UUID]]]:
    """Other events that were all of one group: id, beginning and cases of the newest."""
    values = {"repo": repo_id, "outage": outage_id, "crowd": crowd, "limit": CROWDS_KEPT}
    rows = session.execute(EARLIER, values)
    return [(row.outage_id, row.began_at, frozenset(row.cases)) for row in rows]


def update(
    session: Session,
    repo_id: int,
    outage_id: int,
    *,
    kind: Kind,
    crowd: str | None,
    at: datetime,
    now: datetime,
) -> Event:
    """Write down what an event is now that something failed in it at `at`."""
    values = {"repo": repo_id, "outage": outage_id, "kind": kind.value, "crowd": crowd, "at": at}
    return _event(session.execute(UPDATE, values | {"running": now - WINDOW}).one())


def set_kind(session: Session, repo_id: int, outage_ids: Sequence[int], kind: Kind) -> None:
    """What earlier events turned out to be."""
    values = {"repo": repo_id, "outages": list(outage_ids), "kind": kind.value}
    session.execute(SET_KIND, values)


def end_quiet(session: Session, *, now: datetime) -> list[tuple[int, Event]]:
    """End the events in which nothing has failed for long: repository and event."""
    rows = session.execute(OVER, {"now": now, "before": now - WINDOW})
    return [(row.repo_id, _event(row)) for row in rows]


def reach(session: Session, repo_id: int, outage_id: int) -> Reach | None:
    """An event and how far it reaches; None when there is none with this id."""
    row = session.execute(ONE, {"repo": repo_id, "outage": outage_id}).first()
    return None if row is None else _reach(row)


def listed(
    session: Session, repo_id: int, *, page: int, size: int, owner: str | None = None
) -> Page[Reach]:
    """A repository's events, the newest first; with an `owner`, those that hit their cases."""
    asked = {"repo": repo_id, "owner": owner, "limit": size + 1, "offset": (page - 1) * size}
    rows = session.execute(LISTED, asked).all()
    return Page(tuple(_reach(row) for row in rows[:size]), page, has_more=len(rows) > size)


def shown_cases(session: Session, repo_id: int, outage_id: int) -> tuple[ShownCase, ...]:
    """An event's cases, by file; CASES_SHOWN at most."""
    values = {"repo": repo_id, "outage": outage_id, "limit": CASES_SHOWN}
    rows = session.execute(SHOWN_CASES, values).mappings()
    return tuple(ShownCase(row["case_id"], case_name(row), row["jobs"]) for row in rows)


def shown_runs(session: Session, repo_id: int, outage_id: int) -> tuple[ShownRun, ...]:
    """The run attempts that an event hit, oldest first; RUNS_SHOWN at most."""
    values = {"repo": repo_id, "outage": outage_id, "limit": RUNS_SHOWN}
    return tuple(ShownRun(*row) for row in session.execute(SHOWN_RUNS, values))


def common(session: Session, repo_id: int, outage_id: int) -> tuple[int, str] | None:
    """The cluster that most of an event's failures are in: id and title."""
    row = session.execute(COMMON, {"repo": repo_id, "outage": outage_id}).first()
    return None if row is None else (row.cluster_id, row.title)


def _event(row: Row[Any]) -> Event:
    return Event(row.outage_id, Kind(row.kind), row.crowd, row.began_at, row.last_at, row.over_at)


def _reach(row: Row[Any]) -> Reach:
    return Reach(
        event=_event(row),
        cases=row.cases,
        groups=row.crowds,
        jobs=row.jobs,
        runs=row.runs,
        pull_requests=tuple(row.pull_requests),
        owners=tuple(row.owners),
        branch_runs=row.branch_runs,
    )
