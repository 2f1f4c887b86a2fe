"""Workflow runs, jobs and artifacts, as GitHub writes them."""

from datetime import datetime
from hashlib import sha256

from app.sandbox.github.entities import Artifact, Attempt, Commit, Run, WorkflowJob
from app.sandbox.github.shapes.commit import simple_commit
from app.sandbox.github.shapes.people import Json, account, node_id
from app.sandbox.github.shapes.pull import pull_minimal
from app.sandbox.github.shapes.repository import minimal_repository, repository_url
from app.sandbox.github.state import GitHubState, stamp


def run_url(state: GitHubState, run: Run) -> str:
    """The run's address in the REST API."""
    return f"{repository_url(state, run.repo)}/actions/runs/{run.id}"


def run_html_url(state: GitHubState, run: Run) -> str:
    """The run's page."""
    return f"{state.server_url}/{run.repo.full_name}/actions/runs/{run.id}"


def run(state: GitHubState, one: Run, attempt: Attempt | None = None) -> Json:
    """GitHub's `workflow-run`, speaking of the given attempt (the latest when none is given)."""
    told = attempt or one.latest
    return {
        **_addresses(state, one, told),
        "id": one.id,
        "name": one.workflow,
        "node_id": node_id("WorkflowRun", one.id),
        "head_branch": one.branch,
        "head_sha": one.head_sha,
        "path": one.path,
        "display_title": one.title,
        "run_number": one.run_number,
        "event": one.event,
        "status": told.status,
        "conclusion": told.conclusion,
        "workflow_id": one.workflow_id,
        "check_suite_id": one.check_suite_id,
        "check_suite_node_id": node_id("CheckSuite", one.check_suite_id),
        "pull_requests": run_pulls(state, one),
        "created_at": stamp(one.created_at),
        "updated_at": stamp(told.updated_at),
        "actor": account(state, one.actor),
        "run_attempt": told.number,
        "referenced_workflows": [],
        "run_started_at": stamp(told.started_at),
        "triggering_actor": account(state, told.actor),
        "head_commit": simple_commit(head_commit(one)),
        "repository": minimal_repository(state, one.repo),
        "head_repository": minimal_repository(state, one.head_repo),
    }


def _addresses(state: GitHubState, one: Run, told: Attempt) -> Json:
    root, url = repository_url(state, one.repo), run_url(state, one)
    return {
        "url": url,
        "html_url": run_html_url(state, one),
        "jobs_url": f"{url}/jobs",
        "logs_url": f"{url}/logs",
        "check_suite_url": f"{root}/check-suites/{one.check_suite_id}",
        "artifacts_url": f"{url}/artifacts",
        "cancel_url": f"{url}/cancel",
        "rerun_url": f"{url}/rerun",
        "previous_attempt_url": f"{url}/attempts/{told.number - 1}" if told.number > 1 else None,
        "workflow_url": f"{root}/actions/workflows/{one.workflow_id}",
    }


def run_pulls(state: GitHubState, one: Run) -> list[Json]:
    """The pull request of a run; GitHub leaves it out where it comes from a fork."""
    if one.pull_request is None or one.head_repo is not one.repo:
        return []
    return [pull_minimal(state, one.repo, one.repo.pulls[one.pull_request])]


def head_commit(one: Run) -> Commit:
    """The commit that ran; a made-up one when nobody pushed it here."""
    known = one.repo.commits.get(one.head_sha) or one.head_repo.commits.get(one.head_sha)
    if known is not None:
        return known
    return Commit(one.head_sha, (), one.actor.login, one.title, one.created_at, (), {})


def workflow(state: GitHubState, one: Run) -> Json:
    """The workflow of a run, as webhooks carry it."""
    html = f"{state.server_url}/{one.repo.full_name}"
    return {
        "id": one.workflow_id,
        "node_id": node_id("Workflow", one.workflow_id),
        "name": one.workflow,
        "path": one.path,
        "state": "active",
        "created_at": stamp(one.repo.created_at),
        "updated_at": stamp(one.repo.created_at),
        "url": f"{repository_url(state, one.repo)}/actions/workflows/{one.workflow_id}",
        "html_url": f"{html}/blob/{one.repo.default_branch}/{one.path}",
        "badge_url": f"{html}/workflows/{one.workflow}/badge.svg",
    }


def job(state: GitHubState, one: Run, attempt: Attempt, work: WorkflowJob) -> Json:
    """GitHub's `job`."""
    told = work.told
    root = repository_url(state, one.repo)
    return {
        "id": work.id,
        "run_id": one.id,
        "run_url": run_url(state, one),
        "run_attempt": attempt.number,
        "node_id": node_id("CheckRun", work.id),
        "head_sha": one.head_sha,
        "head_branch": one.branch,
        "workflow_name": one.workflow,
        "url": f"{root}/actions/jobs/{work.id}",
        "html_url": f"{run_html_url(state, one)}/job/{work.id}",
        "status": "completed",
        "conclusion": told.conclusion,
        "created_at": stamp(told.started_at),
        "started_at": stamp(told.started_at),
        "completed_at": stamp(told.completed_at),
        "name": told.name,
        "steps": [
            step(name, conclusion, number, told.started_at, told.completed_at)
            for number, (name, conclusion) in enumerate(told.steps, start=1)
        ],
        "check_run_url": f"{root}/check-runs/{work.id}",
        "labels": list(told.labels),
        "runner_id": None if told.runner_name is None else 1,
        "runner_name": told.runner_name,
        "runner_group_id": None if told.runner_name is None else 2,
        "runner_group_name": None if told.runner_name is None else "GitHub Actions",
    }


def step(name: str, conclusion: str, number: int, began: datetime, ended: datetime) -> Json:
    """One step of a job; the sandbox knows only the job's times."""
    return {
        "name": name,
        "status": "completed",
        "conclusion": conclusion,
        "number": number,
        "started_at": stamp(began),
        "completed_at": stamp(ended),
    }


def artifact(state: GitHubState, one: Artifact) -> Json:
    """GitHub's `artifact`, which names neither its attempt nor its job."""
    url = f"{repository_url(state, one.run.repo)}/actions/artifacts/{one.id}"
    return {
        "id": one.id,
        "node_id": node_id("Artifact", one.id),
        "name": one.name,
        "size_in_bytes": len(one.contents),
        "url": url,
        "archive_download_url": f"{url}/zip",
        "expired": one.expired,
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.created_at),
        "expires_at": stamp(one.expires_at),
        "digest": f"sha256:{sha256(one.contents).hexdigest()}",
        "workflow_run": {
            "id": one.run.id,
            "repository_id": one.run.repo.id,
            "head_repository_id": one.run.head_repo.id,
            "head_branch": one.run.branch,
            "head_sha": one.run.head_sha,
        },
    }
