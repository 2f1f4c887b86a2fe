"""Quarantine and Not flaky, on the check run and in Slack: once, by whom may, said everywhere."""

import re

import pytest
from sqlmodel import select

from app.clock import utc_now
from app.core.quarantine import LASTS
from app.db.session import unit_of_work
from app.db.tables.thought import AuditEventRow, QuarantineRow
from app.sandbox.github.entities import CheckRun
from tests.stories.pages import SignedIn, signed_in
from tests.stories.shop import FAILURE, FLAKY, GREEN, READER, WRITER, Shop, turn_flaky

pytestmark = pytest.mark.story
PROPOSAL = ("FlakeGuard", "worker", "propose")  # as soon as the case was flaky enough


@pytest.fixture
def red(shop: Shop) -> CheckRun:
    """The check run of a pull request that a known flake turned red."""
    turn_flaky(shop)
    head = shop.open_pull(12, day=5)
    shop.run_on_pull(12, {**GREEN, FLAKY: FAILURE}, day=5)
    shop.stage.settle()
    [check] = shop.checks(head)
    return check


def click_check(shop: Shop, check: CheckRun, identifier: str, login: str) -> None:
    shop.stage.world.github.click(check.id, identifier, login)
    shop.stage.settle()


def click_thread(shop: Shop, action: str, user: str) -> None:
    """Press a button of the thread's root; a form that it opens is sent as it is."""
    slack, [root] = shop.stage.world.slack, shop.threads()
    slack.click(root, action, user)
    shop.stage.settle()
    for view in [one for one in slack.views.values() if one.view.get("callback_id") == action]:
        slack.submit(view, {})
    shop.stage.settle()


def shown(shop: Shop) -> str:
    """What the newest window shows."""
    return str(list(shop.stage.world.slack.views.values())[-1].view)


def decisions(shop: Shop) -> list[tuple[str, str]]:
    with unit_of_work(shop.stage.engine) as session:
        ours = select(QuarantineRow).where(QuarantineRow.repo_id == shop.repo_id)
        return [(row.state, row.decided_by) for row in session.exec(ours)]


def audit(shop: Shop) -> list[tuple[str, str, str]]:
    with unit_of_work(shop.stage.engine) as session:
        ours = select(AuditEventRow).where(AuditEventRow.repo_id == shop.repo_id)
        return [(row.actor, row.surface, row.act) for row in session.exec(ours)]


def until(shop: Shop) -> str:
    """When the one quarantine ends: by then its proof is due, and never later than the policy."""
    with unit_of_work(shop.stage.engine) as session:
        ours = select(QuarantineRow).where(QuarantineRow.repo_id == shop.repo_id)
        [row] = session.exec(ours).all()
    assert row.until is not None
    assert utc_now() < row.until <= utc_now() + LASTS
    return f"{row.until:%Y-%m-%d}"


def everywhere(shop: Shop, check: CheckRun, pages: SignedIn) -> list[str]:
    """What each surface says now: check run, comment, thread's root and last reply, page."""
    [comment] = shop.comments(12)
    [root] = shop.threads()
    *_, reply = shop.stage.world.slack.thread(root.channel, root.ts)
    [case_id] = [one for one, name in shop.case_ids().items() if name == FLAKY]
    page = pages.text(f"/r/{shop.repo}/cases/{case_id}")
    return [check.summary or "", comment.body, str(root.blocks), reply.text, page]


@pytest.mark.parametrize("surface", ["check", "slack"])
def test_a_quarantine_is_said_everywhere_with_who_did_it(
    shop: Shop, red: CheckRun, surface: str
) -> None:
    if surface == "check":
        click_check(shop, red, "quarantine", WRITER)
    else:
        click_thread(shop, "quarantine", WRITER)

    sentence = f"Quarantined by @{WRITER} until {until(shop)}."
    with signed_in(shop.stage) as pages:
        said = everywhere(shop, red, pages)
    plain = [one.replace("@\u200b", "@").replace("\\", "") for one in said]
    assert [sentence in one for one in plain[:4]] == [True] * 4
    assert f"@{WRITER}" in plain[4]
    assert decisions(shop) == [("active", f"@{WRITER}")]
    assert audit(shop) == [PROPOSAL, (f"@{WRITER}", surface, "quarantine")]
    assert [one["label"] for one in red.actions] == ["Re-run failed", "Open issue", "Not flaky"]
    [root] = shop.threads()
    [actions] = [block for block in root.blocks if block["type"] == "actions"]
    assert re.findall(r"'action_id': '(\w+)'", str(actions))[:3] == [
        "renew",
        "release",
        "dismiss",
    ]


