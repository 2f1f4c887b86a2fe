"""The check run from the start of a workflow to its end, whatever that is."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.clock import utc_now
from app.db.session import unit_of_work
from app.sandbox.github.entities import CheckRun, Job, Run
from app.services.publishing import waiting
from tests.stories.shop import FAILURE, FLAKY, GREEN, TEST_JOB, WRITER, Shop, turn_flaky

pytestmark = pytest.mark.story


def only_check(shop: Shop, sha: str) -> CheckRun:
    """The one check run of ours on a commit, as it stands when all is done."""
    shop.stage.settle()
    [check] = shop.checks(sha)
    return check


def started(shop: Shop, sha: str, *, branch: str, event: str = "pull_request") -> Run:
    """A run that has begun and not ended."""
    return shop.begin(sha, day=5, event=event, branch=branch)


def ended(shop: Shop, run: Run, conclusion: str, *jobs: Job) -> None:
    at = shop.day(5) + timedelta(hours=1)
    shop.stage.world.github.finish_attempt(run, conclusion=conclusion, at=at, jobs=jobs)


def test_it_stands_from_the_start_of_the_workflow_and_is_updated_to_its_end(shop: Shop) -> None:
    turn_flaky(shop)
    head = shop.open_pull(12, day=5)

    run = started(shop, head, branch="change-12")
    begun = only_check(shop, head)
    state = (begun.status, begun.conclusion, begun.title)
    shop.finish(run, {**GREEN, FLAKY: FAILURE}, day=5)
    done = only_check(shop, head)

    assert state == ("in_progress", None, "CI is running")
    assert done.id == begun.id
    assert (done.status, done.conclusion) == ("completed", "neutral")
    assert done.title == "Nothing needs you · 1 known flaky"
    assert (
        "> 4 runs seen of main so far: what is new and what is known rests on little history yet."
    ) in (done.summary or "")

    done.summary = "something else"
    shop.stage.world.github.rerequest(done.id, WRITER)
    again = only_check(shop, head)
    assert (again.id, again.status) == (begun.id, "completed")
    assert "tests.test_cart::test_discount" in (again.summary or "")


def test_a_skipped_workflow_and_one_that_never_ends_end_it_with_the_reason(shop: Shop) -> None:
    shop.run_on_main(GREEN, day=0)
    shop.stage.settle()
    skipped, stuck = shop.open_pull(12, day=5), shop.open_pull(13, day=5)

    ended(shop, started(shop, skipped, branch="change-12"), "skipped")
    started(shop, stuck, branch="change-13")
    assert only_check(shop, stuck).title == "CI is running"
    with unit_of_work(shop.stage.engine) as session:
        session.execute(
            text("UPDATE publication SET waiting_since = :then WHERE waiting_since IS NOT NULL"),
            {"then": utc_now() - waiting.GRACE},
        )
    waiting.end_late(shop.stage.engine, now=utc_now())

    check = only_check(shop, skipped)
    assert (check.title, check.conclusion) == ("Nothing was tested: CI was skipped", "neutral")
    late = only_check(shop, stuck)
    assert (late.title, late.conclusion) == ("1 failure needs you", "neutral")
    assert (
        "The workflow CI has not ended within 6 hours, so what it would have said is not known."
    ) in (late.summary or "")


def test_a_report_that_usually_comes_and_did_not_needs_you(shop: Shop) -> None:
    for day in range(4):
        shop.run_on_main(GREEN, day=day)
    shop.stage.settle()
    head = shop.commit(day=5)

    run = started(shop, head, branch="main", event="push")
    at = shop.day(5)
    ended(shop, run, "success", Job(TEST_JOB, "success", at, at + timedelta(minutes=1)))

    check = only_check(shop, head)
    assert (check.title, check.conclusion) == ("1 failure needs you", "neutral")
    assert (
        "The report test (3.11) came with the last 4 runs of CI and not with this one, so what "
        "its cases did is not known."
    ) in (check.summary or "").replace("\\", "")


def test_a_merge_queue_hears_the_final_word_alone(shop: Shop) -> None:
    shop.run_on_main(GREEN, day=0)
    shop.stage.settle()
    head = shop.commit(day=5)

    run = started(shop, head, branch=f"gh-readonly-queue/main/pr-12-{head}", event="merge_group")
    shop.stage.settle()
    before = shop.checks(head)
    shop.finish(run, GREEN, day=5)

    assert before == []
    assert only_check(shop, head).conclusion == "success"
