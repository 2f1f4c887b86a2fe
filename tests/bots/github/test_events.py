"""What GitHub's events come to."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.core.asking import QueueName
from app.core.deliveries import (
    AccountRenamed,
    AskedAgain,
    InstallationSeen,
    JobSeen,
    PullRequestSeen,
    Pushed,
    PushSeen,
    RepositoryGone,
    RepositorySeen,
    RunSeen,
    Taken,
)
from app.core.errors import BadInput
from app.core.requests import (
    ActFromCheck,
    IngestRun,
    PublishRun,
    ReadHistory,
    ReadProposedPolicy,
    ReadRepositoryFiles,
)
from app.core.runs import BranchClass, Job, PullRequest, Repository, Run, RunKey
from bots.github.events import taken
from tests.bots.github.hooked import (
    APP_ID,
    BASE,
    ENDED,
    HEAD,
    INSTALLATION,
    RECEIVED,
    REPOSITORY,
    STARTED,
    check_run_click,
    delivery,
    installation,
    of_repository,
    pull_request,
    run_pull,
    take,
    workflow_run,
)

ACME = InstallationSeen(id=77, account="acme")
TOLD_OF_ACME = InstallationSeen(
    id=77, account="acme", is_news=True, permissions={"checks": "write"}
)
SHOP = RepositorySeen(Repository(500, "acme/shop", "main", 77), is_private=True)
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


@pytest.mark.parametrize("action", ["opened", "synchronize", "reopened", "edited", "closed"])
def test_a_pull_request_is_noted(action: str) -> None:
    told = take("pull_request", pull_request(action))

    seen = PullRequest(
        number=7,
        title="Sell more",
        author="ann",
        state="open",
        head_sha=HEAD,
        head_branch="more",
        head_repo="acme/shop",
        base_branch="main",
        base_sha=BASE,
        is_fork=False,
        updated_at=datetime(2026, 11, 20, 11, 35, tzinfo=UTC),
    )
    assert told == Taken(facts=(ACME, SHOP, PullRequestSeen(500, seen)))


def test_a_fork_s_pull_request_is_one() -> None:
    head = {"ref": "main", "sha": HEAD, "repo": REPOSITORY | {"id": 9, "full_name": "mallory/s"}}
    (*_, fact) = take("pull_request", pull_request(head=head)).facts

    assert isinstance(fact, PullRequestSeen)
    assert (fact.pull_request.is_fork, fact.pull_request.head_repo) == (True, "mallory/s")


def test_a_pull_request_of_a_deleted_account_and_fork_is_still_one() -> None:
    head = {"ref": "main", "sha": HEAD, "repo": None}
    (*_, fact) = take("pull_request", pull_request(head=head, user=None)).facts

    assert isinstance(fact, PullRequestSeen)
    assert (fact.pull_request.is_fork, fact.pull_request.head_repo) == (True, None)
    assert fact.pull_request.author == "ghost"


def test_a_click_on_our_check_run_is_acted_on_at_once() -> None:
    told = take("check_run", check_run_click())

    act = ActFromCheck(
        repo_id=500,
        check_run_id=31_000_000_001,
        identifier="quarantine",
        login="ann",
        delivery_id=3,
        installation_id=77,
    )
    assert told == Taken(facts=(ACME, SHOP), requests=((QueueName.CLICK, act),))


def test_a_click_on_another_app_s_check_run_is_none_of_our_business() -> None:
    assert take("check_run", check_run_click(app_id=1)) == Taken()


def test_without_an_app_of_our_own_no_check_run_is_ours() -> None:
    assert taken(delivery("check_run", check_run_click()), app_id=None) == Taken()


def test_a_click_by_nobody_is_said() -> None:
    with pytest.raises(BadInput) as refusal:
        take("check_run", check_run_click(sender=None))

    assert str(refusal.value) == ("The check_run payload cannot be read: sender.login is missing.")


def test_a_check_run_that_is_only_reported_is_of_no_interest() -> None:
    assert take("check_run", check_run_click() | {"action": "completed"}) == Taken()


def test_a_new_installation_lists_its_repositories() -> None:
    told = take("installation", installation("created"))

    shop = RepositorySeen(Repository(500, "acme/shop", "", 77), is_private=True, is_news=True)
    reading = tuple((QueueName.HISTORY, one(500)) for one in (ReadRepositoryFiles, ReadHistory))
    assert told == Taken(facts=(TOLD_OF_ACME, shop), requests=reading)


def test_a_suspended_installation_says_since_when() -> None:
    body = installation("suspend", installation={"suspended_at": "2026-11-20T11:59:00Z"})

    told = take("installation", body)

    since = datetime(2026, 11, 20, 11, 59, tzinfo=UTC)
    assert told == Taken(facts=(replace(TOLD_OF_ACME, suspended_at=since),))
    assert take("installation", installation("unsuspend")) == Taken(facts=(TOLD_OF_ACME,))
    assert take("installation", installation("new_permissions_accepted")).facts == (TOLD_OF_ACME,)


def test_a_removed_installation_is_gone_since_we_heard_of_it() -> None:
    told = take("installation", installation("deleted"))

    assert told == Taken(facts=(replace(TOLD_OF_ACME, deleted_at=RECEIVED, permissions=None),))


def test_an_enterprise_s_installation_has_an_account_without_login() -> None:
    body = installation("unsuspend", installation={"account": {"id": 1, "slug": "big"}})

    assert take("installation", body) == Taken(facts=(replace(TOLD_OF_ACME, account=""),))


def test_repositories_come_and_go() -> None:
    listed = {"id": 501, "full_name": "acme/other", "private": False}
    body = installation(
        "added", repositories_added=[listed], repositories_removed=[{**listed, "id": 502}]
    )

    told = take("installation_repositories", body)

    other = RepositorySeen(Repository(501, "acme/other", "", 77), is_private=False, is_news=True)
    assert told == Taken(
        facts=(TOLD_OF_ACME, other, RepositoryGone(502)),
        requests=tuple((QueueName.HISTORY, one(501)) for one in (ReadRepositoryFiles, ReadHistory)),
    )


@pytest.mark.parametrize("action", ["renamed", "transferred", "edited", "privatized", "archived"])
def test_a_changed_repository_is_noted_as_it_is_now(action: str) -> None:
    renamed = REPOSITORY | {"full_name": "globex/store", "default_branch": "trunk"}

    told = take("repository", of_repository(action, repository=renamed))

    store = RepositorySeen(Repository(500, "globex/store", "trunk", 77), is_private=True)
    assert told.facts == (InstallationSeen(77, "globex"), store)
    reading = ((QueueName.HISTORY, ReadRepositoryFiles(500)),)
    assert told.requests == (reading if action == "edited" else ())


def test_a_deleted_repository_is_gone() -> None:
    assert take("repository", of_repository("deleted")) == Taken(facts=(RepositoryGone(500),))


def push(**more: object) -> dict[str, object]:
    """A push of one commit that changes a file of the shop."""
    commit = {"id": HEAD, "added": [], "modified": ["shop/cart.py"], "removed": []}
    told: dict[str, object] = {
        "ref": "refs/heads/main",
        "deleted": False,
        "created": False,
        "forced": False,
        "commits": [commit],
    }
    body = of_repository("", **(told | more))
    del body["action"]  # a push has none
    return body


@pytest.mark.parametrize("kind", ["added", "modified", "removed"])
@pytest.mark.parametrize(
    "path", [".flakeguard.yml", "CODEOWNERS", "docs/CODEOWNERS", ".github/CODEOWNERS"]
)
def test_a_push_that_touches_what_says_how_we_work_has_it_read(kind: str, path: str) -> None:
    told = take("push", push(commits=[{"id": BASE}, {kind: ["a.py", path]}]))

    came = PushSeen(500, (Pushed(BASE, "", frozenset()),))
    assert told == Taken((ACME, SHOP, came), ((QueueName.HISTORY, ReadRepositoryFiles(500)),))


@pytest.mark.parametrize(
    "more", [{"forced": True}, {"created": True}, {"commits": [{"id": HEAD}] * 2_048}]
)
def test_a_push_that_does_not_tell_all_that_it_changes_has_it_read(more: dict[str, object]) -> None:
    assert take("push", push(**more)).requests == ((QueueName.HISTORY, ReadRepositoryFiles(500)),)


@pytest.mark.parametrize(
    "more",
    [
        {"ref": "refs/heads/more", "commits": [{"added": ["CODEOWNERS"]}]},
        {"ref": "refs/tags/main", "forced": True},
        {"deleted": True, "forced": True},
    ],
)
def test_a_push_elsewhere_comes_to_nothing(more: dict[str, object]) -> None:
    assert take("push", push(**more)) == Taken()


def test_a_push_to_another_branch_that_touches_the_policy_has_it_read_there() -> None:
    told = take("push", push(ref="refs/heads/more/of", commits=[{"modified": [".flakeguard.yml"]}]))

    assert told.requests == ((QueueName.HISTORY, ReadProposedPolicy(500, "more/of")),)


def test_an_account_s_new_name_is_noted() -> None:
    body = {
        "action": "renamed",
        "account": {"login": "globex", "id": 10},
        "changes": {"login": {"from": "acme"}},
        "installation": INSTALLATION,
    }

    assert take("installation_target", body) == Taken(facts=(AccountRenamed(77, "globex"),))
    assert take("installation_target", body | {"action": "moved"}) == Taken()


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
    ("event", "body"),
    [
        ("check_run", check_run_click() | {"action": "rerequested"}),
        (
            "check_suite",
            of_repository("rerequested", check_suite={"head_sha": HEAD, "app": {"id": APP_ID}}),
        ),
    ],
)
def test_what_we_said_of_a_commit_is_said_again_when_somebody_asks(
    event: str, body: dict[str, object]
) -> None:
    again = ((QueueName.CLICK, PublishRun(500, HEAD)),)
    assert take(event, body) == Taken((ACME, SHOP, AskedAgain(500, HEAD)), again)


def test_another_app_s_check_suite_is_none_of_our_business() -> None:
    suite = {"head_sha": HEAD, "app": {"id": APP_ID + 1}}

    assert take("check_suite", of_repository("rerequested", check_suite=suite)) == Taken()


@pytest.mark.parametrize(
    ("event", "action"),
    [
        ("issue_comment", "created"),
        ("issues", "closed"),
        ("issues", "reopened"),
        ("merge_group", "checks_requested"),
    ],
)
def test_where_something_happened_is_noted(event: str, action: str) -> None:
    assert take(event, of_repository(action)).facts == (ACME, SHOP)
    assert take(event, of_repository("edited")) == Taken()


def test_a_push_tells_its_commits_with_what_they_change_and_say() -> None:
    commit = {"id": HEAD, "message": "Wait for the mail, #12", "modified": ["shop/cart.py"]}

    told = take("push", push(commits=[commit]))

    came = Pushed(HEAD, "Wait for the mail, #12", frozenset({"shop/cart.py"}))
    assert told == Taken((ACME, SHOP, PushSeen(500, (came,))))
