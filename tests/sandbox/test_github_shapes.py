"""What the sandbox answers and sends has the shape that GitHub describes."""

import json
from typing import Any

import pytest
from githubkit.webhooks import parse
from githubkit_schemas.latest import models
from pydantic import TypeAdapter, ValidationError

from app.sandbox.github.entities import Job, Step
from tests.sandbox.scene import FIRST, HEAD, NOW, SHOP, Listener, Scene

ANSWERS = {
    "/installation/repositories": models.InstallationRepositoriesGetResponse200,
    SHOP: models.FullRepository,
    f"{SHOP}/actions/runs": models.ReposOwnerRepoActionsRunsGetResponse200,
    f"{SHOP}/actions/runs/7": models.WorkflowRun,
    f"{SHOP}/actions/runs/7/attempts/1": models.WorkflowRun,
    f"{SHOP}/actions/runs/7/jobs": models.ReposOwnerRepoActionsRunsRunIdJobsGetResponse200,
    f"{SHOP}/actions/runs/7/artifacts": (
        models.ReposOwnerRepoActionsRunsRunIdArtifactsGetResponse200
    ),
    f"{SHOP}/commits": list[models.Commit],
    f"{SHOP}/commits/{HEAD}": models.Commit,
    f"{SHOP}/commits/{HEAD}/pulls": list[models.PullRequestSimple],
    f"{SHOP}/commits/{HEAD}/check-runs": models.ReposOwnerRepoCommitsRefCheckRunsGetResponse200,
    f"{SHOP}/compare/{FIRST}...{HEAD}": models.CommitComparison,
    f"{SHOP}/contents/shop/cart.py": models.ContentFile,
    f"{SHOP}/collaborators/ann/permission": models.RepositoryCollaboratorPermission,
    f"{SHOP}/pulls": list[models.PullRequestSimple],
    f"{SHOP}/pulls/1": models.PullRequest,
    f"{SHOP}/pulls/1/files": list[models.DiffEntry],
    f"{SHOP}/issues": list[models.Issue],
    f"{SHOP}/issues/1/comments": list[models.IssueComment],
    "/rate_limit": models.RateLimitOverview,
}
APP_ANSWERS = {
    "/app": models.Integration,
    "/app/installations": list[models.Installation],
    f"{SHOP}/installation": models.Installation,
    "/app/hook/config": models.WebhookConfig,
    "/app/hook/deliveries": list[models.HookDeliveryItem],
}


def lived(scene: Scene) -> None:
    """A life that leaves one of everything."""
    github = scene.world.github
    run = github.start_run(
        "acme/shop",
        7,
        head_sha=HEAD,
        branch="more",
        actor="ann",
        event="pull_request",
        pr=1,
        at=NOW,
    )
    github.finish_attempt(
        run,
        conclusion="failure",
        at=NOW,
        jobs=[Job("test", "failure", NOW, NOW, steps=(Step("pytest", "failure"),))],
        artifacts=[("reports", b"PK", NOW)],
    )
    github.rerun(run, at=NOW, actor="ann")
    comment = github.comment("acme/shop", 1, user="ann", body="x")
    action = {"label": "Q", "description": "d", "identifier": "q"}
    with scene.as_installation() as client:
        check = client.post(
            f"{SHOP}/check-runs",
            json={"name": "FlakeGuard", "head_sha": HEAD, "actions": [action]},
        ).json()
        client.patch(f"{SHOP}/check-runs/{check['id']}", json={"conclusion": "success"})
        client.patch(f"{SHOP}/issues/comments/{comment.id}", json={"body": "y"})
        issue = client.post(f"{SHOP}/issues", json={"title": "t"}).json()
        client.patch(f"{SHOP}/issues/{issue['number']}", json={"state": "closed"})
    github.click(check["id"], "q", "ann")
    github.rerequest(check["id"], "ann")


def test_every_answer_fits_githubs_description(scene: Scene) -> None:
    lived(scene)

    for client, answers in ((scene.as_installation(), ANSWERS), (scene.as_app(), APP_ANSWERS)):
        with client:
            for path, model in answers.items():
                answer = client.get(path)
                assert answer.status_code == 200, path
                TypeAdapter[Any](model).validate_python(answer.json())


def test_githubs_description_would_notice_a_missing_field(scene: Scene) -> None:
    with scene.as_installation() as client:
        shape = client.get(f"{SHOP}/pulls/1").json()
    del shape["mergeable_state"]

    with pytest.raises(ValidationError, match="mergeable_state"):
        TypeAdapter(models.PullRequest).validate_python(shape)


def test_every_webhook_fits_githubs_description(scene: Scene, listener: Listener) -> None:
    github = scene.world.github
    github.webhook_url = listener.url

    lived(scene)
    github.synchronize("acme/shop", 1, head_sha="e" * 40, at=NOW)
    github.merge("acme/shop", 1, at=NOW, by="ann")
    github.open_pull_request(
        "acme/shop", 9, title="t", author="ann", branch="other", head_sha="f" * 40, at=NOW
    )
    github.suspend(scene.installation)
    github.suspend(scene.installation, suspended=False)
    scene.world.drain()

    for heard in listener.heard:
        parse(heard.headers["X-GitHub-Event"], heard.body)
    told = {
        (heard.headers["X-GitHub-Event"], json.loads(heard.body).get("action"))
        for heard in listener.heard
    }
    assert {
        ("check_run", "requested_action"),
        ("check_run", "completed"),
        ("installation", "suspend"),
        ("issue_comment", "created"),
        ("issues", "closed"),
        ("pull_request", "opened"),
        ("push", None),
        ("workflow_job", "completed"),
        ("workflow_run", "completed"),
    } <= told
