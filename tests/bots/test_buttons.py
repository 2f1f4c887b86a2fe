"""The check run's buttons, through GitHub's own webhooks: once, by whom may, answered there."""

from datetime import timedelta

import pytest

from app.db.session import Engine
from app.sandbox.github.entities import Change
from bots.github.client import GitHubHosts
from tests.bots.front import FLAKY, HEAD, REPO, Front
from tests.bots.office import Office
from tests.bots.shop import NOW, Shop
from tests.bots.test_through_the_sandbox import Doors, doors
from tests.jobs.desk import Desk

__all__ = ["doors"]
WORKFLOW = ".github/workflows/ci.yml"
UNTIL = f"{NOW + timedelta(days=30):%Y-%m-%d}"
NAME = f"tests.test_cart::{FLAKY}"
READER = "@rita may not write to acme/shop, so nothing was changed."
TOO_LATE = f"This case is quarantined since {NOW:%Y-%m-%d}, by @ann: one cannot"
UNSEEN = (
    "@ann: CI was not run again: its workflow file cannot be read, so nobody knows what would"
    " follow; name the failed jobs in the policy's proof_jobs to allow it."
)


@pytest.fixture
def front(engine: Engine, shop: Shop, hosts: GitHubHosts, doors: Doors) -> Front:
    return Front(Office(Desk(engine), shop, hosts), doors)


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
