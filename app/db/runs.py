"""Run attempts and their jobs."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.core.runs import BranchClass, Job, Run, RunKey
from app.db.tables.ran import JobRow, RunRow

STATUS_ORDER = "array_position(ARRAY['queued','in_progress','completed'], "


def note_run(session: Session, run: Run, *, told_at: datetime | None = None) -> None:
    """Store a run attempt; a late delivery never takes a completed one back.

    What ingest found out about its pull request stays when a delivery does not tell it.
    """
    values = _columns(_on_first_base(session, run)) | {"told_at": told_at}
    new = insert(RunRow).values(values)
    changed: dict[str, Any] = {
        "status": new.excluded.status,
        "conclusion": new.excluded.conclusion,
        "ended_at": new.excluded.ended_at,
        "started_at": new.excluded.started_at,
        "told_at": new.excluded.told_at,
        "is_history": or_(col(RunRow.is_history), new.excluded.is_history),
        "workflow_path": func.coalesce(new.excluded.workflow_path, RunRow.workflow_path),
    }
    session.execute(
        new.on_conflict_do_update(
            index_elements=["repo_id", "run_id", "attempt"],
            set_=changed,
            where=text(f"{STATUS_ORDER} run.status) <= {STATUS_ORDER} excluded.status)"),
        )
    )


def note_uploaded(session: Session, run: Run) -> None:
    """Store a run attempt that is known by its uploads alone, unless it is there already.

    What one more upload changes of it, `conclude_uploaded` writes: a hundred shards come at once,
    and none waits here for another.
    """
    new = insert(RunRow).values(_columns(_on_first_base(session, run)))
    session.execute(new.on_conflict_do_nothing())


def conclude_uploaded(session: Session, run: Run, *, is_red: bool, now: datetime) -> None:
    """Write down how a run attempt ended that is known by its uploads alone; red stays red.

    Its times are widened by those of one more upload.
    """
    session.execute(
        text(
            "UPDATE run SET ingested_at = :now, started_at = least(started_at, :started),"
            " ended_at = greatest(ended_at, :ended),"
            " conclusion = CASE conclusion WHEN 'failure' THEN conclusion ELSE :conclusion END"
            " WHERE repo_id = :repo AND run_id = :run AND attempt = :attempt"
        ),
        {
            "conclusion": "failure" if is_red else "success",
            "now": now,
            "started": run.started_at,
            "ended": run.ended_at,
            **_keys(run.key),
        },
    )


def _on_first_base(session: Session, run: Run) -> Run:
    """The run with the base of its first attempt: a re-run tests the same code again."""
    if run.key.attempt == 1 or run.base_sha is None:
        return run
    query = (
        select(RunRow.base_sha)
        .where(col(RunRow.repo_id) == run.key.repo_id, col(RunRow.run_id) == run.key.run_id)
        .where(col(RunRow.attempt) < run.key.attempt, col(RunRow.base_sha).is_not(None))
        .order_by(col(RunRow.attempt))
    )
    first = session.exec(query).first()
    return run if first is None else replace(run, base_sha=first)


def note_pull_request_of(
    session: Session, key: RunKey, *, pr_number: int, base_sha: str | None
) -> None:
    """Bind a run attempt to the pull request that was found for it.

    All attempts of a run test the same code, so the base of its first one stands for all.
    """
    session.execute(
        text("""
            UPDATE run SET pr_number = :pr, base_sha = base.sha,
                           code = head_sha || coalesce('+' || base.sha, '')
            FROM (SELECT coalesce((
                SELECT base_sha FROM run WHERE repo_id = :repo AND run_id = :run
                AND base_sha IS NOT NULL ORDER BY attempt LIMIT 1), :base) AS sha) AS base
            WHERE repo_id = :repo AND run_id = :run AND attempt = :attempt
        """),
        {
            "repo": key.repo_id,
            "run": key.run_id,
            "attempt": key.attempt,
            "pr": pr_number,
            "base": base_sha,
        },
    )


def note_jobs(session: Session, key: RunKey, jobs: Sequence[Job]) -> None:
    """Store the jobs of a run attempt as they are now."""
    for job in jobs:
        values = {
            "repo_id": key.repo_id,
            "run_id": key.run_id,
            "attempt": key.attempt,
            "job_id": job.id,
            "name": job.name,
            "status": job.status,
            "conclusion": job.conclusion,
            "started_at": job.started_at,
            "completed_at": job.completed_at,
            "url": job.url,
            "labels": list(job.labels),
        }
        session.execute(
            insert(JobRow)
            .values(values)
            .on_conflict_do_update(
                index_elements=["repo_id", "run_id", "attempt", "job_id"], set_=values
            )
        )


def mark_ingested(session: Session, key: RunKey, *, now: datetime) -> None:
    """Every report of this attempt that there was is stored."""
    session.execute(_marking("ingested_at"), {"now": now, **_keys(key)})


def mark_evaluated(session: Session, key: RunKey, *, now: datetime) -> None:
    """This attempt's failures have been judged."""
    session.execute(_marking("evaluated_at"), {"now": now, **_keys(key)})


def run(session: Session, key: RunKey) -> Run | None:
    """A run attempt; None when we never heard of it."""
    row = session.get(RunRow, (key.repo_id, key.run_id, key.attempt))
    return None if row is None else _run(row)


