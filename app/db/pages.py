"""What the overview and a repository's page read."""

from typing import Any, TypeVar

from sqlalchemy import RowMapping, text
from sqlmodel import Session

from app.core.pages import (
    CaseLine,
    CaseName,
    Counts,
    Page,
    ParkedLine,
    QuarantineLine,
    RepositoryLine,
    RunLine,
    UploadRemark,
)

T = TypeVar("T")

LISTED_STATES = ("flaky", "broken", "suspect")  # what the lists show, worst first
NAME_CUT = 400  # characters of each part of a name that a list reads
TEXT_CUT = 600  # characters of an error, refusal or warning that a list reads
REMARKS_CUT = 200  # reports with something to say that one page of runs reads
OWNERS_OF_CASE = """
coalesce((SELECT ARRAY[care.owner] FROM case_care AS care
          WHERE care.repo_id = c.repo_id AND care.case_id = c.case_id AND care.owner IS NOT NULL),
         (SELECT owners FROM file_owner
          WHERE file_owner.repo_id = c.repo_id AND file_owner.file = c.file), '{}')
"""
"""Whose a case is: a person's word comes before its file's owners."""
OWNERS = f"{OWNERS_OF_CASE} AS owners"


def owned_by(owners: str) -> str:
    """The condition that the asked owner is among these; everybody's where none is asked for."""
    return f"""(CAST(:owner AS text) IS NULL
      OR lower(:owner) IN (SELECT lower(name) FROM unnest({owners}) AS one(name)))"""


def owners_among(hit: str) -> str:
    """Whose the cases of a table `hit` are, each owner once."""
    return f"""coalesce((SELECT array_agg(DISTINCT one.name ORDER BY one.name)
      FROM {hit} JOIN case_ AS c ON c.repo_id = hit.repo_id AND c.case_id = hit.case_id
      CROSS JOIN LATERAL unnest({OWNERS_OF_CASE}) AS one(name)), '{{}}')"""


RUNNING_QUARANTINE = "('active', 'fix_pending')"

VISIBLE = """(CAST(:viewer AS bigint) IS NULL OR EXISTS (
    SELECT 1 FROM visible_repository v
    WHERE v.repo_id = r.repo_id AND v.user_id = CAST(:viewer AS bigint)))"""
"""What GitHub lets the viewer read; everything when it is nobody in particular."""

REPOSITORIES = f"""
SELECT r.repo_id, r.full_name, r.default_branch, r.is_private, r.first_report_at,
       (SELECT max(started_at) FROM run WHERE run.repo_id = r.repo_id) AS last_run_at,
       coalesce(s.flaky, 0) AS flaky, coalesce(s.broken, 0) AS broken,
       coalesce(s.suspect, 0) AS suspect, coalesce(q.quarantined, 0) AS quarantined
FROM repository r
LEFT JOIN (SELECT repo_id, count(*) FILTER (WHERE state = 'flaky') AS flaky,
                  count(*) FILTER (WHERE state = 'broken') AS broken,
                  count(*) FILTER (WHERE state = 'suspect') AS suspect
           FROM case_state GROUP BY repo_id) s USING (repo_id)
LEFT JOIN (SELECT repo_id, count(*) AS quarantined FROM quarantine
           WHERE state IN {RUNNING_QUARANTINE} GROUP BY repo_id) q USING (repo_id)
WHERE r.removed_at IS NULL AND (CAST(:full_name AS text) IS NULL OR r.full_name = :full_name)
  AND {VISIBLE}
ORDER BY coalesce(s.flaky, 0) + coalesce(s.broken, 0) DESC, lower(r.full_name), r.repo_id
LIMIT :limit OFFSET :offset
"""

CASE_COLUMNS = f"""
s.repo_id, r.full_name, s.case_id, s.state, s.score, s.rate, s.rate_low, s.rate_high, s.runs,
s.failures, s.flakes, s.first_detected_at, s.last_flake_at, s.last_failure_at, s.last_seen_at,
s.broken_since, s.evidence,
left(c.suite, {NAME_CUT}) AS suite, left(c.classname, {NAME_CUT}) AS classname,
left(c.name, {NAME_CUT}) AS name, left(c.parameters, {NAME_CUT}) AS parameters,
left(c.file, {NAME_CUT}) AS file, c.line, {OWNERS},
q.state AS q_state, q.event AS q_event, q.decided_by, q.reason, q.since, q.until
"""

