"""Which files a change touches, and the commits of the default branch: fetched once each."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import text
from sqlmodel import Session, col, select

from app.core.runs import Commit, Run
from app.db.tables.outside import ChangedFilesRow, CommitRow
from app.db.workflows import OF_WORKFLOW, OfWorkflow, of_workflow

RED_RUNS_MOST = 20  # run attempts whose changes are fetched for one evaluation
PUSHED_MOST = 50  # commits of one push that are looked at: more name nobody
DEFAULT = 0  # stands for a pull request's number on the default branch

# Of the reports that an evaluation will take in: those with a failure, whose change nobody asked
# for yet. A branch without a pull request has no change that GitHub would list.
MISSING = text("""
SELECT DISTINCT run.head_sha, coalesce(run.pr_number, 0) AS pr_number, run.workflow,
       run.workflow_path, run.event, run.started_at
FROM report
JOIN run ON run.repo_id = report.repo_id AND run.run_id = report.run_id
  AND run.attempt = report.attempt
WHERE report.repo_id = :repo AND report.refusal IS NULL AND report.observed_at IS NULL
  AND report.failed + report.errored + report.flaky > 0 AND report.at <= :upto
  AND (run.pr_number IS NOT NULL OR run.branch_class = 'default')
  AND NOT EXISTS (
    SELECT FROM changed_files AS known WHERE known.repo_id = run.repo_id
      AND known.head_sha = run.head_sha AND known.pr_number = coalesce(run.pr_number, 0)
  )
ORDER BY run.started_at LIMIT :most
""")

# What a run tested, it left a report of: one that was cancelled or never built tested nothing.
REPORTED = """
EXISTS (SELECT FROM report WHERE report.repo_id = run.repo_id AND report.run_id = run.run_id
        AND report.refusal IS NULL)
"""
BEFORE = text(f"""
SELECT head_sha FROM run
WHERE repo_id = :repo AND branch_class = 'default' AND started_at < :at AND head_sha <> :head
  AND {OF_WORKFLOW} AND status = 'completed' AND {REPORTED}
ORDER BY started_at DESC LIMIT 1
""")

WRITE = text("""
INSERT INTO changed_files (repo_id, head_sha, pr_number, since, files, fetched_at)
VALUES (:repo, :head, :pr, :since, CAST(:files AS jsonb), :now) ON CONFLICT DO NOTHING
""")

WRITE_COMMIT = text("""
INSERT INTO commit (repo_id, sha, parents, author, at, title, fetched_at)
VALUES (:repo, :sha, :parents, :author, :at, :title, :now) ON CONFLICT DO NOTHING
""")

FILES = text("""
SELECT known.head_sha, known.pr_number, known.files
FROM unnest(CAST(:heads AS text[]), CAST(:prs AS bigint[])) AS wanted(head_sha, pr_number)
JOIN changed_files AS known ON known.repo_id = :repo AND known.head_sha = wanted.head_sha
  AND known.pr_number = wanted.pr_number
WHERE known.files IS NOT NULL
""")

# From each tested commit back to the next one that was tested, by first parents: what a branch's
# history is made of, without what merged pull requests were made of.
TESTED = f"""
EXISTS (SELECT FROM run WHERE run.repo_id = :repo AND run.head_sha = commit.parents[1]
        AND run.branch_class = 'default' AND {REPORTED})
"""
PUSHED = text(f"""
WITH RECURSIVE step AS (
  SELECT sha AS head, sha, parents[1] AS parent, 1 AS number, {TESTED} AS is_whole
  FROM commit WHERE repo_id = :repo AND sha = ANY(:heads)
  UNION ALL
  SELECT step.head, commit.sha, commit.parents[1], step.number + 1, {TESTED}
  FROM step JOIN commit ON commit.repo_id = :repo AND commit.sha = step.parent
  WHERE NOT step.is_whole AND step.number < :most
)
SELECT head, array_agg(sha ORDER BY number DESC) AS shas
FROM step GROUP BY head HAVING bool_or(is_whole)
""")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A change whose files nobody asked for yet."""

    head_sha: str
    pr_number: int  # DEFAULT on the default branch
    since: str | None  # the default branch's commit tested before