def is_evaluated(session: Session, key: RunKey) -> bool:
    """Whether an attempt has been judged."""
    row = session.get(RunRow, (key.repo_id, key.run_id, key.attempt), populate_existing=True)
    return row is not None and row.evaluated_at is not None


def newest(session: Session, repo_id: int, run_id: int) -> Run | None:
    """The newest attempt of a run that we heard of; None when we never did."""
    query = (
        select(RunRow)
        .where(col(RunRow.repo_id) == repo_id, col(RunRow.run_id) == run_id)
        .order_by(col(RunRow.attempt).desc())
        .limit(1)
    )
    row = session.exec(query).first()
    return None if row is None else _run(row)


def began(session: Session, repo_id: int, run_id: int) -> datetime | None:
    """When a run's first attempt began, as far as we heard of it: its code is no newer."""
    query = select(func.min(RunRow.started_at)).where(
        col(RunRow.repo_id) == repo_id, col(RunRow.run_id) == run_id
    )
    return session.exec(query).one()


def newest_attempts(session: Session, repo_id: int, head_sha: str) -> list[Run]:
    """The newest completed attempt of each workflow run of a commit, oldest run first."""
    query = (
        select(RunRow)
        .where(col(RunRow.repo_id) == repo_id, col(RunRow.head_sha) == head_sha)
        .where(col(RunRow.status) == "completed", col(RunRow.evaluated_at).is_not(None))
        .order_by(col(RunRow.run_id), col(RunRow.attempt))
    )
    newest = {row.run_id: _run(row) for row in session.exec(query)}
    return list(newest.values())


def first_of(session: Session, repo_id: int, sha: str) -> tuple[str, datetime] | None:
    """A commit by its first digits, whole, and when its first run began; None: no run is known."""
    query = (
        select(RunRow.head_sha, RunRow.started_at)
        .where(col(RunRow.repo_id) == repo_id)
        .where(col(RunRow.head_sha) >= sha, col(RunRow.head_sha) < sha + "g")
        .order_by(col(RunRow.started_at))
        .limit(1)
    )
    row = session.exec(query).first()
    return None if row is None else (row[0], row[1])


def unjudged(session: Session, repo_id: int, head_sha: str) -> list[Run]:
    """The newest attempt of each workflow run of a commit that has not been judged."""
    query = (
        select(RunRow)
        .where(col(RunRow.repo_id) == repo_id, col(RunRow.head_sha) == head_sha)
        .order_by(col(RunRow.run_id), col(RunRow.attempt))
    )
    newest = {row.run_id: row for row in session.exec(query)}
    return [_run(row) for row in newest.values() if row.evaluated_at is None]


def jobs(session: Session, key: RunKey) -> list[Job]:
    """The jobs of a run attempt, by name."""
    query = (
        select(JobRow)
        .where(col(JobRow.repo_id) == key.repo_id, col(JobRow.run_id) == key.run_id)
        .where(col(JobRow.attempt) == key.attempt)
        .order_by(col(JobRow.name), col(JobRow.job_id))
    )
    return [
        Job(
            id=row.job_id,
            name=row.name,
            status=row.status,
            conclusion=row.conclusion,
            started_at=row.started_at,
            completed_at=row.completed_at,
            url=row.url,
            labels=tuple(row.labels),
        )
        for row in session.exec(query)
    ]


def _marking(column: str) -> Any:  # noqa: ANN401 -- SQLAlchemy's text clause
    return text(
        f"UPDATE run SET {column} = :now"
        " WHERE repo_id = :repo AND run_id = :run AND attempt = :attempt"
    )


def _keys(key: RunKey) -> dict[str, int]:
    return {"repo": key.repo_id, "run": key.run_id, "attempt": key.attempt}


def _columns(run: Run) -> dict[str, Any]:
    return {
        "repo_id": run.key.repo_id,
        "run_id": run.key.run_id,
        "attempt": run.key.attempt,
        "workflow": run.workflow,
        "event": run.event,
        "status": run.status,
        "conclusion": run.conclusion,
        "head_sha": run.head_sha,
        "base_sha": run.base_sha,
        "code": run.code,
        "branch": run.branch,
        "branch_class": run.branch_class,
        "pr_number": run.pr_number,
        "is_trusted": run.is_trusted,
        "actor": run.actor,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "url": run.url,
        "head_repo": run.head_repo,
        "is_history": run.is_history,
        "workflow_path": run.workflow_path,
    }


def _run(row: RunRow) -> Run:
    return Run(
        key=RunKey(row.repo_id, row.run_id, row.attempt),
        workflow=row.workflow,
        event=row.event,
        status=row.status,
        conclusion=row.conclusion,
        head_sha=row.head_sha,
        base_sha=row.base_sha,
        branch=row.branch,
        branch_class=BranchClass(row.branch_class),
        pr_number=row.pr_number,
        is_trusted=row.is_trusted,
        actor=row.actor,
        started_at=row.started_at,
        ended_at=row.ended_at,
        url=row.url,
        head_repo=row.head_repo,
        is_history=row.is_history,
        workflow_path=row.workflow_path,
    )
