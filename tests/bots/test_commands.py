"""Commands below a pull request, through GitHub's own webhooks: once, by who may, answered."""

import json
from collections.abc import Sequence
from datetime import timedelta

from app.core.deliveries import NewDelivery
from app.core.plan import PlanLine
from app.sandbox.github.entities import Comment
from app.services import plans
from tests.bots.front import FAILURE, FLAKY, GREEN, HEAD, PULL, REPO, Front
from tests.bots.office import install
from tests.bots.shop import NOW
from tests.stories.shop import TEST_JOB

NAME = f"tests.test_cart::{FLAKY}"
UNTIL = f"{NOW + timedelta(days=7):%Y-%m-%d}"
HELD = f"Quarantined by @ann until {UNTIL}: {NAME}."


def write(front: Front, body: str, login: str = "ann") -> Comment:
    """Somebody comments, and all that follows is done."""
    comment = front.office.shop.world.github.comment(REPO, PULL, user=login, body=body)
    front.settle()
    return comment


def reactions(comment: Comment) -> list[str]:
    return [one.content for one in comment.reactions]


def planned(front: Front) -> Sequence[PlanLine]:
    """What the plan ranks."""
    repo = front.office.shop.world.github.repository(REPO).id
    return plans.plan(front.office.desk.engine, repo, rates={}, now=front.office.shop.clock()).lines


def again_under_another_guid(front: Front) -> None:
    """The newest comment's delivery, as a second webhook would send it."""
    told = list(front.office.shop.world.github.deliveries)
    [*_, last] = [one for one in told if one.parcel.event == "issue_comment"]
    new = NewDelivery("github", "guid-again", "issue_comment", last.parcel.body, "r1")
    front.office.inbox.store(new)
    front.office.work()


def test_a_command_is_done_once_by_who_may_and_answered_in_the_one_comment(front: Front) -> None:
    shop = front.office.shop
    front.red()
    said = front.comment.body

    refused = write(front, f"/flakeguard quarantine {FLAKY}", "rita")
    stranger = write(front, f"/flakeguard release {FLAKY}", "mallory")
    shop.world.github.comment(REPO, PULL, user="dependabot[bot]", body="/flakeguard rerun")
    done = write(front, f"Held for now.\n/flakeguard quarantine {FLAKY} 7 Until it is mended")
    again_under_another_guid(front)
    misspelt = write(front, "/flakeguard explain test_discnt\n/flakeguard quarentine x")

    assert f"Answer: `/flakeguard quarantine {FLAKY}`" in said
    assert f"Alone: `pytest tests/test_cart.py::{FLAKY}`" in said
    assert [reactions(one) for one in (refused, stranger, done, misspelt)] == [
        ["confused"],
        ["confused"],
        ["+1"],
        ["confused"],
    ]
    assert front.answers() == [
        "@rita may not write to acme/shop, so nothing was changed.",
        "@mallory may not write to acme/shop, so nothing was changed.",
        HELD,
        f"@ann: no case that ever failed is called test_discnt; did you mean {NAME}?",
        "@ann: there is no command quarentine; did you mean quarantine?",
    ]
    assert HELD in front.comment.body.replace("\u200b", "").replace("\\", "")
    assert front.audit() == [("@ann", "comment", "quarantine")]
    reason = front.office.rows("SELECT reason FROM quarantine WHERE state = 'active'")
    assert reason == [("Until it is mended",)]
    [line] = planned(front)
    assert (line.jobs, line.pull_requests) == ((TEST_JOB,), (PULL,))
    urls = [(one.url or "").rpartition("/")[2] for one in line.attempts]
    assert urls == ["950", "904", "903", "902"]  # what was read back counts too


def test_failed_jobs_run_again_and_a_fork_says_nothing_to_us(front: Front) -> None:
    shop = front.office.shop
    front.turn_flaky()
    run = front.run_pull({FLAKY: FAILURE, **GREEN}, fork="mallory/shop")

    shop.world.faults.add("*/reactions", method="POST", status=502, after_work=True)
    fork = write(front, "/flakeguard rerun", "mallory")
    shop.clock.turn(timedelta(minutes=1))
    front.office.work()
    ours = write(front, "/flakeguard rerun")
    explained = write(front, f"/flakeguard explain {FLAKY}\n/flakeguard help")

    assert reactions(fork) == ["confused"]
    assert run.latest.number == 1
    assert reactions(ours) == ["confused"]  # nobody knows what would follow
    assert reactions(explained) == ["+1"]
    assert [one for one in shop.asked() if "rerun-failed-jobs" in one] == []
    assert front.answers()[-2].startswith(f"{NAME} is ")
    assert front.answers()[-1].startswith("Begin a line with /flakeguard and one of: quarantine")
    assert json.dumps(front.comments[0].body).count("Begin a line") == 1


def test_who_asks_before_anything_is_published_is_answered_in_the_comment_all_the_same(
    front: Front,
) -> None:
    shop = front.office.shop
    install(front.office)
    shop.open_pull_request()
    front.settle()

    asked = write(front, "/flakeguard help")
    first = front.comment.body.replace("\u200b", "")
    refused = write(front, f"/flakeguard quarantine {FLAKY}", "rita")
    both = front.comment
    nothing_checked = shop.world.github.app_check_runs(REPO, HEAD)
    front.run_pull({FLAKY: FAILURE, **GREEN})

    assert [reactions(one) for one in (asked, refused)] == [["+1"], ["confused"]]
    assert f"For `{HEAD[:7]}`." in first
    assert "Begin a line with /flakeguard" in first
    assert first.endswith(
        "No test report has ever come from this repository, so nothing is known of its cases."
    )
    assert nothing_checked == []
    assert front.comment == both
    assert "1 failure needs you" in front.comment.body
    assert "@rita may not write to acme/shop" in front.comment.body.replace("\u200b", "")


def test_a_comment_on_a_pull_request_that_we_never_heard_of_is_answered_there(
    front: Front,
) -> None:
    front.turn_flaky()
    hooks = front.office.shop.world.github.hooks
    heard_at, hooks.url = hooks.url, None
    front.office.shop.open_pull_request()
    hooks.url = heard_at

    write(front, f"/flakeguard quarantine {FLAKY} 7")

    assert HELD in front.comment.body.replace("\u200b", "").replace("\\", "")
    assert front.comment.body.endswith("No run that brings a report is known of this commit yet.")


def test_of_two_pull_requests_with_one_head_each_answers_its_own_comments(front: Front) -> None:
    shop = front.office.shop
    front.red()
    shop.open_pull_request(number=8)
    front.settle()
    github = shop.world.github

    github.comment(REPO, 8, user="ann", body="/flakeguard help")
    front.settle()

    on_both = [
        [one.body for one in github.comments_on(github.repository(REPO), number) if one.by_app]
        for number in (PULL, 8)
    ]
    assert [len(bodies) for bodies in on_both] == [1, 1]
    assert "Begin a line with /flakeguard" in on_both[1][0].replace("\u200b", "")


def test_a_comment_can_mark_as_stable_what_its_commit_mends(front: Front) -> None:
    front.turn_flaky()
    front.run_pull({FLAKY: None, **GREEN})

    done = write(front, f"/flakeguard stable {FLAKY}")

    assert reactions(done) == ["+1"]
    said = f"Marked as stable since {HEAD[:7]} by @ann: older flakes count no more: {NAME}."
    assert said in front.comment.body.replace("\u200b", "").replace("\\", "")
    assert front.office.rows("SELECT state FROM case_state") == [("healthy",)]
