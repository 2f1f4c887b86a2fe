"""What GitHub's events about runs and their jobs come to."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.core.asking import QueueName
from app.core.deliveries import (
    JobSeen,
    RunSeen,
    Taken,
)
from app.core.requests import (
    IngestRun,
    PublishRun,
)
from app.core.runs import BranchClass, Job, Run, RunKey
from tests.bots.github.hooked import (
    ACME,
    BASE,
    ENDED,
    HEAD,
    SHOP,
    STARTED,
    of_repository,
    run_pull,
    take,
    workflow_run,
)

RUN = Run(
    key=RunKey(500, 4_000_000_123, 2),
    workflow="CI",
    event="pull_request",
    status="completed",
    conclusion="failure",
    head_sha=HEAD,
    base_sha=BASE,
    branch="more",
    branch_class=BranchClass.PULL_REQUEST,
    pr_number=7,
    is_trusted=True,
    actor="rita",
    started_at=STARTED,
    ended_at=ENDED,
    url="https://github.com/acme/shop/actions/runs/4000000123",
    workflow_path=".github/workflows/ci.yml",
)
MALLORY = {"id": 666, "full_name": "mallory/shop", "private": False}


def run_in(told: Taken) -> Run:
    (run,) = [fact.run for fact in told.facts if isinstance(fact, RunSeen)]
    return run


def test_a_finished_run_is_noted_and_ingested() -> None:
    told = take("workflow_run", workflow_run())

    assert told.facts == (ACME, SHOP, RunSeen(RUN, head_repo="acme/shop"))
    assert told.requests == (
        (QueueName.RUN, IngestRun(repo_id=500, run_id=4_000_000_123, attempt=2)),
    )


@pytest.mark.parametrize(
    ("action", "status"), [("requested", "queued"), ("in_progress", "in_progress")]
)
def test_a_run_that_is_not_finished_is_noted_and_said(action: str, status: str) -> None:
    told = take("workflow_run", workflow_run(action))

    assert run_in(told) == replace(RUN, status=status, conclusion=None, ended_at=None)
    assert told.requests == ((QueueName.RUN, PublishRun(RUN.key.repo_id, RUN.head_sha)),)


def test_a_green_run_is_ingested_too() -> None:
    told = take("workflow_run", workflow_run(conclusion="success"))

    assert [queue for queue, _ in told.requests] == [QueueName.RUN]


def test_a_fork_s_run_is_not_trusted_and_names_no_pull_request() -> None:
    told = take("workflow_run", workflow_run(pull_requests=[], head_repository=MALLORY))

    run = run_in(told)
    assert (run.is_trusted, run.pr_number, run.base_sha) == (False, None, None)
    assert run.branch_class is BranchClass.PULL_REQUEST
    assert told.facts[-1] == RunSeen(run, head_repo="mallory/shop")


def test_a_run_whose_head_repository_is_gone_is_not_trusted() -> None:
    told = take("workflow_run", workflow_run(pull_requests=[], head_repository=None))

    assert not run_in(told).is_trusted
    assert told.facts[-1] == RunSeen(run_in(told), head_repo=None)


@pytest.mark.parametrize("event", ["workflow_run", "issue_comment", "issues", "discussion"])
def test_a_run_that_anybody_can_start_on_the_default_branch_speaks_for_nobody(event: str) -> None:
    told = take("workflow_run", workflow_run(event=event, head_branch="main", pull_requests=[]))

    assert not run_in(told).is_trusted
    assert run_in(told).branch_class is BranchClass.OTHER


@pytest.mark.parametrize(
    ("event", "branch", "where"),
    [
        ("push", "main", BranchClass.DEFAULT),
        ("schedule", "main", BranchClass.DEFAULT),
        ("push", "release/2", BranchClass.OTHER),
        ("push", None, BranchClass.OTHER),
        ("pull_request", "main", BranchClass.PULL_REQUEST),
        ("pull_request_target", "more", BranchClass.PULL_REQUEST),
        ("merge_group", "gh-readonly-queue/main/pr-7-abc", BranchClass.MERGE_QUEUE),
        ("push", "gh-readonly-queue/main/pr-7-abc", BranchClass.MERGE_QUEUE),
    ],
)
def test_where_code_comes_from(event: str, branch: str | None, where: BranchClass) -> None:
    run = run_in(take("workflow_run", workflow_run(event=event, head_branch=branch)))

    assert run.branch_class is where


@pytest.mark.parametrize("branch", ["main", "gh-readonly-queue/main/pr-7-abc"])
def test_a_fork_s_branch_is_never_the_default_branch_or_the_merge_queue(branch: str) -> None:
    body = workflow_run(event="push", head_branch=branch, head_repository=MALLORY)

    assert run_in(take("workflow_run", body)).branch_class is BranchClass.OTHER


def test_a_push_to_a_pull_request_s_branch_tests_the_head_alone() -> None:
    run = run_in(take("workflow_run", workflow_run(event="push")))

    assert (run.pr_number, run.base_sha) == (7, None)
    assert run.code == HEAD


def test_a_run_of_the_default_branch_belongs_to_no_pull_request() -> None:
    run = run_in(take("workflow_run", workflow_run(event="push", head_branch="main")))

    assert run.pr_number is None


def test_a_pull_request_against_another_repository_is_not_the_run_s() -> None:
    pulls = [run_pull(3, base_repo=666), run_pull(8)]

    assert run_in(take("workflow_run", workflow_run(pull_requests=pulls))).pr_number == 8


def test_a_run_of_an_old_server_lacks_a_few_fields() -> None:
    body = workflow_run(triggering_actor=None, pull_requests=None, name=None)
    for name in ("run_attempt", "run_started_at", "html_url"):
        del body["workflow_run"][name]

    run = run_in(take("workflow_run", body))

    assert (run.key.attempt, run.actor, run.url) == (1, "ann", "")
    assert run.workflow == ".github/workflows/ci.yml"
    assert run.started_at == datetime(2026, 11, 20, 11, 39, 58, tzinfo=UTC)


def test_a_job_is_noted_with_the_attempt_it_belongs_to() -> None:
    job = {
        "id": 31,
        "run_id": 4_000_000_123,
        "run_attempt": 2,
        "name": "test (3.12)",
        "status": "in_progress",
        "conclusion": None,
        "started_at": "2026-11-20T11:40:00Z",
        "completed_at": None,
        "html_url": "https://github.com/acme/shop/actions/runs/4000000123/job/31",
    }

    told = take("workflow_job", of_repository("in_progress", workflow_job=job))

    seen = Job(31, "test (3.12)", "in_progress", None, STARTED, None, str(job["html_url"]))
    assert told == Taken(facts=(ACME, SHOP, JobSeen(RunKey(500, 4_000_000_123, 2), seen)))


@pytest.mark.parametrize(
    ("told", "path"),
    [(".github/workflows/ci.yml@refs/heads/main", ".github/workflows/ci.yml"), ("", None)],
)
def test_the_workflow_s_file_is_known_without_its_branch(told: str, path: str | None) -> None:
    assert run_in(take("workflow_run", workflow_run(path=told))).workflow_path == path
