"""Running failed jobs again, looked at first: what stands in the way is said, and nothing done."""

from datetime import timedelta

import pytest

from app.core.globs import glob
from app.core.policy.policy import Policy
from app.core.runs import RedRun, Repository
from app.sandbox.github.entities import Run
from app.services.reruns.failed_jobs import NotStarted, Started, Wanted, start
from bots.github.client import GitHubHosts
from tests.bots.shop import BASE, NOW, REPO, Shop, job

WORKFLOW = ".github/workflows/ci.yml"
PLAIN = "on: push\njobs:\n  test:\n    strategy: {matrix: {python: ['3.11']}}\n"
NEEDED = PLAIN + "  pack:\n    needs: [test]\n"
DEPLOYING = PLAIN + "  ship:\n    environment: production\n"
ALLOW = "name the failed jobs in the policy's proof_jobs to allow it."
NAMED = Policy(proof_jobs=(glob("test *"),))


@pytest.fixture
def red(shop: Shop) -> Run:
    shop.push()
    run = shop.start_run()
    jobs = [job("test (3.11)", "failure"), job("lint")]
    shop.world.github.finish_attempt(run, conclusion="failure", at=NOW, jobs=jobs)
    return run


def asked(
    shop: Shop, hosts: GitHubHosts, workflow: str | None, policy: Policy, *, attempt: int = 1
) -> str | int:
    """Ask for it: the sentence why not, or the attempt that was started."""
    if workflow is not None:
        tree = shop.world.github.repository(REPO).commits[BASE].tree
        tree[WORKFLOW] = workflow.encode()
    repository = Repository(1, REPO, "main", shop.installation.id)
    wanted = Wanted(RedRun(900, attempt), ("test (3.11)",))
    [outcome] = start(shop.host(hosts), repository, policy, [wanted], "ann")
    return outcome.sentence if isinstance(outcome, NotStarted) else outcome.attempt


@pytest.mark.parametrize(
    ("workflow", "why"),
    [
        (NEEDED, "another job needs one that failed, and would run too; "),
        (DEPLOYING, "it uses a deployment environment; "),
        ("jobs: [", "its workflow file cannot be read, so nobody knows what would follow; "),
        (None, "its workflow file cannot be read, so nobody knows what would follow; "),
    ],
)
def test_a_dangerous_job_runs_again_only_where_the_policy_names_it(
    shop: Shop, hosts: GitHubHosts, red: Run, workflow: str | None, why: str
) -> None:
    refused = asked(shop, hosts, workflow, Policy())
    before = red.latest.number

    assert refused == f"@ann: CI was not run again: {why}{ALLOW}"
    assert before == 1
    assert asked(shop, hosts, workflow, NAMED) == red.latest.number == 2


def test_a_job_that_nothing_waits_for_runs_again(shop: Shop, hosts: GitHubHosts, red: Run) -> None:
    assert asked(shop, hosts, PLAIN, Policy()) == red.latest.number == 2


def test_what_our_app_started_already_is_not_started_twice(
    shop: Shop, hosts: GitHubHosts, red: Run
) -> None:
    asked(shop, hosts, PLAIN, Policy())
    repository = Repository(1, REPO, "main", shop.installation.id)

    [again] = start(shop.host(hosts), repository, Policy(), [Wanted(RedRun(900, 1), ())], "rob")

    assert again == Started(RedRun(900, 1), "CI", 2, is_sure=False)
    assert red.latest.number == 2


def test_what_somebody_else_started_is_left_alone(shop: Shop, hosts: GitHubHosts, red: Run) -> None:
    shop.world.github.rerun(red, at=NOW, actor="ann")

    assert asked(shop, hosts, PLAIN, Policy()) == "@ann: CI runs again already, as attempt 2."


def test_what_github_refuses_is_said_in_its_words(shop: Shop, hosts: GitHubHosts, red: Run) -> None:
    red.created_at -= timedelta(days=40)

    assert asked(shop, hosts, PLAIN, Policy()) == (
        "@ann: CI was not run again: GitHub says: Unable to retry this workflow run because it"
        " was created over a month ago."
    )


def test_a_run_that_is_gone_and_a_permission_that_lacks_are_said(
    shop: Shop, hosts: GitHubHosts, red: Run
) -> None:
    shop.world.github.repository(REPO).runs.pop(900)
    gone = asked(shop, hosts, PLAIN, Policy())
    shop.world.github.repository(REPO).runs[900] = red
    shop.world.faults.add(
        "*/rerun-failed-jobs",
        method="POST",
        status=403,
        times=2,  # once more with a new token
        body={"message": "Resource not accessible by integration"},
    )
    lacking = asked(shop, hosts, PLAIN, Policy())

    assert gone == "@ann: 900 was not run again: GitHub has no such run any more."
    assert lacking == (
        "@ann: CI was not run again: the App has no permission “actions: write” here; whoever"
        " installed it can grant it on GitHub."
    )
