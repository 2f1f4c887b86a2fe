"""The check run's buttons, through GitHub's own webhooks: once, by whom may, answered there."""

from datetime import timedelta

import pytest

from app.core.acts import ActName
from app.db.session import unit_of_work
from app.sandbox.github.entities import Change
from app.services import acts
from app.services.acts import Actor
from app.services.answers import aftermath
from tests.bots.front import BASE, FLAKY, GREEN, HEAD, PULL, REPO, Front
from tests.bots.office import Office
from tests.bots.shop import NOW, Shop

WORKFLOW = ".github/workflows/ci.yml"
UNTIL = f"{NOW + timedelta(days=13):%Y-%m-%d}"  # when the proof is due at this pace
NAME = f"tests.test_cart::{FLAKY}"
READER = "@rita may not write to acme/shop, so nothing was changed."
TOO_LATE = f"This case has been quarantined since {NOW:%Y-%m-%d}, by @ann: one cannot"
UNSEEN = (
    "@ann: CI was not run again: its workflow file cannot be read, so nobody knows what would"
    " follow; name the failed jobs in the policy's proof_jobs to allow it."
)


def clicks(shop: Shop) -> list[str]:
    told = shop.world.github.deliveries
    return [one.guid for one in told if one.parcel.action == "requested_action"]


def test_a_click_acts_once_by_who_may_and_is_answered_there(front: Front) -> None:
    shop = front.office.shop
    front.red()
    buttons = list(front.check.actions)

    for button in ("quarantine", "rerun_failed", "dismiss_flake"):
        front.click(button, "rita")
    front.click("quarantine")
    shop.world.github.redeliver(clicks(shop)[-1])
    front.settle()
    first = front.answers()
    offered = [one["identifier"] for one in front.check.actions]
    front.check.actions = [*buttons, {"identifier": "reformat_disk"}]  # on a page of before
    done = front.click("reformat_disk")
    front.check.actions = buttons
    front.click("quarantine", "dependabot[bot]")

    assert [one["identifier"] for one in buttons] == ["quarantine", "rerun_failed", "dismiss_flake"]
    assert first == [READER] * 3 + [f"Quarantined by @ann until {UNTIL}: {NAME}."]
    assert offered == ["rerun_failed", "open_issue", "dismiss_flake"]
    assert "act_from_check" in done
    assert front.answers()[4:] == [
        "@dependabot[bot]: nothing here is in a state for that any more, so nothing was changed."
    ]
    assert front.audit() == [("@ann", "check", "quarantine")]
    assert [one for one in shop.asked() if "rerun-failed-jobs" in one] == []
    assert first[3] in front.comment.body.replace("\u200b", "").replace("\\", "")


def test_failed_jobs_run_again_once_where_the_policy_allows_and_answers_may_be_lost(
    front: Front,
) -> None:
    shop = front.office.shop
    run = front.red()

    front.click("rerun_failed")
    refused = front.answers()
    shop.clock.turn(timedelta(minutes=1))
    allow = Change(".flakeguard.yml", contents=b"proof_jobs: ['test *']\n")
    shop.world.github.push(
        REPO, "main", "b" * 40, author="ann", message="Allow", at=NOW, files=[allow]
    )
    front.settle()
    shop.world.faults.add("*/rerun-failed-jobs", method="POST", status=502, after_work=True)
    front.click("rerun_failed")
    shop.clock.turn(timedelta(minutes=1))
    front.settle()
    front.office.work()

    assert refused == [UNSEEN]
    assert run.latest.number == 2
    assert len([one for one in shop.asked() if "rerun-failed-jobs" in one]) == 1
    assert front.answers()[1:] == ["@ann had the failed jobs of CI run again, as attempt 2."]
    assert front.audit() == [("@ann", "check", "rerun_failed")]
    assert shop.world.github.app_check_runs(REPO, HEAD) == [front.check]


def open_issue(office: Office) -> int:
    """Somebody has an issue opened about the one case that ever failed; its number."""
    with unit_of_work(office.desk.engine) as session:
        [(repo, case)] = office.rows("SELECT repo_id, case_id FROM case_state")
        actor = Actor("ann", "page", "r1")
        acted = acts.act(session, repo, [case], ActName.OPEN_ISSUE, actor, now=NOW)
        wanted = aftermath.follows(session, repo, acted.done[0], now=NOW)
        aftermath.ask(session, wanted, request_id="r1", now=NOW)
    office.work()
    [(number,)] = office.rows("SELECT number FROM issue")
    assert isinstance(number, int)
    return number


@pytest.mark.parametrize("is_named", [False, True], ids=["by its file", "by its issue"])
def test_a_green_fix_is_offered_to_be_marked_as_stable(front: Front, is_named: bool) -> None:
    shop, office = front.office.shop, front.office
    front.turn_flaky()
    shop.world.github.open_pull_request(
        REPO,
        PULL,
        title="Wait for the price",
        author="ann",
        branch="more",
        head_sha=HEAD,
        base_sha=BASE,
        at=NOW,
        files=["shop/sell.py" if is_named else "tests/test_cart.py"],
        body=f"Fixes #{open_issue(office)}." if is_named else None,
    )
    front.run_pull({FLAKY: None, **GREEN})
    check = front.check
    green, summary = (check.title, check.conclusion), (check.summary or "").replace("\u200b", "")
    offered = [one["label"] for one in check.actions]

    front.click("mark_stable")

    assert green == ("All 3 cases passed", "success")
    assert offered == ["Mark stable"]
    assert f"this may mend {NAME}." in summary.replace("\\", "")
    assert front.answers() == [
        f"Marked as stable since {HEAD[:7]} by @ann: older flakes count no more: {NAME}."
    ]
    assert front.check.actions == []
    assert office.rows("SELECT state FROM case_state") == [("healthy",)]
    assert front.comments == []
    old = [f"{number:04x}" * 10 for number in range(901, 906)]
    assert [one for sha in old for one in shop.world.github.app_check_runs(REPO, sha)] == []