@pytest.mark.parametrize("surface", ["check", "slack"])
def test_not_flaky_stops_excusing_and_is_said_everywhere(
    shop: Shop, red: CheckRun, surface: str
) -> None:
    if surface == "check":
        click_check(shop, red, "dismiss_flake", WRITER)
    else:
        click_thread(shop, "dismiss", WRITER)

    assert decisions(shop) == [("dismissed", f"@{WRITER}")]
    assert audit(shop) == [PROPOSAL, (f"@{WRITER}", surface, "dismiss")]
    assert red.title == "1 failure needs you"
    with signed_in(shop.stage) as pages:
        said = everywhere(shop, red, pages)
    plain = [one.replace("@\u200b", "@").replace("\\", "") for one in said]
    sentence = f"Marked as not flaky by @{WRITER}."
    assert [sentence in one for one in plain[:3]] == [True] * 3
    [root] = shop.threads()
    replies = [one.text for one in shop.stage.world.slack.thread(root.channel, root.ts)]
    assert any(sentence in one for one in replies)


def test_a_dismissed_case_is_flaky_again_only_on_newer_evidence(shop: Shop, red: CheckRun) -> None:
    click_check(shop, red, "dismiss_flake", WRITER)

    shop.flake(FLAKY, day=7, others=GREEN)
    shop.stage.settle()
    [once] = [one for one in shop.standings() if one.name == FLAKY]
    shop.flake(FLAKY, day=9, others=GREEN)
    shop.stage.settle()
    [twice] = [one for one in shop.standings() if one.name == FLAKY]

    assert once.standing.state == "suspect"
    assert twice.standing.state == "flaky"


@pytest.mark.parametrize("surface", ["check", "slack"])
def test_who_may_only_read_changes_nothing(shop: Shop, red: CheckRun, surface: str) -> None:
    if surface == "check":
        click_check(shop, red, "quarantine", READER)
    else:
        click_thread(shop, "quarantine", READER)

    assert decisions(shop) == [("proposed", "FlakeGuard")]
    assert audit(shop) == [PROPOSAL]
    if surface == "slack":
        assert f"@{READER} may not write to {shop.repo}, so nothing was changed." in shown(shop)


def test_a_slack_user_whom_nobody_linked_is_told_so(shop: Shop, red: CheckRun) -> None:
    shop.stage.world.slack.add_user("stranger")

    click_thread(shop, "quarantine", "stranger")

    assert decisions(shop) == [("proposed", "FlakeGuard")]
    assert "I do not know" in shown(shop)


def test_a_click_on_what_was_decided_since_changes_nothing_and_says_so(
    shop: Shop, red: CheckRun
) -> None:
    [root] = shop.threads()
    before = [dict(block) for block in root.blocks]
    click_thread(shop, "quarantine", WRITER)
    root.blocks[:] = before  # somebody whose screen still shows the old buttons

    shop.stage.world.slack.click(root, "dismiss", WRITER)
    shop.stage.settle()

    assert decisions(shop) == [("active", f"@{WRITER}")]
    assert [act for _, _, act in audit(shop)] == ["propose", "quarantine"]
    [heard] = shop.heard()
    assert heard.startswith("Meanwhile somebody decided about it, so nothing was changed.")


def test_quarantine_ends_at_once_when_the_case_turns_broken(shop: Shop, red: CheckRun) -> None:
    click_check(shop, red, "quarantine", WRITER)

    for day in (10, 11, 12, 13, 14, 15, 16):
        shop.run_on_main({**GREEN, FLAKY: FAILURE}, day=day)
    shop.stage.settle()

    assert decisions(shop) == [("dismissed", "FlakeGuard")]
    [root] = shop.threads()
    texts = [one.text for one in shop.stage.world.slack.thread(root.channel, root.ts)]
    assert "Turned broken: it now fails on the default branch, and that is no flake." in texts
    assert root.text == f":red_circle: tests.test_cart::test_discount is broken in {shop.repo}"
