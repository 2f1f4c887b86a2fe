"""One case's life in Slack, from its thread to its proven fix, through the real processes."""

import re
from contextlib import closing
from datetime import timedelta
from html import unescape
from itertools import count
from urllib.parse import urljoin

import httpx
import pytest
from sqlalchemy import text

from app.clock import utc_now
from app.core.quarantine import LASTS
from app.db.session import unit_of_work
from app.sandbox.github.entities import Issue, Run
from app.sandbox.slack.entities import Message
from app.services.quarantine import expiry
from tests.stories.pages import signed_in
from tests.stories.shop import FAILURE, FLAKY, GREEN, Shop, turn_flaky

pytestmark = pytest.mark.story

SAM = "sam"  # may write, and nobody here knows yet who they are in Slack
LINK = re.compile(r"(/slack/link\?[^|>\s\"']+|/slack/link/[^|>\s\"']+)")
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
ACTION = re.compile(r'<form (?:class="acts" )?method="post" action="([^"]+)"')
CLEAN_RUNS = 20  # more than the proof needs


def root_of(shop: Shop) -> Message:
    [root] = shop.threads()
    return root


def replies(shop: Shop) -> list[str]:
    root = root_of(shop)
    return [one.text for one in shop.stage.world.slack.thread(root.channel, root.ts)]


def press(shop: Shop, action: str, user: str) -> None:
    shop.stage.world.slack.click(root_of(shop), action, user)
    shop.stage.settle()


def fill_in(shop: Shop, action: str, **values: str) -> None:
    """Send the window that a button opened."""
    slack = shop.stage.world.slack
    [view] = [one for one in slack.views.values() if one.view.get("callback_id") == action]
    slack.submit(view, {name: {name: {"value": value}} for name, value in values.items()})
    shop.stage.settle()


def link(shop: Shop, login: str) -> None:
    """Follow the link of the newest window through GitHub, and say yes."""
    slack = shop.stage.world.slack
    [*_, view] = slack.views.values()
    found = LINK.search(str(view.view))
    assert found is not None, view.view
    with closing(httpx.Client(base_url=shop.stage.address)) as browser:
        asked = browser.get(unescape(found[1])).headers["location"]
        page = httpx.get(asked).text
        action = ACTION.search(page)
        assert action is not None
        form = {unescape(name): unescape(value) for name, value in HIDDEN.findall(page)}
        back = httpx.post(urljoin(asked, action[1]), data=form | {"login": login})
        page = browser.get(back.headers["location"]).text
        form = {unescape(name): unescape(value) for name, value in HIDDEN.findall(page)}
        answer = browser.post("/slack/link", data=form).text
    assert f"@{login} on GitHub now" in answer


def nearly_over(shop: Shop) -> None:
    """Let the quarantine's end come near, and the clock strike."""
    numbers, now = count(1), utc_now()
    near = {"until": now + timedelta(days=2), "repo": shop.repo_id}
    with unit_of_work(shop.stage.engine) as session:
        session.execute(text("UPDATE quarantine SET until = :until WHERE repo_id = :repo"), near)
    expiry.end_due(shop.stage.engine, now=now, new_token=lambda: f"{next(numbers):08x}")
    shop.stage.settle()


def issue_of(shop: Shop) -> Issue:
    github = shop.stage.world.github
    [issue] = github.repository(shop.repo).issues.values()
    return issue


@pytest.fixture
def red(shop: Shop) -> Run:
    """A known flake's thread, and a run of a pull request that it turned red."""
    github, slack = shop.stage.world.github, shop.stage.world.slack
    github.add_user(SAM)
    github.repository(shop.repo).roles[SAM] = "write"
    slack.add_user(SAM)
    turn_flaky(shop)
    shop.open_pull(12, day=5)
    run = shop.run_on_pull(12, {**GREEN, FLAKY: FAILURE}, day=5)
    shop.stage.settle()
    return run


def held_by_sam(shop: Shop) -> str:
    """Sam, unknown here, presses, says who he is, and presses again; what is said of that."""
    press(shop, "quarantine", SAM)
    link(shop, SAM)
    press(shop, "quarantine", SAM)
    fill_in(shop, "quarantine")
    with unit_of_work(shop.stage.engine) as session:
        until = session.execute(
            text("SELECT max(until) FROM quarantine WHERE repo_id = :repo"), {"repo": shop.repo_id}
        ).scalar_one()
    assert utc_now() < until <= utc_now() + LASTS
    return f"Quarantined by @{SAM} until {until:%Y-%m-%d}."


def test_from_a_threads_first_message_to_the_proven_fix(shop: Shop, red: Run) -> None:
    [check] = shop.checks(red.head_sha)
    assert root_of(shop).text.endswith(f"tests.test_cart::{FLAKY} is flaky in {shop.repo}")

    sentence = held_by_sam(shop)
    press(shop, "open_issue", SAM)

    assert sentence in (check.summary or "").replace("@\u200b", "@")
    [case_id] = [one for one, name in shop.case_ids().items() if name == FLAKY]
    with signed_in(shop.stage) as pages:
        assert f"@{SAM}" in pages.text(f"/r/{shop.repo}/cases/{case_id}")
    assert issue_of(shop).state == "open"

    nearly_over(shop)
    press(shop, "renew", SAM)
    fill_in(shop, "renew", reason="The fix waits for its review.")

    assert any("its quarantine ends on" in one for one in replies(shop))
    assert any(f"Quarantine renewed by @{SAM}" in one for one in replies(shop))

    for _ in range(CLEAN_RUNS):
        shop.run_on_main({**GREEN, FLAKY: None}, day=6)
    shop.rerun(red, {**GREEN, FLAKY: None}, day=7)
    shop.stage.settle()

    assert any(one.startswith("Healed: ") for one in replies(shop))
    assert issue_of(shop).state == "closed"
    assert check.conclusion == "success"