def missing(session: Session, repo_id: int, *, upto: datetime) -> list[Wanted]:
    """The changes that an evaluation of what ran up to a moment would like to know.

    Served by report_unobserved.
    """
    asked = {"repo": repo_id, "upto": upto, "most": RED_RUNS_MOST}
    found = []
    for row in session.execute(MISSING, asked):
        since = None
        if row.pr_number == DEFAULT:
            since = _tested_before(session, repo_id, row)
        found.append(Wanted(row.head_sha, row.pr_number, since))
    return list(dict.fromkeys(found))


def on_default(session: Session, run: Run) -> Wanted:
    """The change that a run of the default branch tested."""
    return Wanted(run.head_sha, DEFAULT, _tested_before(session, run.key.repo_id, run))


class _Tested(OfWorkflow, Protocol):
    """A run of the default branch, as a row or as what is known of it."""

    @property
    def head_sha(self) -> str:
        """What it tested."""

    @property
    def started_at(self) -> datetime:
        """When."""


def _tested_before(session: Session, repo_id: int, run: _Tested) -> str | None:
    """The default branch's commit that the workflow tested before; None where it is the first."""
    where: dict[str, Any] = {"repo": repo_id, "at": run.started_at, "head": run.head_sha}
    where |= of_workflow(run)
    before: str | None = session.execute(BEFORE, where).scalar()
    return before


def is_known(session: Session, repo_id: int, head_sha: str, pr_number: int) -> bool:
    """Whether somebody asked already which files a change touches."""
    return session.get(ChangedFilesRow, (repo_id, head_sha, pr_number)) is not None


def write(
    session: Session, repo_id: int, one: Wanted, files: Sequence[str] | None, *, now: datetime
) -> None:
    """Keep which files a change touches; None where the host would not tell."""
    values = {"repo": repo_id, "head": one.head_sha, "pr": one.pr_number, "since": one.since}
    told = None if files is None else json.dumps(list(files))
    session.execute(WRITE, values | {"files": told, "now": now})


def write_commits(
    session: Session, repo_id: int, commits: Iterable[Commit], *, now: datetime
) -> None:
    """Keep commits of the default branch; those that are known stay as they are."""
    for one in commits:
        values = {"repo": repo_id, "sha": one.sha, "parents": list(one.parents), "now": now}
        values |= {"author": one.author, "at": one.at, "title": one.title}
        session.execute(WRITE_COMMIT, values)


def files(
    session: Session, repo_id: int, changes: Iterable[tuple[str, int]]
) -> dict[tuple[str, int], tuple[str, ...]]:
    """By head and pull request: the files that these changes touch, where they are known."""
    wanted = sorted(set(changes))
    if not wanted:
        return {}
    asked = {
        "repo": repo_id,
        "heads": [one[0] for one in wanted],
        "prs": [one[1] for one in wanted],
    }
    rows = session.execute(FILES, asked)
    return {(row.head_sha, row.pr_number): tuple(row.files) for row in rows}


def commits(session: Session, repo_id: int, shas: Iterable[str]) -> dict[str, Commit]:
    """These commits, those of them that are known."""
    query = select(CommitRow).where(
        col(CommitRow.repo_id) == repo_id, col(CommitRow.sha).in_(list(shas))
    )
    return {
        row.sha: Commit(row.sha, tuple(row.parents), row.author, row.at, row.title)
        for row in session.exec(query)
    }


def pushed(session: Session, repo_id: int, heads: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """By tested commit of the default branch: what came with it since the one tested before.

    Oldest first, the tested one last; whatever workflow tested it. Missing where that is not
    known, or is more than `PUSHED_MOST`. Served by run_head and report_run.
    """
    values = {"repo": repo_id, "heads": sorted(heads), "most": PUSHED_MOST}
    rows = session.execute(PUSHED, values)
    return {row.head: tuple(row.shas) for row in rows}
