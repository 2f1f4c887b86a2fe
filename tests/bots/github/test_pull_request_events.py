"""What GitHub's events about pull requests, our check runs and issues come to."""

from datetime import UTC, datetime

import pytest

from app.core.asking import QueueName
from app.core.deliveries import (
    AskedAgain,
    PullRequestSeen,
    Taken,
)
from app.core.errors import BadInput
from app.core.requests import (
    ActFromCheck,
    PublishRun,
)
from app.core.runs import PullRequest
from bots.github.events import taken
from tests.bots.github.hooked import (
    ACME,
    APP_ID,
    BASE,
    HEAD,
    REPOSITORY,
    SHOP,
    check_run_click,
    delivery,
    of_repository,
    pull_request,
    take,
)


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