CASE_TABLES = """
case_state s
JOIN case_ c USING (repo_id, case_id)
JOIN repository r USING (repo_id)
LEFT JOIN LATERAL (
  SELECT state, event, decided_by, reason, since, until FROM quarantine
  WHERE repo_id = s.repo_id AND case_id = s.case_id
  ORDER BY quarantine_id DESC LIMIT 1) q ON true
"""

CASES = f"""
SELECT {CASE_COLUMNS} FROM {CASE_TABLES}
WHERE r.removed_at IS NULL AND (CAST(:repo_id AS bigint) IS NULL OR s.repo_id = :repo_id)
  AND {VISIBLE}
  AND (s.state = ANY(:states) OR (:with_quarantined AND q.state IN {RUNNING_QUARANTINE}))
  AND {owned_by(OWNERS_OF_CASE)}
ORDER BY array_position(CAST(:states AS text[]), s.state) NULLS LAST, s.score DESC,
         s.last_failure_at DESC NULLS LAST, s.repo_id, s.case_id
LIMIT :limit OFFSET :offset
"""

RUNS = """
SELECT run.run_id, run.attempt, run.workflow, run.conclusion, run.branch, run.pr_number,
       run.head_sha, run.is_trusted, run.started_at, run.url,
       run.ingested_at IS NOT NULL AS is_ingested,
       h.reports, h.refusals, h.warnings, h.cases, h.failing
FROM run CROSS JOIN LATERAL (
  SELECT count(*) AS reports, count(refusal) AS refusals,
         coalesce(sum(jsonb_array_length(warnings)), 0) AS warnings,
         coalesce(sum(cases), 0) AS cases, coalesce(sum(failed + errored), 0) AS failing
  FROM report WHERE report.repo_id = run.repo_id AND report.run_id = run.run_id
    AND report.attempt = run.attempt) h
WHERE run.repo_id = :repo_id
ORDER BY run.started_at DESC, run.run_id DESC, run.attempt DESC
LIMIT :limit OFFSET :offset
"""

REMARKS = f"""
SELECT run_id, attempt, left(variant, {NAME_CUT}) AS variant, left(path, {NAME_CUT}) AS path,
       left(refusal, {TEXT_CUT}) AS refusal, warnings
FROM report
WHERE repo_id = :repo_id AND run_id = ANY(:runs)
  AND (refusal IS NOT NULL OR warnings <> '[]')
ORDER BY report_id LIMIT {REMARKS_CUT}
"""

PARKED = f"""
SELECT t.task_id, t.kind, left(t.key, {NAME_CUT}) AS key, t.queue, r.full_name, t.tries,
       left(t.error, {TEXT_CUT}) AS error, t.error_kind, t.parked_at, t.delivery_id
FROM task t
LEFT JOIN repository r ON r.repo_id = CAST(t.arguments ->> 'repo_id' AS bigint)
WHERE t.parked_at IS NOT NULL
ORDER BY t.parked_at DESC, t.task_id DESC
LIMIT :limit OFFSET :offset
"""


def repositories(
    session: Session, *, page: int, size: int, viewer: int | None = None
) -> Page[RepositoryLine]:
    """The repositories we watch and the viewer may see, those with most to look at first."""
    asked = {"full_name": None, "viewer": viewer}
    rows = _rows(session, REPOSITORIES, asked | _window(page, size))
    return _page([_repository(row) for row in rows], page=page, size=size)


def repository(
    session: Session, full_name: str, *, viewer: int | None = None
) -> RepositoryLine | None:
    """One repository by its name; None when we do not watch it, or the viewer may not see it."""
    asked = {"full_name": full_name, "viewer": viewer}
    rows = _rows(session, REPOSITORIES, asked | _window(1, 1))
    return _repository(rows[0]) if rows else None


def worst_cases(
    session: Session,
    *,
    repo_id: int | None,
    states: tuple[str, ...] = LISTED_STATES,
    with_quarantined: bool = False,
    owner: str | None = None,
    page: int,
    size: int,
    viewer: int | None = None,
) -> Page[CaseLine]:
    """Cases in these states, in the order of `states` and worst first; of all repositories
    when `repo_id` is None. `with_quarantined` adds those under quarantine in other states; with
    an `owner`, only that person's or team's."""
    asked: dict[str, Any] = {
        "repo_id": repo_id,
        "states": list(states),
        "with_quarantined": with_quarantined,
        "owner": owner,
        "viewer": viewer,
    }
    rows = _rows(session, CASES, asked | _window(page, size))
    return _page([case_line(row) for row in rows], page=page, size=size)


