"""Stored reports as what a scorer is told: one observation for each job of a run attempt.

A job is a report's variant with what the report itself tells apart (a browser, a project). Where
several reports of one job have the same case, an interpreter's each say, each is a job of its own:
that one fails and another passes is no contradiction. Reports of one job that came at different
times, and were observed so, stay the observations that they were, whenever they are read again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b

from sqlalchemy import text
from sqlmodel import Session

from app.core.history.records import CaseSet, Execution, Observation
from app.core.runs import BranchClass, Run, RunKey
from app.db import changes, runs
from app.db.executions import OUTCOMES
from app.db.observed import sets as observed_sets
from app.db.observed.reports import Stored
from app.db.observed.sets import Renamed, Sets

Results = dict[
    int, dict[str | None, dict[str, list[Execution]]]
]  # by report and what it tells apart

# Cases that failed, then those that were skipped and failed once: whoever never failed costs
# nothing. Every execution of theirs, in the report's order.
RESULTS = text("""
WITH mine AS (
  SELECT report_id, at FROM report WHERE repo_id = :repo AND report_id = ANY(:reports)
),
looked_at AS (
  SELECT mine.report_id, mine.at, failed.case_id FROM mine
  JOIN occurrence AS failed ON failed.repo_id = :repo AND failed.report_id = mine.report_id
    AND failed.at = mine.at AND failed.keep_until > mine.at
  UNION
  SELECT mine.report_id, mine.at, skipped.case_id FROM mine
  JOIN execution AS skipped ON skipped.repo_id = :repo AND skipped.report_id = mine.report_id
    AND skipped.keep_until > mine.at AND skipped.outcome = 4  -- by time, all would be read
  WHERE :every_skip OR EXISTS (SELECT FROM case_state WHERE case_state.repo_id = :repo
                               AND case_state.case_id = skipped.case_id)
)
SELECT ran.report_id, ran.case_id, ran.variant, ran.outcome, told.message
FROM looked_at
CROSS JOIN LATERAL (
  SELECT * FROM execution WHERE execution.repo_id = :repo
    AND execution.case_id = looked_at.case_id AND execution.at = looked_at.at
    AND execution.keep_until > looked_at.at AND execution.report_id = looked_at.report_id
) AS ran
LEFT JOIN LATERAL (
  SELECT left(coalesce(occurrence.message, occurrence.trace), 2000) AS message FROM occurrence
  WHERE occurrence.repo_id = :repo AND occurrence.case_id = ran.case_id
    AND occurrence.at = ran.at AND occurrence.keep_until > ran.at
    AND occurrence.report_id = ran.report_id AND occurrence.nth = ran.nth
    AND occurrence.variant IS NOT DISTINCT FROM ran.variant
  LIMIT 1
) AS told ON ran.outcome IN (2, 3)
ORDER BY ran.report_id, ran.case_id, ran.nth
""")


@dataclass(frozen=True, slots=True)
class Seen:
    """An observation with the run attempt that it is of."""

    observation: Observation
    run: Run


@dataclass(frozen=True, slots=True)
class _Part:
    """One report's share of an observation."""

    report: Stored
    inner: str | None


def observations(
    session: Session,
    repo_id: int,
    reports: Sequence[Stored],
    *,
    sets: Sets,
    renamed: Renamed,
    now: datetime,
    every_skip: bool = False,
) -> list[Seen]:
    """What these reports come to, in the order of the runs' own times.

    Of cases that were skipped, those that failed once, or every one.
    """
    looked_at = [one.report_id for one in reports if one.is_red or one.has_skips]
    results = _results(session, repo_id, looked_at, renamed, every_skip=every_skip)
    found: dict[RunKey, Run | None] = {}
    seen = []
    for key, job, name, parts in _jobs(session, repo_id, reports, now=now):
        if key not in found:
            found[key] = runs.run(session, key)
        run = found[key]
        if run is not None:
            seen.append(Seen(_observation(run, job, sets(name), parts, results), run))
    return _with_changes(session, repo_id, sorted(seen, key=_moment))


