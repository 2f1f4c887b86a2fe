"""GitHub's bad days: what it does not answer, loses, cuts or tells twice ends as on a good one."""

from datetime import timedelta

import pytest

from app.demo.replay import zipped
from app.sandbox.github.entities import Job
from bots.github.client import GitHubHosts
from tests.bots.day import Day
from tests.bots.office import GREEN
from tests.bots.shop import HEAD, REPO, Shop
from tests.stories.shop import TEST_JOB, junit

CHECKS, COMMENTS = "/repos/*/check-runs", "/repos/*/comments"


@pytest.mark.parametrize("fault", [{"status": 502}, {"drop": True}], ids=["502", "cut"])
@pytest.mark.parametrize(("pattern", "method"), [(CHECKS, "POST"), (COMMENTS, "POST")])
def test_what_was_done_although_the_answer_was_lost_is_not_done_twice(
    day: Day, pattern: str, method: str, fault: dict[str, int]
) -> None:
    day.shop.world.faults.add(
        pattern,
        method=method,
        status=fault.get("status"),
        drop="drop" in fault,
        after_work=True,
        times=3,
    )

    day.red_pull_request()
    day.work_on()

    assert day.is_good()


@pytest.mark.parametrize(
    "pattern",
    ["/repos/*/jobs", "/repos/*/artifacts", "/repos/*/zip", "/_blobs/*", CHECKS, COMMENTS],
)
def test_a_github_that_fails_for_a_while_is_asked_again(day: Day, pattern: str) -> None:
    day.shop.world.faults.add(pattern, status=500, times=4)

    day.red_pull_request()
    day.work_on()

    assert day.is_good()


def test_no_judgement_waits_for_who_changed_a_file_last(day: Day) -> None:
    day.shop.world.faults.add("/repos/*/commits", status=500, times=99)

    day.red_pull_request()
    day.work_on()

    assert any(f"/repos/{REPO}/commits " in one for one in day.shop.asked())
    assert day.is_good()
    assert day.rows("SELECT max(tries) FROM task") == [(0,)]


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry-After": "120"},
        {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1795176600"},
        {},
    ],
    ids=["secondary", "primary", "without a word"],
)
@pytest.mark.parametrize("status", [403, 429])
def test_a_limit_is_waited_out(day: Day, status: int, headers: dict[str, str]) -> None:
    body = {"message": "You have exceeded a secondary rate limit."}
    day.shop.world.faults.add(CHECKS, method="POST", status=status, headers=headers, body=body)

    day.red_pull_request()
    day.work_on()

    assert day.is_good()
    assert day.rows("SELECT max(tries) FROM task") == [(0,)]


@pytest.mark.parametrize("how", ["deleted", "corrupt"])
def test_an_artifact_that_cannot_be_read_needs_somebody(day: Day, how: str) -> None:
    github = day.shop.world.github
    day.red_pull_request()
    (one,) = [artifact for artifact in github.artifacts.values() if artifact.run.id == 902]
    if how == "deleted":
        day.shop.world.faults.add("/repos/*/zip", status=410, times=99)
    else:
        one.contents = b"PK\x03\x04" + bytes(200)
    day.work_on()

    (check,) = day.checks()
    assert check.status == "completed"
    assert check.conclusion != "success"
    refusals = day.rows("SELECT refusal FROM report WHERE run_id = 902")
    assert [bool(refusal) for (refusal,) in refusals] == [True]
    assert day.parked() == []


def test_a_report_that_is_cut_is_no_success_although_nothing_failed(day: Day) -> None:
    github, now = day.shop.world.github, day.shop.clock()
    day.shop.push("more", HEAD)
    day.shop.open_pull_request()
    run = github.start_run(
        REPO, 902, head_sha=HEAD, branch="more", actor="ann", at=now, event="pull_request", pr=7
    )
    ended, cut = now + timedelta(minutes=2), junit(GREEN, at=now)[:-60]
    github.finish_attempt(
        run,
        conclusion="success",
        at=ended,
        jobs=[Job(TEST_JOB, "success", now, ended)],
        artifacts=[("results", zipped(cut), ended)],
    )

    day.work_on()

    (check,) = day.checks()
    assert (check.title, check.conclusion) == ("1 failure needs you", "neutral")
    assert "is cut or damaged, so what the rest of it would say is not known" in (
        check.summary or ""
    )


def test_deliveries_in_any_order_and_more_than_once_end_alike(day: Day) -> None:
    day.red_pull_request()
    assert day.doors is not None
    told = list(day.doors.kept.values())
    day.doors.kept.clear()

    for one in [*reversed(told), *told]:
        day.inbox.store(one)
        day.work()
    day.work_on()

    assert day.is_good()


def test_a_github_that_is_slow_is_given_up_and_asked_again(day: Day, shop: Shop) -> None:
    impatient = GitHubHosts(
        shop.credentials.app_id,
        shop.credentials.app_private_key,
        api_url=shop.world.github_api_url,
        timeout=0.5,
        clock=shop.clock,
    )
    patient, day.hosts = day.hosts, impatient
    shop.world.faults.add("/repos/*/jobs", delay=1.5)

    day.red_pull_request()
    day.work_on()
    day.hosts = patient
    impatient.close()

    assert day.is_good()
