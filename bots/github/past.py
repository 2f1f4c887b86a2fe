"""Runs as GitHub lists them, newest first."""

from dataclasses import replace
from datetime import UTC, datetime

from app.core.runs import FoundRun, Repository, Run, RunNow
from bots.github.addresses import repo_path
from bots.github.connection import Connection, items_of, json_of, read_answer
from bots.github.facts import COMPLETED, path_of, run_of
from bots.github.payloads import RepositoryPart, RunPart


def finished_runs(
    connection: Connection, repository: Repository, *, since: datetime, until: datetime, most: int
) -> list[FoundRun]:
    """At most `most` (100) finished runs made in this time; GitHub tells seconds apart, no less."""
    path = repo_path(repository.full_name, "/actions/runs")
    asked: dict[str, str | int] = {
        "status": "completed",
        "created": f"{stamp(since)}..{stamp(until)}",
        "per_page": most,
    }
    what = f"GET {path}"
    answer = connection.ask("GET", path, params=asked)
    parts = [
        read_answer(RunPart, one, what)
        for one in items_of(json_of(answer, what), "workflow_runs", what)
    ]
    found = [FoundRun(run_in(part, repository), part.created_at) for part in parts]
    return sorted(found, key=lambda one: one.created_at, reverse=True)


def run_attempt(connection: Connection, repository: Repository, run_id: int, attempt: int) -> Run:
    """One attempt of a run."""
    path = repo_path(repository.full_name, f"/actions/runs/{run_id}/attempts/{attempt}")
    return run_in(connection.one(RunPart, path), repository)


def run_now(connection: Connection, repo: str, run_id: int) -> RunNow:
    """How far a run is."""
    part = connection.one(RunPart, repo_path(repo, f"/actions/runs/{run_id}"))
    actor = part.triggering_actor or part.actor
    return RunNow(
        attempt=part.run_attempt,
        is_completed=part.status == COMPLETED,
        path=path_of(part),
        workflow=part.name or part.path,
        head_sha=part.head_sha,
        started_by=actor.login if actor else "",
    )


def run_in(part: RunPart, repository: Repository) -> Run:
    """A run of a repository that we know, as REST writes it."""
    where = RepositoryPart(
        id=repository.id,
        full_name=repository.full_name,
        default_branch=repository.default_branch,
    )
    head = part.head_repository
    return replace(run_of(part, where), head_repo=head.full_name if head else None)


def stamp(at: datetime) -> str:
    """A moment as GitHub's search takes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