def _with_changes(session: Session, repo_id: int, seen: Sequence[Seen]) -> list[Seen]:
    """The observations with the files that their changes touch, where that may matter.

    That is where something failed; and on the default branch, which may mend what failed there.
    """
    asked = [one for one in seen if one.observation.results or one.observation.is_default]
    if not asked:
        return list(seen)
    known = changes.files(session, repo_id, (_change(one.run) for one in asked))
    return [
        Seen(replace(one.observation, changed=known[_change(one.run)]), one.run)
        if _change(one.run) in known
        else one
        for one in seen
    ]


def _change(run: Run) -> tuple[str, int]:
    return (run.head_sha, run.pr_number or changes.DEFAULT)


def _moment(seen: Seen) -> tuple[datetime, int, int, str]:
    one = seen.observation
    return (one.at, one.run, one.attempt, one.job)


def _jobs(
    session: Session, repo_id: int, reports: Sequence[Stored], *, now: datetime
) -> Iterator[tuple[RunKey, str, str, list[_Part]]]:
    """The jobs that the reports are of, each with the name of the set of cases that it ran."""
    jobs: dict[tuple[int, int, str, datetime | None], list[_Part]] = {}
    for report in reports:
        for inner in report.variants:
            job = f"{report.variant} {inner}" if inner else report.variant
            place = (report.run_id, report.attempt, job, report.observed_at)
            jobs.setdefault(place, []).append(_Part(report, inner))
    digests = {place: _digest(parts) for place, parts in jobs.items()}
    known = observed_sets.found(session, repo_id, list(digests.values()))
    observed_sets.note_use(session, repo_id, list(digests.values()), now=now)
    for place, parts in jobs.items():
        run_id, attempt, job, _ = place
        key, digest = RunKey(repo_id, run_id, attempt), digests[place]
        if digest not in known:
            known[digest] = _written(session, repo_id, digest, parts, now=now)
        if not known[digest].is_crowded:
            yield key, job, digest.hex(), parts
            continue
        for part in parts:
            own = _digest([part])
            if own not in known:
                known[own] = _written(session, repo_id, own, [part], now=now)
            yield key, f"{job} {part.report.path}", own.hex(), [part]


def _digest(parts: Sequence[_Part]) -> bytes:
    return observed_sets.digest_of([(one.report.case_set, one.inner) for one in parts])


def _written(
    session: Session, repo_id: int, digest: bytes, parts: Sequence[_Part], *, now: datetime
) -> observed_sets.Known:
    ids = [one.report.report_id for one in parts]
    return observed_sets.write(session, repo_id, digest, ids, parts[0].inner, now=now)


def _results(
    session: Session, repo_id: int, reports: Sequence[int], renamed: Renamed, *, every_skip: bool
) -> Results:
    """By report, what tells apart and case: its executions in their order."""
    found: Results = {}
    if not reports:
        return found
    asked = {"repo": repo_id, "reports": list(reports), "every_skip": every_skip}
    for row in session.execute(RESULTS, asked):
        case = row.case_id.hex
        of_report = found.setdefault(row.report_id, {}).setdefault(row.variant, {})
        executions = of_report.setdefault(renamed.get(case, case), [])
        executions.append(Execution(OUTCOMES[row.outcome], row.message))
    return found


def _observation(
    run: Run, job: str, ran: CaseSet, parts: Sequence[_Part], results: Results
) -> Observation:
    executions: dict[str, tuple[Execution, ...]] = {}
    for part in parts:
        for case, found in results.get(part.report.report_id, {}).get(part.inner, {}).items():
            executions[case] = (*executions.get(case, ()), *found)
    return Observation(
        at=max(part.report.at for part in parts),
        run=run.key.run_id,
        attempt=run.key.attempt,
        job=job,
        code=run.code,
        branch=run.branch,
        pr=branch_number(run),
        base=run.base_sha,
        changed=None,
        is_trusted=run.is_trusted,
        ran=ran,
        not_run=frozenset(),
        results=executions,
    )


def branch_number(run: Run) -> int | None:
    """Whose code a run tested: its pull request's number, None on the default branch.

    A branch without a pull request has a negative number of its own: it is nobody else's code.
    """
    if run.branch_class is BranchClass.DEFAULT:
        return None
    if run.pr_number is not None:
        return run.pr_number
    place = f"{run.head_repo or ''}\0{run.branch}".encode()
    return -1 - int.from_bytes(blake2b(place, digest_size=6).digest())