def runs(session: Session, repo_id: int, *, page: int, size: int) -> Page[RunLine]:
    """The newest runs of a repository, each with the health of what it uploaded."""
    rows = _rows(session, RUNS, {"repo_id": repo_id} | _window(page, size))
    remarks: dict[tuple[int, int], list[UploadRemark]] = {}
    asked = {"repo_id": repo_id, "runs": [row["run_id"] for row in rows]}
    for row in _rows(session, REMARKS, asked):
        remarks.setdefault((row["run_id"], row["attempt"]), []).append(_remark(row))
    lines = [
        RunLine(**row, remarks=tuple(remarks.get((row["run_id"], row["attempt"]), ())))
        for row in rows
    ]
    return _page(lines, page=page, size=size)


def parked(session: Session, *, page: int, size: int) -> Page[ParkedLine]:
    """What was set aside, newest first."""
    rows = _rows(session, PARKED, _window(page, size))
    return _page([_parked(row) for row in rows], page=page, size=size)


def count_parked(session: Session) -> int:
    """How much is set aside."""
    found = session.execute(text("SELECT count(*) FROM task WHERE parked_at IS NOT NULL"))
    return int(found.scalar_one())


def case_line(row: RowMapping) -> CaseLine:
    """A row of CASE_COLUMNS as a record."""
    quarantine = None
    if row["q_state"] is not None:
        quarantine = QuarantineLine(
            state=row["q_state"],
            decided_by=row["decided_by"],
            reason=row["reason"],
            since=row["since"],
            until=row["until"],
            event=row["q_event"],
        )
    return CaseLine(
        repo_id=row["repo_id"],
        repository=row["full_name"],
        case_id=row["case_id"],
        name=case_name(row),
        state=row["state"],
        score=row["score"],
        rate=row["rate"],
        rate_low=row["rate_low"],
        rate_high=row["rate_high"],
        runs=row["runs"],
        failures=row["failures"],
        flakes=row["flakes"],
        first_detected_at=row["first_detected_at"],
        last_flake_at=row["last_flake_at"],
        last_failure_at=row["last_failure_at"],
        last_seen_at=row["last_seen_at"],
        broken_since=row["broken_since"],
        evidence=tuple(row["evidence"]),
        quarantine=quarantine,
    )


def case_name(row: RowMapping) -> CaseName:
    """The parts of a name, from a row that has them."""
    return CaseName(
        suite=row["suite"],
        classname=row["classname"],
        name=row["name"],
        parameters=row["parameters"],
        file=row["file"],
        line=row["line"],
        owners=tuple(row["owners"]),
    )


def _rows(session: Session, query: str, values: dict[str, Any]) -> list[RowMapping]:
    return list(session.execute(text(query), values).mappings())


def _window(page: int, size: int) -> dict[str, int]:
    # One row more than is shown tells whether there is a next page.
    return {"limit": size + 1, "offset": (page - 1) * size}


def _page(items: list[T], *, page: int, size: int) -> Page[T]:
    return Page(tuple(items[:size]), page, has_more=len(items) > size)


def _repository(row: RowMapping) -> RepositoryLine:
    return RepositoryLine(
        repo_id=row["repo_id"],
        full_name=row["full_name"],
        default_branch=row["default_branch"],
        is_private=row["is_private"],
        first_report_at=row["first_report_at"],
        last_run_at=row["last_run_at"],
        counts=Counts(row["flaky"], row["broken"], row["suspect"], row["quarantined"]),
    )


def _remark(row: RowMapping) -> UploadRemark:
    warnings = tuple(str(warning)[:TEXT_CUT] for warning in row["warnings"])
    return UploadRemark(row["variant"], row["path"], row["refusal"], warnings)


def _parked(row: RowMapping) -> ParkedLine:
    return ParkedLine(
        task_id=row["task_id"],
        kind=row["kind"],
        key=row["key"],
        queue=row["queue"],
        repository=row["full_name"],
        tries=row["tries"],
        error=row["error"] or "",
        error_kind=row["error_kind"] or "",
        parked_at=row["parked_at"],
        delivery_id=row["delivery_id"],
    )
