"""Check runs and their annotations, as GitHub writes them."""

from app.sandbox.github.entities import CheckRun
from app.sandbox.github.shapes.people import Json, app, node_id
from app.sandbox.github.shapes.pull import pull_minimal
from app.sandbox.github.shapes.repository import repository_url
from app.sandbox.github.state import GitHubState, stamp

ACTIONS_APP_ID = 15_368  # GitHub Actions' own App, which writes the check runs of jobs


def check_run(state: GitHubState, one: CheckRun) -> Json:
    """GitHub's `check-run`; the actions it was given are never told back."""
    url = f"{repository_url(state, one.repo)}/check-runs/{one.id}"
    html_url = f"{state.server_url}/{one.repo.full_name}/runs/{one.id}"
    return {
        "id": one.id,
        "node_id": node_id("CheckRun", one.id),
        "head_sha": one.head_sha,
        "external_id": one.external_id,
        "url": url,
        "html_url": html_url,
        "details_url": one.details_url or html_url,
        "status": one.status,
        "conclusion": one.conclusion,
        "started_at": stamp(one.started_at),
        "completed_at": stamp(one.completed_at),
        "output": {
            "title": one.title,
            "summary": one.summary,
            "text": one.text,
            "annotations_count": len(one.annotations),
            "annotations_url": f"{url}/annotations",
        },
        "name": one.name,
        "check_suite": {"id": one.check_suite_id},
        "app": app(state) if one.by_app else actions_app(state),
        "pull_requests": check_pulls(state, one),
    }


def hooked_check_run(state: GitHubState, one: CheckRun) -> Json:
    """A check run inside a webhook, with more of its suite."""
    suite: Json = {
        "id": one.check_suite_id,
        "node_id": node_id("CheckSuite", one.check_suite_id),
        "head_branch": branch_of(one),
        "head_sha": one.head_sha,
        "status": one.status,
        "conclusion": one.conclusion,
        "url": f"{repository_url(state, one.repo)}/check-suites/{one.check_suite_id}",
        "before": None,
        "after": one.head_sha,
        "pull_requests": check_pulls(state, one),
        "app": app(state),
        "created_at": stamp(one.started_at or state.clock()),
        "updated_at": stamp(one.completed_at or state.clock()),
    }
    return check_run(state, one) | {"check_suite": suite}


def branch_of(one: CheckRun) -> str | None:
    """A branch that stands at the check run's commit."""
    for name, sha in one.repo.branches.items():
        if sha == one.head_sha:
            return name
    return next(
        (pull.branch for pull in one.repo.pulls.values() if pull.head_sha == one.head_sha), None
    )


def check_pulls(state: GitHubState, one: CheckRun) -> list[Json]:
    """The open pull requests at that commit, those from forks left out as GitHub does."""
    return [
        pull_minimal(state, one.repo, pull)
        for pull in one.repo.pulls.values()
        if pull.state == "open" and pull.head_sha == one.head_sha and pull.head_repo is one.repo
    ]


def actions_app(state: GitHubState) -> Json:
    """GitHub Actions, which writes a check run for every job."""
    return app(state) | {
        "id": ACTIONS_APP_ID,
        "slug": "github-actions",
        "name": "GitHub Actions",
        "node_id": node_id("App", ACTIONS_APP_ID),
        "html_url": f"{state.server_url}/apps/github-actions",
    }


def annotation(state: GitHubState, one: CheckRun, told: dict[str, object]) -> Json:
    """One annotation of a check run."""
    path = told["path"]
    return {
        "path": path,
        "start_line": told["start_line"],
        "end_line": told["end_line"],
        "start_column": told.get("start_column"),
        "end_column": told.get("end_column"),
        "annotation_level": told["annotation_level"],
        "title": told.get("title"),
        "message": told["message"],
        "raw_details": told.get("raw_details"),
        "blob_href": f"{state.server_url}/{one.repo.full_name}/blob/{one.head_sha}/{path}",
    }
